// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A string is 128 bits: operators that move elements move it.
// CHECK-LABEL: func @move
// CHECK-SAME: tensor<2x3xi128>
// CHECK: linalg.{{.*}} tensor<3x2xi128>
func.func @move(%x: tensor<2x3x!onnx.string>) -> tensor<3x2x!onnx.string>
    attributes {plan.kernel} {
  %0 = onnx.Transpose(%x) {perm = array<i64: 1, 0>}
      : (tensor<2x3x!onnx.string>) -> tensor<3x2x!onnx.string>
  return %0 : tensor<3x2x!onnx.string>
}

// The length is above the address.
// CHECK-LABEL: func @length
// CHECK: %[[HIGH:.*]] = arith.shrui %{{.*}}, %c64{{.*}} : i128
// CHECK: arith.trunci %[[HIGH]] : i128 to i64
func.func @length(%x: tensor<2x!onnx.string>) -> tensor<2xi64>
    attributes {plan.kernel} {
  %0 = onnx.TextLength(%x) : (tensor<2x!onnx.string>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// A view knows where its text is.
// CHECK-LABEL: func @view
// CHECK: bufferization.to_buffer %{{.*}} read_only
// CHECK: memref.extract_aligned_pointer_as_index
func.func @view(%text: tensor<5xui8>, %ends: tensor<2xi64>)
    -> tensor<2x!onnx.string> attributes {plan.kernel} {
  %0 = onnx.ViewText(%text, %ends)
      : (tensor<5xui8>, tensor<2xi64>) -> tensor<2x!onnx.string>
  return %0 : tensor<2x!onnx.string>
}
