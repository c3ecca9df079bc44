// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --write-entry --mlir-print-local-scope | FileCheck %s

// The application's functions are called with addresses, sizes and attributes.
// One that tells a size is given -1 for it. A result that is not 0 leads to the
// entry's end.

// CHECK: plan.custom_functions = [#plan.custom_function<name = "op_shape",
// CHECK-SAME: symbol = "[[SHAPE:op_shape_[0-9a-f]+]]", users = "my::Op (node )",
// CHECK-SAME: names = ["x0", "x1"], inputs = [tensor<?x?xf32>, none], outputs = [tensor<?xi64>],
// CHECK-SAME: attributes = {by = "FLOAT", names = "STRINGS"}, sizes = true>,
// CHECK-SAME: #plan.custom_function<name = "op", symbol = "[[OP:op_[0-9a-f]+]]",
// CHECK-DAG: llvm.func @[[OP]](!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, f32, !llvm.ptr, i64) -> i32
// CHECK-DAG: llvm.func @[[SHAPE]](!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, f32, !llvm.ptr, i64) -> i32
// CHECK-LABEL: func.func @onnxc_entry
// CHECK: %[[TOLD:.*]] = llvm.call @[[SHAPE]](
// CHECK: arith.cmpi ne, %[[TOLD]]
// CHECK: llvm.call @[[OP]](
func.func @main(%x: tensor<?x8xf32, #onnx.dims<[s0, 8]>>, %s0: index)
    -> tensor<?xi64, #onnx.dims<[s1]>> attributes {onnx.symbols = ["n", "data_1"]} {
  %0 = onnx.CustomSizes(%x) {op_type = "my::Op", function = "op",
      given_inputs = array<i1: true, false>, given_outputs = array<i1: true>,
      names = ["x0", "x1"], values = {by = 2.0 : f32, names = ["a"]},
      rules = ["int64[?]"]}
      : (tensor<?x8xf32, #onnx.dims<[s0, 8]>>) -> tensor<i64>
  %1 = plan.symbol 1 = %0[0] : tensor<i64>
  %2 = onnx.CustomCall(%x) {op_type = "my::Op", function = "op",
      given_inputs = array<i1: true, false>, given_outputs = array<i1: true>,
      names = ["x0", "x1"], values = {by = 2.0 : f32, names = ["a"]},
      rules = ["int64[?]"]}
      : (tensor<?x8xf32, #onnx.dims<[s0, 8]>>) -> tensor<?xi64, #onnx.dims<[s1]>>
  return %2 : tensor<?xi64, #onnx.dims<[s1]>>
}
