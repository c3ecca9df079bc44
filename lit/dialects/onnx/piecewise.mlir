// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// Minimum, maximum and conditions on sizes are expressions too: with
// sign(x) = x floordiv (2^61 - 1), [x >= 0] is sign(x) + 1.

// min(s0, 512) never exceeds s0, and is s0 below 512.
// CHECK-LABEL: func.func @min
// CHECK: onnx.Dims() {value = #onnx.dims<[((-s0 + 512) floordiv 2305843009213693951 + 1) * (s0 - 512) + 512]>}
// CHECK: onnx.Constant() {value = dense<true>
func.func @min(%s0: index) -> (tensor<1xi64>, tensor<1xi1>)
    attributes {onnx.symbols = ["n"]} {
  %0 = onnx.Dims() {value = #onnx.dims<[s0]>} : tensor<1xi64>
  %1 = onnx.Constant() {value = dense<512> : tensor<1xi64>} : tensor<1xi64>
  %2 = onnx.Min(%0, %1) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %3 = onnx.LessOrEqual(%2, %0) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi1>
  return %2, %3 : tensor<1xi64>, tensor<1xi1>
}

// What exporters write for Expand: -1 stands for the size there is.
// CHECK-LABEL: func.func @expand
// CHECK: return {{.*}} tensor<?x3xf32, #onnx.dims<[s0, 3]>>
func.func @expand(%x: tensor<?x1xf32, #onnx.dims<[s0, 1]>>, %s0: index)
    -> tensor<*xf32> attributes {onnx.symbols = ["n"]} {
  %shape = onnx.Shape(%x) : (tensor<?x1xf32, #onnx.dims<[s0, 1]>>) -> tensor<2xi64>
  %wanted = onnx.Constant() {value = dense<[-1, 3]> : tensor<2xi64>} : tensor<2xi64>
  %keep = onnx.Constant() {value = dense<-1> : tensor<2xi64>} : tensor<2xi64>
  %c = onnx.Equal(%wanted, %keep) : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi1>
  %sizes = onnx.Where(%c, %shape, %wanted) : (tensor<2xi1>, tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  %0 = onnx.Expand(%x, %sizes) : (tensor<?x1xf32, #onnx.dims<[s0, 1]>>, tensor<2xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
