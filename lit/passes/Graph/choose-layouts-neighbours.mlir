// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s \
// RUN:   --attach-machine='machine="vectorBits = 128"' \
// RUN:   --choose-layouts --split-input-file | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What takes no part reads a plain copy, which two readers share.

// CHECK-LABEL: func.func @main
// CHECK: %[[C:.*]] = onnx.BlockedConv
// CHECK: %[[T:.*]] = onnx.Transpose(%[[C]]) {perm = array<i64: 0, 1, 4, 2, 3>}
// CHECK: %[[P:.*]] = onnx.Reshape(%[[T]], %{{.*}}) {{.*}} -> tensor<1x4x3x3xf32>
// CHECK-NOT: onnx.Transpose
// CHECK: return %[[P]], %[[P]]
func.func @main(%x: tensor<1x4x3x3xf32>) -> (tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>) {
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x4x1x1xf32>} : tensor<4x4x1x1xf32>
  %0 = onnx.Conv(%x, %w, _) : (tensor<1x4x3x3xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x3x3xf32>
  return %0, %0 : tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>
}

// -----

// A vector of channels is reshaped to broadcast with blocks.

// CHECK-LABEL: func.func @main
// CHECK: %[[C:.*]] = onnx.BlockedConv
// CHECK: %[[V:.*]] = onnx.Reshape(%arg1, %{{.*}}) {{.*}} -> tensor<1x1x1x1x4xf32>
// CHECK: onnx.Mul(%[[C]], %[[V]])
func.func @main(%x: tensor<1x4x3x3xf32>, %v: tensor<4x1x1xf32>) -> tensor<1x4x3x3xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x4x1x1xf32>} : tensor<4x4x1x1xf32>
  %0 = onnx.Conv(%x, %w, _) : (tensor<1x4x3x3xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x3x3xf32>
  %1 = onnx.Mul(%0, %v) : (tensor<1x4x3x3xf32>, tensor<4x1x1xf32>) -> tensor<1x4x3x3xf32>
  return %1 : tensor<1x4x3x3xf32>
}

// -----

// Blocks of channels one behind the other.

// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = onnx.BlockedConv
// CHECK: %[[B:.*]] = onnx.BlockedConv
// CHECK: onnx.Concat(%[[A]], %[[B]]) {axis = 1 : i64} : {{.*}} -> tensor<1x2x3x3x4xf32>
func.func @main(%x: tensor<1x1x3x3xf32>) -> tensor<1x8x3x3xf32> {
  %v = onnx.Constant() {value = dense<1.0> : tensor<4x1x1x1xf32>} : tensor<4x1x1x1xf32>
  %w = onnx.Constant() {value = dense<2.0> : tensor<4x1x1x1xf32>} : tensor<4x1x1x1xf32>
  %0 = onnx.Conv(%x, %v, _) : (tensor<1x1x3x3xf32>, tensor<4x1x1x1xf32>) -> tensor<1x4x3x3xf32>
  %1 = onnx.Conv(%x, %w, _) : (tensor<1x1x3x3xf32>, tensor<4x1x1x1xf32>) -> tensor<1x4x3x3xf32>
  %2 = onnx.Concat(%0, %1) {axis = 1 : i64} : (tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>) -> tensor<1x8x3x3xf32>
  return %2 : tensor<1x8x3x3xf32>
}

// -----

// Five filters are no blocks.

// CHECK-LABEL: func.func @main
// CHECK-NOT: onnx.BlockedConv
// CHECK: onnx.Conv
func.func @main(%x: tensor<1x4x3x3xf32>) -> tensor<1x5x3x3xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<5x4x1x1xf32>} : tensor<5x4x1x1xf32>
  %0 = onnx.Conv(%x, %w, _) : (tensor<1x4x3x3xf32>, tensor<5x4x1x1xf32>) -> tensor<1x5x3x3xf32>
  return %0 : tensor<1x5x3x3xf32>
}

// -----

// Depthwise convolutions join blocks, they do not begin them.

// CHECK-LABEL: func.func @main
// CHECK-NOT: onnx.BlockedConv
// CHECK: onnx.Conv
func.func @main(%x: tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x1x1x1xf32>} : tensor<4x1x1x1xf32>
  %0 = onnx.Conv(%x, %w, _) {group = 4 : i64} : (tensor<1x4x3x3xf32>, tensor<4x1x1x1xf32>) -> tensor<1x4x3x3xf32>
  return %0 : tensor<1x4x3x3xf32>
}

// -----

// The bias is added to blocks; SAME padding is spelled out.

// CHECK-LABEL: func.func @main
// CHECK: onnx.BlockedConv({{.*}}) {{.*}}pads = array<i64: 0, 0, 1, 1>
// CHECK: %[[B:.*]] = onnx.Reshape(%arg1, %{{.*}}) {{.*}} -> tensor<1x1x1x1x4xf32>
// CHECK: onnx.Add(%{{.*}}, %[[B]])
func.func @main(%x: tensor<1x1x4x4xf32>, %b: tensor<4xf32>) -> tensor<1x4x4x4xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x1x2x2xf32>} : tensor<4x1x2x2xf32>
  %0 = onnx.Conv(%x, %w, %b) {auto_pad = "SAME_UPPER"} :
      (tensor<1x1x4x4xf32>, tensor<4x1x2x2xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}

// -----

// Rows and columns have the same numbers among blocks.

// CHECK-LABEL: func.func @main
// CHECK: %[[C:.*]] = onnx.BlockedConv
// CHECK: onnx.Resize(%[[C]], _, %{{.*}}, _) {axes = array<i64: 2, 3>} : {{.*}} -> tensor<1x1x6x9x4xf32>
// CHECK: onnx.Pad(%[[C]], %{{.*}}, _, _) {{.*}} -> tensor<1x1x3x4x4xf32>
func.func @main(%x: tensor<1x4x3x3xf32>) -> (tensor<1x4x6x9xf32>, tensor<1x4x3x4xf32>) {
  %w = onnx.Constant() {value = dense<1.0> : tensor<4x4x1x1xf32>} : tensor<4x4x1x1xf32>
  %s = onnx.Constant() {value = dense<[1.0, 1.0, 2.0, 3.0]> : tensor<4xf32>} : tensor<4xf32>
  %p = onnx.Constant() {value = dense<[0, 0, 0, 0, 0, 0, 0, 1]> : tensor<8xi64>} : tensor<8xi64>
  %0 = onnx.Conv(%x, %w, _) : (tensor<1x4x3x3xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x3x3xf32>
  %1 = onnx.Resize(%0, _, %s, _) : (tensor<1x4x3x3xf32>, tensor<4xf32>) -> tensor<1x4x6x9xf32>
  %2 = onnx.Pad(%0, %p, _, _) : (tensor<1x4x3x3xf32>, tensor<8xi64>) -> tensor<1x4x3x4xf32>
  return %1, %2 : tensor<1x4x6x9xf32>, tensor<1x4x3x4xf32>
}
