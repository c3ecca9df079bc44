// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --write-entry | FileCheck %s

// The second buffer of 16 floats takes the place of the first, which is dead by
// then; the result is computed in the caller's memory.

// CHECK-LABEL: func.func @onnxc_entry
// CHECK: %[[ARENA:.*]] = llvm.load
// CHECK: %[[A:.*]] = llvm.getelementptr %[[ARENA]]
// CHECK: call @k(%{{.*}}, %[[A]])
// CHECK: call @k(%{{.*}}, %[[B:.*]])
// CHECK: %[[OUT:.*]] = llvm.load
// CHECK: call @k(%{{.*}}, %[[OUT]])
// CHECK-LABEL: func.func @onnxc_arena_bytes
// CHECK: %{{.*}} = arith.constant 128 : i128
func.func @main(%x: tensor<16xf32>) -> tensor<16xf32> {
  %0 = plan.call @k(%x) [] : (tensor<16xf32>) -> tensor<16xf32>
  %1 = plan.call @k(%0) [] : (tensor<16xf32>) -> tensor<16xf32>
  %2 = plan.call @k(%1) [] : (tensor<16xf32>) -> tensor<16xf32>
  return %2 : tensor<16xf32>
}
func.func private @k(!llvm.ptr, !llvm.ptr) attributes {plan.kernel}
