// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --pass-pipeline='builtin.module(func.func(lower-kernel-loops,canonicalize))' | FileCheck %s

// Contiguous dimensions are one loop, a long one is cut in parts of 4096.

// CHECK-LABEL: func.func private @long
// CHECK: scf.forall (%[[P:.*]]) in (25) {
// CHECK: %[[FROM:.*]] = arith.muli %[[P]]
// CHECK: scf.for %{{.*}} = %[[FROM]] to
func.func private @long(%x: memref<4x500x50xf32>, %y: memref<4x500x50xf32>)
    attributes {plan.kernel} {
  linalg.exp ins(%x : memref<4x500x50xf32>) outs(%y : memref<4x500x50xf32>)
  return
}

// With 64 channels of 49 elements there is one loop for elements and one for
// the channels that the second operand has; both are too short for threads.

// CHECK-LABEL: func.func private @channels
// CHECK-DAG: %[[C49:.*]] = arith.constant 49 : index
// CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[C64]]
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[C49]]
// CHECK-NOT: scf.for
func.func private @channels(%x: memref<1x64x7x7xf32>, %b: memref<1x64x1x1xf32>,
                            %y: memref<1x64x7x7xf32>) attributes {plan.kernel} {
  linalg.generic {
      indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>,
                       affine_map<(n, c, h, w) -> (0, c, 0, 0)>,
                       affine_map<(n, c, h, w) -> (n, c, h, w)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x, %b : memref<1x64x7x7xf32>, memref<1x64x1x1xf32>)
      outs(%y : memref<1x64x7x7xf32>) {
  ^bb0(%l: f32, %r: f32, %out: f32):
    %0 = arith.addf %l, %r : f32
    linalg.yield %0 : f32
  }
  return
}
