// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes --split-input-file --verify-diagnostics | FileCheck %s

// A step of two tensors is two of one; the rate is computed once, in double.

// CHECK-LABEL: func.func @two
// CHECK-COUNT-2: onnx.Sqrt({{.*}}) : tensor<3x5xf32>
// CHECK-NOT: onnx.Adagrad
func.func @two(%r: tensor<f32>, %t: tensor<i64>, %x: tensor<3x5xf32>, %y: tensor<3x5xf32>)
    -> (tensor<*xf32>, tensor<*xf32>) {
  %0, %1, %2, %3 = onnx.Adagrad(%r, %t, %x, %y, %x, %y, %x, %y)
      : (tensor<f32>, tensor<i64>, tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>,
         tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>)
      -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  return %0, %1 : tensor<*xf32>, tensor<*xf32>
}

// -----

func.func @lists(%r: tensor<f32>, %t: tensor<i64>, %x: tensor<3xf32>) -> tensor<*xf32> {
  // expected-error@+2 {{failed to infer returned types}}
  // expected-error@+1 {{has 3 tensors: they are no 4 lists of one length}}
  %0 = onnx.Adam(%r, %t, %x, %x, %x)
      : (tensor<f32>, tensor<i64>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @sizes(%r: tensor<f32>, %t: tensor<i64>, %x: tensor<3xf32>, %g: tensor<4xf32>)
    -> tensor<*xf32> {
  // expected-error@+1 {{the size of input #3 in dimension 0 is 4, not 3}}
  %0, %1 = onnx.Adagrad(%r, %t, %x, %g, %x)
      : (tensor<f32>, tensor<i64>, tensor<3xf32>, tensor<4xf32>, tensor<3xf32>)
      -> (tensor<*xf32>, tensor<*xf32>)
  return %0 : tensor<*xf32>
}

// -----

func.func @mode(%r: tensor<f32>, %t: tensor<i64>, %x: tensor<3xf32>) -> tensor<*xf32> {
  // expected-error@+1 {{unknown mode 'other': it is standard or nesterov}}
  %0, %1 = onnx.Momentum(%r, %t, %x, %x, %x)
      {alpha = 0.9 : f32, beta = 0.7 : f32, mode = "other", norm_coefficient = 0.0 : f32}
      : (tensor<f32>, tensor<i64>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>)
      -> (tensor<*xf32>, tensor<*xf32>)
  return %0 : tensor<*xf32>
}
