// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --write-entry=observe | FileCheck %s

// Behind a kernel the context's observer, if there is one, is told what the
// kernel wrote: whose value it is, where it lies, its sizes. The kernel computes
// two nodes, and the value is that of the second.

// CHECK-DAG: llvm.mlir.global {{.*}}@[[MAKERS:.*]]("relu_1\00")
// CHECK-DAG: llvm.mlir.global {{.*}}@[[NODES:.*]]("conv_1, relu_1\00")
// CHECK: llvm.mlir.global private constant @onnxc_value_0()
// CHECK: llvm.mlir.addressof @[[MAKERS]]
// CHECK: llvm.mlir.addressof @[[NODES]]

// CHECK-LABEL: func.func @onnxc_entry
// CHECK: call @kernel_0
// CHECK: %[[SET:.*]] = llvm.icmp "ne"
// CHECK: scf.if %[[SET]]
// CHECK: %[[VALUE:.*]] = llvm.mlir.addressof @onnxc_value_0
// CHECK: llvm.call %{{.*}}(%{{.*}}, %[[VALUE]], %{{.*}}, %{{.*}})
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = plan.call @kernel_0(%x)[] : (tensor<4xf32>) -> tensor<4xf32>
    loc(fused<[loc("relu_1")]>["conv_1", "relu_1"])
  return %y : tensor<4xf32>
}
func.func private @kernel_0(%x: !llvm.ptr, %y: !llvm.ptr)
    attributes {plan.kernel} {
  return
}
