// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="numFloatRegisters = 32, stackBytes = 4096"' \
// RUN:   --infer-shapes --lower-to-linalg --fuse-linalg --bufferize-kernel \
// RUN:   --emit-contractions --canonicalize | FileCheck %s

// Without vectors a tile is made of scalars side by side, four of which count
// as one register: six pixels of four filters are 24 sums beside four weights
// and a pixel. Twelve columns are two such tiles, whose code is there once.

// CHECK-LABEL: func.func @dense
// CHECK: %{{.*}}:6 = scf.for {{.*}} iter_args
// CHECK-NOT: %{{.*}}:5 = scf.for
func.func @dense(%x: tensor<1x2x12x12x4xf32>, %w: tensor<2x2x3x3x4x4xf32>)
    -> tensor<1x2x12x12x4xf32> attributes {plan.kernel} {
  %0 = onnx.BlockedConv(%x, %w) {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      strides = array<i64: 1, 1>} : (tensor<1x2x12x12x4xf32>, tensor<2x2x3x3x4x4xf32>) -> tensor<1x2x12x12x4xf32>
  return %0 : tensor<1x2x12x12x4xf32>
}

// The padded copy of the image is cut to what the stack has room for.

// CHECK-LABEL: func.func @large
// CHECK: memref.alloca() {{.*}} : memref<{{[0-9]?[0-9]?[0-9]}}xf32>
func.func @large(%x: tensor<1x2x64x64x4xf32>, %w: tensor<2x2x3x3x4x4xf32>)
    -> tensor<1x2x64x64x4xf32> attributes {plan.kernel} {
  %0 = onnx.BlockedConv(%x, %w) {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      strides = array<i64: 1, 1>} : (tensor<1x2x64x64x4xf32>, tensor<2x2x3x3x4x4xf32>) -> tensor<1x2x64x64x4xf32>
  return %0 : tensor<1x2x64x64x4xf32>
}

// Sixteen registers of scalars are not enough for a tile of a product: it has
// one row all the same.

// RUN: onnxc-opt %s --attach-machine='machine="numFloatRegisters = 16"' \
// RUN:   --infer-shapes --lower-to-linalg --fuse-linalg --bufferize-kernel \
// RUN:   --emit-contractions --canonicalize | FileCheck %s --check-prefix=FEW

// FEW-LABEL: func.func @product
// FEW: %{{.*}}:2 = scf.for
// FEW-NOT: linalg
func.func @product(%a: tensor<12x24xf32>, %b: tensor<24x32xf32>) -> tensor<12x32xf32> attributes {plan.kernel} {
  %0 = onnx.MatMul(%a, %b) : (tensor<12x24xf32>, tensor<24x32xf32>) -> tensor<12x32xf32>
  return %0 : tensor<12x32xf32>
}
