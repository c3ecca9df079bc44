// Every attribute of the plan is read as it is printed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: onnxc-opt %s | onnxc-opt | FileCheck %s

// CHECK-DAG: plan.allocating = ["nms"]
// CHECK-DAG: #plan.arena<bytes = 128, live = 96, filled_by = [{{.*}}"conv", what = "scratch of">]>
// CHECK-DAG: #plan.custom_function<name = "scale", {{.*}}outputs = [none], {{.*}}sizes = false>]
// CHECK-DAG: #plan.recorded_part<first = 3, part = <number = 0, {{.*}}transfers = [true, false]>>]
// CHECK-DAG: plan.device_weights = 64 : i64
// CHECK-DAG: #plan.interface<type = (tensor<4xf32>) -> tensor<4xf32>, {{.*}}, bounds = [1, 16]>
// CHECK-DAG: plan.largest_weights = [#plan.memory_use<bytes = 16, nodes = "w">]
// CHECK-DAG: plan.shared_weights = []
// CHECK-DAG: plan.steps = [#plan.step<nodes = "conv, relu", kernel = "kernel_0">]
// CHECK-DAG: plan.weights = [#plan.weight<offset = 64, value = dense<1> : tensor<2xi8>>]
// CHECK-DAG: plan.weights_from_context
module attributes {
    plan.allocating = ["nms"],
    plan.arena = #plan.arena<bytes = 128, live = 96, filled_by = [
        #plan.memory_use<bytes = 64, nodes = "conv", what = "scratch of">]>,
    plan.custom_functions = [#plan.custom_function<
        name = "scale", symbol = "scale_12", users = "my::Scale",
        names = ["x0"], inputs = [tensor<?xf32>], outputs = [none],
        attributes = {alpha = "FLOAT"}, sizes = false>],
    plan.device_parts = [#plan.recorded_part<first = 3, part = <
        number = 0, inputs = 1, bytes = <[s0 * 4, 64]>, slots = [0, 1],
        transfers = [true, false]>>],
    plan.device_weights = 64 : i64,
    plan.interface = #plan.interface<
        type = (tensor<4xf32>) -> tensor<4xf32>,
        arguments = [{onnx.name = "x"}], results = [{}], symbols = ["n"],
        bounds = [1, 16]>,
    plan.largest_weights = [#plan.memory_use<bytes = 16, nodes = "w">],
    plan.shared_weights = [],
    plan.steps = [#plan.step<nodes = "conv, relu", kernel = "kernel_0">],
    plan.weights = [#plan.weight<offset = 64,
                                 value = dense<1> : tensor<2xi8>>],
    plan.weights_from_context} {

  // CHECK: module @part_0 attributes {plan.part = #plan.part<number = 0, inputs = 1, bytes = <[4]>,
  // CHECK-SAME: slots = [0], transfers = [true]>}
  module @part_0 attributes {
      plan.part = #plan.part<number = 0, inputs = 1, bytes = <[4]>, slots = [0],
                             transfers = [true]>} {
  }

  // CHECK: gpu.module @code attributes {plan.launch = #plan.launch<number = 2, buffers = 3, threads = 64>}
  gpu.module @code attributes {
      plan.launch = #plan.launch<number = 2, buffers = 3, threads = 64>} {
  }

  // CHECK: @kernel(!llvm.ptr {plan.context}, !llvm.ptr
  // CHECK-SAME: {plan.dims = #onnx.dims<[s0]>, plan.element = f32, plan.scratch})
  // CHECK-SAME: -> (tensor<?xf32> {plan.dims = #onnx.dims<[s0]>}) attributes {plan.kernel}
  func.func private @kernel(
      !llvm.ptr {plan.context},
      !llvm.ptr {plan.dims = #onnx.dims<[s0]>, plan.element = f32,
                 plan.scratch})
      -> (tensor<?xf32> {plan.dims = #onnx.dims<[s0]>})
      attributes {plan.kernel}
}
