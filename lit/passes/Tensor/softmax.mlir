// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Along the last axis a row at a time with maximum and sum in registers.
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// CHECK-LABEL: @row
func.func @row(%x: tensor<2x3xf32>) -> tensor<2x3xf32> attributes {plan.kernel} {
  // CHECK: scf.forall ({{.*}}) in (2)
  // CHECK: scf.for {{.*}} -> (tensor<3xf32>, f32)
  // CHECK: arith.maximumf
  // CHECK: scf.for {{.*}} -> (tensor<3xf32>, f32, f32)
  // CHECK: math.exp
  // CHECK: arith.divf
  // CHECK: tensor.parallel_insert_slice
  %0 = onnx.Softmax(%x) : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// Along another axis 64 columns at a time.
// CHECK-LABEL: @columns
func.func @columns(%x: tensor<3x128xf32>) -> tensor<3x128xf32> attributes {plan.kernel} {
  // CHECK: scf.forall ({{.*}}) in (2)
  // CHECK: tensor.empty() : tensor<64xf32>
  %0 = onnx.Softmax(%x) {axis = 0 : i64} : tensor<3x128xf32>
  return %0 : tensor<3x128xf32>
}
