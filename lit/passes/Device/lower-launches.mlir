// RUN: onnxc-opt %s --lower-launches | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

module attributes {gpu.container_module} {
  // The context comes first; its functions begin behind its fields.
  // CHECK-LABEL: func @kernel
  // CHECK-SAME: (%[[CONTEXT:.*]]: !llvm.ptr {plan.context}, %{{.*}}: memref<8xf32>
  // CHECK-NOT: gpu.launch_func
  // CHECK: %[[FIELD:.*]] = llvm.getelementptr %[[CONTEXT]][15]
  // CHECK: %[[LAUNCH:.*]] = llvm.load %[[FIELD]]
  // CHECK: llvm.call %[[LAUNCH]](%[[CONTEXT]], %c3
  func.func @kernel(%x: memref<8xf32>, %n: index) attributes {plan.kernel} {
    %c1 = arith.constant 1 : index
    %c64 = arith.constant 64 : index
    gpu.launch_func @code::@f blocks in (%n, %c1, %c1)
        threads in (%c64, %c1, %c1) args(%x : memref<8xf32>, %n : index)
    return
  }
  gpu.module @code attributes {plan.launch = #plan.launch<number = 3, buffers = 1, threads = 64>} {
    gpu.func @f(%x: memref<8xf32>, %n: index) kernel {
      gpu.return
    }
  }
}
