// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sequences of known length are their elements, optionals what they hold.
//
// RUN: onnxc-opt %s --infer-shapes --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @sequence
// CHECK-SAME: %[[X:.*]]: tensor<6xf32>, %[[Y:.*]]: tensor<2xf32>
// CHECK: %[[PART:.*]] = onnx.Slice(%[[X]]
// CHECK: %[[ALL:.*]] = onnx.Concat(%[[PART]], %[[Y]])
// CHECK: return %[[ALL]]
func.func @sequence(%x: tensor<6xf32>, %y: tensor<2xf32>) -> tensor<*xf32> {
  %four = onnx.Constant() {value = dense<4> : tensor<i64>} : tensor<i64>
  %last = onnx.Constant() {value = dense<-1> : tensor<i64>} : tensor<i64>
  %0 = onnx.SplitToSequence(%x, %four) : (tensor<6xf32>, tensor<i64>) -> !onnx.seq<tensor<*xf32>>
  %1 = onnx.SequenceErase(%0, %last) : (!onnx.seq<tensor<*xf32>>, tensor<i64>) -> !onnx.seq<tensor<*xf32>>
  %2 = onnx.SequenceInsert(%1, %y) : (!onnx.seq<tensor<*xf32>>, tensor<2xf32>) -> !onnx.seq<tensor<*xf32>>
  %3 = onnx.ConcatFromSequence(%2) {axis = 0 : i64} : (!onnx.seq<tensor<*xf32>>) -> tensor<*xf32>
  return %3 : tensor<*xf32>
}

// CHECK-LABEL: func.func @optional
// CHECK: return %arg0
func.func @optional(%x: tensor<6xf32>) -> tensor<*xf32> {
  %0 = onnx.Optional(%x) : (tensor<6xf32>) -> !onnx.opt<tensor<6xf32>>
  %1 = onnx.OptionalGetElement(%0) : (!onnx.opt<tensor<6xf32>>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}
