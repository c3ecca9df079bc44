// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --plant-fault=node=relu_2 | FileCheck %s

// The call that computes the node gets a wrong kernel of its own; others keep
// theirs.

// CHECK-LABEL: func.func @main
// CHECK: plan.call @kernel_0(
// CHECK: plan.call @kernel_0_0(
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %a = plan.call @kernel_0(%x)[] : (tensor<4xf32>) -> tensor<4xf32>
    loc("relu_1")
  %b = plan.call @kernel_0(%a)[] : (tensor<4xf32>) -> tensor<4xf32>
    loc("relu_2")
  return %b : tensor<4xf32>
}

// CHECK-LABEL: func.func private @kernel_0(
// CHECK-NEXT: %[[Y:.*]] = onnx.Relu
// CHECK-NEXT: return %[[Y]]
func.func private @kernel_0(%x: tensor<4xf32>) -> tensor<4xf32>
    attributes {plan.kernel} {
  %y = onnx.Relu(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func.func private @kernel_0_0(
// CHECK: onnx.Relu
// CHECK: onnx.Mul
// CHECK: onnx.Add
// CHECK: %[[WRONG:.*]] = onnx.Add
// CHECK-NEXT: return %[[WRONG]]
