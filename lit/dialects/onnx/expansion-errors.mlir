// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics

// An op that is expanded into others whose operands contradict each other is
// refused, where MLIR's builders of these would end the program.

func.func @broadcast(%x: tensor<4x3xi8>, %v: tensor<5xi8>) -> tensor<*xi32> {
  // expected-error @+1 {{operands cannot be broadcast}}
  %y = onnx.microsoft.MulInteger(%x, _, %v, _)
      : (tensor<4x3xi8>, tensor<5xi8>) -> tensor<*xi32>
  return %y : tensor<*xi32>
}

// -----

func.func @rank(%x: tensor<4xf32>) -> tensor<*xf32> {
  // expected-error @+1 {{both need the same rank of at least 3}}
  %y = onnx.microsoft.FusedConv(%x, %x)
      : (tensor<4xf32>, tensor<4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}
