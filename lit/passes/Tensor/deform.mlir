// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tap of a deformed convolution reads the four elements around its place,
// each if it is inside.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(lower-to-linalg))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func private @kernel
// CHECK: linalg.generic
// CHECK: tensor.extract %arg1
// CHECK: math.floor
// CHECK-COUNT-4: tensor.extract %arg0
func.func private @kernel(%x: tensor<1x1x3x3xf32>, %offset: tensor<1x8x2x2xf32>)
    -> tensor<1x1x4x2x2xf32> attributes {plan.kernel} {
  %0 = onnx.DeformColumns(%x, %offset)
      {kernel_shape = array<i64: 2, 2>, dilations = array<i64: 1, 1>, offset_group = 1 : i64,
      pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} :
      (tensor<1x1x3x3xf32>, tensor<1x8x2x2xf32>) -> tensor<1x1x4x2x2xf32>
  return %0 : tensor<1x1x4x2x2xf32>
}
