// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes 2>&1 | FileCheck %s

// Two rows cannot be squeezed: a run that takes that branch ends, the other
// branch is compiled, and tells the types.

// CHECK: warning: its then_branch cannot be computed, a run that takes it is refused:
// CHECK-LABEL: func.func @squeezed
// CHECK: onnx.If(%arg0) do {
// CHECK-NEXT: plan.require
// CHECK-NOT: onnx.Squeeze
// CHECK: onnx.ConstantOfShape({{.*}}) -> tensor<3xf32>
// CHECK: onnx.ReduceSum
func.func @squeezed(%c: tensor<i1>, %x: tensor<1x3xf32>) -> tensor<*xf32>
    attributes {onnx.symbols = []} {
  %axis = onnx.Constant() {value = dense<0> : tensor<1xi64>} : tensor<1xi64>
  %0 = onnx.If(%c) do {
    %1 = onnx.Concat([%x, %x]) {axis = 0 : i64} :
        (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<*xf32>
    %2 = onnx.Squeeze(%1, %axis) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
    onnx.Yield(%2) : (tensor<*xf32>) -> ()
  } {
    %1 = onnx.ReduceSum(%x, %axis) {keepdims = 0 : i64} :
        (tensor<1x3xf32>, tensor<1xi64>) -> tensor<3xf32>
    onnx.Yield(%1) : (tensor<3xf32>) -> ()
  } : (tensor<i1>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
