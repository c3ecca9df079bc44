// Exponentials of differences to the maximum, divided by their sum.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --recognize-idioms | FileCheck %s

// CHECK-LABEL: func.func @softmax
// CHECK: %[[Y:.*]] = onnx.Softmax(%arg0) {axis = 0 : i64} : tensor<2x4xf32>
// CHECK: return %[[Y]]
func.func @softmax(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %axes = onnx.Constant() {value = dense<0> : tensor<1xi64>} : tensor<1xi64>
  %0 = onnx.ReduceMax(%x, %axes) : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<1x4xf32>
  %1 = onnx.Sub(%x, %0) : (tensor<2x4xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>
  %2 = onnx.Exp(%1) : tensor<2x4xf32>
  %3 = onnx.ReduceSum(%2, %axes) : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<1x4xf32>
  %4 = onnx.Div(%2, %3) : (tensor<2x4xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>
  return %4 : tensor<2x4xf32>
}
