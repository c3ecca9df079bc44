// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --outline-kernels | FileCheck %s

// A chain of elementwise ops is one kernel; equal chains are one function, and
// scalars move into it. %0 has a second user, so it is a kernel of its own.

// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = plan.call @[[K0:.*Add_Mul]](%arg0)
// CHECK: %[[B:.*]] = plan.call @[[K0]](%arg1)
// CHECK: plan.call @[[K1:.*Sub]](%[[A]], %[[B]])
// CHECK: func.func private @[[K1]](
// CHECK: onnx.Sub
// CHECK: func.func private @[[K0]](%{{.*}}: tensor<4xf32>) -> tensor<4xf32>
// CHECK: onnx.Constant()
// CHECK: onnx.Add
// CHECK: onnx.Mul
// CHECK-NOT: func.func
func.func @main(%a: tensor<4xf32>, %b: tensor<4xf32>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %two = onnx.Constant() {value = dense<2.0> : tensor<f32>} : tensor<f32>
  %0 = onnx.Add(%a, %two) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = onnx.Mul(%0, %a) : tensor<4xf32>
  %2 = onnx.Add(%b, %two) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = onnx.Mul(%2, %b) : tensor<4xf32>
  %4 = onnx.Sub(%1, %3) : tensor<4xf32>
  return %1, %3, %4 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
