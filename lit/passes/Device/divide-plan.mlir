// RUN: onnxc-opt %s --divide-plan | FileCheck %s
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A size that data decide is the host's to read. What can be done before is one
// part, what waits for it another; %0 stays on the device between the two.
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[N:.*]] = plan.offload 0(%[[X]]) : (tensor<4xf32>) -> tensor<512xi64>
// CHECK-NEXT: %[[S:.*]] = plan.symbol 0 = %[[N]][0]
// CHECK-NEXT: %[[Y:.*]] = plan.offload 1() : () -> tensor<?xf32, #onnx.dims<[s0]>>
// CHECK-NEXT: return %[[Y]]
// CHECK: module @part_0
// CHECK-SAME: slots = [0, 1, 2], transfers = [true, false, true]>
// CHECK: module @part_1
// CHECK-SAME: slots = [1, 3], transfers = [false, true]>
// CHECK: func.func @main(%{{.*}}: tensor<4xf32>, %[[SIZE:.*]]: index)
// CHECK-NEXT: plan.call @repeat(%{{.*}}) [%[[SIZE]]]
func.func @main(%x: tensor<4xf32>) -> tensor<?xf32, #onnx.dims<[s0]>>
    attributes {onnx.symbols = ["n"]} {
  %0 = plan.call @relu(%x) [] : (tensor<4xf32>) -> tensor<4xf32>
  %1 = plan.call @count(%x) [] : (tensor<4xf32>) -> tensor<512xi64>
  %n = plan.symbol 0 = %1[0] : tensor<512xi64>
  %2 = plan.call @repeat(%0) [%n]
      : (tensor<4xf32>) -> tensor<?xf32, #onnx.dims<[s0]>>
  return %2 : tensor<?xf32, #onnx.dims<[s0]>>
}
func.func private @relu(%x: memref<4xf32>, %y: memref<4xf32>)
    attributes {plan.kernel} { return }
func.func private @count(%x: memref<4xf32>, %y: memref<512xi64>)
    attributes {plan.kernel} { return }
func.func private @repeat(%x: memref<4xf32>, %y: memref<?xf32>, %n: index)
    attributes {plan.kernel} { return }
