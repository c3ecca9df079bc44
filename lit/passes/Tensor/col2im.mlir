// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Columns of floats of 16 bits are summed in 32, and rounded once. Of bools the
// sum is the largest.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(lower-to-linalg))" \
// RUN:   --split-input-file | FileCheck %s

// CHECK-LABEL: func.func private @half
// CHECK-NOT: arith.truncf
// CHECK: %[[SUM:.*]] = arith.addf {{.*}} : f32
// CHECK-NEXT: tensor.insert %[[SUM]] {{.*}} tensor<1x1x4x4xf32>
// CHECK: linalg.generic
// CHECK: arith.truncf {{.*}} : f32 to bf16
func.func private @half(%x: tensor<1x4x9xbf16>)
    -> tensor<1x1x4x4xbf16> attributes {plan.kernel} {
  %i = onnx.Constant() {value = dense<4> : tensor<2xi64>} : tensor<2xi64>
  %b = onnx.Constant() {value = dense<2> : tensor<2xi64>} : tensor<2xi64>
  %0 = onnx.Col2Im(%x, %i, %b) {strides = array<i64: 1, 1>} :
      (tensor<1x4x9xbf16>, tensor<2xi64>, tensor<2xi64>) -> tensor<1x1x4x4xbf16>
  return %0 : tensor<1x1x4x4xbf16>
}

// -----

// CHECK-LABEL: func.func private @bools
// CHECK: arith.maxui {{.*}} : i8
func.func private @bools(%x: tensor<1x4x9xi1>)
    -> tensor<1x1x4x4xi1> attributes {plan.kernel} {
  %i = onnx.Constant() {value = dense<4> : tensor<2xi64>} : tensor<2xi64>
  %b = onnx.Constant() {value = dense<2> : tensor<2xi64>} : tensor<2xi64>
  %0 = onnx.Col2Im(%x, %i, %b) {strides = array<i64: 1, 1>} :
      (tensor<1x4x9xi1>, tensor<2xi64>, tensor<2xi64>) -> tensor<1x1x4x4xi1>
  return %0 : tensor<1x1x4x4xi1>
}
