// RUN: onnxc-opt %s --infer-shapes --lower-to-linalg | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A view splits or joins neighbouring dimensions where it can.
// CHECK-LABEL: func @unsqueeze
// CHECK: tensor.expand_shape %{{.*}} {{\[}}[0, 1], [2]] output_shape [2, 1, 3]
func.func @unsqueeze(%x: tensor<2x3xf32>) -> tensor<2x1x3xf32>
    attributes {plan.kernel} {
  %0 = onnx.Constant() {value = dense<1> : tensor<1xi64>}
      : () -> tensor<1xi64>
  %1 = onnx.Unsqueeze(%x, %0) : (tensor<2x3xf32>, tensor<1xi64>)
      -> tensor<2x1x3xf32>
  return %1 : tensor<2x1x3xf32>
}

// CHECK-LABEL: func @reshape
// CHECK: tensor.collapse_shape {{.*}} into tensor<6xf32>
// CHECK: tensor.expand_shape {{.*}} into tensor<3x2xf32>
func.func @reshape(%x: tensor<2x3xf32>) -> tensor<3x2xf32>
    attributes {plan.kernel} {
  %0 = onnx.Constant() {value = dense<[3, 2]> : tensor<2xi64>}
      : () -> tensor<2xi64>
  %1 = onnx.Reshape(%x, %0) : (tensor<2x3xf32>, tensor<2xi64>)
      -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// CHECK-LABEL: func @range
// CHECK: linalg.generic
// CHECK: linalg.index 0
func.func @range(%start: tensor<f32>, %limit: tensor<f32>, %delta: tensor<f32>,
                 %s0: index) -> tensor<?xf32, #onnx.dims<[s0]>>
    attributes {plan.kernel, onnx.symbols = ["n"]} {
  %0 = onnx.Range(%start, %limit, %delta)
      : (tensor<f32>, tensor<f32>, tensor<f32>)
      -> tensor<?xf32, #onnx.dims<[s0]>>
  return %0 : tensor<?xf32, #onnx.dims<[s0]>>
}
