// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tensor of one value is a constant where it is small, or weights; what is
// large and only copied is made by the run.
//
// RUN: onnxc-opt %s --onnxc-graph=level=0 | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK-DAG: onnx.Constant() {value = dense<5.000000e-01> : tensor<300x400xf32>}
// CHECK-DAG: onnx.Constant() {value = dense<0.000000e+00> : tensor<2x400xf32>}
// CHECK: plan.call @{{.*}}ConstantOfShape
func.func @main(%x: tensor<2x300xf32>)
    -> (tensor<2x400xf32>, tensor<2x400xf32>, tensor<400x500xf32>)
    attributes {onnx.symbols = []} {
  %s = onnx.Constant() {value = dense<[300, 400]> : tensor<2xi64>} : () -> tensor<2xi64>
  %t = onnx.Constant() {value = dense<[2, 400]> : tensor<2xi64>} : () -> tensor<2xi64>
  %u = onnx.Constant() {value = dense<[400, 500]> : tensor<2xi64>} : () -> tensor<2xi64>
  %w = onnx.ConstantOfShape(%s) {value = dense<0.5> : tensor<1xf32>} : (tensor<2xi64>) -> tensor<300x400xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<2x300xf32>, tensor<300x400xf32>) -> tensor<2x400xf32>
  %small = onnx.ConstantOfShape(%t) : (tensor<2xi64>) -> tensor<2x400xf32>
  %large = onnx.ConstantOfShape(%u) : (tensor<2xi64>) -> tensor<400x500xf32>
  return %y, %small, %large : tensor<2x400xf32>, tensor<2x400xf32>, tensor<400x500xf32>
}
