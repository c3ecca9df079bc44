// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s \
// RUN:   --pass-pipeline='builtin.module(gpu.module(gpu.func(flatten-accesses,lower-affine,canonicalize)))' \
// RUN:   | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

gpu.module @code {
  // A view of a view is an address in the row.
  // CHECK-LABEL: gpu.func @views
  // CHECK-SAME: (%[[ROW:.*]]: memref<24xf32>, %[[I:.*]]: index)
  // CHECK: %[[A:.*]] = arith.muli %[[I]], %c6
  // CHECK: %[[B:.*]] = arith.addi %[[A]], %c2
  // CHECK: memref.load %[[ROW]][%[[B]]]
  gpu.func @views(%row: memref<24xf32>, %i: index) kernel {
    %c2 = arith.constant 2 : index
    %m = memref.reinterpret_cast %row to offset: [0], sizes: [4, 6],
        strides: [6, 1] : memref<24xf32> to memref<4x6xf32, strided<[6, 1]>>
    %s = memref.subview %m[%i, 0] [1, 6] [1, 1]
        : memref<4x6xf32, strided<[6, 1]>> to memref<6xf32, strided<[1], offset: ?>>
    %v = memref.load %s[%c2] : memref<6xf32, strided<[1], offset: ?>>
    memref.store %v, %row[%i] : memref<24xf32>
    gpu.return
  }
}
