// Gelu by the error function, and by the hyperbolic tangent.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --recognize-idioms | FileCheck %s

// CHECK-LABEL: func.func @exact
// CHECK: %[[Y:.*]] = onnx.Gelu(%arg0) : tensor<4xf32>
// CHECK: return %[[Y]]
func.func @exact(%x: tensor<4xf32>) -> tensor<4xf32> {
  %half = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %one = onnx.Constant() {value = dense<1.0> : tensor<f32>} : tensor<f32>
  %root = onnx.Constant() {value = dense<1.41421354> : tensor<f32>} : tensor<f32>
  %0 = onnx.Div(%x, %root) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = onnx.Erf(%0) : tensor<4xf32>
  %2 = onnx.Add(%1, %one) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = onnx.Mul(%x, %2) : tensor<4xf32>
  %4 = onnx.Mul(%3, %half) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %4 : tensor<4xf32>
}

// CHECK-LABEL: func.func @tanh
// CHECK: onnx.Gelu(%arg0) {approximate = "tanh"} : tensor<4xf32>
func.func @tanh(%x: tensor<4xf32>) -> tensor<4xf32> {
  %half = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %one = onnx.Constant() {value = dense<1.0> : tensor<f32>} : tensor<f32>
  %three = onnx.Constant() {value = dense<3.0> : tensor<f32>} : tensor<f32>
  %cubic = onnx.Constant() {value = dense<0.044715> : tensor<f32>} : tensor<f32>
  %scale = onnx.Constant() {value = dense<0.797884583> : tensor<f32>} : tensor<f32>
  %0 = onnx.Pow(%x, %three) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = onnx.Mul(%0, %cubic) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = onnx.Add(%x, %1) : tensor<4xf32>
  %3 = onnx.Mul(%2, %scale) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %4 = onnx.Tanh(%3) : tensor<4xf32>
  %5 = onnx.Add(%4, %one) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %6 = onnx.Mul(%x, %half) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %7 = onnx.Mul(%6, %5) : tensor<4xf32>
  return %7 : tensor<4xf32>
}
