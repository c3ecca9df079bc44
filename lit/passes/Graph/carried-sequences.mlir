// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A sequence that a Loop carries is the tensors that hold it, where the tensors
// that are appended have sizes of their own.
//
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK: %[[LOOP:.*]]:4 = onnx.Loop(%arg0, _, [%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}])
// CHECK: ^bb0(%{{.*}}: tensor<i64>, %{{.*}}: tensor<i1>, %[[VALUES:.*]]: tensor<?xf32
// CHECK-SAME: %[[SHAPES:.*]]: tensor<?x1xi64
// CHECK: %[[PART:.*]] = onnx.Slice
// CHECK: onnx.Concat(%[[VALUES]]
// CHECK: onnx.Concat(%[[SHAPES]]
// CHECK-NOT: onnx.SequenceInsert
// CHECK: onnx.Yield
func.func @main(%n: tensor<i64>, %x: tensor<8xf32>) -> (tensor<*xf32>, tensor<*xi64>)
    attributes {onnx.symbols = []} {
  %empty = onnx.SequenceEmpty() : () -> !onnx.seq<tensor<*xf32>>
  %zero = onnx.Constant() {value = dense<0> : tensor<1xi64>} : tensor<1xi64>
  %one = onnx.Constant() {value = dense<1> : tensor<1xi64>} : tensor<1xi64>
  %s = onnx.Loop(%n, _, %empty) do {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>, %before: !onnx.seq<tensor<*xf32>>):
    %end = onnx.Add(%i, %one) : (tensor<i64>, tensor<1xi64>) -> tensor<1xi64>
    %part = onnx.Slice(%x, %zero, %end, _, _) : (tensor<8xf32>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
    %after = onnx.SequenceInsert(%before, %part)
        : (!onnx.seq<tensor<*xf32>>, tensor<*xf32>) -> !onnx.seq<tensor<*xf32>>
    onnx.Yield(%c, %after) : (tensor<i1>, !onnx.seq<tensor<*xf32>>) -> ()
  } : (tensor<i64>, !onnx.seq<tensor<*xf32>>) -> !onnx.seq<tensor<*xf32>>
  %r:3 = onnx.Unpack(%s) : (!onnx.seq<tensor<*xf32>>) -> (tensor<*xf32>, tensor<*xi64>, tensor<i1>)
  return %r#0, %r#1 : tensor<*xf32>, tensor<*xi64>
}
