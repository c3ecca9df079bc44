// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --split-input-file --onnxc-code | FileCheck %s

// A loop whose body is a long chain is computed in four vectors at once: the next
// load may have to wait for the store before it.

// CHECK: #[[COUNT:.*]] = #llvm.loop_interleave<count = 4 : i32>
// CHECK: #[[LOOP:.*]] = #llvm.loop_annotation<interleave = #[[COUNT]]>
// CHECK-LABEL: llvm.func @long
// CHECK: llvm.br {{.*}} {loop_annotation = #[[LOOP]]}
module attributes {plan.machine = #plan.machine<vectorBits = 256>} {
  func.func @long(%x: memref<?xf32>, %y: memref<?xf32>, %at: index, %end: index) {
    %c1 = arith.constant 1 : index
    %c4096 = arith.constant 4096 : index
    %to = arith.addi %at, %c4096 : index
    %last = arith.minsi %to, %end : index
    scf.for %i = %at to %last step %c1 {
      %0 = memref.load %x[%i] : memref<?xf32>
      %1 = arith.mulf %0, %0 : f32
      %2 = arith.addf %1, %0 : f32
      %3 = arith.mulf %2, %0 : f32
      %4 = arith.addf %3, %0 : f32
      %5 = arith.mulf %4, %0 : f32
      %6 = arith.addf %5, %0 : f32
      %7 = arith.mulf %6, %0 : f32
      %8 = arith.addf %7, %0 : f32
      %9 = arith.mulf %8, %0 : f32
      %10 = arith.addf %9, %0 : f32
      %11 = arith.mulf %10, %0 : f32
      %12 = arith.addf %11, %0 : f32
      memref.store %12, %y[%i] : memref<?xf32>
    }
    return
  }
}

// -----

// Of a short chain the processor has many under way.

// CHECK-LABEL: llvm.func @short
// CHECK-NOT: loop_annotation
module attributes {plan.machine = #plan.machine<vectorBits = 256>} {
  func.func @short(%x: memref<4096xf32>, %y: memref<4096xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4096 = arith.constant 4096 : index
    scf.for %i = %c0 to %c4096 step %c1 {
      %0 = memref.load %x[%i] : memref<4096xf32>
      %1 = arith.mulf %0, %0 : f32
      memref.store %1, %y[%i] : memref<4096xf32>
    }
    return
  }
}
