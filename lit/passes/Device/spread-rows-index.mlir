// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="groupThreads = 128, minThreads = 16384, subgroupThreads = 32"' \
// RUN:   --spread-rows | FileCheck %s

// Threads cannot exchange an index: the row stays a thread's.
// CHECK-LABEL: func @last
// CHECK-NOT: gpu.shuffle
// CHECK: arith.maxsi
func.func @last(%x: memref<12x100xindex>, %y: memref<12xindex>)
    attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c100 = arith.constant 100 : index
  scf.forall (%i) in (12) {
    %s = scf.for %k = %c0 to %c100 step %c1 iter_args(%a = %c0) -> index {
      %v = memref.load %x[%i, %k] : memref<12x100xindex>
      %b = arith.maxsi %a, %v : index
      scf.yield %b : index
    }
    memref.store %s, %y[%i] : memref<12xindex>
  }
  return
}
