// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// Caches are written once. Their length is read when the model runs.

// CHECK-LABEL: func.func @attend
// CHECK-NOT: onnx.Concat
// CHECK: plan.symbol
// CHECK: %[[K:.*]] = onnx.AppendRows({{.*}}#onnx.dims<[1, 2, s0 + s1, 4]>>
// CHECK: %[[V:.*]] = onnx.AppendRows({{.*}}#onnx.dims<[1, 2, s0 + s1, 4]>>
// CHECK: onnx.Attention({{.*}}, %[[K]], %[[V]],
func.func @attend(%q: tensor<1x1x8xf32>, %k: tensor<1x1x8xf32>, %v: tensor<1x1x8xf32>,
    %pk: tensor<1x2x?x4xf32, #onnx.dims<[1, 2, s0, 4]>>,
    %pv: tensor<1x2x?x4xf32, #onnx.dims<[1, 2, s0, 4]>>,
    %lengths: tensor<1xi32>, %total: tensor<i32>, %s0: index)
    -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
    attributes {onnx.symbols = ["past"]} {
  %y, %fk, %fv, %qk = onnx.microsoft.GroupQueryAttention(%q, %k, %v, %pk, %pv,
      %lengths, %total, _, _, _, _, _, _, _, _, _, _)
      {num_heads = 2 : i64, kv_num_heads = 2 : i64}
      : (tensor<1x1x8xf32>, tensor<1x1x8xf32>, tensor<1x1x8xf32>,
         tensor<1x2x?x4xf32, #onnx.dims<[1, 2, s0, 4]>>,
         tensor<1x2x?x4xf32, #onnx.dims<[1, 2, s0, 4]>>, tensor<1xi32>, tensor<i32>)
      -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  return %y, %fk, %fv : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// A cache of a known length that is long enough stays as long.

// CHECK-LABEL: func.func @capacity
// CHECK: onnx.AppendRows({{.*}} -> tensor<1x2x9x4xf32>
func.func @capacity(%past: tensor<1x2x9x4xf32>, %rows: tensor<1x2x3x4xf32>,
    %starts: tensor<1xi64>) -> tensor<*xf32> {
  %more = onnx.Constant() {value = dense<0> : tensor<1xi64>} : tensor<1xi64>
  %y = onnx.AppendRows(%past, %rows, %starts, %more)
      : (tensor<1x2x9x4xf32>, tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>)
      -> tensor<*xf32>
  return %y : tensor<*xf32>
}
