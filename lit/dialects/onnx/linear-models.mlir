// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linear models and machines become products of matrices.
//
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics \
// RUN:   | FileCheck %s

// One row is a table of one row. A single target is not transformed.
// CHECK-LABEL: func.func @row
// CHECK: %[[X:.*]] = onnx.Reshape({{.*}} -> tensor<1x2xf32>
// CHECK: %[[Y:.*]] = onnx.MatMul(%[[X]]
// CHECK: return %[[Y]] : tensor<1x1xf32>
func.func @row(%x: tensor<2xf32>) -> tensor<1x1xf32> {
  %0 = onnx.LinearRegressor(%x) {
    coefficients = array<f32: 1.0, 2.0>, post_transform = "LOGISTIC"}
      : (tensor<2xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// -----

// One function for two labels decides by its sign.
// CHECK-LABEL: func.func @binary
// CHECK: %[[SCORE:.*]] = onnx.Add({{.*}} -> tensor<?x1xf32,
// CHECK: onnx.Less(
// CHECK: onnx.Gather({{.*}} -> tensor<?xi64,
// CHECK: onnx.Concat({{.*}} -> tensor<?x2xf32,
func.func @binary(%x: tensor<?x2xf32, #onnx.dims<[s0, 2]>>, %s0: index)
    -> (tensor<*xi64>, tensor<*xf32>) attributes {onnx.symbols = ["n"]} {
  %0, %1 = onnx.LinearClassifier(%x) {
    classlabels_ints = array<i64: 4, 7>, coefficients = array<f32: 1.0, 2.0>,
    intercepts = array<f32: 3.0>}
      : (tensor<?x2xf32, #onnx.dims<[s0, 2]>>) -> (tensor<*xi64>, tensor<*xf32>)
  return %0, %1 : tensor<*xi64>, tensor<*xf32>
}

// -----

// The vectors of a linear machine become the coefficients of the columns:
// 1 * [1, 2] - 2 * [3, 4].
// CHECK-LABEL: func.func @linear
// CHECK: dense<{{\[}}[-5.000000e+00], [-6.000000e+00]]> : tensor<2x1xf32>
func.func @linear(%x: tensor<3x2xf32>) -> tensor<3x1xf32> {
  %0 = onnx.SVMRegressor(%x) {
    coefficients = array<f32: 1.0, -2.0>, n_supports = 2,
    rho = array<f32: 0.5>,
    support_vectors = array<f32: 1.0, 2.0, 3.0, 4.0>}
      : (tensor<3x2xf32>) -> tensor<3x1xf32>
  return %0 : tensor<3x1xf32>
}

// -----

// Vectors that lie far apart, for gamma, have their differences squared.
// CHECK-LABEL: func.func @far
// CHECK: onnx.ReduceSumSquare({{.*}} -> tensor<3x2xf32>
// CHECK: onnx.Exp
func.func @far(%x: tensor<3x2xf32>) -> tensor<3x1xf32> {
  %0 = onnx.SVMRegressor(%x) {
    coefficients = array<f32: 1.0, -2.0>, kernel_type = "RBF",
    kernel_params = array<f32: 1.0, 0.0, 3.0>, n_supports = 2,
    rho = array<f32: 0.5>,
    support_vectors = array<f32: 1.0, 2.0, 30.0, 40.0>}
      : (tensor<3x2xf32>) -> tensor<3x1xf32>
  return %0 : tensor<3x1xf32>
}
