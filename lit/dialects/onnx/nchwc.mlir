// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics | FileCheck %s

// Filters in blocks of outputs and inputs are brought into ONNX's order.

// CHECK-LABEL: func.func @both
// CHECK: %[[P:.*]] = onnx.Pad(%arg0, {{.*}} -> tensor<1x16x4x4xf32>
// CHECK: onnx.Reshape(%arg1, {{.*}} -> tensor<3x2x1x1x8x8xf32>
// CHECK: onnx.Transpose({{.*}}) {perm = array<i64: 0, 5, 1, 4, 2, 3>}
// CHECK: onnx.Reshape({{.*}} -> tensor<24x16x1x1xf32>
// CHECK: onnx.Conv(%[[P]],
// CHECK: onnx.Slice({{.*}} -> tensor<1x20x4x4xf32>
func.func @both(%x: tensor<1x12x4x4xf32>, %w: tensor<24x16x1x1xf32>) -> tensor<*xf32> {
  %0 = onnx.microsoft.nchwc.ReorderInput(%x) {block = 8 : i64} : (tensor<1x12x4x4xf32>) -> tensor<*xf32>
  %1 = onnx.microsoft.nchwc.Conv(%0, %w, _, _) {block = 8 : i64} :
      (tensor<*xf32>, tensor<24x16x1x1xf32>) -> tensor<*xf32>
  %2 = onnx.microsoft.nchwc.ReorderOutput(%1) {block = 8 : i64, channels = 20 : i64} : (tensor<*xf32>) -> tensor<*xf32>
  return %2 : tensor<*xf32>
}

// -----

// Few inputs are not in blocks.

// CHECK-LABEL: func.func @outputs
// CHECK: onnx.Reshape(%arg1, {{.*}} -> tensor<2x3x2x2x16xf32>
// CHECK: onnx.Transpose({{.*}}) {perm = array<i64: 0, 4, 1, 2, 3>}
func.func @outputs(%x: tensor<1x3x4x4xf32>, %w: tensor<32x3x2x2xf32>) -> tensor<*xf32> {
  %0 = onnx.microsoft.nchwc.Conv(%x, %w, _, _) {block = 16 : i64} :
      (tensor<1x3x4x4xf32>, tensor<32x3x2x2xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @rest(%x: tensor<1x3x4x4xf32>, %w: tensor<24x3x2x2xf32>) -> tensor<*xf32> {
  // expected-error@+1 {{what is left of its filters behind whole blocks is 8, not 0}}
  %0 = onnx.microsoft.nchwc.Conv(%x, %w, _, _) {block = 16 : i64} :
      (tensor<1x3x4x4xf32>, tensor<24x3x2x2xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
