// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --onnxc-graph='target=x86_64' | FileCheck %s

// What a function of the application gives for constants is not computed by the
// compiler, two nodes are two calls, and what nobody reads is not called.
// CHECK-LABEL: func.func @main
// CHECK-COUNT-2: onnx.CustomCall(%{{.*}})
// CHECK-NOT: onnx.CustomCall
// CHECK: plan.call @{{.*}}Add
func.func @main() -> tensor<2xf32> {
  %c = onnx.Constant() {value = dense<[1.0, 2.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = onnx.CustomCall(%c) {op_type = "my::Op", function = "op", given_inputs = array<i1: true>,
      given_outputs = array<i1: true>, names = ["x0"], values = {}, rules = ["same-as-input-0"]} : tensor<2xf32>
  %1 = onnx.CustomCall(%c) {op_type = "my::Op", function = "op", given_inputs = array<i1: true>,
      given_outputs = array<i1: true>, names = ["x0"], values = {}, rules = ["same-as-input-0"]} : tensor<2xf32>
  %2 = onnx.CustomCall(%c) {op_type = "my::Op", function = "op", given_inputs = array<i1: true>,
      given_outputs = array<i1: true>, names = ["x0"], values = {}, rules = ["same-as-input-0"]} : tensor<2xf32>
  %3 = onnx.Add(%0, %1) : tensor<2xf32>
  return %3 : tensor<2xf32>
}
