//===- TreeScores.cpp - From sums over trees to scores and classes --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/TreeScores.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/SearchOps.h"
#include "dialects/onnx/SoftmaxOps.h"
#include "llvm/ADT/StringSwitch.h"
#include <limits>

using namespace mlir;

namespace onnxc::onnx {

std::optional<ScoreTransform> parseScoreTransform(StringRef name) {
  return llvm::StringSwitch<std::optional<ScoreTransform>>(name)
      .Case("NONE", ScoreTransform::None)
      .Case("SOFTMAX", ScoreTransform::Softmax)
      .Case("LOGISTIC", ScoreTransform::Logistic)
      .Case("SOFTMAX_ZERO", ScoreTransform::SoftmaxZero)
      .Case("PROBIT", ScoreTransform::Probit)
      .Default(std::nullopt);
}

/// 1 / (1 + exp(-|x|)), or 1 less that: of negative x it has the accuracy that
/// onnxruntime's has.
static Value buildLogistic(GraphBuilder &g, Value x, Type element) {
  Value one = g.number(1, element);
  Value size = AbsOp::create(g.b, g.loc, x);
  Value positive = g.div(one, g.add(one, g.exp(g.neg(size))));
  return g.select(g.less(x, g.number(0, element)), g.sub(one, positive),
                  positive);
}

/// The inverse of the normal distribution's function: sqrt(2) times Winitzki's
/// approximation of the inverse of erf, with a = 0.147.
static Value buildProbit(GraphBuilder &g, Value x, Type element) {
  Value one = g.number(1, element), two = g.number(2, element);
  Value y = g.sub(g.mul(two, x), one);
  Value log = g.log(g.mul(g.sub(one, y), g.add(one, y)));
  Value v = g.add(g.number(double(2 / (3.14159f * 0.147f)), element),
                  g.mul(g.number(0.5, element), log));
  Value square =
      g.sub(g.mul(v, v), g.mul(g.number(double(1 / 0.147f), element), log));
  Value root =
      SqrtOp::create(g.b, g.loc, g.sub(SqrtOp::create(g.b, g.loc, square), v));
  Value sign =
      g.select(g.less(y, g.number(0, element)), g.number(-1, element), one);
  return g.mul(g.number(double(1.41421356f), element), g.mul(sign, root));
}

/// A softmax whose zeros stay (nearly) zeros and do not count.
static Value buildSoftmaxZero(GraphBuilder &g, Value x, Type element) {
  Value most = ReduceMaxOp::create(g.b, g.loc, x, g.ints(1), /*keepdims=*/1,
                                   /*noop_with_empty_axes=*/0);
  Value counts = g.less(g.number(double(0.0000001f), element),
                        AbsOp::create(g.b, g.loc, x));
  Value power = g.exp(g.sub(x, most));
  Value sum = g.sum(g.select(counts, power, g.number(0, element)), 1,
                    /*keepdims=*/true);
  return g.div(g.select(counts, power, g.mul(x, g.exp(g.neg(most)))), sum);
}

Value transformScores(GraphBuilder &g, Value scores, ScoreTransform transform,
                      Type element) {
  switch (transform) {
  case ScoreTransform::None:
    return scores;
  case ScoreTransform::Softmax:
    return SoftmaxOp::create(g.b, g.loc, scores, /*axis=*/1);
  case ScoreTransform::Logistic:
    return buildLogistic(g, scores, element);
  case ScoreTransform::SoftmaxZero:
    return buildSoftmaxZero(g, scores, element);
  case ScoreTransform::Probit:
    return buildProbit(g, scores, element);
  }
  llvm_unreachable("a transform");
}

namespace {

/// The end of a classifier.
class Classify {
public:
  Classify(GraphBuilder &g, Value sums, Type element,
           const TreeClasses &classes)
      : g(g), sums(sums), element(element), classes(classes) {}

  std::pair<Value, Value> run() {
    if (classes.labels.size() == 1)
      return runOne();
    if (classes.labels.size() == 2)
      return runTwo();
    return runMany();
  }

private:
  GraphBuilder &g;
  Value sums;
  Type element;
  const TreeClasses &classes;

  Type f32() const { return g.b.getF32Type(); }
  Value narrow(Value scores) const {
    return element == f32() ? scores : g.cast(scores, f32());
  }
  Value number(double value) const { return g.number(value, element); }

  double getBase(size_t i) const {
    return i < classes.bases.size() ? classes.bases[i] : 0;
  }
  Value row(ArrayRef<double> values) const {
    auto type = RankedTensorType::get(int64_t(values.size()), element);
    SmallVector<Attribute> attrs;
    for (double value : values)
      attrs.push_back(g.b.getFloatAttr(element, value));
    return ConstantOp::create(g.b, g.loc, DenseElementsAttr::get(type, attrs));
  }
  Value column(int64_t i) const {
    return g.slice(sums, g.ints(i), g.ints(i + 1), 1);
  }
  Value transform(Value scores) const {
    return transformScores(g, narrow(scores), classes.transform, f32());
  }
  /// A label where the condition [N, 1] holds, another elsewhere.
  Value choose(Value condition, int64_t yes, int64_t no) const {
    Value label = g.select(condition, g.ints(yes), g.ints(no));
    return g.reshape(label, ArrayRef<int64_t>{-1});
  }
  Value isAbove(Value x, double limit) const {
    return g.less(number(limit), x);
  }
  /// A sum that nothing was added to is -0.0.
  Value isUntouched(Value sum) const {
    Value inverse = g.div(number(1), sum);
    return g.both(
        g.equal(sum, number(0)),
        g.equal(inverse, number(-std::numeric_limits<double>::infinity())));
  }

  std::pair<Value, Value> runOne();
  std::pair<Value, Value> runTwo();
  std::pair<Value, Value> runMany();
  Value scoreAlone(Value score) const;
  Value orZero(int64_t i, Value score) const;
  Value pick(Value second, Value whenThere, Value otherwise) const;
};

/// The labels are 1 and 0, whatever the one class is called, and there is no
/// transform but PROBIT.
std::pair<Value, Value> Classify::runOne() {
  Value score = g.add(sums, number(getBase(0)));
  Value label = choose(isAbove(score, 0), 1, 0);
  if (classes.transform != ScoreTransform::Probit)
    return {label, narrow(score)};
  return {label, transform(score)};
}

/// Both scores [N, 2] of one, [N, 1].
Value Classify::scoreAlone(Value score) const {
  if (classes.transform == ScoreTransform::Probit) {
    Value probit = transform(score);
    return g.concat({probit, probit}, 1);
  }
  if (classes.isBinary && classes.weightsArePositive)
    return narrow(g.concat({g.sub(number(1), score), score}, 1));
  Value both = narrow(g.concat({g.neg(score), score}, 1));
  return classes.transform == ScoreTransform::Logistic
             ? buildLogistic(g, both, f32())
             : both;
}

/// The first where class 1 has a weight, the second elsewhere.
Value Classify::pick(Value second, Value whenThere, Value otherwise) const {
  if (classes.always[1])
    return whenThere;
  if (!classes.ever[1])
    return otherwise;
  return g.select(isUntouched(second), otherwise, whenThere);
}

/// 0 in rows in which class i got no weight.
Value Classify::orZero(int64_t i, Value score) const {
  if (classes.always[i])
    return score;
  Value zero = g.sub(score, score);
  if (!classes.ever[i])
    return zero;
  return g.select(isUntouched(column(i)), zero, score);
}

std::pair<Value, Value> Classify::runTwo() {
  Value first = column(0), second = column(1);
  Value zero = orZero(0, g.add(first, number(getBase(0))));
  Value positive, scores;
  if (classes.bases.size() == 2) {
    // Where class 1 has weights, those of class 0 count: so does onnxruntime.
    Value one = g.add(first, number(getBase(1)));
    Value whenThere = g.concat({orZero(0, g.neg(one)), one}, 1);
    Value otherwise = g.concat({zero, g.sub(zero, zero)}, 1);
    positive = pick(second, one, zero);
    scores = transform(pick(second, whenThere, otherwise));
  } else {
    positive = pick(second, second, zero);
    scores =
        pick(second, transform(g.concat({zero, second}, 1)), scoreAlone(zero));
  }
  if (!classes.isBinary)
    return {choose(isAbove(positive, 0), 1, 0), scores};
  double limit = classes.weightsArePositive ? 0.5 : 0;
  return {
      choose(isAbove(positive, limit), classes.labels[1], classes.labels[0]),
      scores};
}

std::pair<Value, Value> Classify::runMany() {
  Value scores =
      g.add(sums, classes.bases.empty() ? number(0) : row(classes.bases));
  // Without base values a class without weights is never the largest.
  Value candidates = scores;
  double none = -std::numeric_limits<double>::infinity();
  if (classes.bases.empty() &&
      !llvm::all_of(classes.always, [](bool always) { return always; }))
    candidates = g.select(isUntouched(sums), number(none), scores);
  Value place = ArgMaxOp::create(g.b, g.loc, candidates, /*axis=*/1,
                                 /*keepdims=*/0, /*select_last_index=*/0);
  Value label = place;
  for (auto [i, number] : llvm::enumerate(classes.labels))
    if (number != int64_t(i)) {
      label = g.gather(g.ints(classes.labels), place, 0);
      break;
    }
  return {label, transform(scores)};
}

} // namespace

std::pair<Value, Value> classify(GraphBuilder &g, Value sums, Type element,
                                 const TreeClasses &classes) {
  return Classify(g, sums, element, classes).run();
}

} // namespace onnxc::onnx
