// x Clip(x + 3, 0, 6) / 6 is HardSwish.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --recognize-idioms | FileCheck %s

// CHECK-LABEL: func.func @hard_swish
// CHECK: %[[Y:.*]] = onnx.HardSwish(%arg0) : tensor<4xf32>
// CHECK: return %[[Y]]
func.func @hard_swish(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = onnx.Constant() {value = dense<0.0> : tensor<f32>} : tensor<f32>
  %three = onnx.Constant() {value = dense<3.0> : tensor<f32>} : tensor<f32>
  %six = onnx.Constant() {value = dense<6.0> : tensor<f32>} : tensor<f32>
  %0 = onnx.Add(%x, %three) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = onnx.Clip(%0, %zero, %six) : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  %2 = onnx.Mul(%x, %1) : tensor<4xf32>
  %3 = onnx.Div(%2, %six) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %3 : tensor<4xf32>
}
