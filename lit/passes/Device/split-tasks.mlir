// RUN: onnxc-opt %s --attach-machine='machine="groupThreads = 128"' \
// RUN:   --outline-launches | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A task of a CPU is many of a device: both loops over rows become one with the
// loop over planes, a thread a row. Which element a thread writes next depends
// on what it has written, so the loop inside stays.
module {
  // CHECK-LABEL: func.func @pool
  // CHECK: %[[THREADS:.*]] = arith.constant 64 : index
  // CHECK: gpu.launch_func @pool_code::@pool
  // CHECK-NOT: gpu.launch_func
  // CHECK: gpu.func @pool
  // CHECK: arith.cmpi ult, %{{.*}}, %c35
  // CHECK: scf.for %[[J:.*]] =
  // CHECK-NEXT: memref.store
  // CHECK: scf.for
  // CHECK-NOT: scf.for
  func.func @pool(%x: memref<5x7x9xf32>, %y: memref<5x7x9xf32>)
      attributes {plan.kernel} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c7 = arith.constant 7 : index
    %c9 = arith.constant 9 : index
    %zero = arith.constant 0.0 : f32
    scf.forall (%plane) in (5) {
      scf.for %i = %c0 to %c7 step %c1 {
        scf.for %j = %c0 to %c9 step %c1 {
          memref.store %zero, %y[%plane, %i, %j] : memref<5x7x9xf32>
        }
      }
      scf.for %i = %c0 to %c7 step %c1 {
        scf.for %j = %c1 to %c9 step %c1 {
          %k = arith.subi %j, %c1 : index
          %a = memref.load %x[%plane, %i, %j] : memref<5x7x9xf32>
          %b = memref.load %y[%plane, %i, %k] : memref<5x7x9xf32>
          %c = arith.addf %a, %b : f32
          memref.store %c, %y[%plane, %i, %j] : memref<5x7x9xf32>
        }
      }
    }
    return
  }
}
