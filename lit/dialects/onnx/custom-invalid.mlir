// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics

func.func @dimension(%x: tensor<4xf32>) -> tensor<*xf32> {
  // expected-error@+2 {{its rule is about size 1 of input 0, which has 1 dimensions}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.CustomCall(%x) {op_type = "my::Op", function = "op", given_inputs = array<i1: true>,
      given_outputs = array<i1: true>, names = ["x0"], values = {}, rules = ["[d1(0)]"]} :
      (tensor<4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @negative(%x: tensor<4xf32>) -> tensor<*xf32> {
  // expected-error@+1 {{a size of the result is -1}}
  %0 = onnx.CustomCall(%x) {op_type = "my::Op", function = "op", given_inputs = array<i1: true>,
      given_outputs = array<i1: true>, names = ["x0"], values = {}, rules = ["[d0(0)-5]"]} :
      (tensor<4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @inputs(%x: tensor<4xf32>) {
  // expected-error@+1 {{has other inputs than it tells of}}
  %0 = onnx.CustomCall(%x) {op_type = "my::Op", function = "op", given_inputs = array<i1: true>,
      given_outputs = array<i1: true>, names = [], values = {}, rules = ["[]"]} : (tensor<4xf32>) -> tensor<*xf32>
  return
}
