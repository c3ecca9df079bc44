// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each operand of Concat is copied into its part of the result.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(lower-to-linalg))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func private @kernel
// CHECK-SAME: %[[X:.*]]: tensor<2x?xf32>, %[[Y:.*]]: tensor<2x3xf32>, %[[N:.*]]: index
// CHECK: tensor.empty
// CHECK: tensor.insert_slice %[[X]] into %{{.*}}[0, 0] [2, %[[N]]] [1, 1]
// CHECK: tensor.insert_slice %[[Y]] into %{{.*}}[0, %[[N]]] [2, 3] [1, 1]
func.func private @kernel(%x: tensor<2x?xf32, #onnx.dims<[2, s0]>>, %y: tensor<2x3xf32>, %n: index)
    -> tensor<2x?xf32, #onnx.dims<[2, s0 + 3]>> attributes {plan.kernel} {
  %0 = onnx.Concat(%x, %y) {axis = 1 : i64} :
      (tensor<2x?xf32, #onnx.dims<[2, s0]>>, tensor<2x3xf32>) -> tensor<2x?xf32, #onnx.dims<[2, s0 + 3]>>
  return %0 : tensor<2x?xf32, #onnx.dims<[2, s0 + 3]>>
}
