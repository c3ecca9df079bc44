// RUN: onnxc-opt %s --join-parts | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Parts become functions of the host's module, with the part's number in their
// names. Functions of the device are numbered through all parts.

// CHECK: gpu.container_module
// CHECK-SAME: plan.device_parts = [#plan.recorded_part<first = 0, part = <number = 0,
// CHECK-SAME: #plan.recorded_part<first = 1, part = <number = 1,
// CHECK-NOT: module @part
// CHECK: gpu.module @part_0_code attributes {plan.launch = #plan.launch<number = 0,
// CHECK: func.func @onnxc_record_0(
// CHECK: func.func @onnxc_part_tensor_bytes_0(
// CHECK: gpu.module @part_1_code attributes {plan.launch = #plan.launch<number = 1,
// CHECK: func.func @onnxc_record_1(
// CHECK-NOT: onnxc_output_shapes
module @part_0 attributes {plan.part = #plan.part<number = 0, inputs = 1,
    bytes = <[16, 16]>, slots = [0, 1],
    transfers = [true, true]>} {
  gpu.module @code attributes {plan.launch = #plan.launch<number = 0,
      buffers = 2, threads = 64>} {
  }
  func.func @onnxc_entry(%context: !llvm.ptr) { return }
  func.func @onnxc_output_shapes(%symbols: !llvm.ptr) { return }
}
module @part_1 attributes {plan.part = #plan.part<number = 1, inputs = 1,
    bytes = <[16]>, slots = [1], transfers = [false]>} {
  gpu.module @code attributes {plan.launch = #plan.launch<number = 0,
      buffers = 1, threads = 64>} {
  }
  func.func @onnxc_entry(%context: !llvm.ptr) { return }
}
