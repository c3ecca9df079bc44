//===- Gelu.cpp - 0.5 x (1 + erf(x / sqrt 2)), and by tanh ----------------===//
//
//   exact   Mul(Mul(x, Add(Erf(Div(x, 1.4142)), 1)), 0.5)
//   tanh    Mul(Mul(x, 0.5), Add(Tanh(Mul(u, 0.79788)), 1)) with u one of
//             Add(x, Mul(Pow(x, 3), 0.044715))
//             Mul(x, Add(Mul(Mul(x, x), 0.044715), 1))
//
// with factors in any order, and a constant divided by or multiplied with.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ActivationOps.h"
#include "passes/Graph/Idioms/Idioms.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

constexpr double kSqrtOfHalf = 0.70710678118654752440;
constexpr double kSqrtOfTwoOverPi = 0.79788456080286535588;
constexpr double kCubic = 0.044715;

bool isPower(const Factors &factors, Value x, size_t exponent,
             double constant) {
  return factors.isPower(x, exponent) &&
         isNear(factors.constant, constant, getElementType(x));
}

/// x / sqrt 2
bool isExactArgument(Value value, Value x) {
  return isPower(getFactors(value), x, 1, kSqrtOfHalf);
}

/// sqrt(2 / pi) (x + 0.044715 x^3)
bool isTanhArgument(Value value, Value x) {
  Factors factors = getFactors(value);
  if (!isNear(factors.constant, kSqrtOfTwoOverPi, getElementType(x)))
    return false;
  if (Value rest = factors.getOther(x)) {
    Value square = matchPlus(rest, 1);
    return square && isPower(getFactors(square), x, 2, kCubic);
  }
  if (factors.values.size() != 1)
    return false;
  auto sum = factors.values.front().getDefiningOp<AddOp>();
  return sum &&
         ((sum.getA() == x && isPower(getFactors(sum.getB()), x, 3, kCubic)) ||
          (sum.getB() == x && isPower(getFactors(sum.getA()), x, 3, kCubic)));
}

template <typename Op> struct RecognizeGelu : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &b) const override {
    Factors factors = getFactors(op.getC());
    if (factors.values.size() != 2 || factors.constant != 0.5)
      return b.notifyMatchFailure(op, "not half of a product of two");
    for (Value x : factors.values) {
      Value inner = isFloat(x) ? matchPlus(factors.getOther(x), 1) : Value();
      auto erf = inner ? inner.getDefiningOp<ErfOp>() : ErfOp();
      auto tanh = inner ? inner.getDefiningOp<TanhOp>() : TanhOp();
      if (!(erf && isExactArgument(erf.getInput(), x)) &&
          !(tanh && isTanhArgument(tanh.getInput(), x)))
        continue;
      return replaceIdiom(b, op, x, [&](Location loc) -> Value {
        return GeluOp::create(b, loc, x,
                              b.getStringAttr(erf ? "none" : "tanh"));
      });
    }
    return b.notifyMatchFailure(op, "not x and a function of it");
  }
};

} // namespace

void onnxc::populateGeluIdiom(RewritePatternSet &patterns) {
  patterns.add<RecognizeGelu<MulOp>, RecognizeGelu<DivOp>>(
      patterns.getContext());
}
