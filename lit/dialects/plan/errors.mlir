// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: onnxc-opt %s -split-input-file -verify-diagnostics

func.func @main(%x: tensor<4xf32>) {
  // expected-error@+1 {{'plan.call' op calls an unknown kernel @k}}
  %0 = plan.call @k(%x) [] : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func private @k()
func.func @main(%x: tensor<4xf32>) {
  // expected-error@+1 {{passes more arguments than there are to @k}}
  %0 = plan.call @k(%x) [] : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @main() {
  // expected-error@+1 {{compares two expressions, not 1}}
  plan.require affine_map<()[s0] -> (s0)>
  return
}

// -----

// expected-error@+1 {{has an unknown attribute 'plan.kernels'}}
func.func private @k() attributes {plan.kernels}

// -----

// expected-error@+1 {{attribute 'plan.kernel' is not a unit attribute but 1}}
func.func private @k() attributes {plan.kernel = 1 : i64}

// -----

// expected-error@+1 {{attribute 'plan.kernel' is for functions}}
module attributes {plan.kernel} {
}

// -----

// expected-error@+1 {{attribute 'plan.scratch' is for arguments of functions}}
func.func private @k() attributes {plan.scratch}

// -----

// expected-error@+1 {{attribute 'plan.dims' is not #onnx.dims but 4}}
func.func private @k(tensor<4xf32> {plan.dims = 4 : i64})

// -----

// expected-error@+1 {{has an unknown attribute 'plan.size'}}
func.func private @k() -> (tensor<4xf32> {plan.size})

// -----

// expected-error@+1 {{attribute 'plan.context' is for the first argument}}
func.func private @k(!llvm.ptr, !llvm.ptr {plan.context})

// -----

// expected-error@+1 {{attribute 'plan.weights' is not a list of #plan.weight}}
module attributes {plan.weights = [{offset = 0 : i64}]} {
}

// -----

// expected-error@+1 {{the offset of a weight is -64}}
module attributes {plan.weights = [#plan.weight<offset = -64, value = dense<1> : tensor<2xi8>>]} {
}

// -----

// expected-error@+1 {{bytes, slots and transfers are of different lengths}}
module attributes {plan.part = #plan.part<number = 0, inputs = 1, bytes = <[4]>, slots = [0, 1], transfers = [true]>} {
}

// -----

// expected-error@+1 {{2 of 1 tensors cannot be inputs}}
module attributes {plan.part = #plan.part<number = 0, inputs = 2, bytes = <[4]>, slots = [0], transfers = [true]>} {
}

// -----

// expected-error@+1 {{symbols are a list of names}}
module attributes {plan.interface = #plan.interface<type = () -> (), arguments = [], results = [],
    symbols = [1], bounds = []>} {
}

// -----

// expected-error@+1 {{attribute 'plan.launch' is for modules of a device}}
module attributes {plan.launch = #plan.launch<number = 0, buffers = 1, threads = 64>} {
}

// -----

// expected-error@+1 {{names has a text for each input}}
module attributes {plan.custom_functions = [#plan.custom_function<name = "f", symbol = "f_1",
    users = "", names = [], inputs = [none], outputs = [none], attributes = {}, sizes = false>]} {
}
