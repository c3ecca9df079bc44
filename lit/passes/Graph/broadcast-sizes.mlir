// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// Each of two free dimensions may be 1. The sum's size is a symbol of its own,
// operands are expanded to it, and one that is neither 1 nor that is refused.

// CHECK-LABEL: func.func @two
// CHECK-SAME: onnx.equal_sizes = [#onnx.equal<[s2, s0 +
// CHECK-SAME: #onnx.equal<[(s0 - 1) * (s0 - s2), 0],
// CHECK-SAME: #onnx.equal<[(s1 - 1) * (s1 - s2), 0],
// CHECK: %[[X:.*]] = onnx.Expand(%arg0,
// CHECK: %[[Y:.*]] = onnx.Expand(%arg1,
// CHECK: onnx.Add(%[[X]], %[[Y]]) : tensor<?x8xf32, #onnx.dims<[s2, 8]>>
func.func @two(%x: tensor<?x8xf32, #onnx.dims<[s0, 8]>>,
               %y: tensor<?x8xf32, #onnx.dims<[s1, 8]>>, %s0: index, %s1: index)
    -> tensor<*xf32> attributes {onnx.symbols = ["n", "m"]} {
  %0 = onnx.Add(%x, %y) : (tensor<?x8xf32, #onnx.dims<[s0, 8]>>, tensor<?x8xf32, #onnx.dims<[s1, 8]>>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// What has that size already stays, as does a size that is known to be 1.

// CHECK-LABEL: func.func @again
// CHECK-COUNT-2: onnx.Expand
// CHECK: %[[S:.*]] = onnx.Add
// CHECK: %[[M:.*]] = onnx.Mul(%arg2, %[[S]])
// CHECK: %[[Z:.*]] = onnx.Expand(%arg0,
// CHECK: onnx.Sub(%[[M]], %[[Z]]) : tensor<?xf32, #onnx.dims<[s2]>>
func.func @again(%x: tensor<?xf32, #onnx.dims<[s0]>>,
                 %y: tensor<?xf32, #onnx.dims<[s1]>>, %z: tensor<1xf32>,
                 %s0: index, %s1: index)
    -> tensor<*xf32> attributes {onnx.symbols = ["n", "m"]} {
  %0 = onnx.Add(%x, %y) : (tensor<?xf32, #onnx.dims<[s0]>>, tensor<?xf32, #onnx.dims<[s1]>>) -> tensor<*xf32>
  %1 = onnx.Mul(%z, %0) : (tensor<1xf32>, tensor<*xf32>) -> tensor<*xf32>
  %2 = onnx.Sub(%1, %x) : (tensor<*xf32>, tensor<?xf32, #onnx.dims<[s0]>>) -> tensor<*xf32>
  return %2 : tensor<*xf32>
}
