// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --outline-tasks | FileCheck %s

// A loop of 80000 tasks of 8 elements goes to the context's threads, if it has
// any; the address of the row is computed again in the task.

// CHECK-LABEL: func.func private @long
// CHECK-SAME: (%[[CONTEXT:.*]]: !llvm.ptr {plan.context}, %[[X:.*]]: !llvm.ptr
// CHECK: scf.if
// CHECK: constant @long_tasks_0
// CHECK: llvm.call %{{.*}} : !llvm.ptr, (!llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i64) -> ()
// CHECK: else
// CHECK: call @long_task_0(%[[X]], %{{.*}}, %{{.*}})
// CHECK-LABEL: func.func private @long_tasks_0
// CHECK: call @long_task_0
// CHECK-LABEL: func.func private @long_task_0
// CHECK-SAME: (%{{.*}}: !llvm.ptr {llvm.noalias}, %[[BEGIN:.*]]: index, %[[END:.*]]: index)
// CHECK: builtin.unrealized_conversion_cast
// CHECK: scf.for %{{.*}} = %[[BEGIN]] to %[[END]] {{.*}} iter_args
func.func private @long(%x: !llvm.ptr) attributes {plan.kernel} {
  %m = builtin.unrealized_conversion_cast %x : !llvm.ptr to memref<200x400x8xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.forall (%i, %j) in (200, 400) {
    scf.for %k = %c0 to %c8 step %c1 {
      %v = memref.load %m[%i, %j, %k] : memref<200x400x8xf32>
      %w = arith.addf %v, %v : f32
      memref.store %w, %m[%i, %j, %k] : memref<200x400x8xf32>
    }
  }
  return
}

// A short one stays a loop.

// CHECK-LABEL: func.func private @short
// CHECK-SAME: (%{{[^,]*}}: !llvm.ptr)
// CHECK-NOT: forall
// CHECK: scf.for
func.func private @short(%x: !llvm.ptr) attributes {plan.kernel} {
  %m = builtin.unrealized_conversion_cast %x : !llvm.ptr to memref<8xf32>
  scf.forall (%i) in (8) {
    %v = memref.load %m[%i] : memref<8xf32>
    memref.store %v, %m[%i] : memref<8xf32>
  }
  return
}
