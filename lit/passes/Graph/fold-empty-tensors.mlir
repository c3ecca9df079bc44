// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --fold-empty-tensors | FileCheck %s

// What has no elements is not computed; what comes of it is.

// CHECK-LABEL: func.func @softmax
// CHECK-NOT: onnx.Softmax
// CHECK: onnx.Constant() {value = dense<> : tensor<2x0xf32>}
// CHECK: onnx.ReduceSum
func.func @softmax(%x: tensor<2x0xf32>) -> (tensor<2x0xf32>, tensor<1x1xf32>) {
  %0 = onnx.Softmax(%x) : (tensor<2x0xf32>) -> tensor<2x0xf32>
  %1 = onnx.ReduceSum(%0) : (tensor<2x0xf32>) -> tensor<1x1xf32>
  return %0, %1 : tensor<2x0xf32>, tensor<1x1xf32>
}

// Where another size is free, it is nothing in that shape.

// CHECK-LABEL: func.func @free
// CHECK-NOT: onnx.Concat
// CHECK: %[[NOTHING:.*]] = onnx.Constant() {value = dense<> : tensor<0xf32>}
// CHECK: onnx.Reshape(%[[NOTHING]]
func.func @free(%x: tensor<?x0xf32, #onnx.dims<[s0, 0]>>, %n: index)
    -> tensor<?x0xf32, #onnx.dims<[s0 * 2, 0]>>
    attributes {onnx.symbols = ["n"]} {
  %0 = onnx.Concat(%x, %x) {axis = 0}
      : (tensor<?x0xf32, #onnx.dims<[s0, 0]>>,
         tensor<?x0xf32, #onnx.dims<[s0, 0]>>)
      -> tensor<?x0xf32, #onnx.dims<[s0 * 2, 0]>>
  return %0 : tensor<?x0xf32, #onnx.dims<[s0 * 2, 0]>>
}
