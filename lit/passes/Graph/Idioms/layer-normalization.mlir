// Differences to the mean of a row, divided by their deviation.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --recognize-idioms | FileCheck %s

// CHECK-LABEL: func.func @layer
// CHECK: %[[Y:.*]], %{{.*}}, %{{.*}} = onnx.LayerNormalization(%arg0, %arg1, %arg1)
// CHECK-SAME: {axis = 1 : i64, epsilon = 1.000000e-03 : f32}
// CHECK: return %[[Y]]
func.func @layer(%x: tensor<2x4xf32>, %w: tensor<4xf32>) -> tensor<2x4xf32> {
  %axes = onnx.Constant() {value = dense<-1> : tensor<1xi64>} : tensor<1xi64>
  %two = onnx.Constant() {value = dense<2.0> : tensor<f32>} : tensor<f32>
  %epsilon = onnx.Constant() {value = dense<0.001> : tensor<f32>} : tensor<f32>
  %0 = onnx.ReduceMean(%x, %axes) : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %1 = onnx.Sub(%x, %0) : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %2 = onnx.Pow(%1, %two) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %3 = onnx.ReduceMean(%2, %axes) : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %4 = onnx.Add(%3, %epsilon) : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %5 = onnx.Sqrt(%4) : tensor<2x1xf32>
  %6 = onnx.Div(%1, %5) : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %7 = onnx.Mul(%6, %w) : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %8 = onnx.Add(%7, %w) : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %8 : tensor<2x4xf32>
}
