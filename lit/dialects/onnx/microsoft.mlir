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

// AttnLSTM is a Scan of LSTMs of one step, whose inputs have what the state
// before them reads from the memory behind them.

// CHECK-LABEL: func.func @attending
// CHECK: %[[KEYS:.*]] = onnx.MatMul(%arg6,
// CHECK: onnx.Scan(
// CHECK: %[[X:.*]] = onnx.Concat({{.*}} -> tensor<2x8xf32>
// CHECK: onnx.LSTM({{.*}} {{.*}}hidden_size = 4
// CHECK: onnx.Add(%[[KEYS]],
// CHECK: onnx.Softmax(
// CHECK: onnx.MatMul({{.*}}, %arg6)
// CHECK: onnx.Yield
func.func @attending(%x: tensor<5x2x5xf32>, %w: tensor<1x16x8xf32>,
    %r: tensor<1x16x4xf32>, %qw: tensor<1x4x6xf32>, %mw: tensor<1x3x6xf32>,
    %v: tensor<1x6xf32>, %m: tensor<2x7x3xf32>) -> tensor<*xf32> {
  %y, %h, %c = onnx.microsoft.AttnLSTM(%x, %w, %r, _, _, _, _, _, %qw, %mw, %v, %m, _, _)
      {hidden_size = 4 : i64}
      : (tensor<5x2x5xf32>, tensor<1x16x8xf32>, tensor<1x16x4xf32>, tensor<1x4x6xf32>,
          tensor<1x3x6xf32>, tensor<1x6xf32>, tensor<2x7x3xf32>)
      -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  return %y : tensor<*xf32>
}

// Constant weights of 4 bits stay as they are, eight of them to a word.

// CHECK-LABEL: func.func @words
// CHECK: %[[W:.*]] = onnx.Constant() {{.*}} : tensor<2x4xui32>
// CHECK: onnx.NBitsMatMul(%arg0, %[[W]], %{{.*}}) {bits = 4 : i64, block_size = 32 : i64, columns = 2 : i64}
func.func @words(%a: tensor<3x32xf32>) -> tensor<*xf32> {
  %b = onnx.Constant() {value = dense<7> : tensor<2x1x16xui8>} : tensor<2x1x16xui8>
  %s = onnx.Constant() {value = dense<0.5> : tensor<2x1xf32>} : tensor<2x1xf32>
  %y = onnx.microsoft.MatMulNBits(%a, %b, %s, _, _, _)
      {K = 32 : i64, N = 2 : i64, bits = 4 : i64, block_size = 32 : i64}
      : (tensor<3x32xf32>, tensor<2x1x16xui8>, tensor<2x1xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}
