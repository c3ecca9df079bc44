// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shapes of transposed, tiled and blocked tensors, with symbols.
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(infer-shapes))" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func @transpose
// CHECK-SAME: -> tensor<3x?xf32, #onnx.dims<[3, s0]>>
func.func @transpose(%x: tensor<?x3xf32, #onnx.dims<[s0, 3]>>) -> tensor<*xf32>
    attributes {onnx.symbols = ["n"]} {
  %0 = onnx.Transpose(%x) : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: func.func @tile
// CHECK-SAME: -> tensor<?x6xf32, #onnx.dims<[s0 * 3, 6]>>
func.func @tile(%x: tensor<?x3xf32, #onnx.dims<[s0, 3]>>) -> tensor<*xf32>
    attributes {onnx.symbols = ["n"]} {
  %r = onnx.Constant() {value = dense<[3, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %0 = onnx.Tile(%x, %r) : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>, tensor<2xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: func.func @blocks
// CHECK: onnx.DepthToSpace{{.*}} -> tensor<1x2x6x4xf32>
// CHECK: onnx.SpaceToDepth{{.*}} -> tensor<1x8x3x2xf32>
func.func @blocks(%x: tensor<1x8x3x2xf32>) -> tensor<*xf32> {
  %0 = onnx.DepthToSpace(%x) {blocksize = 2 : i64} : (tensor<1x8x3x2xf32>) -> tensor<*xf32>
  %1 = onnx.SpaceToDepth(%0) {blocksize = 2 : i64} : (tensor<*xf32>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// CHECK-LABEL: func.func @eye
// CHECK: onnx.EyeLike{{.*}} -> tensor<2x3xi64>
func.func @eye(%x: tensor<2x3xf32>) -> tensor<*xi64> {
  %0 = onnx.EyeLike(%x) {dtype = 7 : i64} : (tensor<2x3xf32>) -> tensor<*xi64>
  return %0 : tensor<*xi64>
}
