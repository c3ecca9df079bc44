// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages about ops that contradict themselves.
//
// RUN: onnxc-opt %s --split-input-file --verify-diagnostics

func.func @perm(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  // expected-error@+2 {{perm [0, 0] is not a permutation of 2 dimensions}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Transpose(%x) {perm = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @concat(%x: tensor<2x3xf32>, %y: tensor<4x3xf32>) -> tensor<*xf32> {
  // expected-error@+2 {{inputs differ in dimension 0: 2 and 4}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Concat(%x, %y) {axis = 1 : i64} : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @gather(%x: tensor<2x3xf32>, %i: tensor<1xi64>) -> tensor<*xf32> {
  // expected-error@+2 {{axis 2 is out of range for rank 2}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Gather(%x, %i) {axis = 2 : i64} : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
