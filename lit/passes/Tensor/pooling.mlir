// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row of windows is pooled along the input's rows into a row with padding, and
// that along the columns. Only rows of windows that reach over an edge ask which
// rows exist. With indices, padding bounds the loops instead.
//
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// CHECK-LABEL: @max
// CHECK: scf.forall
// CHECK: linalg.fill {{.*}} -> tensor<7xf32>
// CHECK: scf.if
// CHECK-COUNT-2: arith.maximumf
// CHECK: else
// CHECK: tensor.insert {{.*}} into %{{.*}} : tensor<4x4xf32>
func.func @max(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> attributes {plan.kernel} {
  %0, %1 = onnx.MaxPool(%x) {kernel_shape = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>} :
      (tensor<1x2x4x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<1x2x4x4xi64>)
  return %0 : tensor<1x2x4x4xf32>
}

// CHECK-LABEL: @indices
// CHECK: linalg.fill {{.*}} -> tensor<4x4xf32>
// CHECK-COUNT-4: scf.for
// CHECK-NOT: scf.if
func.func @indices(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xi64> attributes {plan.kernel} {
  %0, %1 = onnx.MaxPool(%x) {kernel_shape = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>} :
      (tensor<1x2x4x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<1x2x4x4xi64>)
  return %1 : tensor<1x2x4x4xi64>
}
