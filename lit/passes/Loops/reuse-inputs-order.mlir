// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --reuse-inputs | FileCheck %s

// A transposition reads elements that it has written already; a sum over rows
// in a first step and a subtraction in a second one is over with the rows of a
// task before these are written.

// CHECK-LABEL: func.func @main
// CHECK: plan.call @transpose(
// CHECK: plan.call @rows_in_place({{.*}} {reused = array<i64: 0>}
func.func @main(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = plan.call @rows(%x) [] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = plan.call @transpose(%0) [] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %2 = plan.call @rows(%1) [] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return %2 : tensor<4x4xf32>
}
func.func private @transpose(%x: memref<4x4xf32>, %y: memref<4x4xf32>)
    attributes {plan.kernel} {
  linalg.transpose ins(%x : memref<4x4xf32>) outs(%y : memref<4x4xf32>) permutation = [1, 0]
  return
}
func.func private @rows(%x: memref<4x4xf32>, %y: memref<4x4xf32>)
    attributes {plan.kernel} {
  scf.forall (%i) in (4) {
    %sum = memref.alloca() : memref<f32>
    %row = memref.subview %x[%i, 0] [1, 4] [1, 1] : memref<4x4xf32> to memref<4xf32, strided<[1], offset: ?>>
    %to = memref.subview %y[%i, 0] [1, 4] [1, 1] : memref<4x4xf32> to memref<4xf32, strided<[1], offset: ?>>
    linalg.reduce { arith.addf } ins(%row : memref<4xf32, strided<[1], offset: ?>>)
        outs(%sum : memref<f32>) dimensions = [0]
    linalg.generic {
        indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>, affine_map<(i) -> (i)>],
        iterator_types = ["parallel"]}
        ins(%row, %sum : memref<4xf32, strided<[1], offset: ?>>, memref<f32>)
        outs(%to : memref<4xf32, strided<[1], offset: ?>>) {
    ^bb0(%l: f32, %r: f32, %out: f32):
      %0 = arith.subf %l, %r : f32
      linalg.yield %0 : f32
    }
  }
  return
}
