// A constant may be of another type and cast, as mixed precision is exported.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --recognize-idioms | FileCheck %s

// CHECK-LABEL: func.func @swish
// CHECK: onnx.Swish(%arg0) {alpha = 1.702{{.*}}} : tensor<4xf16>
func.func @swish(%x: tensor<4xf16>) -> tensor<4xf16> {
  %wide = onnx.Constant() {value = dense<1.702> : tensor<f32>} : tensor<f32>
  %alpha = onnx.Cast(%wide) {to = 10 : i64} : (tensor<f32>) -> tensor<f16>
  %0 = onnx.Mul(%x, %alpha) : (tensor<4xf16>, tensor<f16>) -> tensor<4xf16>
  %1 = onnx.Sigmoid(%0) : tensor<4xf16>
  %2 = onnx.Mul(%1, %x) : tensor<4xf16>
  return %2 : tensor<4xf16>
}

// Two idioms may share it.

// CHECK-LABEL: func.func @shared
// CHECK-COUNT-2: onnx.Swish
func.func @shared(%x: tensor<4xf16>, %z: tensor<4xf16>) -> tensor<4xf16> {
  %wide = onnx.Constant() {value = dense<1.702> : tensor<f32>} : tensor<f32>
  %alpha = onnx.Cast(%wide) {to = 10 : i64} : (tensor<f32>) -> tensor<f16>
  %0 = onnx.Mul(%x, %alpha) : (tensor<4xf16>, tensor<f16>) -> tensor<4xf16>
  %1 = onnx.Sigmoid(%0) : tensor<4xf16>
  %2 = onnx.Mul(%1, %x) : tensor<4xf16>
  %3 = onnx.Mul(%z, %alpha) : (tensor<4xf16>, tensor<f16>) -> tensor<4xf16>
  %4 = onnx.Sigmoid(%3) : tensor<4xf16>
  %5 = onnx.Mul(%4, %z) : tensor<4xf16>
  %6 = onnx.Add(%2, %5) : tensor<4xf16>
  return %6 : tensor<4xf16>
}
