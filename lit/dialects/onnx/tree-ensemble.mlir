// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Forests become tables and sums, in shape inference.
// RUN: onnxc-opt %s --infer-shapes | FileCheck %s

// A tree of one split: x0 <= 1.5 gives 2, else 3. The heap's node 1 is the split.
// CHECK-LABEL: @perfect
// CHECK: dense<[{{\[}}2.000000e+00], [3.000000e+00]]> : tensor<2x1xf32>}
// CHECK: dense<[{{\[}}0.000000e+00, 1.500000e+00]]> : tensor<1x2xf32>}
// CHECK: onnx.TreeSums(%arg0, {{.*}}, _) {depth = 1 : i64, targets = 1 : i64, trees = 1 : i64}
// CHECK-SAME: -> tensor<?x1xf32, #onnx.dims<[s0, 1]>>
func.func @perfect(%x: tensor<?x2xf32, #onnx.dims<[s0, 2]>>, %s0: index) -> tensor<*xf32>
    attributes {onnx.symbols = ["n"]} {
  %0 = onnx.TreeEnsembleRegressor(%x) {n_targets = 1 : i64, nodes_treeids = array<i64: 0, 0, 0>,
    nodes_nodeids = array<i64: 0, 1, 2>, nodes_featureids = array<i64: 0, 0, 0>,
    nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], nodes_truenodeids = array<i64: 1, 0, 0>,
    nodes_falsenodeids = array<i64: 2, 0, 0>, nodes_values = array<f32: 1.5, 0.0, 0.0>,
    target_ids = array<i64: 0, 0>, target_treeids = array<i64: 0, 0>,
    target_nodeids = array<i64: 1, 2>, target_weights = array<f32: 2.0, 3.0>}
    : (tensor<?x2xf32, #onnx.dims<[s0, 2]>>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// x0 > 1.5 is x0 <= 1.5 with its branches exchanged: NaN goes to the left one, so that it is read
// as -infinity.
// CHECK-LABEL: @exchanged
// CHECK: %[[NAN:.*]] = onnx.IsNaN(%arg0)
// CHECK: %[[LOWERED:.*]] = onnx.Where(%[[NAN]], %{{.*}}, %arg0)
// CHECK: dense<[{{\[}}3.000000e+00], [2.000000e+00]]>
// CHECK: onnx.TreeSums(%[[LOWERED]]
func.func @exchanged(%x: tensor<5x2xf32>) -> tensor<*xf32> {
  %0 = onnx.TreeEnsembleRegressor(%x) {n_targets = 1 : i64, nodes_treeids = array<i64: 0, 0, 0>,
    nodes_nodeids = array<i64: 0, 1, 2>, nodes_featureids = array<i64: 0, 0, 0>,
    nodes_modes = ["BRANCH_GT", "LEAF", "LEAF"], nodes_truenodeids = array<i64: 1, 0, 0>,
    nodes_falsenodeids = array<i64: 2, 0, 0>, nodes_values = array<f32: 1.5, 0.0, 0.0>,
    target_ids = array<i64: 0, 0>, target_treeids = array<i64: 0, 0>,
    target_nodeids = array<i64: 1, 2>, target_weights = array<f32: 2.0, 3.0>}
    : (tensor<5x2xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// A class and its scores, of rows in float64: labels are integers, scores float32.
// CHECK-LABEL: @classes
// CHECK: onnx.TreeSums{{.*}} -> tensor<5x3xf64>
// CHECK: return %{{.*}}, %{{.*}} : tensor<5xi64>, tensor<5x3xf32>
func.func @classes(%x: tensor<5x2xf64>) -> (tensor<*xi64>, tensor<*xf32>) {
  %0, %1 = onnx.TreeEnsembleClassifier(%x) {nodes_treeids = array<i64: 0, 0, 0>,
    nodes_nodeids = array<i64: 0, 1, 2>, nodes_featureids = array<i64: 0, 0, 0>,
    nodes_modes = ["BRANCH_LT", "LEAF", "LEAF"], nodes_truenodeids = array<i64: 1, 0, 0>,
    nodes_falsenodeids = array<i64: 2, 0, 0>, nodes_values = array<f32: 1.5, 0.0, 0.0>,
    class_ids = array<i64: 0, 2>, class_treeids = array<i64: 0, 0>,
    class_nodeids = array<i64: 1, 2>, class_weights = array<f32: 2.0, 3.0>,
    classlabels_int64s = array<i64: 7, 8, 9>}
    : (tensor<5x2xf64>) -> (tensor<*xi64>, tensor<*xf32>)
  return %0, %1 : tensor<*xi64>, tensor<*xf32>
}
