// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="vectorBits = 128, numVectorRegisters = 16, \
// RUN:   stackBytes = 32768, hasThreads = false"' \
// RUN:   --infer-shapes --lower-to-linalg --fuse-linalg --bufferize-kernel \
// RUN:   --reuse-inputs \
// RUN:   --emit-contractions --canonicalize | FileCheck %s

// A depthwise convolution on top of its image copies the whole plane of a block
// of channels, 42 x 42 pixels with the padding, though parts of it would serve
// it better elsewhere.

// CHECK-LABEL: func.func private @depthwise_in_place
// CHECK-SAME: %[[W:[a-z0-9]+]]: memref<2x3x3x4xf32>, %[[Y:[a-z0-9]+]]: memref<1x2x40x40x4xf32>
// CHECK: memref.alloca() {{.*}}memref<70{{[0-9]+}}xf32>
func.func @main(%x: tensor<1x2x40x40x4xf32>, %d: tensor<2x3x3x4xf32>) -> tensor<1x2x40x40x4xf32> {
  %0 = plan.call @depthwise(%x, %d) [] : (tensor<1x2x40x40x4xf32>, tensor<2x3x3x4xf32>) -> tensor<1x2x40x40x4xf32>
  %1 = plan.call @depthwise(%0, %d) [] : (tensor<1x2x40x40x4xf32>, tensor<2x3x3x4xf32>) -> tensor<1x2x40x40x4xf32>
  return %1 : tensor<1x2x40x40x4xf32>
}
func.func private @depthwise(%x: tensor<1x2x40x40x4xf32>, %w: tensor<2x3x3x4xf32>)
    -> tensor<1x2x40x40x4xf32> attributes {plan.kernel} {
  %0 = onnx.BlockedConv(%x, %w) {depthwise, dilations = array<i64: 1, 1>,
      pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>} :
      (tensor<1x2x40x40x4xf32>, tensor<2x3x3x4xf32>) -> tensor<1x2x40x40x4xf32>
  return %0 : tensor<1x2x40x40x4xf32>
}
