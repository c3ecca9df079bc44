// RUN: onnxc-opt %s --infer-shapes | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A minus one takes what the other sizes leave, also of symbols.
// CHECK-LABEL: func @reshape
// CHECK: Reshape({{.*}} #onnx.dims<[s0, 4, 8]>
func.func @reshape(%x: tensor<?x32xf32, #onnx.dims<[s0, 32]>>)
    -> tensor<*xf32> attributes {onnx.symbols = ["batch"]} {
  %0 = onnx.Constant() {value = dense<[0, 4, -1]> : tensor<3xi64>}
      : () -> tensor<3xi64>
  %1 = onnx.Reshape(%x, %0) : (tensor<?x32xf32, #onnx.dims<[s0, 32]>>,
                               tensor<3xi64>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// Shape arithmetic becomes a list of expressions.
// CHECK-LABEL: func @shape
// CHECK: onnx.Dims() {value = #onnx.dims<[s0 * 2]>}
func.func @shape(%x: tensor<?x3xf32, #onnx.dims<[s0, 3]>>) -> tensor<*xi64>
    attributes {onnx.symbols = ["batch"]} {
  %0 = onnx.Shape(%x) {end = 1 : i64}
      : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>) -> tensor<*xi64>
  %1 = onnx.Constant() {value = dense<2> : tensor<1xi64>}
      : () -> tensor<1xi64>
  %2 = onnx.Mul(%0, %1) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  return %2 : tensor<*xi64>
}

// CHECK-LABEL: func @range
// CHECK: Range({{.*}} #onnx.dims<[s0]>
func.func @range(%x: tensor<?xf32, #onnx.dims<[s0]>>) -> tensor<*xi64>
    attributes {onnx.symbols = ["batch"]} {
  %zero = onnx.Constant() {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant() {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %0 = onnx.Size(%x) : (tensor<?xf32, #onnx.dims<[s0]>>) -> tensor<i64>
  %1 = onnx.Range(%zero, %0, %one)
      : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<*xi64>
  return %1 : tensor<*xi64>
}

// The length of a range known only at run time is computed before it.
// CHECK-LABEL: func @data_range
// CHECK: %[[N:.*]] = onnx.Max(
// CHECK: plan.symbol
// CHECK: Range({{.*}} #onnx.dims<[s0]>
func.func @data_range(%limit: tensor<f32>) -> tensor<*xf32> {
  %zero = onnx.Constant() {value = dense<0.0> : tensor<f32>}
      : () -> tensor<f32>
  %one = onnx.Constant() {value = dense<1.0> : tensor<f32>}
      : () -> tensor<f32>
  %0 = onnx.Range(%zero, %limit, %one)
      : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
