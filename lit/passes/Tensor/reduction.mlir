// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mean: sums in any order, then one division an element.
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// CHECK-LABEL: @mean
func.func @mean(%x: tensor<2x3xf16>) -> tensor<2x1xf16> attributes {plan.kernel} {
  %axes = onnx.Constant() {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  // CHECK: linalg.fill {{.*}} outs({{.*}} : tensor<2x1xf32>)
  // CHECK: iterator_types = ["parallel", "reduction"]
  // CHECK: arith.extf
  // CHECK: arith.addf {{.*}} fastmath<reassoc> : f32
  // CHECK: iterator_types = ["parallel", "parallel"]
  // CHECK: arith.divf
  // CHECK: arith.truncf
  %0 = onnx.ReduceMean(%x, %axes) : (tensor<2x3xf16>, tensor<1xi64>) -> tensor<2x1xf16>
  return %0 : tensor<2x1xf16>
}
