// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --expand-quantization | FileCheck %s

// Weights of 4 bits that are dequantised stay as they are, eight to a word. Those
// of signed ones are moved up: 0 is 8, and so is the zero point, which is not
// said then.

// CHECK-LABEL: func.func @product
// CHECK: %[[W:.*]] = onnx.Constant() {value = dense_resource<words> : tensor<3x1xui32>}
// CHECK: onnx.NBitsMatMul(%arg0, %[[W]], %{{.*}}) {bits = 4 : i64, block_size = 8 : i64, columns = 3 : i64}
// CHECK-NOT: onnx.MatMul
// CHECK: words: "0x04000000888888088888880888888808"
func.func @product(%a: tensor<5x7xf32>) -> tensor<5x3xf32> {
  %w = onnx.Constant() {value = dense<0> : tensor<7x3xi4>} : tensor<7x3xi4>
  %s = onnx.Constant() {value = dense<[0.5, 1.0, 2.0]> : tensor<3xf32>} : tensor<3xf32>
  %b = onnx.DequantizeLinear(%w, %s, _) {axis = 1 : i64} :
      (tensor<7x3xi4>, tensor<3xf32>) -> tensor<7x3xf32>
  %0 = onnx.MatMul(%a, %b) : (tensor<5x7xf32>, tensor<7x3xf32>) -> tensor<5x3xf32>
  return %0 : tensor<5x3xf32>
}
