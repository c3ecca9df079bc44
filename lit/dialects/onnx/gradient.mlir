// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics | FileCheck %s

// The derivative goes back from y, and adds up where a tensor is used twice.

// CHECK-LABEL: func.func @product
// CHECK: %[[Y:.*]] = onnx.MatMul(%arg0, %arg1)
// CHECK: %[[ONES:.*]] = onnx.Expand(
// CHECK: %[[B:.*]] = onnx.Transpose(%{{.*}}) {perm = array<i64: 1, 0>} : (tensor<3x4xf32>)
// CHECK: onnx.MatMul(%{{.*}}, %[[B]])
// CHECK-NOT: onnx.Gradient
func.func @product(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) -> tensor<*xf32> {
  %y = onnx.MatMul(%a, %b) : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<*xf32>
  %d = onnx.Gradient(%a, %a, %y) {xs = ["a"], y = "y"}
      : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %d : tensor<*xf32>
}

// -----

// At another value than x the product is built once more.

// CHECK-LABEL: func.func @elsewhere
// CHECK: onnx.Exp(%arg0)
// CHECK: onnx.Exp(%arg1)
// CHECK-NOT: onnx.Exp(
func.func @elsewhere(%a: tensor<4xf32>, %u: tensor<4xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %y = onnx.Exp(%a) : (tensor<4xf32>) -> tensor<*xf32>
  %d = onnx.Gradient(%u, %a, %y) {xs = ["a"], y = "y"}
      : (tensor<4xf32>, tensor<4xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %y, %d : tensor<*xf32>, tensor<*xf32>
}

// -----

func.func @unknown(%a: tensor<1x1x4xf32>) -> tensor<*xf32> {
  %y, %i = onnx.MaxPool(%a) {kernel_shape = array<i64: 2>}
      : (tensor<1x1x4xf32>) -> (tensor<*xf32>, tensor<*xi64>)
  // expected-error@+1 {{y depends on its inputs by MaxPool, whose derivative, or that of this form, is not built}}
  %d = onnx.Gradient(%a, %a, %y) {xs = ["a"], y = "y"}
      : (tensor<1x1x4xf32>, tensor<1x1x4xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %d : tensor<*xf32>
}

// -----

func.func @broadcast(%a: tensor<?xf32, #onnx.dims<[s0]>>, %b: tensor<?xf32, #onnx.dims<[s1]>>,
                     %s0: index, %s1: index) -> tensor<*xf32> attributes {onnx.symbols = ["n", "m"]} {
  %y = onnx.Add(%a, %b) : (tensor<?xf32, #onnx.dims<[s0]>>, tensor<?xf32, #onnx.dims<[s1]>>) -> tensor<*xf32>
  // expected-error@+1 {{of which a run knows whether a size is 1; bind it with --dim}}
  %d = onnx.Gradient(%a, %a, %y) {xs = ["a"], y = "y"}
      : (tensor<?xf32, #onnx.dims<[s0]>>, tensor<?xf32, #onnx.dims<[s0]>>, tensor<*xf32>) -> tensor<*xf32>
  return %d : tensor<*xf32>
}
