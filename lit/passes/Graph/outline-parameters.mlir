// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --outline-kernels | FileCheck %s

// Kernels that would differ in the value of a scalar only take it as argument,
// each use one of its own, so that it does not matter which are equal.

// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = plan.call @[[K:.*]](%arg0, %{{.*}}, %{{.*}})
// CHECK: plan.call @[[K]](%[[A]], %{{.*}}, %{{.*}})
// CHECK: func.func private @[[K]](%arg0: tensor<4x8xf32>, %arg1: tensor<f32>, %arg2: tensor<f32>) -> tensor<4x8xf32>
// CHECK-NOT: func.func private
func.func @main(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %a = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %b = onnx.Constant() {value = dense<0.25> : tensor<f32>} : tensor<f32>
  %0 = onnx.Mul(%x, %a) : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %1 = onnx.Add(%0, %a) : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %2 = onnx.Softmax(%1) : tensor<4x8xf32>
  %3 = onnx.Mul(%2, %a) : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %4 = onnx.Add(%3, %b) : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %5 = onnx.Softmax(%4) : tensor<4x8xf32>
  return %5 : tensor<4x8xf32>
}
