// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="stackBytes = 4096, hasThreads = false"' \
// RUN:   --infer-shapes --lower-to-linalg --fuse-linalg --bufferize-kernel \
// RUN:   --reuse-inputs | FileCheck %s
// RUN: onnxc-opt %s --infer-shapes --lower-to-linalg --fuse-linalg --bufferize-kernel \
// RUN:   --reuse-inputs | FileCheck %s --check-prefix=FAST

// Where memory is scarce a convolution writes onto its image: of one channel at
// a time when a copy of its plane fits, of one pixel when that of a few pixels
// does. A window over all channels does neither.

// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = plan.call @pointwise(%arg0
// CHECK: %[[B:.*]] = plan.call @pointwise_in_place(%[[A]]
// CHECK: %[[C:.*]] = plan.call @depthwise_in_place(%[[B]]
// CHECK: plan.call @dense(%[[C]]
// FAST-LABEL: func.func @main
// FAST-NOT: in_place
// FAST: return
func.func @main(%x: tensor<1x2x6x6x4xf32>, %p: tensor<2x2x1x1x4x4xf32>, %d: tensor<2x3x3x4xf32>, %w:
    tensor<2x2x3x3x4x4xf32>) -> tensor<1x2x6x6x4xf32> {
  %0 = plan.call @pointwise(%x, %p) [] : (tensor<1x2x6x6x4xf32>, tensor<2x2x1x1x4x4xf32>) -> tensor<1x2x6x6x4xf32>
  %1 = plan.call @pointwise(%0, %p) [] : (tensor<1x2x6x6x4xf32>, tensor<2x2x1x1x4x4xf32>) -> tensor<1x2x6x6x4xf32>
  %2 = plan.call @depthwise(%1, %d) [] : (tensor<1x2x6x6x4xf32>, tensor<2x3x3x4xf32>) -> tensor<1x2x6x6x4xf32>
  %3 = plan.call @dense(%2, %w) [] : (tensor<1x2x6x6x4xf32>, tensor<2x2x3x3x4x4xf32>) -> tensor<1x2x6x6x4xf32>
  return %3 : tensor<1x2x6x6x4xf32>
}
func.func private @pointwise(%x: tensor<1x2x6x6x4xf32>, %w: tensor<2x2x1x1x4x4xf32>)
    -> tensor<1x2x6x6x4xf32> attributes {plan.kernel} {
  %0 = onnx.BlockedConv(%x, %w) {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      strides = array<i64: 1, 1>} : (tensor<1x2x6x6x4xf32>, tensor<2x2x1x1x4x4xf32>) -> tensor<1x2x6x6x4xf32>
  return %0 : tensor<1x2x6x6x4xf32>
}
func.func private @depthwise(%x: tensor<1x2x6x6x4xf32>, %w: tensor<2x3x3x4xf32>)
    -> tensor<1x2x6x6x4xf32> attributes {plan.kernel} {
  %0 = onnx.BlockedConv(%x, %w) {depthwise, dilations = array<i64: 1, 1>,
      pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>} :
      (tensor<1x2x6x6x4xf32>, tensor<2x3x3x4xf32>) -> tensor<1x2x6x6x4xf32>
  return %0 : tensor<1x2x6x6x4xf32>
}
func.func private @dense(%x: tensor<1x2x6x6x4xf32>, %w: tensor<2x2x3x3x4x4xf32>)
    -> tensor<1x2x6x6x4xf32> attributes {plan.kernel} {
  %0 = onnx.BlockedConv(%x, %w) {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      strides = array<i64: 1, 1>} : (tensor<1x2x6x6x4xf32>, tensor<2x2x3x3x4x4xf32>) -> tensor<1x2x6x6x4xf32>
  return %0 : tensor<1x2x6x6x4xf32>
}
