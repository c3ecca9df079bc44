// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics \
// RUN:   | FileCheck %s

// Sizes that depend on free dimensions are noted: updates are like indices, and
// indices reach no further than the data.

// CHECK-LABEL: func.func @scatter
// CHECK-SAME: onnx.equal_sizes = [{{.*}}#onnx.equal<[s2, s1],
func.func @scatter(%data: tensor<?x3xf32, #onnx.dims<[s0, 3]>>,
                   %at: tensor<?x1xi64, #onnx.dims<[s1, 1]>>,
                   %updates: tensor<?x1xf32, #onnx.dims<[s2, 1]>>,
                   %s0: index, %s1: index, %s2: index)
    -> tensor<*xf32> attributes {onnx.symbols = ["n", "k", "u"]} {
  %y = onnx.ScatterElements(%data, %at, %updates)
      : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>,
         tensor<?x1xi64, #onnx.dims<[s1, 1]>>,
         tensor<?x1xf32, #onnx.dims<[s2, 1]>>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// What contradicts itself is refused.

func.func @indices(%data: tensor<4x3xf32>) -> tensor<*xf32> {
  %at = onnx.Constant() {value = dense<[1, -5]> : tensor<2xi64>} : tensor<2xi64>
  // expected-error @+1 {{index -5 is out of range for a dimension of 4}}
  %y = onnx.Gather(%data, %at) : (tensor<4x3xf32>, tensor<2xi64>)
      -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// A branch may never run: it is refused when it does.

// CHECK-LABEL: func.func @branch
// CHECK: plan.require
// CHECK-NEXT: onnx.Gather
// CHECK-NOT: plan.require
// CHECK: return
func.func @branch(%c: tensor<i1>, %data: tensor<4x3xf32>) -> tensor<*xf32> {
  %y = onnx.If(%c) do {
    %at = onnx.Constant() {value = dense<7> : tensor<i64>} : tensor<i64>
    %row = onnx.Gather(%data, %at) : (tensor<4x3xf32>, tensor<i64>)
        -> tensor<*xf32>
    onnx.Yield(%row) : (tensor<*xf32>) -> ()
  } {
    %at = onnx.Constant() {value = dense<0> : tensor<i64>} : tensor<i64>
    %row = onnx.Gather(%data, %at) : (tensor<4x3xf32>, tensor<i64>)
        -> tensor<*xf32>
    onnx.Yield(%row) : (tensor<*xf32>) -> ()
  } : (tensor<i1>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}
