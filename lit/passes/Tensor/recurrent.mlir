// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One forall a direction; the second runs backwards.
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// CHECK-LABEL: @both
func.func @both(%x: tensor<5x2x3xf32>, %w: tensor<2x4x3xf32>, %r: tensor<2x4x4xf32>)
    -> tensor<5x2x2x4xf32> attributes {plan.kernel} {
  // CHECK: scf.forall ({{.*}}) in (2)
  // CHECK: math.tanh
  // CHECK: scf.forall ({{.*}}) in (2)
  // CHECK: affine.apply
  // CHECK: math.tanh
  %0, %1 = onnx.RNN(%x, %w, %r, _, _, _) {direction = "bidirectional"} :
      (tensor<5x2x3xf32>, tensor<2x4x3xf32>, tensor<2x4x4xf32>) -> (tensor<5x2x2x4xf32>, tensor<2x2x4xf32>)
  return %0 : tensor<5x2x2x4xf32>
}
