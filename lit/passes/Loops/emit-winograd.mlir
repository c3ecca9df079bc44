// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --attach-machine='machine="vectorBits = 128, numVectorRegisters = 16"' \
// RUN:   --infer-shapes --lower-to-linalg --fuse-linalg --bufferize-kernel \
// RUN:   --emit-contractions --canonicalize | FileCheck %s

// Squares of 4 x 4 pixels are transformed where all of them is in the image, or
// from a copy with zeros; 16 matrices are multiplied; tiles of 2 x 2 are stored
// through what follows the convolution.

// CHECK-LABEL: func.func @tiles_of_two
// CHECK-NOT: linalg
// CHECK: scf.if
// CHECK-COUNT-16: vector.load
// CHECK-COUNT-16: vector.store
// CHECK: scf.for {{.*}} iter_args
// CHECK: memref.prefetch
// CHECK: arith.cmpf olt
// CHECK-NOT: linalg
func.func @tiles_of_two(%x: tensor<1x2x7x7x4xf32>, %w: tensor<2x4x4x2x4x4xf32>) -> tensor<1x2x7x7x4xf32>
    attributes {plan.kernel} {
  %0 = onnx.WinogradConv(%x, %w) {pads = array<i64: 1, 1, 1, 1>, tile = 2 : i64} :
      (tensor<1x2x7x7x4xf32>, tensor<2x4x4x2x4x4xf32>) -> tensor<1x2x7x7x4xf32>
  %1 = onnx.Relu(%0) : tensor<1x2x7x7x4xf32>
  return %1 : tensor<1x2x7x7x4xf32>
}
