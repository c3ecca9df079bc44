// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

func.func @columns(%x: tensor<3x2xf32>) -> tensor<*xf32> {
  // expected-error @+2 {{X has 2 columns, but the coefficients are for 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.LinearRegressor(%x) {coefficients = array<f32: 1.0, 2.0, 3.0>}
      : (tensor<3x2xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @labels(%x: tensor<3x2xf32>) -> tensor<*xf32> {
  // expected-error @+2 {{classlabels_ints has 4 twice}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = onnx.LinearClassifier(%x) {
    classlabels_ints = array<i64: 4, 4>, coefficients = array<f32: 1.0, 2.0>}
      : (tensor<3x2xf32>) -> (tensor<*xi64>, tensor<*xf32>)
  return %1 : tensor<*xf32>
}

// -----

func.func @transform(%x: tensor<3x2xf32>) -> tensor<*xf32> {
  // expected-error @+2 {{post_transform must be NONE, SOFTMAX, LOGISTIC, SOFTMAX_ZERO or PROBIT, not 'TANH'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.LinearRegressor(%x) {coefficients = array<f32: 1.0, 2.0>,
                                 post_transform = "TANH"}
      : (tensor<3x2xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @kernel(%x: tensor<3x1xf32>) -> tensor<*xf32> {
  // expected-error @+2 {{kernel_params has 0 elements; needed are gamma, coef0 and degree}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.SVMRegressor(%x) {
    coefficients = array<f32: 1.0>, kernel_type = "POLY", n_supports = 1,
    rho = array<f32: 0.5>, support_vectors = array<f32: 1.0>}
      : (tensor<3x1xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @machines(%x: tensor<3x1xf32>) -> tensor<*xf32> {
  // expected-error @+2 {{has 3 coefficients; 2 classes with 2 support vectors need 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = onnx.SVMClassifier(%x) {
    classlabels_ints = array<i64: 0, 1>,
    coefficients = array<f32: 1.0, 2.0, 3.0>, rho = array<f32: 0.5>,
    support_vectors = array<f32: 1.0, 2.0>, vectors_per_class = array<i64: 1, 1>}
      : (tensor<3x1xf32>) -> (tensor<*xi64>, tensor<*xf32>)
  return %1 : tensor<*xf32>
}
