// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Trees that are not trees.
// RUN: onnxc-opt %s -split-input-file -verify-diagnostics

func.func @cycle(%x: tensor<5x2xf32>) -> tensor<5x1xf32> {
  // expected-error@+1 {{its tree number 0 has a cycle: a node is below itself}}
  %0 = onnx.TreeEnsemble(%x) {n_targets = 1 : i64, nodes_modes = dense<0> : tensor<2xui8>,
    nodes_splits = dense<0.5> : tensor<2xf32>, nodes_featureids = array<i64: 0, 1>,
    nodes_truenodeids = array<i64: 1, 0>, nodes_trueleafs = array<i64: 0, 0>,
    nodes_falsenodeids = array<i64: 0, 0>, nodes_falseleafs = array<i64: 1, 1>,
    leaf_targetids = array<i64: 0>, leaf_weights = dense<1.0> : tensor<1xf32>,
    tree_roots = array<i64: 0>} : (tensor<5x2xf32>) -> tensor<5x1xf32>
  return %0 : tensor<5x1xf32>
}

// -----

func.func @no_such_leaf(%x: tensor<5x2xf32>) -> tensor<5x1xf32> {
  // expected-error@+1 {{node 0 leads to leaf 1, but there are 1}}
  %0 = onnx.TreeEnsemble(%x) {n_targets = 1 : i64, nodes_modes = dense<0> : tensor<1xui8>,
    nodes_splits = dense<0.5> : tensor<1xf32>, nodes_featureids = array<i64: 0>,
    nodes_truenodeids = array<i64: 1>, nodes_trueleafs = array<i64: 1>,
    nodes_falsenodeids = array<i64: 0>, nodes_falseleafs = array<i64: 1>,
    leaf_targetids = array<i64: 0>, leaf_weights = dense<1.0> : tensor<1xf32>,
    tree_roots = array<i64: 0>} : (tensor<5x2xf32>) -> tensor<5x1xf32>
  return %0 : tensor<5x1xf32>
}

// -----

func.func @no_such_node(%x: tensor<5x2xf32>) -> tensor<5x1xf32> {
  // expected-error@+1 {{the true branch of node 0 of its tree 4 leads to node 1, which that tree has not}}
  %0 = onnx.TreeEnsembleRegressor(%x) {n_targets = 1 : i64, nodes_treeids = array<i64: 4>,
    nodes_nodeids = array<i64: 0>, nodes_featureids = array<i64: 0>, nodes_modes = ["BRANCH_LEQ"],
    nodes_truenodeids = array<i64: 1>, nodes_falsenodeids = array<i64: 2>,
    nodes_values = array<f32: 1.5>} : (tensor<5x2xf32>) -> tensor<5x1xf32>
  return %0 : tensor<5x1xf32>
}

// -----

func.func @lengths(%x: tensor<5x2xf32>) -> tensor<5x1xf32> {
  // expected-error@+1 {{its attribute nodes_values has 2 entries, nodes_nodeids 1}}
  %0 = onnx.TreeEnsembleRegressor(%x) {n_targets = 1 : i64, nodes_treeids = array<i64: 0>,
    nodes_nodeids = array<i64: 0>, nodes_featureids = array<i64: 0>, nodes_modes = ["LEAF"],
    nodes_truenodeids = array<i64: 0>, nodes_falsenodeids = array<i64: 0>,
    nodes_values = array<f32: 1.5, 1.5>} : (tensor<5x2xf32>) -> tensor<5x1xf32>
  return %0 : tensor<5x1xf32>
}

// -----

func.func @class(%x: tensor<5x2xf32>) -> tensor<5x2xf32> {
  // expected-error@+1 {{its attribute class_ids has 2, but there are 2}}
  %0, %1 = onnx.TreeEnsembleClassifier(%x) {nodes_treeids = array<i64: 0>,
    nodes_nodeids = array<i64: 0>, nodes_featureids = array<i64: 0>, nodes_modes = ["LEAF"],
    nodes_truenodeids = array<i64: 0>, nodes_falsenodeids = array<i64: 0>,
    nodes_values = array<f32: 1.5>, class_ids = array<i64: 2>, class_treeids = array<i64: 0>,
    class_nodeids = array<i64: 0>, class_weights = array<f32: 1.0>,
    classlabels_int64s = array<i64: 0, 1>}
    : (tensor<5x2xf32>) -> (tensor<5xi64>, tensor<5x2xf32>)
  return %1 : tensor<5x2xf32>
}
