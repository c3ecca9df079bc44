// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --split-input-file --fold-constants | FileCheck %s

// What depends on constants only is computed, by the compiler itself.

// CHECK-LABEL: func.func @weights
// CHECK: onnx.Constant() {value = dense<[2.000000e+00, 6.000000e+00]> : tensor<2xf32>}
// CHECK-NOT: onnx.Mul
// CHECK: onnx.Add
func.func @weights(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = onnx.Constant() {value = dense<[1.0, 3.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %s = onnx.Constant() {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %0 = onnx.Mul(%w, %s) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %1 = onnx.Add(%x, %0) : tensor<2xf32>
  return %1 : tensor<2xf32>
}

// -----

// A large tensor of a few numbers would only make the model larger.

// CHECK-LABEL: func.func @large
// CHECK: onnx.Expand
func.func @large() -> tensor<400x500xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %shape = onnx.Constant() {value = dense<[400, 500]> : tensor<2xi64>} : () -> tensor<2xi64>
  %0 = onnx.Expand(%w, %shape) : (tensor<1xf32>, tensor<2xi64>) -> tensor<400x500xf32>
  return %0 : tensor<400x500xf32>
}
