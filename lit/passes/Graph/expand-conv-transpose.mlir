// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --expand-conv-transpose | FileCheck %s

// A kernel of 3 with stride 2: two phases of two taps, the second one's last
// is zero. The padding cuts the first result off.

// CHECK-LABEL: func.func @line
// CHECK: onnx.Concat({{.*}}) {axis = 2 : i64} : (tensor<1x1x3xf32>, tensor<1x1x1xf32>)
// CHECK: %[[W:.*]] = onnx.Slice({{.*}} -> tensor<2x1x2xf32>
// CHECK: %[[Z:.*]] = onnx.Conv(%arg0, %[[W]]) {{.*}} -> tensor<1x2x5xf32>
// CHECK: %[[C:.*]] = onnx.Reshape(%[[Z]], {{.*}} -> tensor<1x1x2x5xf32>
// CHECK: %[[T:.*]] = onnx.Transpose(%[[C]])
// CHECK: %[[F:.*]] = onnx.Reshape(%[[T]], {{.*}} -> tensor<1x1x10xf32>
// CHECK: onnx.Slice(%[[F]], {{.*}} -> tensor<1x1x8xf32>
func.func @line(%x: tensor<1x1x4xf32>) -> tensor<1x1x8xf32> {
  %w = onnx.Constant() {value = dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32>} : tensor<1x1x3xf32>
  %0 = onnx.ConvTranspose(%x, %w, _)
      {output_padding = array<i64: 1>, pads = array<i64: 1, 1>, strides = array<i64: 2>} :
      (tensor<1x1x4xf32>, tensor<1x1x3xf32>) -> tensor<1x1x8xf32>
  return %0 : tensor<1x1x8xf32>
}
