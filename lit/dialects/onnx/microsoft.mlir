// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// onnxruntime's operators become ONNX's. FusedMatMul transposes by batch and
// matrix, and scales.

// CHECK-LABEL: func.func @product
// CHECK: %[[A:.*]] = onnx.Transpose(%arg0) {perm = array<i64: 1, 2, 0>}
// CHECK: %[[Y:.*]] = onnx.MatMul(%[[A]], %arg1)
// CHECK: onnx.Mul(%[[Y]], %{{.*}}) : {{.*}} -> tensor<3x5x4xf32>
func.func @product(%a: tensor<2x3x5xf32>, %b: tensor<3x2x4xf32>)
    -> tensor<*xf32> {
  %y = onnx.microsoft.FusedMatMul(%a, %b)
      {alpha = 0.5 : f32, transA = 1 : i64, transBatchA = 1 : i64}
      : (tensor<2x3x5xf32>, tensor<3x2x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// Attention projects and attends; its state is one tensor.

// CHECK-LABEL: func.func @attention
// CHECK-COUNT-3: onnx.MatMul(%arg0,
// CHECK: onnx.Attention({{.*}} {is_causal = 1 : i64, kv_num_heads = 2 : i64
// CHECK: onnx.Concat({{.*}} -> tensor<2x1x2x3x4xf32>
func.func @attention(%x: tensor<1x3x6xf32>, %w: tensor<6x24xf32>)
    -> (tensor<*xf32>, tensor<*xf32>) {
  %y, %state = onnx.microsoft.Attention(%x, %w)
      {num_heads = 2 : i64, unidirectional = 1 : i64}
      : (tensor<1x3x6xf32>, tensor<6x24xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return %y, %state : tensor<*xf32>, tensor<*xf32>
}
