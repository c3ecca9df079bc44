//===- EinsumOps.cpp - Contractions given by an equation ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/EinsumOps.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/EinsumEquation.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace onnxc::onnx;

// Dimensions of an ellipsis get labels beyond those of characters, counted from
// the last one, as they broadcast aligned to the right.
static constexpr unsigned kEllipsis = 256;

/// A term's labels; `ellipsisRank` dimensions stand for "...".
static std::optional<SmallVector<unsigned>> getLabels(StringRef term,
                                                      size_t ellipsisRank) {
  SmallVector<unsigned> labels;
  bool seen = false;
  while (!term.empty()) {
    if (term.consume_front("...")) {
      if (seen)
        return std::nullopt;
      seen = true;
      for (size_t i = ellipsisRank; i > 0; --i)
        labels.push_back(kEllipsis + i - 1);
      continue;
    }
    if (!llvm::isAlpha(term.front()))
      return std::nullopt;
    labels.push_back(static_cast<unsigned char>(term.front()));
    term = term.drop_front();
  }
  return labels;
}

std::optional<EinsumEquation> EinsumEquation::parse(StringRef text,
                                                    ArrayRef<Dims> operands,
                                                    std::string &error) {
  std::string compact;
  for (char c : text)
    if (c != ' ')
      compact.push_back(c);
  auto fail = [&](const Twine &why) {
    error = why.str();
    return std::nullopt;
  };
  auto [left, right] = StringRef(compact).split("->");
  bool isExplicit = StringRef(compact).contains("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  if (terms.size() != operands.size())
    return fail("the equation has " + Twine(terms.size()) + " terms");

  SmallVector<SmallVector<unsigned>> labels;
  size_t broadcastRank = 0;
  llvm::SmallDenseMap<unsigned, AffineExpr> sizes;
  SmallVector<unsigned> order; // as first seen
  llvm::SmallDenseMap<unsigned, unsigned> counts;
  for (auto [term, dims] : llvm::zip(terms, operands)) {
    size_t named = term.size();
    bool hasEllipsis = term.contains("...");
    if (hasEllipsis)
      named -= 3;
    if (named > dims.size() || (!hasEllipsis && named != dims.size()))
      return fail("the term '" + term + "' does not fit rank " +
                  Twine(dims.size()));
    size_t rank = dims.size() - named;
    broadcastRank = std::max(broadcastRank, rank);
    std::optional<SmallVector<unsigned>> list = getLabels(term, rank);
    if (!list)
      return fail("the term '" + term + "' is malformed");
    for (auto [label, dim] : llvm::zip(*list, dims)) {
      ++counts[label];
      auto [at, isNew] = sizes.try_emplace(label, dim);
      if (isNew) {
        order.push_back(label);
        continue;
      }
      std::optional<Dims> merged = broadcast(at->second, dim);
      if (!merged)
        return fail("sizes of a subscript differ in the term '" + term + "'");
      at->second = merged->front();
    }
    labels.push_back(*list);
  }

  SmallVector<unsigned> loops;
  if (isExplicit) {
    std::optional<SmallVector<unsigned>> list = getLabels(right, broadcastRank);
    if (!list)
      return fail("the output '" + right + "' is malformed");
    loops = *list;
  } else {
    for (size_t i = broadcastRank; i > 0; --i)
      loops.push_back(kEllipsis + i - 1);
    SmallVector<unsigned> once;
    for (unsigned label : order)
      if (label < kEllipsis && counts[label] == 1)
        once.push_back(label);
    llvm::sort(once);
    llvm::append_range(loops, once);
  }
  EinsumEquation result;
  result.numOutputs = loops.size();
  for (unsigned label : order)
    if (!llvm::is_contained(loops, label))
      loops.push_back(label);
  llvm::SmallDenseMap<unsigned, unsigned> numbers;
  for (auto [i, label] : llvm::enumerate(loops)) {
    if (!numbers.try_emplace(label, i).second)
      return fail("a subscript is repeated in the output");
    auto size = sizes.find(label);
    if (size == sizes.end())
      return fail("a subscript of the output is in no term");
    result.sizes.push_back(size->second);
  }
  for (ArrayRef<unsigned> list : labels) {
    SmallVector<unsigned> &input = result.inputs.emplace_back();
    for (unsigned label : list)
      input.push_back(numbers[label]);
  }
  return result;
}

LogicalResult EinsumOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  if (adaptor.getInputs().empty())
    return emitOptionalError(loc, "needs an input");
  Type element = getElementType(adaptor.getInputs().front());
  SmallVector<Dims> operands;
  for (Value input : adaptor.getInputs()) {
    std::optional<Dims> dims = getDims(input);
    if (!dims) {
      types.push_back(getUnrankedType(element));
      return success();
    }
    operands.push_back(*dims);
  }
  std::string error;
  std::optional<EinsumEquation> equation =
      EinsumEquation::parse(adaptor.getEquation(), operands, error);
  if (!equation)
    return emitOptionalError(loc, error);
  types.push_back(getTensorType(
      ArrayRef(equation->sizes).take_front(equation->numOutputs), element));
  return success();
}

//===----------------------------------------------------------------------===//
// How much is multiplied
//===----------------------------------------------------------------------===//

/// One for every value that all subscripts together take.
AffineExpr EinsumOp::getMacs() {
  SmallVector<Dims> operands;
  for (Value operand : getInputs()) {
    std::optional<Dims> dims = getDims(operand);
    if (!dims)
      return {};
    operands.push_back(*dims);
  }
  std::string error;
  auto equation = EinsumEquation::parse(getEquation(), operands, error);
  if (!equation || operands.size() < 2)
    return {};
  return getProduct(getContext(), equation->sizes);
}
