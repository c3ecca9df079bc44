// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --fold-empty-tensors | FileCheck %s

// What has no elements is not computed; what comes of it is.

// CHECK-LABEL: func.func @softmax
// CHECK-NOT: onnx.Softmax
// CHECK: onnx.Constant() {value = dense<> : tensor<2x0xf32>}
// CHECK: onnx.ReduceSum
func.func @softmax(%x: tensor<2x0xf32>) -> (tensor<2x0xf32>, tensor<1x1xf32>) {
  %0 = onnx.Softmax(%x) : (tensor<2x0xf32>) -> tensor<2x0xf32>
  %1 = onnx.ReduceSum(%0) : (tensor<2x0xf32>) -> tensor<1x1xf32>
  return %0, %1 : tensor<2x0xf32>, tensor<1x1xf32>
}
