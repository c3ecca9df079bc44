// What onnxruntime's operators do not take is said at the node.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics

func.func @types(%x: tensor<4xf32>, %v: tensor<4xf16>) -> tensor<*xf32> {
  // expected-error@+2 {{failed to infer returned types}}
  // expected-error@+1 {{its inputs are of 'f32' and 'f16'; all must be of the same type}}
  %y = onnx.microsoft.BiasGelu(%x, %v) : (tensor<4xf32>, tensor<4xf16>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

func.func @integers(%x: tensor<4xi64>) -> tensor<*xi64> {
  // expected-error@+2 {{failed to infer returned types}}
  // expected-error@+1 {{its input is of 'i64'; the operator takes floats}}
  %y = onnx.microsoft.Gelu(%x) : (tensor<4xi64>) -> tensor<*xi64>
  return %y : tensor<*xi64>
}

// -----

func.func @rotary(%x: tensor<1x3x6xf32>, %w: tensor<6x24xf32>) -> tensor<*xf32> {
  // expected-error@+1 {{do_rotary is known but not built}}
  %y, %s = onnx.microsoft.Attention(%x, %w) {num_heads = 2 : i64, do_rotary = 1 : i64}
      : (tensor<1x3x6xf32>, tensor<6x24xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return %y : tensor<*xf32>
}

// -----

func.func @columns(%x: tensor<1x3x6xf32>, %w: tensor<6x25xf32>) -> tensor<*xf32> {
  // expected-error@+1 {{the columns of the weights}}
  %y, %s = onnx.microsoft.Attention(%x, %w) {num_heads = 2 : i64}
      : (tensor<1x3x6xf32>, tensor<6x25xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return %y : tensor<*xf32>
}

// -----

func.func @attending(%x: tensor<5x2x5xf32>, %w: tensor<1x16x5xf32>,
    %r: tensor<1x16x4xf32>, %qw: tensor<1x4x6xf32>, %mw: tensor<1x3x6xf32>,
    %v: tensor<1x6xf32>, %m: tensor<2x7x3xf32>) -> tensor<*xf32> {
  // expected-error@+1 {{the size of W in dimension 2 is 5, not 8}}
  %y, %h, %c = onnx.microsoft.AttnLSTM(%x, %w, %r, _, _, _, _, _, %qw, %mw, %v, %m, _, _)
      {hidden_size = 4 : i64}
      : (tensor<5x2x5xf32>, tensor<1x16x5xf32>, tensor<1x16x4xf32>, tensor<1x4x6xf32>,
          tensor<1x3x6xf32>, tensor<1x6xf32>, tensor<2x7x3xf32>)
      -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  return %y : tensor<*xf32>
}
