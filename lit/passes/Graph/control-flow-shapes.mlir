// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// Sizes that a branch or an iteration decides travel as data beside the value.

// CHECK-LABEL: func.func @branches
// CHECK: %[[Y:.*]]:2 = onnx.If(%arg0) do {
// CHECK: %[[N:.*]] = onnx.Dims() {value = #onnx.dims<[s0 * 2]>}
// CHECK: onnx.Yield(%{{.*}}, %[[N]])
// CHECK: } : (tensor<i1>) -> (tensor<?xf32, #onnx.dims<[s1]>>, tensor<1xi64>)
// CHECK: plan.symbol 1 = %[[Y]]#1[0]
func.func @branches(%c: tensor<i1>, %x: tensor<?xf32, #onnx.dims<[s0]>>,
                    %s0: index) -> tensor<*xf32>
    attributes {onnx.symbols = ["n"]} {
  %0 = onnx.If(%c) do {
    %1 = onnx.Concat([%x, %x]) {axis = 0 : i64} :
        (tensor<?xf32, #onnx.dims<[s0]>>, tensor<?xf32, #onnx.dims<[s0]>>) -> tensor<*xf32>
    onnx.Yield(%1) : (tensor<*xf32>) -> ()
  } {
    %1 = onnx.Neg(%x) : tensor<?xf32, #onnx.dims<[s0]>>
    onnx.Yield(%1) : (tensor<?xf32, #onnx.dims<[s0]>>) -> ()
  } : (tensor<i1>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: func.func @growing
// CHECK: %[[N:.*]] = onnx.Dims() {value = #onnx.dims<[s0]>}
// CHECK: %[[Y:.*]]:2 = onnx.Loop(%arg0, _, [%arg1, %[[N]]]) do {
// CHECK: ^bb0({{.*}}, %[[A:.*]]: tensor<?xf32, #onnx.dims<[s1]>>, %[[NA:.*]]: tensor<1xi64>):
// CHECK: plan.symbol 1 = %[[NA]][0]
// CHECK: onnx.Dims() {value = #onnx.dims<[s0 + s1]>}
// CHECK: -> (tensor<?xf32, #onnx.dims<[s2]>>, tensor<1xi64>)
// CHECK: plan.symbol 2 = %[[Y]]#1[0]
func.func @growing(%m: tensor<i64>, %x: tensor<?xf32, #onnx.dims<[s0]>>,
                   %s0: index) -> tensor<*xf32>
    attributes {onnx.symbols = ["n"]} {
  %0 = onnx.Loop(%m, _, %x) do {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %a: tensor<*xf32>):
    %1 = onnx.Concat([%a, %x]) {axis = 0 : i64} : (tensor<*xf32>, tensor<?xf32, #onnx.dims<[s0]>>) -> tensor<*xf32>
    onnx.Yield(%go, %1) : (tensor<i1>, tensor<*xf32>) -> ()
  } : (tensor<i64>, tensor<?xf32, #onnx.dims<[s0]>>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// Where the branches differ in rank, one is assumed, and checked for at entry.

// CHECK-LABEL: func.func @squeeze_if_one
// CHECK-SAME: onnx.equal_sizes = [#onnx.equal<[{{.*}}, 1],
// CHECK-NOT: onnx.If
// CHECK: onnx.Squeeze
// CHECK: return %{{.*}} : tensor<4xf32>
func.func @squeeze_if_one(%x: tensor<?x4xf32, #onnx.dims<[s0, 4]>>,
                          %s0: index) -> tensor<*xf32>
    attributes {onnx.symbols = ["n"]} {
  %axis = onnx.Constant() {value = dense<0> : tensor<1xi64>} : tensor<1xi64>
  %n = onnx.Dims() {value = #onnx.dims<[s0]>} : tensor<i64>
  %one = onnx.Constant() {value = dense<1> : tensor<i64>} : tensor<i64>
  %c = onnx.Equal(%n, %one) : (tensor<i64>, tensor<i64>) -> tensor<i1>
  %0 = onnx.If(%c) do {
    %1 = onnx.Squeeze(%x, %axis) : (tensor<?x4xf32, #onnx.dims<[s0, 4]>>, tensor<1xi64>) -> tensor<*xf32>
    onnx.Yield(%1) : (tensor<*xf32>) -> ()
  } {
    onnx.Yield(%x) : (tensor<?x4xf32, #onnx.dims<[s0, 4]>>) -> ()
  } : (tensor<i1>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
