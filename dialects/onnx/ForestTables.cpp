//===- ForestTables.cpp - A forest as the tensors that its code reads -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ForestTables.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <limits>

using namespace mlir;

namespace onnxc::onnx {

namespace {

// Heaps deeper than this are too sparse, whatever their trees are like.
constexpr int64_t kMaxPerfectDepth = 12;
// Up to so many bytes heaps may be four times as large as links, else twice.
constexpr int64_t kSmallHeap = 256 << 10;

constexpr int64_t kMostWeights = int64_t(1) << 28;

/// Larger ones stay out of the context's uniquer.
constexpr size_t kMaxUniquedBytes = 1024;

template <typename T>
ElementsAttr makeTable(ArrayRef<int64_t> shape, Type element,
                       std::vector<T> values) {
  auto type = RankedTensorType::get(shape, element);
  ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()),
                       values.size() * sizeof(T));
  if (bytes.size() <= kMaxUniquedBytes)
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  auto owner = std::make_shared<std::vector<T>>(std::move(values));
  AsmResourceBlob blob = UnmanagedAsmResourceBlob::allocateWithAlign(
      bytes, alignof(T), [owner](void *, size_t, size_t) {});
  return DenseResourceElementsAttr::get(type, "trees", std::move(blob));
}

class TableBuilder {
public:
  TableBuilder(MLIRContext *context, const Forest &forest,
               TreeAggregate aggregate, int64_t numTargets, int64_t numColumns)
      : b(context), forest(forest), aggregate(aggregate),
        numTargets(numTargets), numColumns(numColumns) {}

  ForestTables build() {
    numTrees = forest.roots.size();
    tables.trees = numTrees;
    tables.depth = forest.depth;
    markReached();
    chooseColumns();
    chooseWidth();
    if (forest.getNumLeaves() > kMostWeights / width)
      return {};
    if (isPerfect())
      buildHeaps();
    else
      buildEntries();
    return std::move(tables);
  }

private:
  Builder b;
  const Forest &forest;
  TreeAggregate aggregate;
  int64_t numTargets, numColumns;
  int64_t numTrees = 0;
  /// Weights that a leaf holds: all targets', or its tree's.
  int64_t width = 1;
  std::vector<bool> reached;
  int64_t numReached = 0;
  std::vector<int32_t> treeTargets;
  ForestTables tables;

  Type getElement() {
    return forest.isSingle ? Type(b.getF32Type()) : Type(b.getF64Type());
  }
  double neutral() const {
    return aggregate == TreeAggregate::Sum
               ? -0.0
               : std::numeric_limits<double>::quiet_NaN();
  }

  void chooseColumns();
  void markReached();
  void chooseWidth();
  bool isPerfect() const;
  void buildHeaps();
  template <typename T, typename Feature> void fillHeaps(Type feature);
  void buildEntries();
  template <typename Word, typename T> void fillEntries();

  int32_t getColumn(const TreeSplit &split) const {
    bool second =
        tables.columns == TreeColumns::PlainThenLowered && split.nanLeft;
    return split.feature + (second ? numColumns : 0);
  }
  int64_t getTableColumns() const {
    return tables.columns == TreeColumns::PlainThenLowered ? 2 * numColumns
                                                           : numColumns;
  }

  template <typename T> void addLeaf(int64_t leaf, T *to) const;
};

/// Nodes that no root leads to are left out.
void TableBuilder::markReached() {
  reached.assign(forest.splits.size(), false);
  std::vector<TreeChild> stack;
  auto push = [&](TreeChild child) {
    if (child < 0 || reached[child])
      return;
    reached[child] = true;
    ++numReached;
    stack.push_back(child);
  };
  for (TreeChild root : forest.roots) {
    push(root);
    while (!stack.empty()) {
      const TreeSplit &split = forest.splits[stack.back()];
      stack.pop_back();
      push(split.left);
      push(split.right);
    }
  }
}

void TableBuilder::chooseColumns() {
  int64_t numLeft = 0;
  for (auto [split, isReached] : llvm::zip(forest.splits, reached))
    numLeft += isReached && split.nanLeft;
  if (numLeft == 0)
    tables.columns = TreeColumns::Plain;
  else if (numLeft == numReached)
    tables.columns = TreeColumns::Lowered;
  else
    tables.columns = TreeColumns::PlainThenLowered;
}

/// Boosted trees of several classes give to one class each: then a leaf holds
/// one number, else one for each target.
void TableBuilder::chooseWidth() {
  tables.always.assign(numTargets, true);
  tables.ever.assign(numTargets, false);
  treeTargets.assign(numTrees, 0);
  for (const Forest::Weight &weight : forest.weights)
    tables.ever[weight.target] = true;
  if (numTargets == 1)
    return;
  bool isOneEach = true;
  std::vector<bool> always(numTargets, false);
  // The last tree that passed a node, counted from 1.
  std::vector<int32_t> seen(forest.splits.size());
  std::vector<TreeChild> stack;
  for (auto [tree, root] : llvm::enumerate(forest.roots)) {
    int32_t target = -1;
    stack.push_back(root);
    while (isOneEach && !stack.empty()) {
      TreeChild node = stack.back();
      stack.pop_back();
      if (node >= 0) {
        if (seen[node] == int32_t(tree) + 1)
          continue;
        seen[node] = int32_t(tree) + 1;
        stack.push_back(forest.splits[node].left);
        stack.push_back(forest.splits[node].right);
        continue;
      }
      ArrayRef<Forest::Weight> weights = forest.getWeights(~node);
      isOneEach = weights.size() == 1 &&
                  (target < 0 || target == weights.front().target);
      if (isOneEach)
        target = weights.front().target;
    }
    stack.clear();
    if (!isOneEach)
      break;
    treeTargets[tree] = std::max(target, 0);
    always[treeTargets[tree]] = true;
  }
  if (isOneEach) {
    tables.always = always;
    tables.treeTargets =
        makeTable(numTrees, b.getI32Type(), std::move(treeTargets));
    return;
  }
  width = numTargets;
  std::vector<bool> has;
  for (int64_t leaf = 0; leaf < forest.getNumLeaves(); ++leaf) {
    has.assign(numTargets, false);
    for (const Forest::Weight &weight : forest.getWeights(leaf))
      has[weight.target] = true;
    for (int64_t target = 0; target < numTargets; ++target)
      tables.always[target] = tables.always[target] && has[target];
  }
}

/// What leaf `leaf` holds.
template <typename T> void TableBuilder::addLeaf(int64_t leaf, T *to) const {
  std::fill_n(to, width, T(neutral()));
  for (const Forest::Weight &weight : forest.getWeights(leaf)) {
    T &sum = to[width == 1 ? 0 : weight.target];
    // A weight is never -0.0, which says that there is none.
    T value = T(weight.value) + T(0);
    if (aggregate == TreeAggregate::Sum)
      sum += value;
    else if (aggregate == TreeAggregate::Min)
      sum = std::fmin(sum, value);
    else
      sum = std::fmax(sum, value);
  }
}

//===----------------------------------------------------------------------===//
// Perfect trees
//===----------------------------------------------------------------------===//

/// A heap's nodes are smaller than entries, and need no links to be read; but
/// one that is nearly empty does not stay in the cache.
bool TableBuilder::isPerfect() const {
  if (forest.depth == 0 || forest.depth > kMaxPerfectDepth)
    return false;
  int64_t bytes = forest.isSingle ? 4 : 8;
  int64_t perTree = int64_t(1) << forest.depth;
  int64_t heaps = numTrees * perTree * (bytes + 2 + bytes * width);
  int64_t entries =
      2 * numReached * 2 * bytes + forest.getNumLeaves() * bytes * width;
  return heaps <= 2 * entries || (heaps <= kSmallHeap && heaps <= 4 * entries);
}

void TableBuilder::buildHeaps() {
  int64_t columns = getTableColumns();
  auto fill = [&](auto number) {
    using T = decltype(number);
    if (columns <= 1 << 8)
      fillHeaps<T, uint8_t>(b.getIntegerType(8, /*isSigned=*/false));
    else if (columns <= 1 << 16)
      fillHeaps<T, uint16_t>(b.getIntegerType(16, /*isSigned=*/false));
    else
      fillHeaps<T, int32_t>(b.getI32Type());
  };
  if (forest.isSingle)
    fill(float());
  else
    fill(double());
}

template <typename T, typename Feature>
void TableBuilder::fillHeaps(Type feature) {
  int64_t perTree = int64_t(1) << forest.depth;
  std::vector<T> thresholds(numTrees * perTree, T(0)),
      leaves(numTrees * perTree * width);
  std::vector<Feature> features(numTrees * perTree, Feature(0));
  for (int64_t tree = 0; tree < numTrees; ++tree) {
    std::vector<TreeChild> level{tree < tables.trees ? forest.roots[tree]
                                                     : TreeChild(0)};
    for (int64_t depth = 0; depth < forest.depth; ++depth) {
      std::vector<TreeChild> next;
      for (auto [i, node] : llvm::enumerate(level)) {
        if (node < 0) {
          next.insert(next.end(), 2, node);
          continue;
        }
        const TreeSplit &split = forest.splits[node];
        int64_t at = tree * perTree + (int64_t(1) << depth) + i;
        thresholds[at] = T(split.threshold);
        features[at] = Feature(getColumn(split));
        next.push_back(split.left);
        next.push_back(split.right);
      }
      level = std::move(next);
    }
    for (auto [i, node] : llvm::enumerate(level))
      addLeaf(~node, leaves.data() + (tree * perTree + i) * width);
  }
  tables.nodes = makeTable({numTrees, perTree}, feature, std::move(features));
  tables.thresholds =
      makeTable({numTrees, perTree}, getElement(), std::move(thresholds));
  tables.leaves =
      makeTable({numTrees * perTree, width}, getElement(), std::move(leaves));
}

//===----------------------------------------------------------------------===//
// Linked trees
//===----------------------------------------------------------------------===//

void TableBuilder::buildEntries() {
  // One entry before all others, which the first root's leaf goes back to.
  int64_t entries = 1 + numTrees + 2 * numReached;
  tables.featureBits =
      llvm::Log2_64_Ceil(std::max<int64_t>(getTableColumns(), 2));
  unsigned linkBits = llvm::Log2_64_Ceil(entries);
  if (!forest.isSingle)
    return fillEntries<uint64_t, double>();
  if (tables.featureBits + linkBits <= 32 &&
      forest.getNumLeaves() < int64_t(1) << kLeafBits32)
    return fillEntries<uint32_t, float>();
  fillEntries<uint64_t, float>();
}

/// Lays out a node's children with those of its children behind them, so that
/// two steps stay in one or two lines of the cache.
template <typename Word, typename T> void TableBuilder::fillEntries() {
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  std::vector<Word> words(2 * (1 + numTrees + 2 * numReached), Word(0));
  std::vector<int32_t> pairs(forest.splits.size(), 0);
  int64_t last = numTrees;
  auto place = [&](TreeChild node) {
    if (node < 0 || pairs[node])
      return false;
    pairs[node] = last + 1;
    last += 2;
    return true;
  };
  auto write = [&](int64_t at, TreeChild node) {
    Word &threshold = words[2 * at], &link = words[2 * at + 1];
    if (node < 0) {
      auto nan = llvm::bit_cast<Bits>(std::numeric_limits<T>::quiet_NaN());
      // In words that are wider than floats it lies above them.
      TreeChild number = ~node;
      auto leaf = Word(number);
      threshold = sizeof(Word) == sizeof(T) ? Word(nan | leaf)
                                            : Word(nan) | leaf << 31 << 1;
      link = Word(at - 1) << tables.featureBits;
      return;
    }
    const TreeSplit &split = forest.splits[node];
    threshold = llvm::bit_cast<Bits>(T(split.threshold));
    link = Word(pairs[node]) << tables.featureBits | Word(getColumn(split));
  };
  std::vector<TreeChild> stack;
  for (int64_t tree = 0; tree < numTrees; ++tree) {
    TreeChild root = forest.roots[tree];
    if (place(root))
      stack.push_back(root);
    write(1 + tree, root);
    while (!stack.empty()) {
      TreeChild node = stack.back();
      stack.pop_back();
      const TreeSplit &split = forest.splits[node];
      bool left = place(split.left), right = place(split.right);
      if (right)
        stack.push_back(split.right);
      if (left)
        stack.push_back(split.left);
      write(pairs[node], split.left);
      write(pairs[node] + 1, split.right);
    }
  }
  std::vector<T> leaves(forest.getNumLeaves() * width);
  for (int64_t leaf = 0; leaf < forest.getNumLeaves(); ++leaf)
    addLeaf(leaf, leaves.data() + leaf * width);
  Type word = b.getIntegerType(8 * sizeof(Word));
  int64_t entries = words.size() / 2;
  tables.nodes = makeTable({entries, 2}, word, std::move(words));
  tables.leaves = makeTable({forest.getNumLeaves(), width}, getElement(),
                            std::move(leaves));
}

} // namespace

ForestTables buildTables(MLIRContext *context, const Forest &forest,
                         TreeAggregate aggregate, int64_t numTargets,
                         int64_t numColumns) {
  return TableBuilder(context, forest, aggregate, numTargets, numColumns)
      .build();
}

} // namespace onnxc::onnx
