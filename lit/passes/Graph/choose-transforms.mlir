// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A short transform is a product with a constant matrix, a longer one goes
// through passes of small radices.
//
// RUN: onnxc-opt %s --choose-transforms | FileCheck %s

// CHECK-LABEL: func.func @short
// CHECK: %[[MATRIX:.*]] = onnx.Constant() {{.*}} tensor<2x4xf64>
// CHECK: %[[ROWS:.*]] = onnx.Cast({{.*}} -> tensor<3x2xf64>
// CHECK: onnx.MatMul(%[[ROWS]], %[[MATRIX]])
func.func @short(%x: tensor<3x2x1xf32>) -> tensor<3x2x2xf32> {
  %0 = onnx.DFT(%x) : (tensor<3x2x1xf32>) -> tensor<3x2x2xf32>
  return %0 : tensor<3x2x2xf32>
}

// CHECK-LABEL: func.func @long
// CHECK: %[[ROWS:.*]] = onnx.Reshape({{.*}} -> tensor<3x512xf32>
// CHECK: onnx.FastDFT(%[[ROWS]], {{.*}}) {inverse = 0 : i64, length = 512 : i64
// CHECK-SAME: -> tensor<3x1024xf32>
func.func @long(%x: tensor<3x512x1xf32>) -> tensor<3x512x2xf32> {
  %0 = onnx.DFT(%x) : (tensor<3x512x1xf32>) -> tensor<3x512x2xf32>
  return %0 : tensor<3x512x2xf32>
}
