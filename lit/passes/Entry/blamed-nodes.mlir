// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --write-entry | FileCheck %s

// A run that ends with a status says which node takes two sizes to be equal, and
// how they are computed; the status and the name are handed to the entry's end.

// CHECK: llvm.mlir.global private constant @[[TEXT:.*]]("add: rows is not columns + 2\00")
// CHECK-LABEL: func.func @onnxc_entry
// CHECK: %[[STATUS:.*]] = arith.constant 6 : i32
// CHECK: %[[NAME:.*]] = llvm.mlir.addressof @[[TEXT]]
// CHECK: cf.cond_br %{{.*}}, ^[[END:.*]](%[[STATUS]], %[[NAME]] : i32, !llvm.ptr)
// CHECK: ^[[END]](%{{.*}}: i32, %[[BLAMED:.*]]: !llvm.ptr):
// CHECK: llvm.store %[[BLAMED]]
func.func @main(%x: tensor<?xf32, #onnx.dims<[s0]>>, %s0: index, %s1: index)
    -> tensor<?xf32, #onnx.dims<[s0]>>
    attributes {onnx.symbols = ["rows", "columns"],
                onnx.equal_sizes = [#onnx.equal<[s0, s1 + 2], "add">]} {
  %y = plan.call @k(%x) [] : (tensor<?xf32, #onnx.dims<[s0]>>) -> tensor<?xf32, #onnx.dims<[s0]>>
  return %y : tensor<?xf32, #onnx.dims<[s0]>>
}
func.func private @k(!llvm.ptr, !llvm.ptr) attributes {plan.kernel}
