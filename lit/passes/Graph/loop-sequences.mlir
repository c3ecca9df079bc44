// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// What a loop appends to a list is a scan output, and the list joined is its
// slices one behind the other.

// CHECK-LABEL: func.func @main
// CHECK: %[[SLICES:.*]] = onnx.Loop
// CHECK: onnx.Yield(%{{.*}}, %[[X:.*]]) :
// CHECK-NOT: SequenceInsert
// CHECK: %[[SHAPE:.*]] = onnx.Dims() {value = #onnx.dims<[s0 * 2, 3]>
// CHECK: onnx.Reshape(%{{.*}}, %[[SHAPE]])
// CHECK-NOT: ConcatFromSequence
func.func @main(%n: tensor<i64>, %x: tensor<2x3xf32>) -> tensor<*xf32>
    attributes {onnx.symbols = []} {
  %empty = onnx.SequenceEmpty() : () -> !onnx.seq<tensor<*xf32>>
  %s = onnx.Loop(%n, _, %empty) do {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>, %before: !onnx.seq<tensor<*xf32>>):
    %after = onnx.SequenceInsert(%before, %x)
        : (!onnx.seq<tensor<*xf32>>, tensor<2x3xf32>)
        -> !onnx.seq<tensor<*xf32>>
    onnx.Yield(%c, %after) : (tensor<i1>, !onnx.seq<tensor<*xf32>>) -> ()
  } : (tensor<i64>, !onnx.seq<tensor<*xf32>>) -> !onnx.seq<tensor<*xf32>>
  %y = onnx.ConcatFromSequence(%s) {axis = 0}
      : (!onnx.seq<tensor<*xf32>>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}
