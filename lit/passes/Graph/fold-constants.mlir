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

// -----

// Sizes that are numbers are constants, too, and what a Slice takes is known.

// CHECK-LABEL: func.func @slice
// CHECK: onnx.Constant() {value = dense<{{\[}}[2], [3]]> : tensor<2x1xui8>}
// CHECK-NOT: onnx.Slice
func.func @slice(%x: tensor<2x4xui8>) -> tensor<2x4xui8> {
  %w = onnx.Constant() {value = dense<[1, 2, 3, 4]> : tensor<4xui8>} : tensor<4xui8>
  %one = onnx.Constant() {value = dense<1> : tensor<1xi64>} : tensor<1xi64>
  %three = onnx.Constant() {value = dense<3> : tensor<1xi64>} : tensor<1xi64>
  %zero = onnx.Constant() {value = dense<0> : tensor<1xi64>} : tensor<1xi64>
  %part = onnx.Slice(%w, %one, %three, %zero, _) :
      (tensor<4xui8>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2xui8>
  %shape = onnx.Dims() {value = #onnx.dims<[2, 1]>} : tensor<2xi64>
  %column = onnx.Reshape(%part, %shape) : (tensor<2xui8>, tensor<2xi64>) -> tensor<2x1xui8>
  %0 = onnx.BitwiseAnd(%x, %column) : (tensor<2x4xui8>, tensor<2x1xui8>) -> tensor<2x4xui8>
  return %0 : tensor<2x4xui8>
}
