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

// A loop that carries two new tensors has two buffers.
// CHECK-LABEL: func.func private @scratches
// CHECK: %[[B:.*]] = memref.alloca() {{.*}} : memref<4xf32>
// CHECK: %[[A:.*]] = memref.alloca() {{.*}} : memref<4xf32>
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[A]], %{{.*}} = %[[B]])
func.func private @scratches(%x: tensor<4xf32>) -> tensor<f32>
    attributes {plan.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %e = tensor.empty() : tensor<4xf32>
  %two:2 = scf.for %i = %c0 to %c4 step %c1 iter_args(%a = %e, %b = %e)
      -> (tensor<4xf32>, tensor<4xf32>) {
    %v = tensor.extract %x[%i] : tensor<4xf32>
    %w = arith.negf %v : f32
    %p = tensor.insert %v into %a[%i] : tensor<4xf32>
    %q = tensor.insert %w into %b[%i] : tensor<4xf32>
    scf.yield %p, %q : tensor<4xf32>, tensor<4xf32>
  }
  %v = tensor.extract %two#0[%c0] : tensor<4xf32>
  %w = tensor.extract %two#1[%c0] : tensor<4xf32>
  %s = arith.addf %v, %w : f32
  %r = tensor.from_elements %s : tensor<f32>
  return %r : tensor<f32>
}
