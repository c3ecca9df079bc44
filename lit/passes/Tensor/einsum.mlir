// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop a subscript; a diagonal is read by equal indices.
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// CHECK: affine_map<(d0, d1) -> (d0, d1, d1)>
// CHECK-LABEL: @trace
func.func @trace(%x: tensor<2x3x3xf32>) -> tensor<2xf32> attributes {plan.kernel} {
  // CHECK: iterator_types = ["parallel", "reduction"]
  // CHECK: arith.addf {{.*}} fastmath<reassoc>
  %0 = onnx.Einsum(%x) {equation = "bii->b"} : (tensor<2x3x3xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
