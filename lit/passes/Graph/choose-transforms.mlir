// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A short transform is a product with a constant matrix, a longer one goes
// through passes of small radices.
//
// RUN: onnxc-opt %s --choose-transforms | FileCheck %s
// RUN: onnxc-opt %s --attach-machine=target=vulkan --choose-transforms \
// RUN:   | FileCheck %s --check-prefix=DEVICE

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

// A device has products, but for those whose matrix would be a burden.
// DEVICE-LABEL: func.func @long
// DEVICE-NOT: onnx.FastDFT
// DEVICE: onnx.MatMul
// DEVICE-LABEL: func.func @huge
// DEVICE-NOT: onnx.MatMul
// DEVICE: onnx.FastDFT
func.func @huge(%x: tensor<1x1048576x1xf32>) -> tensor<1x1048576x2xf32> {
  %0 = onnx.DFT(%x) : (tensor<1x1048576x1xf32>) -> tensor<1x1048576x2xf32>
  return %0 : tensor<1x1048576x2xf32>
}
