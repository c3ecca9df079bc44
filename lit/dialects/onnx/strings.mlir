// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics \
// RUN:   | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A string that is looked up is hashed, and compared with what is there.
// CHECK-LABEL: func @encode
// CHECK: %[[HASH:.*]] = onnx.TextHash(%arg0)
// CHECK: %[[KEY:.*]] = onnx.Gather
// CHECK: onnx.EqualText(%arg0, %[[KEY]])
func.func @encode(%x: tensor<3x!onnx.string>) -> tensor<3xi64> {
  %0 = onnx.LabelEncoder(%x) {keys_strings = ["a", "b"],
                              values_int64s = array<i64: 7, 9>}
      : (tensor<3x!onnx.string>) -> tensor<3xi64>
  return %0 : tensor<3xi64>
}

// -----

// Joined strings are views of bytes whose number the run knows.
// CHECK-LABEL: func @join
// CHECK: %[[ENDS:.*]] = onnx.CumSum
// CHECK: plan.symbol
// CHECK: %[[TEXT:.*]] = onnx.JoinText(%{{.*}}, %{{.*}}, %[[ENDS]]
// CHECK-SAME: -> tensor<?xui8, #onnx.dims<[s0]>>
// CHECK: onnx.ViewText(%[[TEXT]], %[[ENDS]])
func.func @join(%x: tensor<3x!onnx.string>) -> tensor<3x!onnx.string>
    attributes {onnx.symbols = []} {
  %0 = onnx.StringConcat(%x, %x)
      : (tensor<3x!onnx.string>, tensor<3x!onnx.string>)
      -> tensor<3x!onnx.string>
  return %0 : tensor<3x!onnx.string>
}

// -----

func.func @pattern(%x: tensor<3x!onnx.string>) -> tensor<3xi1> {
  // expected-error @+2 {{its pattern 'a(b' has a ( without a ) (byte 3)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.RegexFullMatch(%x) {pattern = "a(b"}
      : (tensor<3x!onnx.string>) -> tensor<3xi1>
  return %0 : tensor<3xi1>
}

// -----

func.func @large(%x: tensor<3x!onnx.string>) -> tensor<3xi1> {
  // expected-error @+2 {{telling its matches takes more than 10000 states}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.RegexFullMatch(%x) {pattern = "[ab]*a[ab]{20}"}
      : (tensor<3x!onnx.string>) -> tensor<3xi1>
  return %0 : tensor<3xi1>
}

// -----

func.func @action(%x: tensor<3x!onnx.string>) -> tensor<3x!onnx.string> {
  // expected-error @+2 {{case_change_action must be NONE, LOWER or UPPER}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.StringNormalizer(%x) {case_change_action = "lower"}
      : (tensor<3x!onnx.string>) -> tensor<3x!onnx.string>
  return %0 : tensor<3x!onnx.string>
}

// -----

// What a string begins with is read as the widest type of its kind, rounded so
// that a Cast gives what the text would; a string without a number ends the run.
// CHECK-LABEL: func @read
// CHECK: %[[Y:.*]], %[[BAD:.*]] = onnx.ReadNumber(%{{.*}}) {read_as = f64, to_odd}
// CHECK: plan.symbol
// CHECK: onnx.Cast(%[[Y]]) {{.*}} -> tensor<3xf32>
func.func @read(%x: tensor<3x!onnx.string>) -> tensor<3xf32>
    attributes {onnx.symbols = []} {
  %0 = onnx.Cast(%x) {to = 1} : (tensor<3x!onnx.string>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

// Numbers are printed into as many bytes each, of which a string is the first.
// CHECK-LABEL: func @print
// CHECK: %[[TEXT:.*]], %[[LENGTHS:.*]] = onnx.PrintNumber
// CHECK-SAME: -> (tensor<72xui8>, tensor<3xi64>)
// CHECK: onnx.ViewText(%[[TEXT]]
func.func @print(%x: tensor<3xi32>) -> tensor<3x!onnx.string> {
  %0 = onnx.Cast(%x) {to = 8} : (tensor<3xi32>) -> tensor<3x!onnx.string>
  return %0 : tensor<3x!onnx.string>
}

// -----

func.func @complex(%x: tensor<3xcomplex<f32>>) -> tensor<3x!onnx.string> {
  // expected-error @+1 {{strings cannot be cast from or to complex numbers}}
  %0 = onnx.Cast(%x) {to = 8}
      : (tensor<3xcomplex<f32>>) -> tensor<3x!onnx.string>
  return %0 : tensor<3x!onnx.string>
}
