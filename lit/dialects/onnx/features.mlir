// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What prepares a table becomes elementwise ops.
//
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics \
// RUN:   | FileCheck %s

// Doubles are rounded once, at the end.
// CHECK-LABEL: func.func @scaler
// CHECK: %[[D:.*]] = onnx.Sub({{.*}} -> tensor<3x2xf64>
// CHECK: %[[S:.*]] = onnx.Mul(%[[D]]
// CHECK: onnx.Cast(%[[S]]) {{.*}} -> tensor<3x2xf32>
func.func @scaler(%x: tensor<3x2xf64>) -> tensor<3x2xf32> {
  %0 = onnx.Scaler(%x) {offset = array<f32: 1.0, 2.0>,
                        scale = array<f32: 3.0, 4.0>}
      : (tensor<3x2xf64>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----

// NaN is found by IsNaN.
// CHECK-LABEL: func.func @imputer
// CHECK: %[[NAN:.*]] = onnx.IsNaN(%[[X:arg0]])
// CHECK: onnx.Where(%[[NAN]], %{{.*}}, %[[X]])
func.func @imputer(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %0 = onnx.Imputer(%x) {imputed_value_floats = array<f32: 1.0>,
                         replaced_value_float = 0x7FC00000 : f32}
      : (tensor<3x2xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----

// The first input is cut, the second filled.
// CHECK-LABEL: func.func @vectorizer
// CHECK: onnx.Slice({{.*}} -> tensor<3x1xf32>
// CHECK: onnx.Pad({{.*}} -> tensor<3x4xf32>
// CHECK: onnx.Concat({{.*}} -> tensor<3x5xf32>
func.func @vectorizer(%x: tensor<3x2xf32>, %y: tensor<3x3xf32>)
    -> tensor<3x5xf32> {
  %0 = onnx.FeatureVectorizer(%x, %y) {inputdimensions = array<i64: 1, 4>}
      : (tensor<3x2xf32>, tensor<3x3xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

// -----

func.func @columns(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  // expected-error @+1 {{the size of X in dimension 1 is 2, not 3}}
  %0 = onnx.Scaler(%x) {scale = array<f32: 3.0, 4.0, 5.0>}
      : (tensor<3x2xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----

func.func @norm(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  // expected-error @+2 {{norm must be MAX, L1 or L2, not 'L3'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Normalizer(%x) {norm = "L3"} : (tensor<3x2xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----

func.func @integers(%x: tensor<3x2xi64>) -> tensor<3x2xi64> {
  // expected-error @+2 {{X holds 'i64', so imputed_value_int64s is needed}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Imputer(%x) {imputed_value_floats = array<f32: 1.0>}
      : (tensor<3x2xi64>) -> tensor<3x2xi64>
  return %0 : tensor<3x2xi64>
}
