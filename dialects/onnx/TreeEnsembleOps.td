//===- TreeEnsembleOps.td - Decision trees --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

// Nodes of trees as lists, one entry a node.
defvar NodeLists = (ins
    OptionalAttr<Onnx_Ints>:$nodes_falsenodeids,
    OptionalAttr<Onnx_Ints>:$nodes_featureids,
    OptionalAttr<Onnx_Floats>:$nodes_hitrates,
    OptionalAttr<Onnx_TensorAttr>:$nodes_hitrates_as_tensor,
    OptionalAttr<Onnx_Ints>:$nodes_missing_value_tracks_true,
    OptionalAttr<Onnx_Strings>:$nodes_modes,
    OptionalAttr<Onnx_Ints>:$nodes_nodeids,
    OptionalAttr<Onnx_Ints>:$nodes_treeids,
    OptionalAttr<Onnx_Ints>:$nodes_truenodeids,
    OptionalAttr<Onnx_Floats>:$nodes_values,
    OptionalAttr<Onnx_TensorAttr>:$nodes_values_as_tensor,
    DefaultValuedAttr<Onnx_String, "\"NONE\"">:$post_transform);

def Onnx_TreeEnsembleRegressorOp
    : Onnx_PureOp<"TreeEnsembleRegressor", [Expanding, NeedsSizes]> {
  let summary = "Sums of what the trees of a forest give for each row";
  let arguments = !con((ins Onnx_Tensor:$X), NodeLists, (ins
      DefaultValuedAttr<Onnx_String, "\"SUM\"">:$aggregate_function,
      OptionalAttr<Onnx_Floats>:$base_values,
      OptionalAttr<Onnx_TensorAttr>:$base_values_as_tensor,
      OptionalAttr<Onnx_Int>:$n_targets,
      OptionalAttr<Onnx_Ints>:$target_ids,
      OptionalAttr<Onnx_Ints>:$target_nodeids,
      OptionalAttr<Onnx_Ints>:$target_treeids,
      OptionalAttr<Onnx_Floats>:$target_weights,
      OptionalAttr<Onnx_TensorAttr>:$target_weights_as_tensor));
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
}

def Onnx_TreeEnsembleClassifierOp
    : Onnx_PureOp<"TreeEnsembleClassifier", [Expanding, NeedsSizes]> {
  let summary = "The class of each row, and scores, by the trees of a forest";
  let arguments = !con((ins Onnx_Tensor:$X), NodeLists, (ins
      OptionalAttr<Onnx_Floats>:$base_values,
      OptionalAttr<Onnx_TensorAttr>:$base_values_as_tensor,
      OptionalAttr<Onnx_Ints>:$class_ids,
      OptionalAttr<Onnx_Ints>:$class_nodeids,
      OptionalAttr<Onnx_Ints>:$class_treeids,
      OptionalAttr<Onnx_Floats>:$class_weights,
      OptionalAttr<Onnx_TensorAttr>:$class_weights_as_tensor,
      OptionalAttr<Onnx_Ints>:$classlabels_int64s,
      OptionalAttr<Onnx_Strings>:$classlabels_strings));
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$Z);
  let hasVerifier = 1;
}

def Onnx_TreeEnsembleOp : Onnx_PureOp<"TreeEnsemble", [Expanding, NeedsSizes]> {
  let summary = "What the trees of a forest give for each row, combined";
  let arguments = (ins Onnx_Tensor:$X,
      DefaultValuedAttr<Onnx_Int, "1">:$aggregate_function,
      Onnx_Ints:$leaf_targetids,
      Onnx_TensorAttr:$leaf_weights,
      OptionalAttr<Onnx_TensorAttr>:$membership_values,
      OptionalAttr<Onnx_Int>:$n_targets,
      Onnx_Ints:$nodes_falseleafs,
      Onnx_Ints:$nodes_falsenodeids,
      Onnx_Ints:$nodes_featureids,
      OptionalAttr<Onnx_TensorAttr>:$nodes_hitrates,
      OptionalAttr<Onnx_Ints>:$nodes_missing_value_tracks_true,
      Onnx_TensorAttr:$nodes_modes,
      Onnx_TensorAttr:$nodes_splits,
      Onnx_Ints:$nodes_trueleafs,
      Onnx_Ints:$nodes_truenodeids,
      DefaultValuedAttr<Onnx_Int, "0">:$post_transform,
      Onnx_Ints:$tree_roots);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
}

def Onnx_TreeSumsOp : Onnx_PureOp<"TreeSums", [AttrSizedOperandSegments]> {
  let summary = "What the leaves that rows reach in each tree hold, combined";
  let description = [{
    Not an operator of ONNX: the three above become one, over tables that are
    constants (ForestTables.h describes them). X is [N, F], the result
    [N, targets] of X's type. At each node a row goes left where its feature is
    at most the threshold, and right where it is more or NaN.

    Of perfect trees `nodes` are the features and `thresholds` the thresholds
    of all nodes, [trees, 2^depth]. Of others `nodes` are entries of two words,
    the lower `feature_bits` of the second the feature.

    `leaves` is [leaves, K] with what a leaf adds to each of K targets. Where K
    is 1 and there are more targets, `tree_targets` has each tree's. A target
    that got nothing is -0.0, or NaN if the aggregate is MIN or MAX.
  }];
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$nodes, Onnx_Tensor:$leaves,
                       Optional<Onnx_Tensor>:$thresholds,
                       Optional<Onnx_Tensor>:$tree_targets,
                       Onnx_Int:$trees, Onnx_Int:$depth, Onnx_Int:$targets,
                       DefaultValuedAttr<Onnx_Int, "0">:$feature_bits,
                       DefaultValuedAttr<Onnx_String, "\"SUM\"">:$aggregate);
  let results = (outs Onnx_Tensor:$Y);
}
