// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes of slices: as expressions where the bounds lie within the dimension,
// computed by the run where they may not.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(infer-shapes))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func @constant
// CHECK: onnx.Slice{{.*}} -> tensor<2x3xf32>
func.func @constant(%x: tensor<5x3xf32>) -> tensor<*xf32> {
  %s = onnx.Constant() {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %e = onnx.Constant() {value = dense<-9223372036854775807> : tensor<1xi64>} : () -> tensor<1xi64>
  %a = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %t = onnx.Constant() {value = dense<-3> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = onnx.Slice(%x, %s, %e, %a, %t) :
      (tensor<5x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// min(s0, 1) rows: there may be none.
// CHECK-LABEL: func.func @first
// CHECK: onnx.Slice{{.*}} -> tensor<?x3xf32,
// CHECK-SAME: #onnx.dims<[s0 + ((s0 - 1) floordiv 2305843009213693951 + 1) * (-s0 + 1), 3]>>
func.func @first(%x: tensor<?x3xf32, #onnx.dims<[s0, 3]>>) -> tensor<*xf32>
    attributes {onnx.symbols = ["n"]} {
  %s = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %e = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = onnx.Slice(%x, %s, %e) : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// Such a row is repeated only if it exists: from there on, there is one.
// CHECK-LABEL: func.func @repeated
// CHECK-SAME: onnx.equal_sizes = [#onnx.equal<[s0 + ((s0 - 1) floordiv 2305843009213693951 + 1) * (-s0 + 1), 1]
// CHECK: %[[ROW:.*]] = onnx.Reshape{{.*}} -> tensor<1x3xf32>
// CHECK: onnx.Add({{.*}}, %[[ROW]])
func.func @repeated(%x: tensor<?x3xf32, #onnx.dims<[s0, 3]>>) -> tensor<*xf32>
    attributes {onnx.symbols = ["n"]} {
  %s = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %e = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = onnx.Slice(%x, %s, %e) : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %1 = onnx.Add(%x, %0) : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>, tensor<*xf32>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// min(s0, 4) rows.
// CHECK-LABEL: func.func @some
// CHECK-NOT: plan.symbol
// CHECK: onnx.Slice{{.*}} -> tensor<?x3xf32,
// CHECK-SAME: #onnx.dims<[s0 + ((s0 - 4) floordiv 2305843009213693951 + 1) * (-s0 + 4), 3]>>
func.func @some(%x: tensor<?x3xf32, #onnx.dims<[s0, 3]>>) -> tensor<*xf32>
    attributes {onnx.symbols = ["n"]} {
  %s = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %e = onnx.Constant() {value = dense<4> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = onnx.Slice(%x, %s, %e) : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// Bounds that are read at run time may count from the end.
// CHECK-LABEL: func.func @read
// CHECK: %[[E:.*]] = onnx.Dims() {any_sign{{.*}}[s1]
// CHECK: onnx.SliceSize
// CHECK: plan.symbol 2
// CHECK: onnx.Slice({{.*}}, %[[E]], _, _){{.*}} -> tensor<?x3xf32, #onnx.dims<[s2, 3]>>
func.func @read(%x: tensor<?x3xf32, #onnx.dims<[s0, 3]>>, %e: tensor<1xi64>)
    -> tensor<*xf32> attributes {onnx.symbols = ["n"]} {
  %s = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = onnx.Slice(%x, %s, %e) : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
