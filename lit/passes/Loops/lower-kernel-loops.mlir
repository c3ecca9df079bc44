// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --pass-pipeline='builtin.module(func.func(lower-kernel-loops,canonicalize))' | FileCheck %s

// A sum over the rows of a matrix adds whole rows: the innermost loop goes
// along the columns, where both operands are contiguous.

// CHECK-LABEL: func.func private @sum_rows
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
// CHECK-DAG: %[[C128:.*]] = arith.constant 128 : index
// CHECK: scf.for %[[K:.*]] = %{{.*}} to %[[C16]]
// CHECK: scf.for %[[J:.*]] = %{{.*}} to %[[C128]]
// CHECK: memref.load %{{.*}}[%[[K]], %[[J]]]
// CHECK: memref.load %{{.*}}[%[[J]]]
func.func private @sum_rows(%x: memref<16x128xf32>, %y: memref<128xf32>)
    attributes {plan.kernel} {
  linalg.generic {
      indexing_maps = [affine_map<(j, k) -> (k, j)>, affine_map<(j, k) -> (j)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<16x128xf32>) outs(%y : memref<128xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %0 = arith.addf %sum, %a : f32
    linalg.yield %0 : f32
  }
  return
}
