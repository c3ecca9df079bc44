// x Tanh(Log(Exp(x) + 1)) is Mish.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --recognize-idioms | FileCheck %s

// CHECK-LABEL: func.func @mish
// CHECK: %[[Y:.*]] = onnx.Mish(%arg0) : tensor<4xf32>
// CHECK: return %[[Y]]
func.func @mish(%x: tensor<4xf32>) -> tensor<4xf32> {
  %one = onnx.Constant() {value = dense<1.0> : tensor<f32>} : tensor<f32>
  %0 = onnx.Exp(%x) : tensor<4xf32>
  %1 = onnx.Add(%0, %one) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = onnx.Log(%1) : tensor<4xf32>
  %3 = onnx.Tanh(%2) : tensor<4xf32>
  %4 = onnx.Mul(%x, %3) : tensor<4xf32>
  return %4 : tensor<4xf32>
}

// Something else reads the gate.

// CHECK-LABEL: func.func @used
// CHECK-NOT: onnx.Mish
func.func @used(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = onnx.Softplus(%x) : tensor<4xf32>
  %1 = onnx.Tanh(%0) : tensor<4xf32>
  %2 = onnx.Mul(%x, %1) : tensor<4xf32>
  return %1, %2 : tensor<4xf32>, tensor<4xf32>
}
