// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A transform along any axis is one of rows; where only a run knows its length,
// a product with a matrix.
//
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// CHECK-LABEL: func.func @columns
// CHECK: %[[ROWS:.*]] = onnx.Reshape({{.*}} -> tensor<6x4x1xf32>
// CHECK: onnx.DFT(%[[ROWS]], {{.*}}) {{.*}} -> tensor<6x3x2xf32>
// CHECK: return %{{.*}} : tensor<2x3x3x2xf32>
func.func @columns(%x: tensor<2x4x3x1xf32>) -> tensor<*xf32> {
  %axis = onnx.Constant() {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %0 = onnx.DFT(%x, _, %axis) {onesided = 1 : i64}
      : (tensor<2x4x3x1xf32>, tensor<i64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: func.func @free
// CHECK: onnx.Cos
// CHECK: onnx.Sin
// CHECK: onnx.MatMul
func.func @free(%x: tensor<2x?x1xf32, #onnx.dims<[2, s0, 1]>>, %s0: index)
    -> tensor<*xf32> attributes {onnx.symbols = ["n"]} {
  %0 = onnx.DFT(%x) : (tensor<2x?x1xf32, #onnx.dims<[2, s0, 1]>>)
      -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
