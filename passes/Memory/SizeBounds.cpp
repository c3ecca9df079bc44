//===- SizeBounds.cpp - The largest value of a size -----------------------===//
//
// Interval arithmetic whose ends are expressions over the free symbols. With
// s0 in 1..512 and s1 free,
//
//   s0                    lies in [1, 512]
//   s0 * s1               in [s1, 512 * s1], as no size is negative
//   (s0 - 1) floordiv 2   in [0, 255]
//   s0 - s1               in [1 - s1, 512 - s1]
//
// An end that is not known is null, and so is what is computed from it.
//
// Of an expression with cases (PiecewiseExpr.h) each is bounded on its own, by
// what holds in it: min(s0, 100) is s0 where that is at most 100, else 100.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Memory/SizeBounds.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace onnxc;
using onnxc::onnx::getConstant;
using onnxc::onnx::isKnownNonNegative;
using onnxc::onnx::isKnownPositive;

namespace {

struct Interval {
  AffineExpr low, high;
};

bool isNonNegative(AffineExpr expr) { return expr && isKnownNonNegative(expr); }

AffineExpr add(AffineExpr a, AffineExpr b) {
  if (!a || !b)
    return {};
  std::optional<int64_t> l = getConstant(a), r = getConstant(b);
  int64_t sum;
  if (l && r)
    return llvm::AddOverflow(*l, *r, sum) ? AffineExpr()
                                          : getConstant(a.getContext(), sum);
  return onnx::simplify(a + b);
}

AffineExpr multiply(AffineExpr a, AffineExpr b) {
  if (!a || !b)
    return {};
  std::optional<int64_t> l = getConstant(a), r = getConstant(b);
  int64_t product;
  if (l && r)
    return llvm::MulOverflow(*l, *r, product)
               ? AffineExpr()
               : getConstant(a.getContext(), product);
  return onnx::simplify(a * b);
}

AffineExpr divide(AffineExpr a, AffineExpr b, AffineExprKind kind) {
  if (!a || !b || !isKnownPositive(b))
    return {};
  return onnx::simplify(getAffineBinaryOpExpr(kind, a, b));
}

class IntervalAnalysis {
public:
  explicit IntervalAnalysis(ArrayRef<SymbolRange> ranges) : ranges(ranges) {}

  Interval visit(AffineExpr expr) {
    if (isa<AffineConstantExpr>(expr))
      return {expr, expr};
    if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
      return visitSymbol(symbol);
    auto binary = cast<AffineBinaryOpExpr>(expr);
    Interval l = visit(binary.getLHS()), r = visit(binary.getRHS());
    switch (expr.getKind()) {
    case AffineExprKind::Add:
      return {add(l.low, r.low), add(l.high, r.high)};
    case AffineExprKind::Mul:
      return visitMul(l, r);
    case AffineExprKind::FloorDiv:
    case AffineExprKind::CeilDiv:
      // By a constant it grows with the dividend; by an expression only where
      // the dividend is not negative.
      if (r.low != r.high && !isNonNegative(l.low))
        return {};
      return {divide(l.low, r.high, expr.getKind()),
              divide(l.high, r.low, expr.getKind())};
    default: // Mod is below its divisor.
      return {getConstant(expr.getContext(), 0),
              add(r.high, getConstant(expr.getContext(), -1))};
    }
  }

private:
  Interval visitSymbol(AffineSymbolExpr symbol) {
    unsigned number = symbol.getPosition();
    if (number >= ranges.size() || !ranges[number].max)
      return {symbol, symbol};
    MLIRContext *context = symbol.getContext();
    return {getConstant(context, ranges[number].min),
            getConstant(context, *ranges[number].max)};
  }

  Interval visitMul(Interval l, Interval r) {
    // A constant factor is the right one.
    if (r.low && r.low == r.high)
      if (std::optional<int64_t> factor = getConstant(r.low)) {
        if (*factor < 0)
          std::swap(l.low, l.high);
        return {multiply(l.low, r.low), multiply(l.high, r.low)};
      }
    if (!isNonNegative(l.low) || !isNonNegative(r.low))
      return {};
    return {multiply(l.low, r.low), multiply(l.high, r.high)};
  }

  ArrayRef<SymbolRange> ranges;
};

} // namespace

/// A sign(x) in the expression whose x has none; null for none.
static AffineExpr findSign(AffineExpr expr) {
  AffineExpr found;
  expr.walk([&](AffineExpr e) {
    AffineExpr argument = onnx::getSignArgument(e);
    if (!found && argument && !onnx::isPiecewise(argument))
      found = e;
  });
  return found;
}

/// The symbols' ranges where x is not negative, or where it is. Of use are
/// x = s + c and x = c - s.
static SmallVector<SymbolRange> refine(ArrayRef<SymbolRange> ranges,
                                       AffineExpr x, bool isNegative) {
  SmallVector<SymbolRange> refined(ranges);
  unsigned numSymbols = onnx::getNumSymbols(x);
  refined.resize(std::max<size_t>(ranges.size(), numSymbols));
  for (unsigned i = 0; i < numSymbols; ++i) {
    AffineExpr symbol = getAffineSymbolExpr(i, x.getContext());
    SymbolRange &range = refined[i];
    // A free symbol stays free: min(s, 1000000000) is planned as it is.
    auto limit = [&](int64_t most) {
      if (range.max)
        range.max = std::min(*range.max, most);
    };
    if (auto c = getConstant(onnx::simplify(x - symbol))) {
      if (isNegative)
        limit(-*c - 1);
      else
        range.min = std::max(range.min, -*c);
    } else if (auto c = getConstant(onnx::simplify(x + symbol))) {
      if (isNegative)
        range.min = std::max(range.min, *c + 1);
      else
        limit(*c);
    }
  }
  return refined;
}

static AffineExpr getUpperBound(AffineExpr expr, ArrayRef<SymbolRange> ranges,
                                int depth) {
  AffineExpr sign = findSign(expr);
  if (!sign)
    return IntervalAnalysis(ranges).visit(expr).high;
  if (depth == 0)
    return {};
  AffineExpr argument = onnx::getSignArgument(sign);
  Interval x = IntervalAnalysis(ranges).visit(argument);
  AffineExpr most;
  for (int64_t value : {-1, 0}) {
    if (value < 0 ? isNonNegative(x.low)
                  : x.high && isKnownPositive(onnx::simplify(-x.high)))
      continue;
    AffineExpr known = getConstant(expr.getContext(), value);
    AffineExpr bound =
        getUpperBound(onnx::simplify(expr.replace(sign, known)),
                      refine(ranges, argument, value < 0), depth - 1);
    if (!bound)
      return {};
    std::optional<int64_t> l = most ? getConstant(most) : std::nullopt;
    std::optional<int64_t> r = getConstant(bound);
    if (most && most != bound && !(l && r))
      return {};
    most = l && r && *l > *r ? most : bound;
  }
  return most;
}

AffineExpr onnxc::getUpperBound(AffineExpr expr, ArrayRef<SymbolRange> ranges) {
  return ::getUpperBound(expr, ranges, /*depth=*/8);
}
