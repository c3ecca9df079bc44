// RUN: onnxc-opt %s --infer-shapes --lower-to-linalg | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A scale for each channel is read along the axis.
// CHECK: affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func @per_axis
// CHECK: math.roundeven
// CHECK: arith.fptosi
func.func @per_axis(%x: tensor<2x3xf32>, %s: tensor<3xf32>,
                    %z: tensor<3xi8>) -> tensor<2x3xi8> attributes {plan.kernel} {
  %0 = onnx.QuantizeLinear(%x, %s, %z)
      : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xi8>) -> tensor<2x3xi8>
  return %0 : tensor<2x3xi8>
}

// CHECK-LABEL: func @dequantize
// CHECK: arith.extui
// CHECK: arith.subi
// CHECK: arith.mulf
func.func @dequantize(%x: tensor<2x3xui8>, %s: tensor<f32>,
                      %z: tensor<ui8>) -> tensor<2x3xf32>
    attributes {plan.kernel} {
  %0 = onnx.DequantizeLinear(%x, %s, %z)
      : (tensor<2x3xui8>, tensor<f32>, tensor<ui8>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
