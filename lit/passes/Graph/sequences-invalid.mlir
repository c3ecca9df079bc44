// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors whose rank only a run knows cannot be read, and all ops that would
// need it are told at once. A place that no sequence of a known length has is an
// error, too.
//
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics

func.func @mixed(%x: tensor<6xf32>, %y: tensor<2x3xf32>, %at: tensor<i64>) -> tensor<*xf32> {
  %0 = onnx.SequenceConstruct(%x, %y) : (tensor<6xf32>, tensor<2x3xf32>) -> !onnx.seq<tensor<*xf32>>
  %1 = onnx.SequenceErase(%0, %at) : (!onnx.seq<tensor<*xf32>>, tensor<i64>) -> !onnx.seq<tensor<*xf32>>
  // expected-error@+1 {{tensors is known at run time only; state it in the type}}
  %2 = onnx.SequenceAt(%1, %at) : (!onnx.seq<tensor<*xf32>>, tensor<i64>) -> tensor<*xf32>
  // expected-note@+1 {{it is used here, too}}
  %3 = onnx.ConcatFromSequence(%1) {axis = 0 : i64} : (!onnx.seq<tensor<*xf32>>) -> tensor<*xf32>
  return %3 : tensor<*xf32>
}

// -----

func.func @outside(%x: tensor<6xf32>, %c: tensor<i1>) -> tensor<*xf32> {
  %two = onnx.Constant() {value = dense<2> : tensor<i64>} : tensor<i64>
  %0 = onnx.If(%c) do {
    %1 = onnx.SequenceConstruct(%x) : (tensor<6xf32>) -> !onnx.seq<tensor<6xf32>>
    onnx.Yield(%1) : (!onnx.seq<tensor<6xf32>>) -> ()
  } {
    %2 = onnx.SequenceEmpty() : () -> !onnx.seq<tensor<*xf32>>
    %3 = onnx.SequenceInsert(%2, %x, _) : (!onnx.seq<tensor<*xf32>>, tensor<6xf32>) -> !onnx.seq<tensor<*xf32>>
    onnx.Yield(%3) : (!onnx.seq<tensor<*xf32>>) -> ()
  } : (tensor<i1>) -> !onnx.seq<tensor<*xf32>>
  // expected-error@+1 {{position 2 is outside of a sequence of 1}}
  %4 = onnx.SequenceAt(%0, %two) : (!onnx.seq<tensor<*xf32>>, tensor<i64>) -> tensor<*xf32>
  return %4 : tensor<*xf32>
}
