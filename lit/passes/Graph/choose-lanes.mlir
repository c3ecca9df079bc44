// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s \
// RUN:   --attach-machine='machine="vectorBits = 256"' \
// RUN:   --choose-layouts --split-input-file | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Blocks are as long as a vector where that serves as well.

// CHECK-LABEL: func.func @main
// CHECK: onnx.BlockedConv({{.*}} -> tensor<1x2x3x3x8xf32>
func.func @main(%x: tensor<1x1x3x3xf32>) -> tensor<1x16x3x3xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<16x1x1x1xf32>} : tensor<16x1x1x1xf32>
  %0 = onnx.Conv(%x, %w, _) : (tensor<1x1x3x3xf32>, tensor<16x1x1x1xf32>) -> tensor<1x16x3x3xf32>
  return %0 : tensor<1x16x3x3xf32>
}

// -----

// Twelve channels are three blocks of half a vector.

// CHECK-LABEL: func.func @main
// CHECK: onnx.BlockedConv({{.*}} -> tensor<1x3x3x3x4xf32>
func.func @main(%x: tensor<1x1x3x3xf32>) -> tensor<1x12x3x3xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<12x1x1x1xf32>} : tensor<12x1x1x1xf32>
  %0 = onnx.Conv(%x, %w, _) : (tensor<1x1x3x3xf32>, tensor<12x1x1x1xf32>) -> tensor<1x12x3x3xf32>
  return %0 : tensor<1x12x3x3xf32>
}
