// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cache is written in one go. Where a row comes from depends on its number
// only: an innermost loop of `size` elements has no branch in it.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(lower-to-linalg))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func private @append
// CHECK-SAME: (%[[PAST:.*]]: {{.*}}, %[[ROWS:.*]]: tensor<2x3x2x8xf32>,
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<2x3x6x8xf32>)
// CHECK: %[[S:.*]] = linalg.index 2
// CHECK: %[[ROW:.*]] = arith.subi %[[S]],
// CHECK: scf.if
// CHECK: tensor.extract %[[ROWS]][%{{.*}}, %{{.*}}, %[[ROW]], %{{.*}}]
// CHECK: scf.if
// CHECK: tensor.extract %[[PAST]][%{{.*}}, %{{.*}}, %[[S]], %{{.*}}]
// CHECK: linalg.yield
// CHECK-NOT: linalg.
func.func private @append(%past: tensor<2x3x5x8xf32>, %rows: tensor<2x3x2x8xf32>,
    %starts: tensor<2xi64>) -> tensor<2x3x6x8xf32> attributes {plan.kernel} {
  %more = onnx.Dims() {value = #onnx.dims<[1]>} : tensor<1xi64>
  %0 = onnx.AppendRows(%past, %rows, %starts, %more) :
      (tensor<2x3x5x8xf32>, tensor<2x3x2x8xf32>, tensor<2xi64>, tensor<1xi64>)
      -> tensor<2x3x6x8xf32>
  return %0 : tensor<2x3x6x8xf32>
}
