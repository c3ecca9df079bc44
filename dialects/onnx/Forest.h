//===- Forest.h - Decision trees with one kind of comparison --------------===//
//
// The operators compare in seven ways and say of each node where NaN goes. All
// of it becomes one comparison, x <= threshold, exactly:
//
//   x < t        x <= the number below t
//   x > t        x <= t, with its children exchanged
//   x == t       x <= t, and on its left x <= the number below t
//   x in {a, b}  a search in a, b and the numbers below them: two splits a
//                member, as deep as the logarithm of their number
//
// "The number below t" is the largest one of X's type; a threshold of a wider
// type is rounded down to X's. Children may be shared (a chain of x == t whose
// true branches are one node, which converters write), cycles are refused.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_FOREST_H
#define ONNXC_DIALECTS_ONNX_FOREST_H

#include "mlir/IR/Diagnostics.h"
#include <vector>

namespace onnxc::onnx {

/// The number of a split, or ~leaf.
using TreeChild = int32_t;

/// Rows whose feature is at most the threshold go left, others right; NaN goes
/// left where `nanLeft` is set.
struct TreeSplit {
  double threshold = 0;
  int32_t feature = 0;
  TreeChild left = 0, right = 0;
  bool nanLeft = false;
};

/// In the order of ONNX's modes: a set's number is 6.
enum class TreeMode { LEQ, LT, GTE, GT, EQ, NEQ, Member };

/// A node as the operators describe it.
struct TreeNode {
  TreeMode mode = TreeMode::LEQ;
  double value = 0;
  int32_t feature = 0;
  TreeChild whenTrue = 0, whenFalse = 0;
  bool missingTrue = false;
};

struct Forest {
  /// What a leaf adds to a target.
  struct Weight {
    int32_t target;
    double value;
  };

  std::vector<TreeSplit> splits;
  /// Those of leaf i are weights[firstWeight[i]] up to firstWeight[i + 1].
  std::vector<int32_t> firstWeight{0};
  std::vector<Weight> weights;
  std::vector<TreeChild> roots;
  /// Set by `check`: the most splits that a row passes.
  int64_t depth = 0;
  /// X and thresholds have 24 bits, not 53.
  bool isSingle = true;
  /// X may be NaN.
  bool hasNaN = true;

  int64_t getNumLeaves() const { return int64_t(firstWeight.size()) - 1; }
  llvm::ArrayRef<Weight> getWeights(int64_t leaf) const {
    return llvm::ArrayRef(weights).slice(
        firstWeight[leaf], firstWeight[leaf + 1] - firstWeight[leaf]);
  }

  /// Makes splits[number] (and more at the end) do what the node does.
  void setNode(int64_t number, const TreeNode &node,
               llvm::ArrayRef<double> members = {});

  using Report = llvm::function_ref<mlir::InFlightDiagnostic()>;
  /// Computes the depth; fails where a row could go round for ever.
  llvm::LogicalResult check(Report report);

private:
  double roundDown(double value) const;
  double getBelow(double value) const;
  TreeChild addSearch(int32_t feature, llvm::ArrayRef<double> bounds,
                      int64_t first, int64_t nanRange, TreeChild inSet,
                      TreeChild outside);
  TreeSplit makeSplit(int32_t feature, double threshold, TreeChild left,
                      TreeChild right, bool nanLeft) const;
};

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_FOREST_H
