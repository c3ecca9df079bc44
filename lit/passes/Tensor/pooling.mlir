// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows of windows are pooled along the input's rows into rows with padding, and
// those along the columns. Beside an edge a row that exists takes the place of one
// that does not. With indices, padding bounds the loops instead.
//
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// CHECK-LABEL: @max
// CHECK: scf.forall
// CHECK: linalg.fill {{.*}} -> tensor<28xf32>
// CHECK: scf.if
// CHECK-COUNT-2: arith.maximumf {{.*}} : vector<4xf32>
// CHECK: else
// CHECK: scf.for
// CHECK-COUNT-2: arith.maximumf {{.*}} : vector<4xf32>
// CHECK: vector.transfer_write {{.*}} : vector<4xf32>, tensor<4x4xf32>
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
