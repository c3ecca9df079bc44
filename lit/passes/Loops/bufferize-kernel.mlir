// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --pass-pipeline='builtin.module(func.func(bufferize-kernel))' | FileCheck %s

// Results become arguments that are written; the symbols stay last.

// CHECK-LABEL: func.func private @kernel
// CHECK-SAME: %[[X:[a-z0-9]*]]: memref<?xf32> {plan.dims = #onnx.dims<[s0]>},
// CHECK-SAME: %[[Y:[a-z0-9]*]]: memref<?xf32> {plan.dims = #onnx.dims<[s0]>},
// CHECK-SAME: %{{.*}}: index)
// CHECK-NOT: memref.alloc
// CHECK: linalg.exp ins(%[[X]] : {{.*}}) outs(%[[Y]] : {{.*}})
// CHECK: return
func.func private @kernel(%x: tensor<?xf32> {plan.dims = #onnx.dims<[s0]>},
                          %s0: index)
    -> (tensor<?xf32> {plan.dims = #onnx.dims<[s0]>}) attributes {plan.kernel} {
  %e = tensor.empty(%s0) : tensor<?xf32>
  %y = linalg.exp ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}
