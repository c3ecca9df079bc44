// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @batched
// CHECK: onnx.MatMul{{.*}} -> tensor<2x5x3x6xf32>
// CHECK: onnx.MatMul{{.*}} -> tensor<2x1x3xf32>
func.func @batched(%a: tensor<2x1x3x4xf32>, %b: tensor<5x4x6xf32>,
                   %v: tensor<4xf32>) {
  %0 = onnx.MatMul(%a, %b) : (tensor<2x1x3x4xf32>, tensor<5x4x6xf32>) -> tensor<*xf32>
  %1 = onnx.MatMul(%a, %v) : (tensor<2x1x3x4xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

// CHECK-LABEL: func.func @strided
// CHECK: onnx.Conv{{.*}} -> tensor<1x6x4x4xf32>
func.func @strided(%x: tensor<1x4x8x8xf32>, %w: tensor<6x2x3x3xf32>) {
  %0 = onnx.Conv(%x, %w, _) {group = 2 : i64, pads = array<i64: 1, 1, 1, 1>,
      strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @inner(%a: tensor<3x4xf32>, %b: tensor<5x6xf32>) {
  // expected-error@+2 {{inner sizes 4 and 5 differ}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.MatMul(%a, %b) : (tensor<3x4xf32>, tensor<5x6xf32>) -> tensor<3x6xf32>
  return
}
