// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How keys are found depends on what they are.
//
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics \
// RUN:   | FileCheck %s

// A few are compared, the first one last.
// CHECK-LABEL: func.func @few
// CHECK: %[[NAN:.*]] = onnx.IsNaN
// CHECK: %[[Y:.*]] = onnx.Where(%[[NAN]]
// CHECK: %[[SAME:.*]] = onnx.Equal
// CHECK: onnx.Where(%[[SAME]], %{{.*}}, %[[Y]])
func.func @few(%x: tensor<3xf32>) -> tensor<3xi64> {
  %0 = onnx.LabelEncoder(%x) {keys_floats = array<f32: 0x7FC00000, 1.5>,
                              values_int64s = array<i64: 7, 8>}
      : (tensor<3xf32>) -> tensor<3xi64>
  return %0 : tensor<3xi64>
}

// -----

// Integers that lie near each other are a table, with the default between.
// CHECK-LABEL: func.func @near
// CHECK: dense<[10, 11, -1, 12, 13, 14, -1]> : tensor<7xi64>
// CHECK: onnx.LookUp(%arg0, %{{[0-9]+}}, _, _) {first = 2 : i64}
func.func @near(%x: tensor<3xi64>) -> tensor<3xi64> {
  %0 = onnx.LabelEncoder(%x) {keys_int64s = array<i64: 2, 3, 5, 6, 7>,
                              values_int64s = array<i64: 10, 11, 12, 13, 14>}
      : (tensor<3xi64>) -> tensor<3xi64>
  return %0 : tensor<3xi64>
}

// -----

// Others are hashed.
// CHECK-LABEL: func.func @far
// CHECK: onnx.LookUp(%arg0, %{{[0-9]+}}, %{{[0-9]+}}, %{{[0-9]+}}) {multiplier
func.func @far(%x: tensor<3xi64>) -> tensor<3xi64> {
  %0 = onnx.LabelEncoder(%x) {keys_int64s = array<i64: 0, 30, 500, 6000, 77777>,
                              values_int64s = array<i64: 10, 11, 12, 13, 14>}
      : (tensor<3xi64>) -> tensor<3xi64>
  return %0 : tensor<3xi64>
}

// -----

// A string that is chosen from constants is its index.
// CHECK-LABEL: func.func @strings
// CHECK: %[[INDEX:.*]] = onnx.ArgMax
// CHECK: dense<[9, -1]> : tensor<2xi64>
// CHECK: %[[Y:.*]] = onnx.Gather(%{{.*}}, %[[INDEX]])
// CHECK: return %[[Y]]
func.func @strings(%x: tensor<3x1xf32>) -> tensor<3xi64> {
  %0, %1 = onnx.LinearClassifier(%x) {
    classlabels_strings = ["a", "b"], coefficients = array<f32: 1.0, 2.0>,
    intercepts = array<f32: 3.0, 4.0>}
      : (tensor<3x1xf32>) -> (tensor<3x!onnx.string>, tensor<3x2xf32>)
  %2 = onnx.LabelEncoder(%0) {keys_strings = ["a"],
                              values_int64s = array<i64: 9>}
      : (tensor<3x!onnx.string>) -> tensor<3xi64>
  return %2 : tensor<3xi64>
}

// -----

func.func @twice(%x: tensor<3xi64>) -> tensor<3xi64> {
  // expected-error @+2 {{has the key 2 twice}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.LabelEncoder(%x) {keys_int64s = array<i64: 2, 2>,
                              values_int64s = array<i64: 1, 3>}
      : (tensor<3xi64>) -> tensor<3xi64>
  return %0 : tensor<3xi64>
}

// -----

func.func @unequal(%x: tensor<3xi64>) -> tensor<3xi64> {
  // expected-error @+2 {{has 2 keys but 1 values}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.LabelEncoder(%x) {keys_int64s = array<i64: 2, 3>,
                              values_int64s = array<i64: 1>}
      : (tensor<3xi64>) -> tensor<3xi64>
  return %0 : tensor<3xi64>
}
