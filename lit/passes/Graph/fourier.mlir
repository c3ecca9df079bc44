// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A transform of a real signal of 4 is a product with a matrix of 4 x (3 x 2).
//
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// CHECK-LABEL: func.func @dft
// CHECK: onnx.Cos
// CHECK: onnx.Sin
// CHECK: %[[MATRIX:.*]] = onnx.Cast(%{{.*}}) {to = 11 : i64} : tensor<4x6xf64>
// CHECK: onnx.MatMul(%{{.*}}, %[[MATRIX]]) {{.*}} -> tensor<2x1x6xf64>
// CHECK: return %{{.*}} : tensor<2x3x2xf32>
func.func @dft(%x: tensor<2x4x1xf32>) -> tensor<*xf32> {
  %0 = onnx.DFT(%x) {onesided = 1 : i64} : (tensor<2x4x1xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
