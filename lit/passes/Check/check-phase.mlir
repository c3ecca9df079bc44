// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --split-input-file --verify-diagnostics --check-phase=phase=graph

// An op that no kernel computes.

// expected-error@+1 {{this is a bug of the compiler}}
module {
  func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {
    // expected-error@+1 {{is in no kernel after the graph phase}}
    %0 = onnx.Relu(%a) : tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}

// -----

// Kernels hold what they like; a view has its sizes.

module {
  func.func @main(%a: tensor<4xf32>) -> tensor<2x2xf32> {
    %0 = plan.call @kernel(%a) [] : (tensor<4xf32>) -> tensor<4xf32>
    %1 = plan.view %0 : tensor<4xf32> -> tensor<2x2xf32>
    return %1 : tensor<2x2xf32>
  }
  func.func private @kernel(%a: tensor<4xf32>) -> tensor<4xf32> attributes {plan.kernel} {
    %0 = onnx.Relu(%a) : tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}
