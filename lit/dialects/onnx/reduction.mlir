// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions: axes, symbols, and what contradicts itself.
// RUN: onnxc-opt %s -split-input-file --infer-shapes --verify-diagnostics | FileCheck %s

// CHECK-LABEL: @axes
func.func @axes(%x: tensor<?x3x4xf32, #onnx.dims<[s0, 3, 4]>>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %axes = onnx.Constant() {value = dense<[-1]> : tensor<1xi64>} : () -> tensor<1xi64>
  // CHECK: onnx.ReduceSum{{.*}} -> tensor<?x3x1xf32, #onnx.dims<[s0, 3, 1]>>
  %0 = onnx.ReduceSum(%x, %axes) : (tensor<?x3x4xf32, #onnx.dims<[s0, 3, 4]>>, tensor<1xi64>) -> tensor<*xf32>
  // CHECK: onnx.ReduceMax{{.*}} -> tensor<?x3xf32, #onnx.dims<[s0, 3]>>
  %1 = onnx.ReduceMax(%x, %axes) {keepdims = 0 : i64} :
      (tensor<?x3x4xf32, #onnx.dims<[s0, 3, 4]>>, tensor<1xi64>) -> tensor<*xf32>
  // CHECK: onnx.ReduceMean{{.*}} -> tensor<f32>
  %2 = onnx.ReduceMean(%x) {keepdims = 0 : i64} : (tensor<?x3x4xf32, #onnx.dims<[s0, 3, 4]>>) -> tensor<*xf32>
  return %0, %1, %2 : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

func.func @bad(%x: tensor<3xf32>) -> tensor<*xf32> {
  %axes = onnx.Constant() {value = dense<[1]> : tensor<1xi64>} : () -> tensor<1xi64>
  // expected-error@+2 {{axis 1 is out of range for rank 1}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.ReduceSum(%x, %axes) : (tensor<3xf32>, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
