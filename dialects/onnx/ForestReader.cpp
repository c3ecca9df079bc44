//===- ForestReader.cpp - From the operators' attributes to a forest ------===//
//
// Versions 1 and 3 of ai.onnx.ml list nodes with the numbers of their trees and
// their own numbers in these, leaves among them, and the weights of leaves
// apart. A tree's nodes lie one after the other, its root first. Version 5
// lists inner nodes and leaves apart, and refers to both by their places.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ForestReader.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace mlir;

namespace onnxc::onnx {

namespace {

template <typename T> std::vector<double> widen(ElementsAttr tensor) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(tensor)) {
    std::vector<double> numbers;
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      llvm::append_range(numbers, blob->getDataAs<T>());
    return numbers;
  }
  std::vector<double> numbers;
  for (T number : tensor.getValues<T>())
    numbers.push_back(number);
  return numbers;
}

std::vector<double> widenHalves(ElementsAttr tensor) {
  std::vector<double> numbers;
  auto add = [&](APFloat number) {
    bool losesInfo;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    numbers.push_back(number.convertToDouble());
  };
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(tensor)) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      for (uint16_t bits : blob->getDataAs<uint16_t>())
        add(APFloat(APFloat::IEEEhalf(), APInt(16, bits)));
    return numbers;
  }
  for (const APFloat &number : tensor.getValues<APFloat>())
    add(number);
  return numbers;
}

std::vector<double> readTensor(ElementsAttr tensor) {
  Type element = tensor.getElementType();
  if (element.isF32())
    return widen<float>(tensor);
  if (element.isF64())
    return widen<double>(tensor);
  if (element.isF16())
    return widenHalves(tensor);
  if (element.isInteger(8))
    return widen<uint8_t>(tensor);
  return {};
}

/// A list and what the specification calls it.
struct Length {
  std::string name;
  size_t size;
};

LogicalResult checkLengths(Operation *op, const Length &wanted,
                           ArrayRef<Length> lengths) {
  for (const Length &length : lengths)
    if (length.size != wanted.size)
      return op->emitError()
             << "its attribute " << length.name << " has " << length.size
             << " entries, " << wanted.name << ' ' << wanted.size;
  return success();
}

ArrayRef<int64_t> orEmpty(std::optional<ArrayRef<int64_t>> ints) {
  return ints.value_or(ArrayRef<int64_t>());
}

void setElements(Forest &forest, Type element) {
  forest.isSingle = !element.isF64();
  forest.hasNaN = isa<FloatType>(element);
}

//===----------------------------------------------------------------------===//
// Versions 1 and 3
//===----------------------------------------------------------------------===//

/// The weights of leaves: what, in which tree, at which node.
struct WeightLists {
  ArrayRef<int64_t> targets, trees, nodes;
  std::vector<double> values;
  /// What the names of these attributes begin with.
  std::string name;
  int64_t numTargets;
};

template <typename Op> class ListReader {
public:
  explicit ListReader(Op op)
      : op(op), ids(orEmpty(op.getNodesNodeids())),
        trees(orEmpty(op.getNodesTreeids())),
        whenTrue(orEmpty(op.getNodesTruenodeids())),
        whenFalse(orEmpty(op.getNodesFalsenodeids())),
        features(orEmpty(op.getNodesFeatureids())),
        missing(orEmpty(op.getNodesMissingValueTracksTrue())),
        values(readNumbers(op.getNodesValues(), op.getNodesValuesAsTensor())) {
    setElements(forest, onnx::getElementType(op.getX()));
  }

  FailureOr<Forest> read(const WeightLists &weights) {
    if (failed(checkLists(weights)) || failed(readModes()) ||
        failed(findTrees()) || failed(readNodes()) ||
        failed(readWeights(weights)) ||
        failed(forest.check([&] { return op->emitError(); })))
      return failure();
    return std::move(forest);
  }

private:
  Op op;
  Forest forest;
  ArrayRef<int64_t> ids, trees, whenTrue, whenFalse, features, missing;
  std::vector<double> values;
  static constexpr uint8_t kLeaf = 255;
  std::vector<uint8_t> modes;
  /// The number of each node's leaf, -1 of inner nodes.
  std::vector<int32_t> leaves;
  /// Where a tree's nodes lie. Where their numbers do not count up, `places`
  /// has the place of each.
  struct Tree {
    int64_t begin, end;
    std::optional<llvm::DenseMap<int64_t, int64_t>> places;
  };
  llvm::DenseMap<int64_t, Tree> byNumber;

  LogicalResult checkLists(const WeightLists &weights);
  LogicalResult readModes();
  LogicalResult findTrees();
  LogicalResult readNodes();
  LogicalResult readWeights(const WeightLists &weights);

  std::optional<int64_t> find(int64_t tree, int64_t id) const {
    auto it = byNumber.find(tree);
    if (it == byNumber.end())
      return std::nullopt;
    const Tree &found = it->second;
    if (found.places) {
      auto place = found.places->find(id);
      return place == found.places->end() ? std::nullopt
                                          : std::optional(place->second);
    }
    int64_t first = ids[found.begin];
    if (id < first || id - first >= found.end - found.begin)
      return std::nullopt;
    return found.begin + (id - first);
  }
};

template <typename Op>
LogicalResult ListReader<Op>::checkLists(const WeightLists &weights) {
  if (ids.empty())
    return op->emitError("has no trees: its attribute nodes_nodeids is empty");
  if (ids.size() > size_t(std::numeric_limits<int32_t>::max()) / 2)
    return op->emitError("has more nodes than 32 bits can number");
  if (failed(checkLengths(
          op, {"nodes_nodeids", ids.size()},
          {{"nodes_treeids", trees.size()},
           {"nodes_truenodeids", whenTrue.size()},
           {"nodes_falsenodeids", whenFalse.size()},
           {"nodes_featureids", features.size()},
           {"nodes_values", values.size()},
           {"nodes_modes",
            op.getNodesModes() ? op.getNodesModes()->size() : 0}})))
    return failure();
  if (!missing.empty() &&
      failed(
          checkLengths(op, {"nodes_nodeids", ids.size()},
                       {{"nodes_missing_value_tracks_true", missing.size()}})))
    return failure();
  std::string of = weights.name;
  return checkLengths(op, {of + "_ids", weights.targets.size()},
                      {{of + "_treeids", weights.trees.size()},
                       {of + "_nodeids", weights.nodes.size()},
                       {of + "_weights", weights.values.size()}});
}

template <typename Op> LogicalResult ListReader<Op>::readModes() {
  llvm::DenseMap<Attribute, uint8_t> known;
  modes.reserve(ids.size());
  for (Attribute name : op.getNodesModesAttr()) {
    auto [it, isNew] = known.try_emplace(name, uint8_t(0));
    if (isNew) {
      auto mode = llvm::StringSwitch<std::optional<uint8_t>>(
                      cast<StringAttr>(name).getValue())
                      .Case("BRANCH_LEQ", uint8_t(TreeMode::LEQ))
                      .Case("BRANCH_LT", uint8_t(TreeMode::LT))
                      .Case("BRANCH_GTE", uint8_t(TreeMode::GTE))
                      .Case("BRANCH_GT", uint8_t(TreeMode::GT))
                      .Case("BRANCH_EQ", uint8_t(TreeMode::EQ))
                      .Case("BRANCH_NEQ", uint8_t(TreeMode::NEQ))
                      .Case("LEAF", uint8_t(kLeaf))
                      .Default(std::nullopt);
      if (!mode)
        return op->emitError("its attribute nodes_modes names ")
               << name << ", which is no mode";
      it->second = *mode;
    }
    modes.push_back(it->second);
  }
  return success();
}

template <typename Op> LogicalResult ListReader<Op>::findTrees() {
  for (int64_t begin = 0, end; begin < int64_t(ids.size()); begin = end) {
    bool counts = true;
    for (end = begin; end < int64_t(ids.size()) && trees[end] == trees[begin];
         ++end)
      counts &= ids[end] == int64_t(uint64_t(ids[begin]) + (end - begin));
    auto [it, isNew] = byNumber.try_emplace(trees[begin]);
    if (!isNew)
      return op->emitError("the nodes of its tree ")
             << trees[begin] << " do not lie one after the other";
    it->second.begin = begin;
    it->second.end = end;
    if (counts)
      continue;
    it->second.places.emplace();
    for (int64_t i = begin; i < end; ++i)
      if (!it->second.places->try_emplace(ids[i], i).second)
        return op->emitError("its tree ")
               << trees[begin] << " has two nodes " << ids[i];
  }
  return success();
}

template <typename Op> LogicalResult ListReader<Op>::readNodes() {
  int32_t numLeaves = 0;
  leaves.assign(ids.size(), -1);
  for (auto [leaf, mode] : llvm::zip(leaves, modes))
    if (mode == kLeaf)
      leaf = numLeaves++;
  forest.splits.resize(ids.size());
  forest.firstWeight.assign(numLeaves + 1, 0);
  auto follow = [&](int64_t node, int64_t id,
                    StringRef branch) -> FailureOr<TreeChild> {
    std::optional<int64_t> place = find(trees[node], id);
    if (!place)
      return op->emitError("the ")
             << branch << " branch of node " << ids[node] << " of its tree "
             << trees[node] << " leads to node " << id
             << ", which that tree has not";
    return leaves[*place] >= 0 ? ~leaves[*place] : TreeChild(*place);
  };
  for (int64_t i = 0; i < int64_t(ids.size()); ++i) {
    if (i == 0 || trees[i] != trees[i - 1])
      forest.roots.push_back(leaves[i] >= 0 ? ~leaves[i] : TreeChild(i));
    if (leaves[i] >= 0)
      continue;
    FailureOr<TreeChild> yes = follow(i, whenTrue[i], "true"),
                         no = succeeded(yes) ? follow(i, whenFalse[i], "false")
                                             : FailureOr<TreeChild>(failure());
    if (failed(no))
      return failure();
    if (features[i] < 0 || features[i] > std::numeric_limits<int32_t>::max())
      return op->emitError("node ") << ids[i] << " of its tree " << trees[i]
                                    << " reads feature " << features[i];
    forest.setNode(i, {TreeMode(modes[i]), values[i], int32_t(features[i]),
                       *yes, *no, !missing.empty() && missing[i] == 1});
  }
  return success();
}

template <typename Op>
LogicalResult ListReader<Op>::readWeights(const WeightLists &weights) {
  // Of each weight the leaf, -1 for an inner node: onnxruntime ignores those,
  // which old converters wrote.
  std::vector<int32_t> places;
  places.reserve(weights.targets.size());
  for (auto [target, tree, node] :
       llvm::zip(weights.targets, weights.trees, weights.nodes)) {
    std::optional<int64_t> place = find(tree, node);
    if (!place)
      return op->emitError("a weight is for node ")
             << node << " of its tree " << tree << ", which it has not";
    if (target < 0 || target >= weights.numTargets)
      return op->emitError("its attribute ")
             << weights.name << "_ids has " << target << ", but there are "
             << weights.numTargets;
    places.push_back(leaves[*place]);
    if (places.back() >= 0)
      ++forest.firstWeight[places.back() + 1];
  }
  for (int64_t leaf = 0; leaf < forest.getNumLeaves(); ++leaf)
    forest.firstWeight[leaf + 1] += forest.firstWeight[leaf];
  forest.weights.resize(forest.firstWeight.back());
  std::vector<int32_t> next = forest.firstWeight;
  for (auto [i, leaf] : llvm::enumerate(places))
    if (leaf >= 0)
      forest.weights[next[leaf]++] = {int32_t(weights.targets[i]),
                                      weights.values[i]};
  return success();
}

//===----------------------------------------------------------------------===//
// Version 5
//===----------------------------------------------------------------------===//

class PlaceReader {
public:
  explicit PlaceReader(TreeEnsembleOp op)
      : op(op), modes(readTensor(op.getNodesModes())),
        splits(readTensor(op.getNodesSplits())),
        weights(readTensor(op.getLeafWeights())) {
    setElements(forest, onnx::getElementType(op.getX()));
  }

  FailureOr<Forest> read() {
    if (failed(checkLists()) || failed(readMembers()) || failed(readNodes()) ||
        failed(readLeaves()) || failed(readRoots()) ||
        failed(forest.check([&] { return op.emitError(); })))
      return failure();
    return std::move(forest);
  }

private:
  TreeEnsembleOp op;
  Forest forest;
  std::vector<double> modes, splits, weights;
  /// The members of all sets, and of each set the first.
  std::vector<double> members;
  std::vector<size_t> firstMember{0};

  LogicalResult checkLists() {
    ArrayRef<int64_t> missing = orEmpty(op.getNodesMissingValueTracksTrue());
    size_t size = op.getNodesFeatureids().size();
    if (size > size_t(std::numeric_limits<int32_t>::max()) / 2)
      return op.emitError("has more nodes than 32 bits can number");
    if (failed(checkLengths(
            op, {"nodes_featureids", size},
            {{"nodes_modes", modes.size()},
             {"nodes_splits", splits.size()},
             {"nodes_trueleafs", op.getNodesTrueleafs().size()},
             {"nodes_truenodeids", op.getNodesTruenodeids().size()},
             {"nodes_falseleafs", op.getNodesFalseleafs().size()},
             {"nodes_falsenodeids", op.getNodesFalsenodeids().size()},
             {"nodes_missing_value_tracks_true",
              missing.empty() ? size : missing.size()}})))
      return failure();
    if (op.getTreeRoots().empty())
      return op.emitError("has no trees: its attribute tree_roots is empty");
    return checkLengths(op, {"leaf_targetids", op.getLeafTargetids().size()},
                        {{"leaf_weights", weights.size()}});
  }

  /// A list of the sets' members, with NaN behind each set.
  LogicalResult readMembers() {
    if (op.getMembershipValues())
      for (double value : readTensor(*op.getMembershipValues())) {
        if (std::isnan(value))
          firstMember.push_back(members.size());
        else
          members.push_back(value);
      }
    size_t sets = llvm::count(modes, double(TreeMode::Member));
    if (firstMember.back() != members.size())
      firstMember.push_back(members.size());
    if (firstMember.size() - 1 < sets)
      return op.emitError("has ")
             << sets << " nodes BRANCH_MEMBER, but membership_values holds "
             << firstMember.size() - 1 << " sets";
    return success();
  }

  FailureOr<TreeChild> follow(int64_t node, int64_t place, bool isLeaf) {
    size_t size = isLeaf ? weights.size() : modes.size();
    if (place < 0 || place >= int64_t(size))
      return op.emitError("node ")
             << node << " leads to " << (isLeaf ? "leaf " : "node ") << place
             << ", but there are " << size;
    return isLeaf ? ~TreeChild(place) : TreeChild(place);
  }

  LogicalResult readNodes() {
    forest.splits.resize(modes.size());
    ArrayRef<int64_t> missing = orEmpty(op.getNodesMissingValueTracksTrue()),
                      features = op.getNodesFeatureids();
    size_t set = 0;
    for (int64_t i = 0; i < int64_t(modes.size()); ++i) {
      if (modes[i] > double(TreeMode::Member))
        return op.emitError("node ") << i << " has mode " << modes[i]
                                     << ", but the last is 6, BRANCH_MEMBER";
      FailureOr<TreeChild> yes = follow(i, op.getNodesTruenodeids()[i],
                                        op.getNodesTrueleafs()[i] != 0);
      if (failed(yes))
        return failure();
      FailureOr<TreeChild> no = follow(i, op.getNodesFalsenodeids()[i],
                                       op.getNodesFalseleafs()[i] != 0);
      if (failed(no))
        return failure();
      if (features[i] < 0 || features[i] > std::numeric_limits<int32_t>::max())
        return op.emitError("node ") << i << " reads feature " << features[i];
      TreeNode node{TreeMode(modes[i]),
                    splits[i],
                    int32_t(features[i]),
                    *yes,
                    *no,
                    !missing.empty() && missing[i] == 1};
      ArrayRef<double> inSet;
      if (node.mode == TreeMode::Member) {
        inSet = ArrayRef(members).slice(firstMember[set], firstMember[set + 1] -
                                                              firstMember[set]);
        ++set;
      }
      forest.setNode(i, node, inSet);
    }
    return success();
  }

  LogicalResult readLeaves() {
    int64_t targets = op.getNTargets().value_or(0);
    for (auto [target, weight] : llvm::zip(op.getLeafTargetids(), weights)) {
      if (target < 0 || target >= targets)
        return op.emitError("its attribute leaf_targetids has ")
               << target << ", but there are " << targets << " targets";
      forest.weights.push_back({int32_t(target), weight});
      forest.firstWeight.push_back(forest.weights.size());
    }
    return success();
  }

  /// A node whose branches are one leaf is that leaf.
  LogicalResult readRoots() {
    for (int64_t root : op.getTreeRoots()) {
      if (root < 0 || root >= int64_t(modes.size()))
        return op.emitError("its attribute tree_roots has ")
               << root << ", but there are " << modes.size() << " nodes";
      bool isLeaf =
          op.getNodesTrueleafs()[root] && op.getNodesFalseleafs()[root] &&
          op.getNodesTruenodeids()[root] == op.getNodesFalsenodeids()[root];
      forest.roots.push_back(isLeaf ? ~TreeChild(op.getNodesTruenodeids()[root])
                                    : TreeChild(root));
    }
    return success();
  }
};

} // namespace

std::vector<double> readNumbers(std::optional<ArrayRef<float>> floats,
                                std::optional<ElementsAttr> tensor) {
  if (tensor)
    return readTensor(*tensor);
  if (!floats)
    return {};
  return std::vector<double>(floats->begin(), floats->end());
}

int64_t countColumns(std::optional<ArrayRef<int64_t>> features) {
  int64_t columns = 0;
  for (int64_t feature : orEmpty(features))
    columns = std::max(columns, feature + 1);
  return columns;
}

FailureOr<Forest> readForest(TreeEnsembleRegressorOp op) {
  return ListReader(op).read(
      {orEmpty(op.getTargetIds()), orEmpty(op.getTargetTreeids()),
       orEmpty(op.getTargetNodeids()),
       readNumbers(op.getTargetWeights(), op.getTargetWeightsAsTensor()),
       "target", int64_t(op.getNTargets().value_or(0))});
}

FailureOr<Forest> readForest(TreeEnsembleClassifierOp op) {
  int64_t classes =
      op.getClasslabelsInt64s()    ? op.getClasslabelsInt64s()->size()
      : op.getClasslabelsStrings() ? op.getClasslabelsStrings()->size()
                                   : 0;
  return ListReader(op).read(
      {orEmpty(op.getClassIds()), orEmpty(op.getClassTreeids()),
       orEmpty(op.getClassNodeids()),
       readNumbers(op.getClassWeights(), op.getClassWeightsAsTensor()), "class",
       classes});
}

FailureOr<Forest> readForest(TreeEnsembleOp op) {
  return PlaceReader(op).read();
}

} // namespace onnxc::onnx
