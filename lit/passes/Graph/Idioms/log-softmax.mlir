// The logarithm of Softmax has a kernel of its own.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --recognize-idioms | FileCheck %s

// CHECK-LABEL: func.func @log_softmax
// CHECK: %[[Y:.*]] = onnx.LogSoftmax(%arg0) {axis = 0 : i64} : tensor<2x4xf32>
// CHECK: return %[[Y]]
func.func @log_softmax(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = onnx.Softmax(%x) {axis = 0 : i64} : tensor<2x4xf32>
  %1 = onnx.Log(%0) : tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}
