// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes --mlir-print-local-scope | FileCheck %s

// What a function gives its rules tell: sizes of inputs, attributes, the type
// that the model states.
// CHECK-LABEL: func.func @rules
// CHECK: -> (tensor<?x8xf32, #onnx.dims<[s0, 8]>>, tensor<8x?xi64, #onnx.dims<[8, s0 * 2 + 3]>>,
// CHECK-SAME: tensor<?xf16, #onnx.dims<[s0]>>)
func.func @rules(%x: tensor<?x8xf32, #onnx.dims<[s0, 8]>>, %s0: index)
    -> (tensor<*xf32>, tensor<*xi64>, tensor<*xf16>)
    attributes {onnx.symbols = ["n"]} {
  %0:3 = onnx.CustomCall(%x) {op_type = "my::Op", function = "op",
      given_inputs = array<i1: true>, given_outputs = array<i1: true, true, true>,
      names = ["x0"], values = {by = [3], k = 3},
      rules = ["same-as-input-0", "int64[d1(0), 2*d0(0)+k]",
               tensor<?xf16, #onnx.dims<[s0]>>]}
      : (tensor<?x8xf32, #onnx.dims<[s0, 8]>>)
      -> (tensor<*xf32>, tensor<*xi64>, tensor<*xf16>)
  return %0#0, %0#1, %0#2 : tensor<*xf32>, tensor<*xi64>, tensor<*xf16>
}

// A size that the function tells is a symbol. What nobody reads of a node that
// is called has its size, too.
// CHECK-LABEL: func.func @told
// CHECK: %[[SIZES:.*]]:2 = onnx.CustomSizes(%{{.*}}) {{.*}} : (tensor<4xf32>) -> (tensor<i64>, tensor<i64>)
// CHECK-NEXT: plan.symbol 0 = %[[SIZES]]#0[0]
// CHECK-NEXT: plan.symbol 1 = %[[SIZES]]#1[0]
// CHECK-NEXT: onnx.CustomCall
// CHECK-SAME: -> (tensor<?x4xf32, #onnx.dims<[s0, 4]>>, tensor<?xf32, #onnx.dims<[s1]>>)
func.func @told(%x: tensor<4xf32>) -> tensor<*xf32> {
  %0:2 = onnx.CustomCall(%x) {op_type = "my::Op", function = "op",
      given_inputs = array<i1: true>, given_outputs = array<i1: true, true>,
      names = ["x0"], values = {}, rules = ["[?, d0(0)]", "[?]"]}
      : (tensor<4xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return %0#0 : tensor<*xf32>
}
