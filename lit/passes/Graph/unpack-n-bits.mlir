// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='target=vulkan' --expand-quantization \
// RUN:   | FileCheck %s

// A device multiplies floats: words are taken apart before constants are folded.

// CHECK-LABEL: func.func @device
// CHECK-COUNT-7: onnx.BitShift
// CHECK: onnx.Concat
// CHECK: %[[B:.*]] = onnx.Transpose({{.*}} -> tensor<30x2xf32>
// CHECK: onnx.MatMul(%arg0, %[[B]])
func.func @device(%a: tensor<5x30xf32>) -> tensor<5x2xf32> {
  %w = onnx.Constant() {value = dense<7> : tensor<2x4xui32>} : tensor<2x4xui32>
  %s = onnx.Constant() {value = dense<0.5> : tensor<2x1xf32>} : tensor<2x1xf32>
  %0 = onnx.NBitsMatMul(%a, %w, %s, _) {bits = 4 : i64, block_size = 32 : i64, columns = 2 : i64} :
      (tensor<5x30xf32>, tensor<2x4xui32>, tensor<2x1xf32>) -> tensor<5x2xf32>
  return %0 : tensor<5x2xf32>
}
