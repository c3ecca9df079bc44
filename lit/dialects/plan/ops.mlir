// Every op of the plan is read as it is printed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: onnxc-opt %s | onnxc-opt | FileCheck %s

// CHECK: #[[SUM:.*]] = affine_map<()[s0, s1] -> (s0 * 2 + s1)>
// CHECK: #[[PAIR:.*]] = affine_map<()[s0, s1] -> (s0, s1)>
func.func private @k(%in: tensor<4xf32>) -> tensor<4xf32>
func.func private @rows(%in: tensor<?xf32>, %n: index) -> tensor<?xf32>

// CHECK-LABEL: @calls
// CHECK: plan.call @k(%arg0) [] : (tensor<4xf32>) -> tensor<4xf32>
// CHECK: plan.call @rows(%arg1) [%arg2] {reused = array<i64: 0>} :
// CHECK-SAME: (tensor<?xf32, #onnx.dims<[s0]>>) -> tensor<?xf32, #onnx.dims<[s0]>>
// CHECK: plan.view %{{.*}} : tensor<4xf32> -> tensor<2x2xf32>
// CHECK: plan.offload 1(%arg0) : (tensor<4xf32>) -> tensor<8xf32>
func.func @calls(%x: tensor<4xf32>, %y: tensor<?xf32, #onnx.dims<[s0]>>,
                 %n: index) {
  %0 = plan.call @k(%x) [] : (tensor<4xf32>) -> tensor<4xf32>
  %1 = plan.call @rows(%y) [%n] {reused = array<i64: 0>}
      : (tensor<?xf32, #onnx.dims<[s0]>>) -> tensor<?xf32, #onnx.dims<[s0]>>
  %2 = plan.view %0 : tensor<4xf32> -> tensor<2x2xf32>
  %3 = plan.offload 1(%x) : (tensor<4xf32>) -> tensor<8xf32>
  return
}

// CHECK-LABEL: @sizes
// CHECK: plan.symbol 1 = %arg0[2] : tensor<3xi64>
// CHECK: plan.size #[[SUM]]
// CHECK: plan.require #[[PAIR]]
func.func @sizes(%shape: tensor<3xi64>) {
  %0 = plan.symbol 1 = %shape[2] : tensor<3xi64>
  %1 = plan.size affine_map<()[s0, s1] -> (s0 * 2 + s1)>
  plan.require affine_map<()[s0, s1] -> (s0, s1)>
  return
}
