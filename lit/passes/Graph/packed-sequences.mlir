// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A sequence of which only a run knows the length is its tensors' elements, one
// behind the other, and a row of sizes for each tensor.
//
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// What is inserted goes behind the elements of those before its place.

// CHECK-LABEL: func.func @insert
// CHECK-SAME: %[[VALUES:.*]]: tensor<?xf32, #onnx.dims<[s0]>>, %[[SHAPES:.*]]: tensor<?x1xi64
// CHECK: onnx.Slice(%[[VALUES]]
// CHECK: onnx.Concat({{.*}}) {axis = 0 : i64} : {{.*}} -> tensor<?xf32
// CHECK-NOT: SequenceInsert
// CHECK: onnx.Concat({{.*}}) {axis = 0 : i64} : {{.*}} -> tensor<?x1xi64
func.func @insert(%values: tensor<?xf32, #onnx.dims<[s0]>>,
                  %shapes: tensor<?x1xi64, #onnx.dims<[s1, 1]>>,
                  %x: tensor<3xf32>, %at: tensor<i64>, %n0: index, %n1: index)
    -> (tensor<*xf32>, tensor<*xi64>) attributes {onnx.symbols = ["a", "b"]} {
  %0 = onnx.Pack(%values, %shapes, _)
      : (tensor<?xf32, #onnx.dims<[s0]>>, tensor<?x1xi64, #onnx.dims<[s1, 1]>>)
      -> !onnx.seq<tensor<?xf32>>
  %1 = onnx.SequenceInsert(%0, %x, %at)
      : (!onnx.seq<tensor<?xf32>>, tensor<3xf32>, tensor<i64>)
      -> !onnx.seq<tensor<*xf32>>
  %2:3 = onnx.Unpack(%1)
      : (!onnx.seq<tensor<*xf32>>) -> (tensor<*xf32>, tensor<*xi64>, tensor<i1>)
  return %2#0, %2#1 : tensor<*xf32>, tensor<*xi64>
}

// Tensors of two ranks: the row of the one with fewer dimensions ends in -1.

// CHECK-LABEL: func.func @ranks
// CHECK: onnx.Constant() {value = dense<{{\[\[}}2, 3], [6, -1]]> : tensor<2x2xi64>}
func.func @ranks(%x: tensor<2x3xf32>, %y: tensor<6xf32>)
    -> (tensor<*xf32>, tensor<*xi64>) attributes {onnx.symbols = []} {
  %0 = onnx.SequenceConstruct(%x, %y) : (tensor<2x3xf32>, tensor<6xf32>) -> !onnx.seq<tensor<*xf32>>
  %1:3 = onnx.Unpack(%0) : (!onnx.seq<tensor<*xf32>>) -> (tensor<*xf32>, tensor<*xi64>, tensor<i1>)
  return %1#0, %1#1 : tensor<*xf32>, tensor<*xi64>
}
