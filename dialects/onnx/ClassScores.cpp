//===- ClassScores.cpp - Scores of classes, and the labels they pick ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ClassScores.h"
#include "dialects/onnx/ActivationOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/SearchOps.h"
#include "dialects/onnx/SoftmaxOps.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace onnxc::onnx {

//===----------------------------------------------------------------------===//
// Transforms
//===----------------------------------------------------------------------===//

LogicalResult checkPostTransform(std::optional<Location> loc, StringRef name) {
  if (llvm::is_contained(
          {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"}, name))
    return success();
  return emitOptionalError(loc,
                           "post_transform must be NONE, SOFTMAX, "
                           "LOGISTIC, SOFTMAX_ZERO or PROBIT, not '",
                           name, "'");
}

static Value logistic(GraphBuilder &g, Value x) {
  return SigmoidOp::create(g.b, g.loc, x);
}

/// sqrt(2) erfinv(2 p - 1), by Winitzki's approximation of the inverse error
/// function with a = 0.147, which onnxruntime has: with l = log(1 - x^2) and
/// v = 2 / (pi a) + l / 2, erfinv(x) = sign(x) sqrt(sqrt(v^2 - l / a) - v).
static Value probit(GraphBuilder &g, Value p) {
  Type real = getElementType(p);
  auto number = [&](double value) { return g.number(value, real); };
  auto root = [&](Value x) -> Value { return SqrtOp::create(g.b, g.loc, x); };
  Value one = number(1);
  Value x = g.sub(g.mul(p, number(2)), one);
  Value log = g.log(g.mul(g.sub(one, x), g.add(one, x)));
  Value v = g.add(number(2 / (3.14159f * 0.147f)), g.mul(log, number(0.5)));
  Value square = g.sub(g.mul(v, v), g.mul(log, number(1 / 0.147f)));
  Value size = root(g.sub(root(square), v));
  Value sign = g.select(g.less(x, number(0)), number(-1), one);
  return g.mul(g.mul(sign, size), number(1.41421356f));
}

/// The softmax over the scores that are not 0; those stay.
static Value softmaxZero(GraphBuilder &g, Value scores) {
  Type real = getElementType(scores);
  Value greatest =
      ReduceMaxOp::create(g.b, g.loc, scores, g.ints(-1), /*keepdims=*/1,
                          /*noop_with_empty_axes=*/0);
  Value isSome =
      g.less(g.number(1e-7f, real), AbsOp::create(g.b, g.loc, scores));
  Value zero = g.number(0, real);
  Value powers = g.select(isSome, g.exp(g.sub(scores, greatest)), zero);
  Value rest = g.mul(scores, g.exp(g.neg(greatest)));
  return g.div(g.select(isSome, powers, rest), g.sum(powers, -1, true));
}

Value transformScores(GraphBuilder &g, Value scores, StringRef name) {
  if (name == "SOFTMAX")
    return SoftmaxOp::create(g.b, g.loc, scores, /*axis=*/-1);
  if (name == "LOGISTIC")
    return logistic(g, scores);
  if (name == "SOFTMAX_ZERO")
    return softmaxZero(g, scores);
  return name == "PROBIT" ? probit(g, scores) : scores;
}

Value transformBinaryScore(GraphBuilder &g, Value score, StringRef name,
                           Opposite opposite) {
  if (name == "LOGISTIC" || name == "PROBIT") {
    Value both = g.concat({g.neg(score), score}, 1);
    return transformScores(g, both, name);
  }
  Value other = opposite == Opposite::Negated && name == "NONE"
                    ? g.neg(score)
                    : g.sub(g.number(1, getElementType(score)), score);
  return g.concat({other, score}, 1);
}

//===----------------------------------------------------------------------===//
// Labels
//===----------------------------------------------------------------------===//

size_t ClassLabels::size() const {
  return areStrings() ? strings->size() : ints ? ints->size() : 0;
}

Type ClassLabels::getElementType(MLIRContext *context) const {
  if (areStrings())
    return StringType::get(context);
  return IntegerType::get(context, 64);
}

LogicalResult ClassLabels::check(std::optional<Location> loc) const {
  if (areStrings() && ints && !ints->empty())
    return emitOptionalError(loc, "has classlabels_ints as well as "
                                  "classlabels_strings; one is needed");
  if (size() == 0)
    return emitOptionalError(
        loc,
        "has no labels: classlabels_ints or classlabels_strings is needed");
  llvm::DenseSet<Attribute> texts;
  if (areStrings())
    for (Attribute text : *strings)
      if (!texts.insert(text).second)
        return emitOptionalError(loc, "classlabels_strings has ", text,
                                 " twice");
  SmallVector<int64_t> sorted;
  if (ints)
    llvm::append_range(sorted, *ints);
  llvm::sort(sorted);
  auto *twice = llvm::adjacent_find(sorted);
  if (twice != sorted.end())
    return emitOptionalError(loc, "classlabels_ints has ", *twice, " twice");
  return success();
}

Value ClassLabels::pick(GraphBuilder &g, Value indices) const {
  auto iota = llvm::seq<int64_t>(0, size());
  if (!areStrings())
    return llvm::equal(*ints, iota) ? indices
                                    : g.gather(g.ints(*ints), indices, 0);
  auto type = RankedTensorType::get({int64_t(size())},
                                    getElementType(g.b.getContext()));
  Value texts = ConstantOp::create(g.b, g.loc, type, ElementsAttr(), *strings);
  return g.gather(texts, indices, 0);
}

Value findGreatest(GraphBuilder &g, Value scores) {
  return ArgMaxOp::create(g.b, g.loc, scores, /*axis=*/1, /*keepdims=*/0,
                          /*select_last_index=*/0);
}

} // namespace onnxc::onnx
