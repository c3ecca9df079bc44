// What no pattern takes is refused with the pattern's reason, all at once.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --lower-to-linalg --refuse-forms --verify-diagnostics

func.func @axis(%x: tensor<2x3xf32>, %axis: tensor<i64>) -> tensor<2x3xf32> attributes {plan.kernel} {
  // expected-error @+1 {{is not supported in this form: the axis is known at run time only: make it a constant}}
  %0 = onnx.CumSum(%x, %axis) : (tensor<2x3xf32>, tensor<i64>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

func.func @narrow(%x: tensor<2x3xf8E5M2>) -> tensor<2x3xf8E5M2> attributes {plan.kernel} {
  // expected-error @+1 {{it does not compute with elements of type f8E5M2: Cast them to a wider type}}
  %0 = onnx.Softmax(%x) : tensor<2x3xf8E5M2>
  return %0 : tensor<2x3xf8E5M2>
}
