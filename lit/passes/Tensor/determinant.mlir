// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The largest element of a column is its pivot, and a factor.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(lower-to-linalg))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func private @kernel
// CHECK: math.absf
// CHECK: arith.cmpf olt
// CHECK: %[[PIVOT:.*]] = tensor.extract
// CHECK: arith.negf %[[PIVOT]]
// CHECK: arith.divf %{{.*}}, %[[PIVOT]]
func.func private @kernel(%x: tensor<2x3x3xf32>) -> tensor<2xf32> attributes {plan.kernel} {
  %0 = onnx.Det(%x) : (tensor<2x3x3xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
