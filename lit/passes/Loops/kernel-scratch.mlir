// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --pass-pipeline='builtin.module(func.func(bufferize-kernel))' | FileCheck %s

// A buffer between two steps that is too large for the stack, or has no fixed
// size, is an argument that @main takes from the arena.

// CHECK-LABEL: func.func private @kernel
// CHECK-SAME: %{{.*}}: memref<?x8xf32> {plan.dims = #onnx.dims<[s0, 8]>}, %{{.*}}: memref<8x?xf32>
// CHECK-SAME: {plan.dims = #onnx.dims<[8, s0]>}, %[[S:.*]]: memref<?x8xf32>
// CHECK-SAME: {plan.dims = #onnx.dims<[s0, 8]>, plan.scratch}, %{{.*}}: index)
// CHECK: linalg.exp {{.*}} outs(%[[S]] :
func.func private @kernel(%x: tensor<?x8xf32> {plan.dims = #onnx.dims<[s0, 8]>},
                          %s0: index)
    -> (tensor<8x?xf32> {plan.dims = #onnx.dims<[8, s0]>}) attributes {plan.kernel} {
  %e = tensor.empty(%s0) : tensor<?x8xf32>
  %y = linalg.exp ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %t = tensor.empty(%s0) : tensor<8x?xf32>
  %z = linalg.transpose ins(%y : tensor<?x8xf32>) outs(%t : tensor<8x?xf32>) permutation = [1, 0]
  return %z : tensor<8x?xf32>
}
