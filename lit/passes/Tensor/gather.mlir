// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gather counts negative indices from the end and limits all of them.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(lower-to-linalg))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func private @kernel
// CHECK: linalg.generic
// CHECK: %[[INDEX:.*]] = tensor.extract %{{.*}} : tensor<4xi64>
// CHECK: arith.select
// CHECK: arith.minsi
// CHECK: arith.maxsi
// CHECK: tensor.extract %{{.*}} : tensor<9x3xf32>
func.func private @kernel(%x: tensor<9x3xf32>, %i: tensor<4xi64>) -> tensor<4x3xf32> attributes {plan.kernel} {
  %0 = onnx.Gather(%x, %i) : (tensor<9x3xf32>, tensor<4xi64>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}
