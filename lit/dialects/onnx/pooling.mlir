// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Output sizes of windows.
// RUN: onnxc-opt %s -split-input-file --infer-shapes --verify-diagnostics | FileCheck %s

// CHECK-LABEL: @windows
func.func @windows(%x: tensor<1x2x7x7xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  // CHECK: onnx.MaxPool{{.*}} -> (tensor<1x2x3x3xf32>, tensor<1x2x3x3xi64>)
  %0, %i = onnx.MaxPool(%x) {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>} :
      (tensor<1x2x7x7xf32>) -> (tensor<*xf32>, tensor<*xi64>)
  // CHECK: onnx.AveragePool{{.*}} -> tensor<1x2x4x4xf32>
  %1 = onnx.AveragePool(%x) {ceil_mode = 1 : i64, kernel_shape = array<i64: 2, 2>,
      strides = array<i64: 2, 2>} : (tensor<1x2x7x7xf32>) -> tensor<*xf32>
  // CHECK: onnx.AveragePool{{.*}}SAME_UPPER{{.*}} : tensor<1x2x7x7xf32>
  %2 = onnx.AveragePool(%x) {auto_pad = "SAME_UPPER", kernel_shape = array<i64: 3, 3>} :
      (tensor<1x2x7x7xf32>) -> tensor<*xf32>
  return %0, %1, %2 : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

// A norm that no reduction has.
// CHECK-LABEL: @third_norm
func.func @third_norm(%x: tensor<1x2x7xf32>) -> tensor<*xf32> {
  // CHECK: %[[P:.*]] = onnx.Pow(
  // CHECK: %[[S:.*]] = onnx.ReduceSum(%[[P]]
  // CHECK: onnx.Pow(%[[S]]{{.*}} -> tensor<1x2x1xf32>
  %0 = onnx.GlobalLpPool(%x) {p = 3 : i64} : (tensor<1x2x7xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @bad(%x: tensor<1x2x7xf32>) -> tensor<*xf32> {
  // expected-error@+2 {{do not fit an input of rank 3}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.AveragePool(%x) {kernel_shape = array<i64: 2, 2>} : (tensor<1x2x7xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
