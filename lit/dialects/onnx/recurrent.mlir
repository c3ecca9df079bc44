// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recurrent layers: results by layout, and operands that disagree.
// RUN: onnxc-opt %s -split-input-file --infer-shapes --verify-diagnostics | FileCheck %s

// CHECK-LABEL: @layouts
func.func @layouts(%x: tensor<5x2x3xf32>, %w: tensor<1x12x3xf32>, %r: tensor<1x12x4xf32>)
    -> (tensor<*xf32>, tensor<*xf32>) {
  // CHECK: onnx.GRU{{.*}} -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
  %0, %1 = onnx.GRU(%x, %w, %r, _, _, _) :
      (tensor<5x2x3xf32>, tensor<1x12x3xf32>, tensor<1x12x4xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  // CHECK: onnx.GRU{{.*}} -> (tensor<5x2x1x4xf32>, tensor<5x1x4xf32>)
  %2, %3 = onnx.GRU(%x, %w, %r, _, _, _) {layout = 1 : i64} :
      (tensor<5x2x3xf32>, tensor<1x12x3xf32>, tensor<1x12x4xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return %0, %2 : tensor<*xf32>, tensor<*xf32>
}

// -----

func.func @bad(%x: tensor<5x2x3xf32>, %w: tensor<1x12x3xf32>, %r: tensor<1x12x4xf32>) -> tensor<*xf32> {
  // expected-error@+2 {{R has 12 rows, not 4 times its 4 columns}}
  // expected-error@+1 {{failed to infer returned types}}
  %0, %1, %2 = onnx.LSTM(%x, %w, %r, _, _, _, _, _) :
      (tensor<5x2x3xf32>, tensor<1x12x3xf32>, tensor<1x12x4xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  return %0 : tensor<*xf32>
}
