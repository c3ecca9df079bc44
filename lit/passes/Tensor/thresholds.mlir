// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// Elements are compared with the threshold; integers as real numbers.

// CHECK-LABEL: func.func private @floats
// CHECK: %[[ABOVE:.*]] = arith.cmpf olt, %{{.*}}, %in : f32
// CHECK: arith.select %[[ABOVE]], %{{.*}}, %{{.*}} : f32
func.func private @floats(%x: tensor<4xf32>) -> tensor<4xf32>
    attributes {plan.kernel} {
  %0 = onnx.Binarizer(%x) {threshold = 0.5 : f32} : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func private @integers
// CHECK: %[[REAL:.*]] = arith.sitofp %{{.*}} : i64 to f64
// CHECK: %[[ABOVE:.*]] = arith.cmpf olt, %{{.*}}, %[[REAL]] : f64
// CHECK: arith.select %[[ABOVE]], %{{.*}}, %{{.*}} : i64
func.func private @integers(%x: tensor<4xi64>) -> tensor<4xi64>
    attributes {plan.kernel} {
  %0 = onnx.Binarizer(%x) {threshold = 0.5 : f32} : tensor<4xi64>
  return %0 : tensor<4xi64>
}
