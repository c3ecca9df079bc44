// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Slices with positive steps are copies; a start at the end is limited.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(lower-to-linalg))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func private @forwards
// CHECK: tensor.extract_slice %{{.*}}[1] [2] [2] : tensor<5xf32> to tensor<2xf32>
// CHECK: linalg.copy
func.func private @forwards(%x: tensor<5xf32>) -> tensor<2xf32> attributes {plan.kernel} {
  %s = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %e = onnx.Constant() {value = dense<5> : tensor<1xi64>} : () -> tensor<1xi64>
  %a = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %t = onnx.Constant() {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = onnx.Slice(%x, %s, %e, %a, %t) :
      (tensor<5xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func private @backwards
// CHECK: linalg.generic
// CHECK: tensor.extract %{{.*}} : tensor<5xf32>
func.func private @backwards(%x: tensor<5xf32>) -> tensor<5xf32> attributes {plan.kernel} {
  %s = onnx.Constant() {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %e = onnx.Constant() {value = dense<-100> : tensor<1xi64>} : () -> tensor<1xi64>
  %a = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = onnx.Slice(%x, %s, %e, %a, %s) :
      (tensor<5xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}
