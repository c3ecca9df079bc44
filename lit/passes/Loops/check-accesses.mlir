// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --check-accesses | FileCheck %s

// A place is counted in the whole tensor, through the views of it.

// CHECK-LABEL: func.func private @kernel
// CHECK: %[[N:.*]] = memref.dim %arg0
// CHECK: arith.muli
// CHECK: cf.assert %{{.*}}, "kernel: vector.load outside of its tensor"
// CHECK-NEXT: vector.load
// CHECK: cf.assert %{{.*}}, "kernel: memref.store outside of its tensor"
// CHECK-NEXT: memref.store
func.func private @kernel(%x: memref<?x8xf32>, %y: memref<4xf32>, %i: index)
    attributes {plan.kernel} {
  %row = memref.subview %x[%i, 0] [1, 8] [1, 1]
      : memref<?x8xf32> to memref<8xf32, strided<[1], offset: ?>>
  %v = vector.load %row[%i]
      : memref<8xf32, strided<[1], offset: ?>>, vector<4xf32>
  %e = vector.extract %v[0] : f32 from vector<4xf32>
  memref.store %e, %y[%i] : memref<4xf32>
  return
}
