// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="vectorBits = 128, dot = {group = 4, leftOffset = 128}"' \
// RUN:   --choose-layouts | FileCheck %s --check-prefix=CONV
// RUN: onnxc-opt %s --attach-machine='machine="vectorBits = 128, dot = {group = 4, leftOffset = -128}"' \
// RUN:   --pack-weights | FileCheck %s --check-prefix=PRODUCT

// A plain image: columns of the kernel lie in groups of four, filled up with
// zeros. Signed pixels become unsigned by 128, which a constant makes good.

// CONV-LABEL: func.func @main
// CONV: onnx.Concat({{.*}}) {axis = 3 : i64} : (tensor<4x1x3x3xi8>, tensor<4x1x3x1xi8>)
// CONV: %[[W:.*]] = onnx.Transpose({{.*}}) {perm = array<i64: 0, 2, 3, 4, 6, 1, 5>}
// CONV: %[[S:.*]] = onnx.BlockedConv(%{{.*}}, %[[W]])
// CONV-SAME: {dilations = array<i64: 1, 1>, group = 4 : i64, offset = 128 : i64, padding = 5 : i64,
// CONV-SAME: pads = array<i64: 1, 1, 1, 2>, strides = array<i64: 1, 1>}
// CONV: onnx.ReduceSum(
// CONV: onnx.Sub(%[[S]], %{{.*}})
func.func @main(%x: tensor<1x1x4x4xi8>) -> tensor<1x4x4x4xi32> {
  %w = onnx.Constant() {value = dense<1> : tensor<4x1x3x3xi8>} : tensor<4x1x3x3xi8>
  %z = onnx.Constant() {value = dense<5> : tensor<i8>} : tensor<i8>
  %0 = onnx.ConvInteger(%x, %w, %z, _) {pads = array<i64: 1, 1, 1, 1>} :
      (tensor<1x1x4x4xi8>, tensor<4x1x3x3xi8>, tensor<i8>) -> tensor<1x4x4x4xi32>
  return %0 : tensor<1x4x4x4xi32>
}

// Four rows of a matrix lie side by side. Unsigned bytes become signed.

// PRODUCT-LABEL: func.func @product
// PRODUCT: %[[B:.*]] = onnx.Transpose({{.*}}) {perm = array<i64: 2, 0, 3, 1>} :
// PRODUCT-SAME: (tensor<32x4x4x8xi8>) -> tensor<4x32x8x4xi8>
// PRODUCT: %[[A:.*]] = onnx.Reshape(%arg0, %{{.*}}) {{.*}} -> tensor<5x32x4xui8>
// PRODUCT: %[[S:.*]] = onnx.PackedMatMul(%[[A]], %[[B]]) {columns = 32 : i64, group = 4 : i64, offset = -128 : i64}
// PRODUCT: onnx.Sub(%[[S]], %{{.*}})
func.func @product(%a: tensor<5x128xui8>) -> tensor<5x32xi32> {
  %b = onnx.Constant() {value = dense<1> : tensor<128x32xi8>} : tensor<128x32xi8>
  %0 = onnx.MatMulInteger(%a, %b, _, _) : (tensor<5x128xui8>, tensor<128x32xi8>) -> tensor<5x32xi32>
  return %0 : tensor<5x32xi32>
}

// Rows of zeros fill the last group, and columns of anything.
// PRODUCT-LABEL: func.func @filled
// PRODUCT: onnx.Concat({{.*}}) {{.*}} -> tensor<128x32xi8>
// PRODUCT: %[[P:.*]] = onnx.Pad(%arg0, {{.*}} -> tensor<5x128xui8>
// PRODUCT: onnx.Reshape(%[[P]], %{{.*}}) {{.*}} -> tensor<5x32x4xui8>
func.func @filled(%a: tensor<5x126xui8>) -> tensor<5x32xi32> {
  %b = onnx.Constant() {value = dense<1> : tensor<126x32xi8>} : tensor<126x32xi8>
  %0 = onnx.MatMulInteger(%a, %b, _, _) : (tensor<5x126xui8>, tensor<126x32xi8>) -> tensor<5x32xi32>
  return %0 : tensor<5x32xi32>
}
