// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --fuse-quantization | FileCheck %s

// A mean over windows is a sum by weights of one.

// CHECK-LABEL: func.func @window
// CHECK: %[[W:.*]] = onnx.Constant() {value = dense<1> : tensor<2x1x2x2xi8>}
// CHECK: %[[S:.*]] = onnx.ConvInteger(%arg0, %[[W]], %{{.*}}, _) {{.*}}group = 2
// CHECK: %[[R:.*]] = onnx.Cast(%[[S]]) {to = 1 : i64}
// CHECK: %[[K:.*]] = onnx.Div(%{{.*}}, %{{.*}}) : tensor<f32>
// CHECK: onnx.Mul(%[[R]], %[[K]])
func.func @window(%x: tensor<1x2x4x4xui8>) -> tensor<1x2x3x3xf32> {
  %s = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %z = onnx.Constant() {value = dense<3> : tensor<ui8>} : tensor<ui8>
  %0 = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x2x4x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x4x4xf32>
  %1 = onnx.AveragePool(%0) {kernel_shape = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x3x3xf32>
  return %1 : tensor<1x2x3x3xf32>
}

// Windows that stand over the border have fewer elements.

// CHECK-LABEL: func.func @border
// CHECK: dense<{{\[\[\[}}1.000000e+00, 2.000000e+00, 2.000000e+00]]]> : tensor<1x1x3xf32>
// CHECK: onnx.ConvInteger({{.*}}pads = array<i64: 1, 0>
func.func @border(%x: tensor<1x2x3xi8>) -> tensor<1x2x3xf32> {
  %s = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %0 = onnx.DequantizeLinear(%x, %s, _) : (tensor<1x2x3xi8>, tensor<f32>) -> tensor<1x2x3xf32>
  %1 = onnx.AveragePool(%0) {kernel_shape = array<i64: 2>, pads = array<i64: 1, 0>} :
      (tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  return %1 : tensor<1x2x3xf32>
}

// A mean over planes is a sum of integers.

// CHECK-LABEL: func.func @plane
// CHECK: %[[X:.*]] = onnx.Cast(%arg0) {to = 6 : i64}
// CHECK: onnx.ReduceSum(%[[X]], %{{.*}}) {{.*}} -> tensor<1x2x1x1xi32>
func.func @plane(%x: tensor<1x2x4x4xi8>) -> tensor<1x2x1x1xf32> {
  %s = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %0 = onnx.DequantizeLinear(%x, %s, _) : (tensor<1x2x4x4xi8>, tensor<f32>) -> tensor<1x2x4x4xf32>
  %1 = onnx.GlobalAveragePool(%0) : (tensor<1x2x4x4xf32>) -> tensor<1x2x1x1xf32>
  return %1 : tensor<1x2x1x1xf32>
}

// Zeros around reals are zero points around bytes.

// CHECK-LABEL: func.func @pad
// CHECK: %[[Z:.*]] = onnx.Constant() {value = dense<3> : tensor<ui8>}
// CHECK: onnx.Pad(%arg0, %{{.*}}, %[[Z]], _)
func.func @pad(%x: tensor<4xui8>) -> tensor<6xf32> {
  %s = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %z = onnx.Constant() {value = dense<3> : tensor<ui8>} : tensor<ui8>
  %p = onnx.Constant() {value = dense<1> : tensor<2xi64>} : tensor<2xi64>
  %0 = onnx.DequantizeLinear(%x, %s, %z) : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  %1 = onnx.Pad(%0, %p, _, _) : (tensor<4xf32>, tensor<2xi64>) -> tensor<6xf32>
  return %1 : tensor<6xf32>
}

// A large window has no weights.

// CHECK-LABEL: func.func @large_window
// CHECK: %[[S:.*]] = onnx.SumPool(%arg0) {{.*}} -> tensor<1x2x3x3xi32>
// CHECK: onnx.Cast(%[[S]]) {to = 1 : i64}
func.func @large_window(%x: tensor<1x2x8x8xi8>) -> tensor<1x2x3x3xf32> {
  %s = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %0 = onnx.DequantizeLinear(%x, %s, _) : (tensor<1x2x8x8xi8>, tensor<f32>) -> tensor<1x2x8x8xf32>
  %1 = onnx.AveragePool(%0) {kernel_shape = array<i64: 6, 6>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x3x3xf32>
  return %1 : tensor<1x2x3x3xf32>
}
