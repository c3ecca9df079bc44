//===- Forest.cpp - Decision trees with one kind of comparison ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/Forest.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <limits>

using namespace mlir;

namespace onnxc::onnx {

static constexpr double kInfinity = std::numeric_limits<double>::infinity();
static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double Forest::roundDown(double value) const {
  if (!isSingle || std::isnan(value) || std::isinf(value))
    return value;
  // Beyond the largest float it is that one, or below the lowest infinity.
  if (value > std::numeric_limits<float>::max())
    return std::numeric_limits<float>::max();
  if (value < std::numeric_limits<float>::lowest())
    return -kInfinity;
  auto near = float(value);
  if (double(near) > value)
    near = std::nextafter(near, -std::numeric_limits<float>::infinity());
  return near;
}

double Forest::getBelow(double value) const {
  double rounded = roundDown(value);
  if (rounded < value)
    return rounded;
  // Nothing is below, so that nothing is at most NaN.
  if (std::isnan(value) || value == -kInfinity)
    return kNaN;
  if (isSingle)
    return std::nextafter(float(value),
                          -std::numeric_limits<float>::infinity());
  return std::nextafter(value, -kInfinity);
}

/// NaN is read as -infinity where it goes left, which is not at most NaN: then
/// NaN is what is not at most infinity.
TreeSplit Forest::makeSplit(int32_t feature, double threshold, TreeChild left,
                            TreeChild right, bool nanLeft) const {
  if (!hasNaN)
    nanLeft = false;
  if (nanLeft && std::isnan(threshold))
    return {kInfinity, feature, right, left, false};
  return {threshold, feature, left, right, nanLeft};
}

/// Of the ranges that `bounds` limit, whose numbers begin at `first`, the odd
/// ones are in the set.
TreeChild Forest::addSearch(int32_t feature, ArrayRef<double> bounds,
                            int64_t first, int64_t nanRange, TreeChild inSet,
                            TreeChild outside) {
  if (bounds.empty())
    return first % 2 ? inSet : outside;
  int64_t middle = bounds.size() / 2;
  auto number = TreeChild(splits.size());
  splits.emplace_back();
  TreeChild left = addSearch(feature, bounds.take_front(middle), first,
                             nanRange, inSet, outside);
  TreeChild right = addSearch(feature, bounds.drop_front(middle + 1),
                              first + middle + 1, nanRange, inSet, outside);
  splits[number] = makeSplit(feature, bounds[middle], left, right,
                             nanRange <= first + middle);
  return number;
}

void Forest::setNode(int64_t number, const TreeNode &node,
                     ArrayRef<double> members) {
  TreeChild yes = node.whenTrue, no = node.whenFalse;
  bool missing = node.missingTrue;
  auto set = [&](double threshold, TreeChild left, TreeChild right,
                 bool nanLeft) {
    splits[number] = makeSplit(node.feature, threshold, left, right, nanLeft);
  };
  switch (node.mode) {
  case TreeMode::LEQ:
    return set(roundDown(node.value), yes, no, missing);
  case TreeMode::LT:
    return set(getBelow(node.value), yes, no, missing);
  case TreeMode::GT:
    return set(roundDown(node.value), no, yes, !missing);
  case TreeMode::GTE:
    return set(getBelow(node.value), no, yes, !missing);
  case TreeMode::NEQ:
    // NaN is unequal to all there is.
    std::swap(yes, no);
    missing = false;
    [[fallthrough]];
  case TreeMode::EQ: {
    auto below = TreeChild(splits.size());
    splits.push_back(
        makeSplit(node.feature, getBelow(node.value), no, yes, false));
    return set(roundDown(node.value), below, no, missing);
  }
  case TreeMode::Member: {
    std::vector<double> values, bounds;
    for (double member : members)
      if (roundDown(member) == member)
        values.push_back(member);
    llvm::sort(values);
    values.erase(llvm::unique(values), values.end());
    for (double value : values)
      if (value != -kInfinity)
        llvm::append_range(bounds, ArrayRef<double>{getBelow(value), value});
      else
        llvm::append_range(bounds, ArrayRef<double>{kNaN, value});
    if (bounds.empty())
      return set(kNaN, yes, no, missing);
    TreeChild search =
        addSearch(node.feature, bounds, 0, missing ? 1 : 0, yes, no);
    splits[number] = splits[search];
    return;
  }
  }
}

LogicalResult Forest::check(Report report) {
  enum : int32_t { Unseen = -1, Open = -2 };
  std::vector<int32_t> depths(splits.size(), Unseen);
  std::vector<TreeChild> stack;
  auto getDepth = [&](TreeChild child) {
    return child < 0 ? 0 : depths[child];
  };
  for (auto [tree, root] : llvm::enumerate(roots)) {
    if (root >= 0)
      stack.push_back(root);
    while (!stack.empty()) {
      TreeChild number = stack.back();
      const TreeSplit &split = splits[number];
      if (depths[number] >= 0) {
        stack.pop_back();
        continue;
      }
      bool isFirst = depths[number] == Unseen;
      depths[number] = Open;
      bool isDone = true;
      for (TreeChild child : {split.left, split.right}) {
        if (getDepth(child) >= 0)
          continue;
        if (!isFirst || depths[child] == Open)
          return report() << "its tree number " << tree
                          << " has a cycle: a node is below itself";
        stack.push_back(child);
        isDone = false;
      }
      if (!isDone)
        continue;
      depths[number] =
          1 + std::max(getDepth(split.left), getDepth(split.right));
      stack.pop_back();
    }
    depth = std::max<int64_t>(depth, getDepth(root));
  }
  return success();
}

} // namespace onnxc::onnx
