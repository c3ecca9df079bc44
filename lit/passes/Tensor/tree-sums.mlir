// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: onnxc-opt %s --lower-to-linalg | FileCheck %s

// Heaps: as many steps as they are deep, 2 i + (x > t). Blocks of rows are tasks; a block's groups
// of sixteen rows go down tree by tree, those that are left go down four trees at once.

// CHECK-LABEL: func.func private @heaps
// CHECK: scf.forall
// CHECK: scf.for
// CHECK: %[[AT:.*]]:16 = scf.for %{{.*}} = %{{.*}} to %c3
// CHECK: %[[RIGHT:.*]] = arith.cmpf ugt
// CHECK: %[[ONE:.*]] = arith.index_castui %[[RIGHT]] : i1 to index
// CHECK: arith.addi %{{.*}}, %[[ONE]] : index
// CHECK: scf.for %{{.*}} -> (f32)
// CHECK: :4 = scf.for
func.func private @heaps(%x: tensor<?x4xf32, #onnx.dims<[s0, 4]>>, %nodes: tensor<5x8xui8>,
    %leaves: tensor<40x1xf32>, %thresholds: tensor<5x8xf32>, %s0: index)
    -> tensor<?x1xf32, #onnx.dims<[s0, 1]>> attributes {plan.kernel} {
  %0 = onnx.TreeSums(%x, %nodes, %leaves, %thresholds, _) {trees = 5 : i64, depth = 3 : i64,
    targets = 1 : i64} : (tensor<?x4xf32, #onnx.dims<[s0, 4]>>, tensor<5x8xui8>, tensor<40x1xf32>,
    tensor<5x8xf32>) -> tensor<?x1xf32, #onnx.dims<[s0, 1]>>
  return %0 : tensor<?x1xf32, #onnx.dims<[s0, 1]>>
}

// Links: until none of sixteen rows moves.

// CHECK-LABEL: func.func private @links
// CHECK: scf.while
// CHECK: arith.andi %{{.*}}, %c3_i32 : i32
// CHECK: arith.shrui %{{.*}}, %c2_i32 : i32
// CHECK: arith.xori
// CHECK: scf.condition
func.func private @links(%x: tensor<9x4xf32>, %nodes: tensor<99x2xi32>, %leaves: tensor<40x3xf32>)
    -> tensor<9x3xf32> attributes {plan.kernel} {
  %0 = onnx.TreeSums(%x, %nodes, %leaves, _, _) {trees = 5 : i64, depth = 30 : i64,
    targets = 3 : i64, feature_bits = 2 : i64}
    : (tensor<9x4xf32>, tensor<99x2xi32>, tensor<40x3xf32>) -> tensor<9x3xf32>
  return %0 : tensor<9x3xf32>
}
