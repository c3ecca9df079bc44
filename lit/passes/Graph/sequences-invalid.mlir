// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sequences known at run time only are refused, all ops on them at once.
//
// RUN: onnxc-opt %s --infer-shapes --verify-diagnostics

func.func @position(%x: tensor<6xf32>, %at: tensor<i64>) -> tensor<*xf32> {
  %0 = onnx.SequenceConstruct(%x) : (tensor<6xf32>) -> !onnx.seq<tensor<6xf32>>
  // expected-error@+1 {{a sequence or optional that is known at run time only is not supported}}
  %1 = onnx.SequenceErase(%0, %at) : (!onnx.seq<tensor<6xf32>>, tensor<i64>) -> !onnx.seq<tensor<6xf32>>
  // expected-note@+1 {{it is used here, too}}
  %2 = onnx.ConcatFromSequence(%1) {axis = 0 : i64} : (!onnx.seq<tensor<6xf32>>) -> tensor<*xf32>
  return %2 : tensor<*xf32>
}
