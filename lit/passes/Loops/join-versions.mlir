// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --join-versions | FileCheck %s

// One function looks at the sizes. The version's scratch comes behind the
// kernel's; what is on the stack stays in front of the branch.

// CHECK-LABEL: func.func private @kernel(
// CHECK-SAME: %[[X:.*]]: memref<?xf32>, %[[Y:.*]]: memref<?xf32>,
// CHECK-SAME: %[[S:.*]]: memref<?xf32> {plan.dims = #onnx.dims<[s1]>, plan.scratch},
// CHECK-SAME: %[[N:.*]]: index, %[[M:.*]]: index)
// CHECK: %[[E:.*]] = arith.cmpi eq, %[[N]], %[[M]]
// CHECK: %[[A:.*]] = memref.alloca
// CHECK: scf.if %[[E]]
// CHECK: memref.copy %[[X]], %[[S]]
// CHECK: } else {
// CHECK: memref.store %{{.*}}, %[[A]]
// CHECK-NOT: @kernel_of_equal
func.func private @kernel(%x: memref<?xf32>, %y: memref<?xf32>, %s0: index, %s1: index)
    attributes {plan.kernel} {
  %0 = arith.constant 0 : index
  %a = memref.alloca() : memref<1xf32>
  %v = memref.load %x[%0] : memref<?xf32>
  memref.store %v, %a[%0] : memref<1xf32>
  return
}
func.func private @kernel_of_equal(%x: memref<?xf32>, %y: memref<?xf32>,
    %t: memref<?xf32> {plan.dims = #onnx.dims<[s1]>, plan.scratch}, %s0: index, %s1: index)
    attributes {plan.kernel, plan.version_of = @kernel,
                plan.when_equal = #onnx.dims<[s0, s1]>} {
  memref.copy %x, %t : memref<?xf32> to memref<?xf32>
  return
}
