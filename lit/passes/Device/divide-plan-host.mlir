// RUN: onnxc-opt %s --divide-plan | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What stays the host's, though it is a kernel: types that the device has not,
// what one thread would do for long, and one thing after the other that decides
// a size. %s is none of these.
// CHECK-LABEL: func.func @main
// CHECK: plan.call @narrow
// CHECK: plan.call @running_sum
// CHECK: plan.call @positions
// CHECK: plan.symbol
// CHECK: plan.offload 0(
// CHECK-NOT: plan.call
// CHECK: module @part_0
// CHECK: plan.call @short
func.func @main(%x: tensor<70000xf32>, %y: tensor<999xf8E5M2>)
    -> (tensor<999xf8E5M2>, tensor<70000xf32>, tensor<999xf32>)
    attributes {onnx.symbols = ["n"]} {
  %n = plan.call @narrow(%y) [] : (tensor<999xf8E5M2>) -> tensor<999xf8E5M2>
  %r = plan.call @running_sum(%x) [] : (tensor<70000xf32>) -> tensor<70000xf32>
  %p = plan.call @positions(%x) [] : (tensor<70000xf32>) -> tensor<999xi64>
  %0 = plan.symbol 0 = %p[0] : tensor<999xi64>
  %s = plan.call @short(%x) [] : (tensor<70000xf32>) -> tensor<999xf32>
  return %n, %r, %s : tensor<999xf8E5M2>, tensor<70000xf32>, tensor<999xf32>
}
func.func private @narrow(%x: memref<999xf8E5M2>, %y: memref<999xf8E5M2>)
    attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %0 = memref.load %x[%c0] : memref<999xf8E5M2>
  memref.store %0, %y[%c0] : memref<999xf8E5M2>
  return
}
func.func private @running_sum(%x: memref<70000xf32>, %y: memref<70000xf32>)
    attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c70000 = arith.constant 70000 : index
  scf.for %i = %c1 to %c70000 step %c1 {
    %j = arith.subi %i, %c1 : index
    %0 = memref.load %x[%i] : memref<70000xf32>
    %1 = memref.load %y[%j] : memref<70000xf32>
    %2 = arith.addf %0, %1 : f32
    memref.store %2, %y[%i] : memref<70000xf32>
  }
  return
}
func.func private @positions(%x: memref<70000xf32>, %y: memref<999xi64>)
    attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c999 = arith.constant 999 : index
  scf.for %i = %c0 to %c999 step %c1 {
    %0 = memref.load %y[%c0] : memref<999xi64>
    memref.store %0, %y[%i] : memref<999xi64>
  }
  return
}
func.func private @short(%x: memref<70000xf32>, %y: memref<999xf32>)
    attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c999 = arith.constant 999 : index
  scf.for %i = %c0 to %c999 step %c1 {
    %0 = memref.load %x[%c0] : memref<70000xf32>
    memref.store %0, %y[%i] : memref<999xf32>
  }
  return
}
