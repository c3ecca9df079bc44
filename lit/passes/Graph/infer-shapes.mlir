// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// Sizes are expressions over the function's symbols, also through arithmetic
// on shapes.

// CHECK-LABEL: func.func @broadcast
// CHECK-SAME: -> tensor<?x4xf32, #onnx.dims<[s0, 4]>>
func.func @broadcast(%a: tensor<?x4xf32, #onnx.dims<[s0, 4]>>,
                     %b: tensor<4xf32>, %s0: index) -> tensor<*xf32>
    attributes {onnx.symbols = ["n"]} {
  // CHECK: onnx.Add(%{{.*}}, %{{.*}}) : (tensor<?x4xf32, #onnx.dims<[s0, 4]>>, tensor<4xf32>)
  // CHECK-SAME: -> tensor<?x4xf32, #onnx.dims<[s0, 4]>>
  %0 = onnx.Add(%a, %b) : (tensor<?x4xf32, #onnx.dims<[s0, 4]>>, tensor<4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: func.func @arithmetic
func.func @arithmetic(%s0: index) -> tensor<2xi64>
    attributes {onnx.symbols = ["n"]} {
  %0 = onnx.Dims() {value = #onnx.dims<[s0, 6]>} : tensor<2xi64>
  %1 = onnx.Constant() {value = dense<2> : tensor<2xi64>} : tensor<2xi64>
  %2 = onnx.Mul(%0, %1) : tensor<2xi64>
  // CHECK: %[[D:.*]] = onnx.Dims() {value = #onnx.dims<[s0 * 2, 12]>}
  // CHECK: return %[[D]]
  return %2 : tensor<2xi64>
}

// CHECK-LABEL: func.func @split_of_sizes
func.func @split_of_sizes(%s0: index) -> (tensor<*xi64>, tensor<*xi64>)
    attributes {onnx.symbols = ["n"]} {
  %0 = onnx.Dims() {value = #onnx.dims<[s0, 6, s0]>} : tensor<3xi64>
  %1 = onnx.Constant() {value = dense<[1, 2]> : tensor<2xi64>} : tensor<2xi64>
  // CHECK-DAG: %[[A:.*]] = onnx.Dims() {value = #onnx.dims<[s0]>}
  // CHECK-DAG: %[[B:.*]] = onnx.Dims() {value = #onnx.dims<[6, s0]>}
  // CHECK: return %[[A]], %[[B]]
  %2:2 = onnx.Split(%0, %1) : (tensor<3xi64>, tensor<2xi64>) -> (tensor<*xi64>, tensor<*xi64>)
  return %2#0, %2#1 : tensor<*xi64>, tensor<*xi64>
}
