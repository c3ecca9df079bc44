// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes of joined, cut and padded tensors.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(infer-shapes))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func @concat
// CHECK: onnx.Concat{{.*}} -> tensor<2x?xf32, #onnx.dims<[2, s0 + 3]>>
func.func @concat(%x: tensor<2x?xf32, #onnx.dims<[2, s0]>>, %y: tensor<2x3xf32>) -> tensor<*xf32>
    attributes {onnx.symbols = ["n"]} {
  %0 = onnx.Concat(%x, %y) {axis = -1 : i64} : (tensor<2x?xf32, #onnx.dims<[2, s0]>>, tensor<2x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: func.func @split
// CHECK: onnx.Split{{.*}} -> (tensor<2xf32>, tensor<2xf32>, tensor<1xf32>)
func.func @split(%x: tensor<5xf32>) -> tensor<*xf32> {
  %0:3 = onnx.Split(%x) {num_outputs = 3 : i64} : (tensor<5xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  return %0#2 : tensor<*xf32>
}

// CHECK-LABEL: func.func @pad
// CHECK: onnx.Pad{{.*}} -> tensor<?x4xf32, #onnx.dims<[s0, 4]>>
func.func @pad(%x: tensor<?x3xf32, #onnx.dims<[s0, 3]>>) -> tensor<*xf32>
    attributes {onnx.symbols = ["n"]} {
  %p = onnx.Constant() {value = dense<[0, 2, 0, -1]> : tensor<4xi64>} : () -> tensor<4xi64>
  %0 = onnx.Pad(%x, %p) : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>, tensor<4xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: func.func @gather
// CHECK: onnx.Gather{{.*}} -> tensor<7x?x3xf32, #onnx.dims<[7, s0, 3]>>
func.func @gather(%x: tensor<7x9x3xf32>, %i: tensor<?xi64, #onnx.dims<[s0]>>) -> tensor<*xf32>
    attributes {onnx.symbols = ["n"]} {
  %0 = onnx.Gather(%x, %i) {axis = 1 : i64} : (tensor<7x9x3xf32>, tensor<?xi64, #onnx.dims<[s0]>>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
