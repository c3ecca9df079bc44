// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="vectorBits = 128, numVectorRegisters = 16"' \
// RUN:   --pad-channels | FileCheck %s

// Blocks have 4 channels: 3 filters become 4. What follows keeps the added
// channel at zero (Relu), or below 1 and times zero (Sigmoid); the next
// convolution multiplies it by zeros. Exp would make it one: it reads a Slice.

// CHECK-LABEL: func.func @main
// CHECK: onnx.Conv({{.*}}) : ({{.*}}, tensor<4x1x1x1xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
// CHECK: %[[R:.*]] = onnx.Relu({{.*}}) : tensor<1x4x8x8xf32>
// CHECK: %[[G:.*]] = onnx.Sigmoid(%[[R]]) : tensor<1x4x8x8xf32>
// CHECK: %[[M:.*]] = onnx.Mul(%[[R]], %[[G]]) : tensor<1x4x8x8xf32>
// CHECK: %[[S:.*]] = onnx.Slice(%[[M]], {{.*}} -> tensor<1x3x8x8xf32>
// CHECK: %[[C:.*]] = onnx.Conv(%[[M]], {{.*}} tensor<8x4x1x1xf32>) -> tensor<1x8x8x8xf32>
// CHECK: %[[E:.*]] = onnx.Exp(%[[S]])
// CHECK: return %[[C]], %[[E]]
func.func @main(%x: tensor<1x1x8x8xf32>)
    -> (tensor<1x8x8x8xf32>, tensor<1x3x8x8xf32>) {
  %w = onnx.Constant() {value = dense<1.0> : tensor<3x1x1x1xf32>} : tensor<3x1x1x1xf32>
  %b = onnx.Constant() {value = dense<1.0> : tensor<3xf32>} : tensor<3xf32>
  %v = onnx.Constant() {value = dense<1.0> : tensor<8x3x1x1xf32>} : tensor<8x3x1x1xf32>
  %0 = onnx.Conv(%x, %w, %b) : (tensor<1x1x8x8xf32>, tensor<3x1x1x1xf32>, tensor<3xf32>)
      -> tensor<1x3x8x8xf32>
  %1 = onnx.Relu(%0) : tensor<1x3x8x8xf32>
  %2 = onnx.Sigmoid(%1) : tensor<1x3x8x8xf32>
  %3 = onnx.Mul(%1, %2) : tensor<1x3x8x8xf32>
  %4 = onnx.Conv(%3, %v, _) : (tensor<1x3x8x8xf32>, tensor<8x3x1x1xf32>)
      -> tensor<1x8x8x8xf32>
  %5 = onnx.Exp(%3) : tensor<1x3x8x8xf32>
  return %4, %5 : tensor<1x8x8x8xf32>, tensor<1x3x8x8xf32>
}
