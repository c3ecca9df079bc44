// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --profile-calls | FileCheck %s

// The context's profiler, if there is one, is told of a kernel before and
// behind its call; the module says which nodes that kernel computes.

// CHECK: plan.steps = [#plan.step<nodes = "conv_1, relu_1", kernel = "kernel_0">]

// CHECK-LABEL: func.func @onnxc_entry
// CHECK: %[[PROFILE:.*]] = llvm.load
// CHECK: %[[SET:.*]] = llvm.icmp "ne" %[[PROFILE]]
// CHECK: scf.if %[[SET]]
// CHECK: llvm.call %[[PROFILE]]
// CHECK: call @kernel_0
// CHECK: scf.if %[[SET]]
func.func @onnxc_entry(%context: !llvm.ptr, %symbols: !llvm.ptr,
                       %inputs: !llvm.ptr, %outputs: !llvm.ptr) -> i32 {
  call @kernel_0(%inputs) : (!llvm.ptr) -> ()
    loc(fused["conv_1"("Conv"), "relu_1"("Relu")])
  %ok = arith.constant 0 : i32
  return %ok : i32
}
func.func private @kernel_0(%x: !llvm.ptr) attributes {plan.kernel} {
  return
}
