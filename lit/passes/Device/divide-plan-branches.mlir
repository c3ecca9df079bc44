// RUN: onnxc-opt %s --divide-plan | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A branch is the host's, what is in it has parts of its own. The condition is
// too small to be sent away for, and %0 is on the device before the branch.
// CHECK-LABEL: func.func @main
// CHECK: plan.call @not
// CHECK: plan.call @remainder
// CHECK: plan.offload 0(%{{.*}}) : (tensor<999xf32>) -> ()
// CHECK: onnx.If
// CHECK: plan.offload 1() : () -> tensor<999xf32>
func.func @main(%x: tensor<999xf32>, %c: tensor<i1>, %d: tensor<999xf64>)
    -> (tensor<999xf32>, tensor<999xf64>) {
  %0 = plan.call @relu(%x) [] : (tensor<999xf32>) -> tensor<999xf32>
  %1 = plan.call @not(%c) [] : (tensor<i1>) -> tensor<i1>
  %2 = onnx.If(%1) do {
    %4 = plan.call @relu(%0) [] : (tensor<999xf32>) -> tensor<999xf32>
    onnx.Yield(%4) : (tensor<999xf32>) -> ()
  } {
    onnx.Yield(%x) : (tensor<999xf32>) -> ()
  } : (tensor<i1>) -> tensor<999xf32>
  %3 = plan.call @remainder(%d) [] : (tensor<999xf64>) -> tensor<999xf64>
  return %2, %3 : tensor<999xf32>, tensor<999xf64>
}
func.func private @relu(%x: memref<999xf32>, %y: memref<999xf32>)
    attributes {plan.kernel} { return }
func.func private @not(%x: memref<i8>, %y: memref<i8>)
    attributes {plan.kernel} { return }
// A device has no such function in double precision.
func.func private @remainder(%x: memref<999xf64>, %y: memref<999xf64>)
    attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %0 = memref.load %x[%c0] : memref<999xf64>
  %1 = arith.remf %0, %0 : f64
  memref.store %1, %y[%c0] : memref<999xf64>
  return
}
