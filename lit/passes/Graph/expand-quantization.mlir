// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --expand-quantization | FileCheck %s

// The scale of the result goes into that of the sums, the rectifier into the
// lowest value.

// CHECK-LABEL: func.func @requantize
// CHECK: %[[K:.*]] = onnx.Div(%{{.*}}, %{{.*}}) : tensor<f32>
// CHECK: %[[Y:.*]] = onnx.Mul(%{{.*}}, %[[K]])
// CHECK: onnx.Saturate(%[[Y]], %{{.*}}) {high = 255 : i64, low = 9 : i64, to = 2 : i64}
func.func @requantize(%sums: tensor<4xi32>) -> tensor<4xui8> {
  %k = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %s = onnx.Constant() {value = dense<0.25> : tensor<f32>} : tensor<f32>
  %z = onnx.Constant() {value = dense<9> : tensor<ui8>} : tensor<ui8>
  %0 = onnx.Cast(%sums) {to = 1 : i64} : (tensor<4xi32>) -> tensor<4xf32>
  %1 = onnx.Mul(%0, %k) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = onnx.Relu(%1) : tensor<4xf32>
  %3 = onnx.QuantizeLinear(%2, %s, %z) : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %3 : tensor<4xui8>
}

// A sum of two dequantised tensors is one of two products.

// CHECK-LABEL: func.func @sum
// CHECK: %[[A:.*]] = onnx.Mul(
// CHECK: %[[B:.*]] = onnx.Mul(
// CHECK: %[[C:.*]] = onnx.Add(%[[A]], %[[B]])
// CHECK: onnx.Saturate(%[[C]])
func.func @sum(%a: tensor<4xi8>, %b: tensor<4xi8>) -> tensor<4xi8> {
  %s = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %z = onnx.Constant() {value = dense<0> : tensor<i8>} : tensor<i8>
  %0 = onnx.DequantizeLinear(%a, %s, _) : (tensor<4xi8>, tensor<f32>) -> tensor<4xf32>
  %1 = onnx.DequantizeLinear(%b, %s, _) : (tensor<4xi8>, tensor<f32>) -> tensor<4xf32>
  %2 = onnx.Add(%0, %1) : tensor<4xf32>
  %3 = onnx.QuantizeLinear(%2, %s, %z) : (tensor<4xf32>, tensor<f32>, tensor<i8>) -> tensor<4xi8>
  return %3 : tensor<4xi8>
}

// A scale that is not known stays a division.

// CHECK-LABEL: func.func @unknown_scale
// CHECK: %[[Q:.*]] = onnx.Div(%arg0, %arg1)
// CHECK: onnx.Saturate(%[[Q]])
func.func @unknown_scale(%x: tensor<4xf32>, %s: tensor<f32>) -> tensor<4xui8> {
  %0 = onnx.QuantizeLinear(%x, %s, _) : (tensor<4xf32>, tensor<f32>) -> tensor<4xui8>
  return %0 : tensor<4xui8>
}
