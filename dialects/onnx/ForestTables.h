//===- ForestTables.h - A forest as the tensors that its code reads -------===//
//
// Two layouts; which one is better follows from the trees' shape.
//
// Perfect: each tree is filled up to the depth of the deepest, its nodes lie as
// a heap does: node 1 is the root, 2 i and 2 i + 1 are the children of i.
//
//        1            thresholds  [-, t1, t2, t3]
//      2   3          features    [-, f1, f2, f3]
//     4 5 6 7         leaves      [l4, l5, l6, l7]
//
// There are no links to read and each row takes as many steps, but a subtree
// that ends early is filled with copies.
//
// Linked: entries of two words, the two children of a node side by side:
//
//   word 0   the threshold's bits
//   word 1   the feature in its lower bits, above them the left child's entry
//
// Tree t begins at entry 1 + t. The next entry is left + (goes right). A
// leaf's threshold is NaN, so that all go right, and its left child is the
// entry before it: who has arrived stays, and waits for the other rows or
// trees that walk with it. The lower bits of that NaN are the number of the
// leaf.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_FORESTTABLES_H
#define ONNXC_DIALECTS_ONNX_FORESTTABLES_H

#include "dialects/onnx/Forest.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace onnxc::onnx {

/// A leaf's number in its threshold: as many bits of f32, and of f64.
constexpr unsigned kLeafBits32 = 22, kLeafBits64 = 51;

enum class TreeAggregate { Sum, Min, Max };

/// Which columns of X the code reads, as NaN is missing in different ways.
enum class TreeColumns {
  Plain,   ///< those of X: NaN goes right everywhere
  Lowered, ///< those of X with -infinity for NaN: it goes left everywhere
  PlainThenLowered ///< both, one after the other
};

struct ForestTables {
  mlir::ElementsAttr nodes, leaves;
  mlir::ElementsAttr thresholds;  ///< of perfect trees
  mlir::ElementsAttr treeTargets; ///< where each tree has one target of many
  int64_t trees = 0, depth = 0, featureBits = 0;
  TreeColumns columns = TreeColumns::Plain;
  /// Of each target, whether all rows, or some, get a weight.
  std::vector<bool> always, ever;
};

/// For `numTargets` targets and X of `numColumns` columns (of which the forest
/// may need fewer). A leaf that has no weight for a target holds what changes
/// nothing: -0.0 for sums, NaN for extremes. The tables are null where leaves
/// would hold more than a GiB.
ForestTables buildTables(mlir::MLIRContext *context, const Forest &forest,
                         TreeAggregate aggregate, int64_t numTargets,
                         int64_t numColumns);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_FORESTTABLES_H
