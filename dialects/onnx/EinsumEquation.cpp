//===- EinsumEquation.cpp - Einsum's notation -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

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

namespace {

/// What is wrong with an equation; none where nothing is.
using Complaint = std::optional<std::string>;

class Parser {
public:
  Complaint parse(StringRef text, ArrayRef<Dims> operands);
  EinsumEquation equation;

private:
  Complaint readTerm(StringRef term, const Dims &dims);
  Complaint readOutput(StringRef term);
  void deriveOutput();
  Complaint numberLoops();

  /// The labels of each operand, and of the loops: the output's come first.
  SmallVector<SmallVector<unsigned>> terms;
  SmallVector<unsigned> loops;
  /// The labels as first seen, their sizes, and how often they are there.
  SmallVector<unsigned> order;
  llvm::SmallDenseMap<unsigned, AffineExpr> sizes;
  llvm::SmallDenseMap<unsigned, unsigned> counts;
  /// The most dimensions that an ellipsis stands for.
  size_t ellipsisRank = 0;
};

Complaint Parser::readTerm(StringRef term, const Dims &dims) {
  size_t named = term.size();
  bool hasEllipsis = term.contains("...");
  if (hasEllipsis)
    named -= 3;
  if (named > dims.size() || (!hasEllipsis && named != dims.size()))
    return ("the term '" + term + "' does not fit rank " + Twine(dims.size()))
        .str();
  size_t rank = dims.size() - named;
  ellipsisRank = std::max(ellipsisRank, rank);
  std::optional<SmallVector<unsigned>> labels = getLabels(term, rank);
  if (!labels)
    return ("the term '" + term + "' is malformed").str();
  for (auto [label, dim] : llvm::zip(*labels, dims)) {
    ++counts[label];
    auto [at, isNew] = sizes.try_emplace(label, dim);
    if (isNew) {
      order.push_back(label);
      continue;
    }
    std::optional<Dims> merged = broadcast(at->second, dim);
    if (!merged)
      return ("sizes of a subscript differ in the term '" + term + "'").str();
    at->second = merged->front();
  }
  terms.push_back(*labels);
  return std::nullopt;
}

Complaint Parser::readOutput(StringRef term) {
  std::optional<SmallVector<unsigned>> labels = getLabels(term, ellipsisRank);
  if (!labels)
    return ("the output '" + term + "' is malformed").str();
  loops = *labels;
  return std::nullopt;
}

/// Without an arrow: the ellipsis, then what is there once, in the alphabet's
/// order.
void Parser::deriveOutput() {
  for (size_t i = ellipsisRank; i > 0; --i)
    loops.push_back(kEllipsis + i - 1);
  SmallVector<unsigned> once;
  for (unsigned label : order)
    if (label < kEllipsis && counts[label] == 1)
      once.push_back(label);
  llvm::sort(once);
  llvm::append_range(loops, once);
}

/// Behind the output's loops come those that are summed over.
Complaint Parser::numberLoops() {
  equation.numOutputs = loops.size();
  for (unsigned label : order)
    if (!llvm::is_contained(loops, label))
      loops.push_back(label);
  llvm::SmallDenseMap<unsigned, unsigned> numbers;
  for (auto [i, label] : llvm::enumerate(loops)) {
    if (!numbers.try_emplace(label, i).second)
      return "a subscript is repeated in the output";
    auto size = sizes.find(label);
    if (size == sizes.end())
      return "a subscript of the output is in no term";
    equation.sizes.push_back(size->second);
  }
  for (ArrayRef<unsigned> labels : terms) {
    SmallVector<unsigned> &input = equation.inputs.emplace_back();
    for (unsigned label : labels)
      input.push_back(numbers[label]);
  }
  return std::nullopt;
}

Complaint Parser::parse(StringRef text, ArrayRef<Dims> operands) {
  auto [left, right] = text.split("->");
  SmallVector<StringRef> parts;
  left.split(parts, ',');
  if (parts.size() != operands.size())
    return ("the equation has " + Twine(parts.size()) + " terms").str();
  for (auto [term, dims] : llvm::zip(parts, operands))
    if (Complaint complaint = readTerm(term, dims))
      return complaint;
  if (!text.contains("->"))
    deriveOutput();
  else if (Complaint complaint = readOutput(right))
    return complaint;
  return numberLoops();
}

} // namespace

std::optional<EinsumEquation> EinsumEquation::parse(StringRef text,
                                                    ArrayRef<Dims> operands,
                                                    std::string &error) {
  std::string compact;
  for (char c : text)
    if (c != ' ')
      compact.push_back(c);
  Parser parser;
  if (Complaint complaint = parser.parse(compact, operands)) {
    error = *complaint;
    return std::nullopt;
  }
  return parser.equation;
}
