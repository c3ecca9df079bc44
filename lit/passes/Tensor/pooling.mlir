// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Padding bounds the loops; no element is tested.
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// CHECK-LABEL: @max
func.func @max(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> attributes {plan.kernel} {
  // CHECK: scf.forall
  // CHECK: linalg.fill
  // CHECK-COUNT-4: scf.for
  // CHECK-NOT: scf.if
  // CHECK: arith.maximumf
  %0, %1 = onnx.MaxPool(%x) {kernel_shape = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>} :
      (tensor<1x2x4x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<1x2x4x4xi64>)
  return %0 : tensor<1x2x4x4xf32>
}
