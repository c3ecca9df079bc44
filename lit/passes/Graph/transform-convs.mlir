// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="vectorBits = 512, numVectorRegisters = 32"' \
// RUN:   --infer-shapes --transform-convs --mlir-elide-elementsattrs-if-larger=8 \
// RUN:   --mlir-elide-resource-strings-if-larger=8 | FileCheck %s

// Kernels of 3 x 3 become 6 x 6 places, in front of the channels.

// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[X:[^ ]+]]: tensor<1x4x56x56x16xf32>
func.func @main(%x: tensor<1x4x56x56x16xf32>, %y: tensor<1x4x2x2x16xf32>)
    -> (tensor<1x4x56x56x16xf32>, tensor<1x4x28x28x16xf32>, tensor<1x4x2x2x16xf32>) {
  %w = onnx.Constant() {value = dense<0.5> : tensor<4x4x3x3x16x16xf32>} : tensor<4x4x3x3x16x16xf32>

  // CHECK: %[[W:.*]] = onnx.Constant() {value = dense_resource<winograd> : {{.*}}} : tensor<4x6x6x4x16x16xf32>
  // CHECK: onnx.WinogradConv(%[[X]], %[[W]]) {pads = array<i64: 1, 1, 1, 1>, tile = 4 : i64}
  %0 = onnx.BlockedConv(%x, %w) {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      strides = array<i64: 1, 1>} : (tensor<1x4x56x56x16xf32>, tensor<4x4x3x3x16x16xf32>) -> tensor<1x4x56x56x16xf32>

  // Strides skip what tiles share.
  // CHECK: onnx.BlockedConv
  %1 = onnx.BlockedConv(%x, %w) {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      strides = array<i64: 2, 2>} : (tensor<1x4x56x56x16xf32>, tensor<4x4x3x3x16x16xf32>) -> tensor<1x4x28x28x16xf32>

  // A few pixels do not pay for the weights.
  // CHECK: onnx.BlockedConv
  %2 = onnx.BlockedConv(%y, %w) {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      strides = array<i64: 1, 1>} : (tensor<1x4x2x2x16xf32>, tensor<4x4x3x3x16x16xf32>) -> tensor<1x4x2x2x16xf32>
  return %0, %1, %2 : tensor<1x4x56x56x16xf32>, tensor<1x4x28x28x16xf32>, tensor<1x4x2x2x16xf32>
}
