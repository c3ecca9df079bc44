// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="vectorBits = 128, numVectorRegisters = 16"' \
// RUN:   --choose-layouts | FileCheck %s

// A convolution reads the plain image and computes blocks of channels; what
// follows works on blocks too, and the mean is a view of the plain one.

// CHECK-LABEL: func.func @main
// CHECK: onnx.Reshape(%arg0, %{{.*}}) {{.*}} -> tensor<?x3x8x8x1xf32, #onnx.dims<[s0, 3, 8, 8, 1]>>
// CHECK: %[[C:.*]] = onnx.BlockedConv({{.*}} tensor<2x3x3x3x1x4xf32>)
// CHECK: %[[R:.*]] = onnx.Relu(%[[C]])
// CHECK: %[[P:.*]], %{{.*}} = onnx.MaxPool(%[[R]]) {kernel_shape = array<i64: 2, 2, 1>, strides = array<i64: 2, 2, 1>}
// CHECK: onnx.BlockedConv(%[[P]], %{{.*}}) {depthwise{{.*}} tensor<2x1x1x4xf32>)
// CHECK: %[[M:.*]] = onnx.ReduceMean
// CHECK-NOT: onnx.Transpose
// CHECK: onnx.Reshape(%[[M]], %{{.*}}) {{.*}} -> tensor<?x8x1x1xf32
func.func @main(%x: tensor<?x3x8x8xf32, #onnx.dims<[s0, 3, 8, 8]>>, %s0: index)
    -> tensor<?x8x1x1xf32, #onnx.dims<[s0, 8, 1, 1]>>
    attributes {onnx.symbols = ["n"]} {
  %w = onnx.Constant() {value = dense<1.0> : tensor<8x3x3x3xf32>} : tensor<8x3x3x3xf32>
  %v = onnx.Constant() {value = dense<1.0> : tensor<8x1x1x1xf32>} : tensor<8x1x1x1xf32>
  %0 = onnx.Conv(%x, %w, _) {pads = array<i64: 1, 1, 1, 1>} :
      (tensor<?x3x8x8xf32, #onnx.dims<[s0, 3, 8, 8]>>, tensor<8x3x3x3xf32>)
      -> tensor<?x8x8x8xf32, #onnx.dims<[s0, 8, 8, 8]>>
  %1 = onnx.Relu(%0) : tensor<?x8x8x8xf32, #onnx.dims<[s0, 8, 8, 8]>>
  %2:2 = onnx.MaxPool(%1) {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>} :
      (tensor<?x8x8x8xf32, #onnx.dims<[s0, 8, 8, 8]>>)
      -> (tensor<?x8x4x4xf32, #onnx.dims<[s0, 8, 4, 4]>>, tensor<?x8x4x4xi64, #onnx.dims<[s0, 8, 4, 4]>>)
  %3 = onnx.Conv(%2#0, %v, _) {group = 8 : i64} :
      (tensor<?x8x4x4xf32, #onnx.dims<[s0, 8, 4, 4]>>, tensor<8x1x1x1xf32>)
      -> tensor<?x8x4x4xf32, #onnx.dims<[s0, 8, 4, 4]>>
  %4 = onnx.GlobalAveragePool(%3) : (tensor<?x8x4x4xf32, #onnx.dims<[s0, 8, 4, 4]>>)
      -> tensor<?x8x1x1xf32, #onnx.dims<[s0, 8, 1, 1]>>
  return %4 : tensor<?x8x1x1xf32, #onnx.dims<[s0, 8, 1, 1]>>
}
