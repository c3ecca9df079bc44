// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Equations: implicit outputs, ellipses, and malformed ones.
// RUN: onnxc-opt %s -split-input-file --infer-shapes --verify-diagnostics | FileCheck %s

// CHECK-LABEL: @equations
func.func @equations(%a: tensor<2x3x4xf32>, %b: tensor<2x4x5xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  // CHECK: onnx.Einsum{{.*}} -> tensor<2x3x5xf32>
  %0 = onnx.Einsum(%a, %b) {equation = "...ij,...jk->...ik"} : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<*xf32>
  // CHECK: onnx.Einsum{{.*}} -> tensor<3x5xf32>
  %1 = onnx.Einsum(%a, %b) {equation = "bij, bjk"} : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<*xf32>
  return %0, %1 : tensor<*xf32>, tensor<*xf32>
}

// -----

func.func @bad(%a: tensor<2x3xf32>) -> tensor<*xf32> {
  // expected-error@+2 {{the term 'ijk' does not fit rank 2}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Einsum(%a) {equation = "ijk->i"} : (tensor<2x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
