// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ONNX's body of it has constants of float; halves are computed in floats.
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// CHECK-LABEL: @halves
func.func @halves(%x: tensor<2x3xf16>) -> tensor<*xf16> {
  // CHECK: %[[X:.*]] = onnx.Cast(%arg0) {{.*}} -> tensor<2x3xf32>
  // CHECK: %[[M:.*]] = onnx.ReduceMean(%[[X]]
  // CHECK: %[[C:.*]] = onnx.Sub(%[[X]], %[[M]])
  // CHECK: %[[D:.*]] = onnx.Div(%[[C]],
  // CHECK: onnx.Cast(%[[D]]) {{.*}} -> tensor<2x3xf16>
  %0 = onnx.MeanVarianceNormalization(%x) {axes = array<i64: 1>} : (tensor<2x3xf16>) -> tensor<*xf16>
  return %0 : tensor<*xf16>
}
