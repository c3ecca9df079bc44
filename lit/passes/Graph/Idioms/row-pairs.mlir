// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: onnxc-opt %s --pass-pipeline="builtin.module(func.func(recognize-idioms))" \
// RUN:   | FileCheck %s

// All pairs of rows at once; the two transposes cancel.
// CHECK-LABEL: func.func @distances
// CHECK-NOT: onnx.Scan
// CHECK: %[[A:.*]] = onnx.Reshape(%arg0, %{{.*}} -> tensor<?x3x1xf32
// CHECK: %[[B:.*]] = onnx.Transpose(%arg1)
// CHECK: %[[D:.*]] = onnx.Sub(%[[A]], %[[B]]) {{.*}} -> tensor<?x3x5xf32
// CHECK: %[[Y:.*]] = onnx.ReduceSumSquare(%[[D]], {{.*}} -> tensor<?x5xf32
// CHECK: return %[[Y]]
func.func @distances(%a: tensor<?x3xf32, #onnx.dims<[s0, 3]>>,
                     %b: tensor<5x3xf32>, %s0: index)
    -> tensor<?x5xf32, #onnx.dims<[s0, 5]>>
    attributes {onnx.symbols = ["n"]} {
  %0:2 = onnx.Scan(%a, %b) {num_scan_inputs = 1 : i64} do {
  ^bb0(%t: tensor<?x3xf32, #onnx.dims<[s0, 3]>>, %row: tensor<3xf32>):
    %axes = onnx.Constant() {value = dense<1> : tensor<1xi64>} : tensor<1xi64>
    %2 = onnx.Sub(%t, %row) : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>,
        tensor<3xf32>) -> tensor<?x3xf32, #onnx.dims<[s0, 3]>>
    %3 = onnx.ReduceSumSquare(%2, %axes) {keepdims = 0 : i64}
        : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>, tensor<1xi64>)
        -> tensor<?xf32, #onnx.dims<[s0]>>
    onnx.Yield(%t, %3) : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>,
        tensor<?xf32, #onnx.dims<[s0]>>) -> ()
  } : (tensor<?x3xf32, #onnx.dims<[s0, 3]>>, tensor<5x3xf32>)
      -> (tensor<?x3xf32, #onnx.dims<[s0, 3]>>,
          tensor<5x?xf32, #onnx.dims<[5, s0]>>)
  %1 = onnx.Transpose(%0#1) {perm = array<i64: 1, 0>}
      : (tensor<5x?xf32, #onnx.dims<[5, s0]>>)
      -> tensor<?x5xf32, #onnx.dims<[s0, 5]>>
  return %1 : tensor<?x5xf32, #onnx.dims<[s0, 5]>>
}

// The state changes from row to row.
// CHECK-LABEL: func.func @state
// CHECK: onnx.Scan
func.func @state(%a: tensor<2x3xf32>, %b: tensor<5x3xf32>) -> tensor<5x2xf32> {
  %0:2 = onnx.Scan(%a, %b) {num_scan_inputs = 1 : i64} do {
  ^bb0(%t: tensor<2x3xf32>, %row: tensor<3xf32>):
    %axes = onnx.Constant() {value = dense<1> : tensor<1xi64>} : tensor<1xi64>
    %1 = onnx.Sub(%t, %row)
        : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
    %2 = onnx.ReduceSum(%1, %axes) {keepdims = 0 : i64}
        : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2xf32>
    onnx.Yield(%1, %2) : (tensor<2x3xf32>, tensor<2xf32>) -> ()
  } : (tensor<2x3xf32>, tensor<5x3xf32>) -> (tensor<2x3xf32>, tensor<5x2xf32>)
  return %0#1 : tensor<5x2xf32>
}
