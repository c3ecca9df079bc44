// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='target=x86_64 cpu=x86-64-v4' \
// RUN:   --pack-weights | FileCheck %s

// A constant matrix becomes panels of 32 columns, the last one filled up.

// CHECK-LABEL: func.func @matmul
// CHECK: %[[F:.*]] = onnx.Concat({{.*}}) {axis = 1 : i64} : (tensor<64x40xf32>, tensor<64x24xf32>) -> tensor<64x64xf32>
// CHECK: %[[R:.*]] = onnx.Reshape(%[[F]], %{{.*}}) {{.*}} -> tensor<64x2x32xf32>
// CHECK: %[[P:.*]] = onnx.Transpose(%[[R]]) {perm = array<i64: 1, 0, 2>}
// CHECK: onnx.PackedMatMul(%arg0, %[[P]]) {columns = 40 : i64}
func.func @matmul(%a: tensor<2x5x64xf32>) -> tensor<2x5x40xf32> {
  %b = onnx.Constant() {value = dense<1.0> : tensor<64x40xf32>} : tensor<64x40xf32>
  %0 = onnx.MatMul(%a, %b) : (tensor<2x5x64xf32>, tensor<64x40xf32>) -> tensor<2x5x40xf32>
  return %0 : tensor<2x5x40xf32>
}

// A small one, or one that is no constant, stays.

// CHECK-LABEL: func.func @small
// CHECK: onnx.MatMul
func.func @small(%a: tensor<5x8xf32>) -> tensor<5x4xf32> {
  %b = onnx.Constant() {value = dense<1.0> : tensor<8x4xf32>} : tensor<8x4xf32>
  %0 = onnx.MatMul(%a, %b) : (tensor<5x8xf32>, tensor<8x4xf32>) -> tensor<5x4xf32>
  return %0 : tensor<5x4xf32>
}

// Words of a few bits lie in panels like elements, and so do their scales.

// CHECK-LABEL: func.func @words
// CHECK: %[[W:.*]] = onnx.Transpose({{.*}} -> tensor<1x8x32xui32>
// CHECK: %[[S:.*]] = onnx.Transpose({{.*}} -> tensor<1x2x32xf32>
// CHECK: onnx.NBitsMatMul(%arg0, %[[W]], %[[S]])
func.func @words(%a: tensor<5x64xf32>) -> tensor<5x20xf32> {
  %w = onnx.Constant() {value = dense<7> : tensor<20x8xui32>} : tensor<20x8xui32>
  %s = onnx.Constant() {value = dense<0.5> : tensor<20x2xf32>} : tensor<20x2xf32>
  %0 = onnx.NBitsMatMul(%a, %w, %s, _) {bits = 4 : i64, block_size = 32 : i64, columns = 20 : i64} :
      (tensor<5x64xf32>, tensor<20x8xui32>, tensor<20x2xf32>) -> tensor<5x20xf32>
  return %0 : tensor<5x20xf32>
}
