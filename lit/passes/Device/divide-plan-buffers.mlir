// RUN: onnxc-opt %s --divide-plan | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What asks each thread for much memory stays the host's: a buffer of 2048
// numbers in a task. One of the kernel is no thread's.
// CHECK-LABEL: func.func @main
// CHECK: plan.call @each_task
// CHECK: plan.offload 0(
// CHECK: module @part_0
// CHECK: plan.call @whole_kernel
func.func @main(%x: tensor<2048xf32>) -> (tensor<2048xf32>, tensor<2048xf32>) {
  %0 = plan.call @each_task(%x) [] : (tensor<2048xf32>) -> tensor<2048xf32>
  %1 = plan.call @whole_kernel(%x) [] : (tensor<2048xf32>) -> tensor<2048xf32>
  return %0, %1 : tensor<2048xf32>, tensor<2048xf32>
}
func.func private @each_task(%x: memref<2048xf32>, %y: memref<2048xf32>)
    attributes {plan.kernel} {
  scf.forall (%i) in (2048) {
    %own = memref.alloca() : memref<2048xf32>
    %0 = memref.load %x[%i] : memref<2048xf32>
    memref.store %0, %own[%i] : memref<2048xf32>
    memref.store %0, %y[%i] : memref<2048xf32>
  }
  return
}
func.func private @whole_kernel(%x: memref<2048xf32>, %y: memref<2048xf32>)
    attributes {plan.kernel} {
  %all = memref.alloca() : memref<2048xf32>
  scf.forall (%i) in (2048) {
    %0 = memref.load %x[%i] : memref<2048xf32>
    memref.store %0, %y[%i] : memref<2048xf32>
  }
  return
}
