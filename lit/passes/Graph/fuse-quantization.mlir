// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --fuse-quantization | FileCheck %s

// Scales leave the sum of a convolution, whose bias is stored in its units.

// CHECK-LABEL: func.func @conv
// CHECK: %[[S:.*]] = onnx.ConvInteger(%arg0, %[[W:.*]], %[[Z:.*]], _)
// CHECK: %[[B:.*]] = onnx.Add(%[[S]], %{{.*}}) : (tensor<1x2x4x4xi32>, tensor<2x1x1xi32>)
// CHECK: %[[R:.*]] = onnx.Cast(%[[B]]) {to = 1 : i64}
// CHECK: %[[Y:.*]] = onnx.Mul(%[[R]], %{{.*}})
// CHECK: return %[[Y]]
func.func @conv(%x: tensor<1x2x4x4xui8>) -> tensor<1x2x4x4xf32> {
  %sx = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %zx = onnx.Constant() {value = dense<3> : tensor<ui8>} : tensor<ui8>
  %w = onnx.Constant() {value = dense<1> : tensor<2x2x1x1xi8>} : tensor<2x2x1x1xi8>
  %sw = onnx.Constant() {value = dense<[0.5, 0.25]> : tensor<2xf32>} : tensor<2xf32>
  %b = onnx.Constant() {value = dense<7> : tensor<2xi32>} : tensor<2xi32>
  %sb = onnx.Constant() {value = dense<[0.25, 0.125]> : tensor<2xf32>} : tensor<2xf32>
  %0 = onnx.DequantizeLinear(%x, %sx, %zx) : (tensor<1x2x4x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x4x4xf32>
  %1 = onnx.DequantizeLinear(%w, %sw, _) {axis = 0 : i64} : (tensor<2x2x1x1xi8>, tensor<2xf32>) -> tensor<2x2x1x1xf32>
  %2 = onnx.DequantizeLinear(%b, %sb, _) {axis = 0 : i64} : (tensor<2xi32>, tensor<2xf32>) -> tensor<2xf32>
  %3 = onnx.Conv(%0, %1, %2) : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  return %3 : tensor<1x2x4x4xf32>
}

// A scale of rows cannot leave a sum over rows.

// CHECK-LABEL: func.func @scale_of_rows
// CHECK: onnx.MatMul(
func.func @scale_of_rows(%x: tensor<4x2xi8>) -> tensor<4x3xf32> {
  %s = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %w = onnx.Constant() {value = dense<1> : tensor<2x3xi8>} : tensor<2x3xi8>
  %sw = onnx.Constant() {value = dense<[0.5, 0.25]> : tensor<2xf32>} : tensor<2xf32>
  %0 = onnx.DequantizeLinear(%x, %s, _) : (tensor<4x2xi8>, tensor<f32>) -> tensor<4x2xf32>
  %1 = onnx.DequantizeLinear(%w, %sw, _) {axis = 0 : i64} : (tensor<2x3xi8>, tensor<2xf32>) -> tensor<2x3xf32>
  %2 = onnx.MatMul(%0, %1) : (tensor<4x2xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %2 : tensor<4x3xf32>
}

// A transposition moves the axis of scales: rows of the stored matrix are
// columns of the product's.

// CHECK-LABEL: func.func @transposed_weights
// CHECK: %[[W:.*]] = onnx.Transpose({{.*}} (tensor<3x2xi8>) -> tensor<2x3xi8>
// CHECK: onnx.MatMulInteger(%arg0, %[[W]], _, _)
func.func @transposed_weights(%x: tensor<4x2xi8>) -> tensor<4x3xf32> {
  %s = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %w = onnx.Constant() {value = dense<1> : tensor<3x2xi8>} : tensor<3x2xi8>
  %sw = onnx.Constant() {value = dense<[0.5, 0.25, 0.75]> : tensor<3xf32>} : tensor<3xf32>
  %0 = onnx.DequantizeLinear(%x, %s, _) : (tensor<4x2xi8>, tensor<f32>) -> tensor<4x2xf32>
  %1 = onnx.DequantizeLinear(%w, %sw, _) {axis = 0 : i64} : (tensor<3x2xi8>, tensor<3xf32>) -> tensor<3x2xf32>
  %2 = onnx.Transpose(%1) {perm = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %3 = onnx.MatMul(%0, %2) : (tensor<4x2xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %3 : tensor<4x3xf32>
}

// What only moves elements moves bytes, and a pair of one scale is nothing.

// CHECK-LABEL: func.func @move
// CHECK: %[[T:.*]] = onnx.Transpose(%arg0) {{.*}} : (tensor<4x2xi8>) -> tensor<2x4xi8>
// CHECK-NEXT: return %[[T]]
func.func @move(%x: tensor<4x2xi8>) -> tensor<2x4xi8> {
  %s = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %z = onnx.Constant() {value = dense<0> : tensor<i8>} : tensor<i8>
  %0 = onnx.DequantizeLinear(%x, %s, _) : (tensor<4x2xi8>, tensor<f32>) -> tensor<4x2xf32>
  %1 = onnx.Transpose(%0) {perm = array<i64: 1, 0>} : (tensor<4x2xf32>) -> tensor<2x4xf32>
  %2 = onnx.QuantizeLinear(%1, %s, %z) : (tensor<2x4xf32>, tensor<f32>, tensor<i8>) -> tensor<2x4xi8>
  return %2 : tensor<2x4xi8>
}

// Channels may be free.

// CHECK-LABEL: func.func @free_channels
// CHECK: onnx.ConvInteger
// CHECK: onnx.Reshape(%{{.*}}, %{{.*}}) {allowzero = 1 : i64} :
// CHECK-SAME: (tensor<?xf32, #onnx.dims<[s0]>>, {{.*}}) -> tensor<?x1x1xf32, #onnx.dims<[s0, 1, 1]>>
func.func @free_channels(%x: tensor<1x1x2x2xui8>, %w: tensor<?x1x1x1xui8, #onnx.dims<[s0, 1, 1, 1]>>,
                         %s: tensor<f32>, %z: tensor<ui8>, %ws: tensor<?xf32, #onnx.dims<[s0]>>)
    -> tensor<1x?x2x2xui8, #onnx.dims<[1, s0, 2, 2]>> attributes {onnx.symbols = ["c"]} {
  %0 = onnx.QLinearConv(%x, %s, %z, %w, %ws, %z, %s, %z, _)
      : (tensor<1x1x2x2xui8>, tensor<f32>, tensor<ui8>,
          tensor<?x1x1x1xui8, #onnx.dims<[s0, 1, 1, 1]>>, tensor<?xf32, #onnx.dims<[s0]>>,
          tensor<ui8>, tensor<f32>, tensor<ui8>)
      -> tensor<1x?x2x2xui8, #onnx.dims<[1, s0, 2, 2]>>
  return %0 : tensor<1x?x2x2xui8, #onnx.dims<[1, s0, 2, 2]>>
}

// A bias whose size only a run knows is Gemm's to broadcast.

// CHECK-LABEL: func.func @free_bias
// CHECK: onnx.Gemm(
func.func @free_bias(%x: tensor<4x2xi8>, %c: tensor<?xf32, #onnx.dims<[s0]>>, %s0: index)
    -> tensor<4x1xf32> attributes {onnx.symbols = ["n"]} {
  %s = onnx.Constant() {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %w = onnx.Constant() {value = dense<1> : tensor<2x1xi8>} : tensor<2x1xi8>
  %0 = onnx.DequantizeLinear(%x, %s, _) : (tensor<4x2xi8>, tensor<f32>) -> tensor<4x2xf32>
  %1 = onnx.DequantizeLinear(%w, %s, _) : (tensor<2x1xi8>, tensor<f32>) -> tensor<2x1xf32>
  %2 = onnx.Gemm(%0, %1, %c) : (tensor<4x2xf32>, tensor<2x1xf32>, tensor<?xf32, #onnx.dims<[s0]>>) -> tensor<4x1xf32>
  return %2 : tensor<4x1xf32>
}
