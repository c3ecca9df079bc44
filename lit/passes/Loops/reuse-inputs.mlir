// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --reuse-inputs | FileCheck %s

// The second call reads %0 for the last time, element by element: it writes
// onto it, by a variant of the kernel with one argument for both. %x is the
// caller's, and %1 is still returned after the third.

// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = plan.call @k(%arg0, %arg0) [] :
// CHECK: %[[B:.*]] = plan.call @k_in_place(%[[A]], %arg0) [] {reused = array<i64: 0>} :
// CHECK: plan.call @k(%[[B]], %[[B]]) [] :
func.func @main(%x: tensor<16xf32>) -> (tensor<16xf32>, tensor<16xf32>) {
  %0 = plan.call @k(%x, %x) [] : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
  %1 = plan.call @k(%0, %x) [] : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
  %2 = plan.call @k(%1, %1) [] : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
  return %1, %2 : tensor<16xf32>, tensor<16xf32>
}

// CHECK-LABEL: func.func private @k_in_place
// CHECK-SAME: (%[[B:.*]]: memref<16xf32>, %[[Y:.*]]: memref<16xf32>)
// CHECK: linalg.generic {{.*}} ins(%[[Y]], %[[B]] : {{.*}}) outs(%[[Y]] :
func.func private @k(%a: memref<16xf32>, %b: memref<16xf32>, %y: memref<16xf32>)
    attributes {plan.kernel} {
  linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]}
      ins(%a, %b : memref<16xf32>, memref<16xf32>) outs(%y : memref<16xf32>) {
  ^bb0(%l: f32, %r: f32, %out: f32):
    %0 = arith.addf %l, %r : f32
    linalg.yield %0 : f32
  }
  return
}
