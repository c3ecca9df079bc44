// A row, divided by its root mean square.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --recognize-idioms | FileCheck %s

// CHECK-LABEL: func.func @rms
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%arg0, %arg1) {axis = 1 : i64, epsilon = 1.000000e-03 : f32}
// CHECK: return %[[Y]]
func.func @rms(%x: tensor<2x4xf32>, %w: tensor<4xf32>) -> tensor<2x4xf32> {
  %axes = onnx.Constant() {value = dense<1> : tensor<1xi64>} : tensor<1xi64>
  %epsilon = onnx.Constant() {value = dense<0.001> : tensor<f32>} : tensor<f32>
  %0 = onnx.Mul(%x, %x) : tensor<2x4xf32>
  %1 = onnx.ReduceMean(%0, %axes) : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add(%1, %epsilon) : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt(%2) : tensor<2x1xf32>
  %4 = onnx.Reciprocal(%3) : tensor<2x1xf32>
  %5 = onnx.Mul(%x, %4) : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %6 = onnx.Mul(%w, %5) : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %6 : tensor<2x4xf32>
}

// Over another axis it is none.

// CHECK-LABEL: func.func @columns
// CHECK-NOT: onnx.RMSNormalization
func.func @columns(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %axes = onnx.Constant() {value = dense<0> : tensor<1xi64>} : tensor<1xi64>
  %epsilon = onnx.Constant() {value = dense<0.001> : tensor<f32>} : tensor<f32>
  %0 = onnx.Mul(%x, %x) : tensor<2x4xf32>
  %1 = onnx.ReduceMean(%0, %axes) : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<1x4xf32>
  %2 = onnx.Add(%1, %epsilon) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %3 = onnx.Sqrt(%2) : tensor<1x4xf32>
  %4 = onnx.Div(%x, %3) : (tensor<2x4xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>
  return %4 : tensor<2x4xf32>
}
