// RUN: onnxc-opt %s --infer-shapes --lower-to-linalg | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// float8 is held in bytes and converted in integers.
// CHECK-LABEL: func @float8
// CHECK-SAME: tensor<4xi8>
// CHECK: arith.trunci {{.*}} : i32 to i8
func.func @float8(%x: tensor<4xf32>) -> tensor<4xf8E4M3FN>
    attributes {plan.kernel} {
  %0 = onnx.Cast(%x) {to = 17 : i64}
      : (tensor<4xf32>) -> tensor<4xf8E4M3FN>
  return %0 : tensor<4xf8E4M3FN>
}

// CHECK-LABEL: func @unsigned
// CHECK: arith.extui {{.*}} : i8 to i32
func.func @unsigned(%x: tensor<4xui8>) -> tensor<4xi32> attributes {plan.kernel} {
  %0 = onnx.Cast(%x) {to = 6 : i64} : (tensor<4xui8>) -> tensor<4xi32>
  return %0 : tensor<4xi32>
}

// CHECK-LABEL: func @bitcast
// CHECK: arith.bitcast {{.*}} : f32 to i32
func.func @bitcast(%x: tensor<4xf32>) -> tensor<4xi32> attributes {plan.kernel} {
  %0 = onnx.BitCast(%x) {to = 6 : i64} : (tensor<4xf32>) -> tensor<4xi32>
  return %0 : tensor<4xi32>
}
