// x Sigmoid(alpha x) is Swish.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --recognize-idioms | FileCheck %s

// CHECK-LABEL: func.func @swish
// CHECK: %[[Y:.*]] = onnx.Swish(%arg0) {alpha = 1.702{{.*}}} : tensor<4xf32>
// CHECK: return %[[Y]]
func.func @swish(%x: tensor<4xf32>) -> tensor<4xf32> {
  %alpha = onnx.Constant() {value = dense<1.702> : tensor<f32>} : tensor<f32>
  %0 = onnx.Mul(%x, %alpha) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = onnx.Sigmoid(%0) : tensor<4xf32>
  %2 = onnx.Mul(%1, %x) : tensor<4xf32>
  return %2 : tensor<4xf32>
}

// The gate is that of another value.

// CHECK-LABEL: func.func @other
// CHECK-NOT: onnx.Swish
func.func @other(%x: tensor<4xf32>, %z: tensor<4xf32>) -> tensor<4xf32> {
  %0 = onnx.Sigmoid(%z) : tensor<4xf32>
  %1 = onnx.Mul(%x, %0) : tensor<4xf32>
  return %1 : tensor<4xf32>
}
