//===- PiecewiseExpr.cpp - Minimum, maximum and conditions in sizes -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/SymbolicShape.h"

using namespace mlir;

namespace onnxc::onnx {

static constexpr int64_t kSignDivisor = (int64_t(1) << 61) - 1;
/// No arithmetic on sizes comes to so much: a difference of two such numbers is
/// below the divisor.
static constexpr int64_t kBeyondSizes = int64_t(1) << 60;

AffineExpr getSignArgument(AffineExpr expr) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (binary && binary.getKind() == AffineExprKind::FloorDiv &&
      getConstant(binary.getRHS()) == kSignDivisor)
    return binary.getLHS();
  return {};
}

bool isPiecewise(AffineExpr expr) {
  bool found = false;
  expr.walk([&](AffineExpr e) { found |= bool(getSignArgument(e)); });
  return found;
}

AffineExpr isNonNegative(AffineExpr x) {
  x = simplify(x);
  if (isKnownNonNegative(x))
    return getConstant(x.getContext(), 1);
  if (isKnownNonNegative(simplify(-x - 1)))
    return getConstant(x.getContext(), 0);
  return simplify(x.floorDiv(kSignDivisor) + 1);
}

/// The sign of a - b where it is told without that difference, which may not
/// fit in 64 bits: both are numbers, or one is beyond what sizes give.
static std::optional<int> compareNumbers(AffineExpr a, AffineExpr b) {
  std::optional<int64_t> l = getConstant(a), r = getConstant(b);
  if (l && r)
    return *l < *r ? -1 : *l > *r;
  if (l && (*l >= kBeyondSizes || *l <= -kBeyondSizes))
    return *l < 0 ? -1 : 1;
  if (r && (*r >= kBeyondSizes || *r <= -kBeyondSizes))
    return *r < 0 ? 1 : -1;
  return std::nullopt;
}

AffineExpr isLess(AffineExpr a, AffineExpr b) {
  if (std::optional<int> sign = compareNumbers(a, b))
    return getConstant(a.getContext(), *sign < 0);
  return isNonNegative(b - a - 1);
}

AffineExpr isLessOrEqual(AffineExpr a, AffineExpr b) {
  if (std::optional<int> sign = compareNumbers(a, b))
    return getConstant(a.getContext(), *sign <= 0);
  return isNonNegative(b - a);
}

AffineExpr isEqual(AffineExpr a, AffineExpr b) {
  if (std::optional<int> sign = compareNumbers(a, b))
    return getConstant(a.getContext(), *sign == 0);
  AffineExpr difference = simplify(a - b);
  return simplify(isNonNegative(difference) * isNonNegative(-difference));
}

AffineExpr getNot(AffineExpr condition) { return simplify(1 - condition); }

AffineExpr getSelect(AffineExpr condition, AffineExpr a, AffineExpr b) {
  return simplify(b + condition * (a - b));
}

AffineExpr getMax(AffineExpr a, AffineExpr b) {
  if (std::optional<int> sign = compareNumbers(a, b))
    return *sign < 0 ? b : a;
  // Else where both are equal would be a case of its own.
  if (isKnownNonNegative(simplify(b - a)))
    return b;
  return getSelect(isNonNegative(a - b), a, b);
}

AffineExpr getMin(AffineExpr a, AffineExpr b) {
  if (std::optional<int> sign = compareNumbers(a, b))
    return *sign < 0 ? a : b;
  if (isKnownNonNegative(simplify(a - b)))
    return b;
  return getSelect(isNonNegative(b - a), a, b);
}

AffineExpr getQuotient(AffineExpr a, AffineExpr b) {
  std::optional<int64_t> l = getConstant(a), r = getConstant(b);
  if (l && r && *r != 0)
    return getConstant(a.getContext(), *l / *r);
  if (isKnownNonNegative(a) && isKnownNonNegative(b))
    return simplify(a.floorDiv(b));
  // The quotient of the magnitudes, with the sign of both.
  AffineExpr positiveA = isNonNegative(a), positiveB = isNonNegative(b);
  AffineExpr quotient =
      getSelect(positiveA, a, -a).floorDiv(getSelect(positiveB, b, -b));
  return getSelect(isEqual(positiveA, positiveB), quotient, -quotient);
}

} // namespace onnxc::onnx
