// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An axis known at run time only: sizes are computed, axes are fixed. The data
// becomes [stays, named, stays, named], of which the named ones are reduced.
//
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// CHECK-LABEL: func.func @reduce
// CHECK: %[[SPLIT:.*]] = onnx.Reshape(%arg0, %{{.*}}) {{.*}} -> tensor<?x?x?x?xf32, #onnx.dims<[s0, s1, s2, s3]>>
// CHECK: %[[ODD:.*]] = onnx.Constant() {value = dense<[1, 3]>
// CHECK: %[[SUM:.*]] = onnx.ReduceSum(%[[SPLIT]], %[[ODD]]) {keepdims = 0 : i64} :
// CHECK-SAME: {{.*}} -> tensor<?x?xf32, #onnx.dims<[s0, s2]>>
// CHECK: return %[[SUM]]
func.func @reduce(%x: tensor<4x5xf32>, %axes: tensor<1xi64>) -> tensor<*xf32> {
  %0 = onnx.ReduceSum(%x, %axes) : (tensor<4x5xf32>, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// A running sum goes along the middle one of [before, axis, after].
//
// CHECK-LABEL: func.func @cumulative
// CHECK: %[[X:.*]] = onnx.Reshape(%arg0, %{{.*}}) {{.*}} -> tensor<?x?x?xf32, #onnx.dims<[s0, s1, s2]>>
// CHECK: %[[ONE:.*]] = onnx.Constant() {value = dense<1>
// CHECK: %[[Y:.*]] = onnx.CumSum(%[[X]], %[[ONE]])
// CHECK: onnx.Reshape(%[[Y]], %{{.*}}) {{.*}} -> tensor<4x5xf32>
func.func @cumulative(%x: tensor<4x5xf32>, %axis: tensor<i64>) -> tensor<*xf32> {
  %0 = onnx.CumSum(%x, %axis) : (tensor<4x5xf32>, tensor<i64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
