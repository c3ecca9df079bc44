// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="vectorBits = 128, numVectorRegisters = 16"' \
// RUN:   --emit-transposes --canonicalize --split-input-file | FileCheck %s

// Sixteen elements of a row of the result, a line, are four squares: each of
// four vectors, which two steps of four shuffles transpose.

// CHECK-LABEL: func.func @rows
// CHECK: scf.for %{{.*}} = %c0 to %c8 step %c4
// CHECK-COUNT-4: vector.load
// CHECK-COUNT-8: vector.shuffle
// CHECK: vector.load
// CHECK-COUNT-16: vector.store
// CHECK-NOT: linalg
func.func @rows(%x: memref<16x8xf32>, %y: memref<8x16xf32>) attributes {plan.kernel} {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<16x8xf32>) outs(%y : memref<8x16xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  }
  return
}

// -----

// Three channels are no square.

// CHECK-LABEL: func.func @few
// CHECK: linalg.generic
func.func @few(%x: memref<40x3xf32>, %y: memref<3x40xf32>) attributes {plan.kernel} {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<40x3xf32>) outs(%y : memref<3x40xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  }
  return
}
