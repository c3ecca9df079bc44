// RUN: onnxc-opt %s --divide-plan | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The branch reads %0 by a view of it outside. Both are the device's, and
// nothing of them is left to the host.
// CHECK-LABEL: func.func @main
// CHECK: plan.offload 0(%{{.*}}) : (tensor<999xf32>) -> ()
// CHECK-NOT: plan.view
// CHECK: onnx.If
// CHECK: plan.offload 1() : () -> tensor<1x999xf32>
func.func @main(%x: tensor<999xf32>, %c: tensor<i1>, %d: tensor<1x999xf32>)
    -> tensor<1x999xf32> {
  %0 = plan.call @relu(%x) [] : (tensor<999xf32>) -> tensor<999xf32>
  %1 = plan.view %0 : tensor<999xf32> -> tensor<1x999xf32>
  %2 = onnx.If(%c) do {
    %3 = plan.call @relu_row(%1) [] : (tensor<1x999xf32>) -> tensor<1x999xf32>
    onnx.Yield(%3) : (tensor<1x999xf32>) -> ()
  } {
    onnx.Yield(%d) : (tensor<1x999xf32>) -> ()
  } : (tensor<i1>) -> tensor<1x999xf32>
  return %2 : tensor<1x999xf32>
}
func.func private @relu(%x: memref<999xf32>, %y: memref<999xf32>)
    attributes {plan.kernel} { return }
func.func private @relu_row(%x: memref<1x999xf32>, %y: memref<1x999xf32>)
    attributes {plan.kernel} { return }
