// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="vectorBits = 128, numVectorRegisters = 16"' \
// RUN:   --infer-shapes --lower-to-linalg --fuse-linalg --bufferize-kernel \
// RUN:   --emit-contractions --canonicalize | FileCheck %s

// Seven pixels of a row times two blocks of filters would need more registers
// than there are: tiles of four and of three pixels, each sum a vector.

// CHECK-LABEL: func.func @dense
// CHECK-NOT: linalg
// CHECK: %{{.*}}:8 = scf.for {{.*}} iter_args
// CHECK: vector.store
// CHECK: %{{.*}}:6 = scf.for {{.*}} iter_args
// CHECK: vector.store
func.func @dense(%x: tensor<1x2x7x7x4xf32>, %w: tensor<2x2x3x3x4x4xf32>) -> tensor<1x2x7x7x4xf32>
    attributes {plan.kernel} {
  %0 = onnx.BlockedConv(%x, %w) {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      strides = array<i64: 1, 1>} : (tensor<1x2x7x7x4xf32>, tensor<2x2x3x3x4x4xf32>) -> tensor<1x2x7x7x4xf32>
  %1 = onnx.Relu(%0) : tensor<1x2x7x7x4xf32>
  return %1 : tensor<1x2x7x7x4xf32>
}

// Without padding the image is read where it is.

// CHECK-LABEL: func.func @depthwise
// CHECK-NOT: memref.alloca
// CHECK: scf.forall
// CHECK: vector.load
func.func @depthwise(%x: tensor<1x2x8x8x4xf32>, %w: tensor<2x3x3x4xf32>) -> tensor<1x2x6x6x4xf32>
    attributes {plan.kernel} {
  %0 = onnx.BlockedConv(%x, %w) {depthwise, dilations = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} :
      (tensor<1x2x8x8x4xf32>, tensor<2x3x3x4xf32>) -> tensor<1x2x6x6x4xf32>
  return %0 : tensor<1x2x6x6x4xf32>
}
