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

AffineExpr isLess(AffineExpr a, AffineExpr b) {
  return isNonNegative(b - a - 1);
}

AffineExpr isEqual(AffineExpr a, AffineExpr b) {
  AffineExpr difference = simplify(a - b);
  return simplify(isNonNegative(difference) * isNonNegative(-difference));
}

AffineExpr getNot(AffineExpr condition) { return simplify(1 - condition); }

AffineExpr getSelect(AffineExpr condition, AffineExpr a, AffineExpr b) {
  return simplify(b + condition * (a - b));
}

AffineExpr getMax(AffineExpr a, AffineExpr b) {
  // Else where both are equal would be a case of its own.
  if (isKnownNonNegative(simplify(b - a)))
    return b;
  return getSelect(isNonNegative(a - b), a, b);
}

AffineExpr getMin(AffineExpr a, AffineExpr b) {
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
