// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

func.func @reshape(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %0 = onnx.Constant() {value = dense<[4, -1]> : tensor<2xi64>}
      : () -> tensor<2xi64>
  // expected-error @+2 {{cannot have the shape [4, -1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %1 = onnx.Reshape(%x, %0) : (tensor<2x3xf32>, tensor<2xi64>)
      -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

func.func @squeeze(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %0 = onnx.Constant() {value = dense<[1]> : tensor<1xi64>}
      : () -> tensor<1xi64>
  // expected-error @+2 {{dimension 1 has size 3, not 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %1 = onnx.Squeeze(%x, %0) : (tensor<2x3xf32>, tensor<1xi64>)
      -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

func.func @shift(%x: tensor<2xi32>) -> tensor<*xi32> {
  // expected-error @+1 {{direction must be LEFT or RIGHT, not 'UP'}}
  %0 = onnx.BitShift(%x, %x) {direction = "UP"}
      : (tensor<2xi32>, tensor<2xi32>) -> tensor<*xi32>
  return %0 : tensor<*xi32>
}
