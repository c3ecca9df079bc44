// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows are independent tasks, each of at most 100 rounds, which end when the
// error is small.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(lower-to-linalg))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func private @kernel
// CHECK: scf.forall (%{{.*}}) in (4)
// CHECK: %[[ROUNDS:.*]] = arith.constant 100 : index
// CHECK: scf.for {{.*}} to %[[ROUNDS]]
// CHECK: scf.if
// CHECK: arith.cmpf ole
// CHECK: scf.if
func.func private @kernel(%x: tensor<4x3xf32>) -> tensor<4x3xf32>
    attributes {plan.kernel} {
  %0 = onnx.CouplePairs(%x) {classes = 3 : i64}
      : (tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}
