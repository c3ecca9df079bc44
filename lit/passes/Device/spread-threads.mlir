// RUN: onnxc-opt %s --attach-machine='machine="minThreads = 8"' \
// RUN:   --spread-threads | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// An element a task; neighbouring loops are one.
// CHECK-LABEL: func @add
// CHECK: scf.forall (%[[I:.*]]) in (12)
// CHECK: memref.load {{.*}}[%[[I]]]
// CHECK: memref.store {{.*}}[%[[I]]]
func.func @add(%a: memref<3x4xf32>, %b: memref<3x4xf32>) attributes {plan.kernel} {
  linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>,
                       affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%a : memref<3x4xf32>) outs(%b : memref<3x4xf32>) {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.addf %x, %x : f32
    linalg.yield %0 : f32
  }
  return
}

// A product's tile stays in registers: 4 sums are carried by the loop over k,
// start at what the fill says, and are stored as what follows makes of them.
// CHECK-LABEL: func @product
// CHECK-NOT: linalg
// CHECK: scf.forall {{.*}} in (4, 2)
// CHECK: %[[SUMS:.*]]:4 = scf.for {{.*}} to %c16
// CHECK: arith.maximumf %[[SUMS]]#0
// CHECK: memref.store
// CHECK-NOT: scf.forall
func.func @product(%a: memref<8x16xf32>, %b: memref<16x4xf32>,
                   %c: memref<8x4xf32>,
                   %sums: memref<8x4xf32> {plan.scratch}) attributes {plan.kernel} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%sums : memref<8x4xf32>)
  linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (k, n)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x16xf32>, memref<16x4xf32>)
      outs(%sums : memref<8x4xf32>) attrs = {plan.contraction = #plan.product} {
  ^bb0(%x: f32, %y: f32, %sum: f32):
    %0 = arith.mulf %x, %y : f32
    %1 = arith.addf %sum, %0 : f32
    linalg.yield %1 : f32
  }
  linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>,
                       affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<8x4xf32>) outs(%c : memref<8x4xf32>) {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.maximumf %x, %zero : f32
    linalg.yield %0 : f32
  }
  return
}
