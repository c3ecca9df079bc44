// RUN: onnxc-opt %s --lower-device-copies | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The host does not reach what it records the copying of.
// CHECK-LABEL: func @onnxc_entry
// CHECK-SAME: (%[[CONTEXT:.*]]: !llvm.ptr, %[[TO:.*]]: !llvm.ptr, %[[FROM:.*]]: !llvm.ptr
// CHECK: llvm.getelementptr %[[CONTEXT]][16]
// CHECK: llvm.call %{{.*}}(%[[CONTEXT]], %[[TO]], %[[FROM]], %{{.*}})
// CHECK-NOT: llvm.intr.memcpy
func.func @onnxc_entry(%context: !llvm.ptr, %to: !llvm.ptr, %from: !llvm.ptr,
                       %n: i64) {
  "llvm.intr.memcpy"(%to, %from, %n) <{isVolatile = false}>
      : (!llvm.ptr, !llvm.ptr, i64) -> ()
  return
}
