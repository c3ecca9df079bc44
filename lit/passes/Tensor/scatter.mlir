// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scatter copies the data, then adds the updates in their order, in place.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(lower-to-linalg))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func private @scatter
// CHECK: %[[COPY:.*]] = linalg.copy
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[COPY]])
// CHECK: %[[SUM:.*]] = arith.addf
// CHECK: tensor.insert %[[SUM]]
func.func private @scatter(%x: tensor<8x3xf32>, %i: tensor<2x1xi64>, %u: tensor<2x3xf32>)
    -> tensor<8x3xf32> attributes {plan.kernel} {
  %0 = onnx.ScatterND(%x, %i, %u) {reduction = "add"} :
      (tensor<8x3xf32>, tensor<2x1xi64>, tensor<2x3xf32>) -> tensor<8x3xf32>
  return %0 : tensor<8x3xf32>
}
