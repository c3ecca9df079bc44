// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two passes for the statistics, one for the result; unused results cost
// nothing.
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// CHECK-LABEL: @layer
func.func @layer(%x: tensor<2x3xf32>, %s: tensor<3xf32>) -> tensor<2x3xf32> attributes {plan.kernel} {
  // CHECK: scf.forall ({{.*}}) in (2) shared_outs({{[^,]*}}) -> (tensor<2x3xf32>)
  // CHECK: scf.for {{.*}} -> (f32)
  // CHECK: scf.for {{.*}} -> (f32)
  // CHECK: math.sqrt
  // CHECK: scf.for {{.*}} -> (tensor<3xf32>)
  %0, %1, %2 = onnx.LayerNormalization(%x, %s) : (tensor<2x3xf32>, tensor<3xf32>)
      -> (tensor<2x3xf32>, tensor<2x1xf32>, tensor<2x1xf32>)
  return %0 : tensor<2x3xf32>
}
