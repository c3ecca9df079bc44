//===- ExactQuotient.cpp - Division of products of sizes ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ExactQuotient.h"
#include "dialects/onnx/SymbolicShape.h"
#include <numeric>

using namespace mlir;

namespace onnxc::onnx {

/// Splits a product into its constant and its other factors. A sum gives the
/// constant that divides it: 4 s0 + 4 is 4 times s0 + 1.
static void collectFactors(AffineExpr expr, int64_t &constant,
                           SmallVectorImpl<AffineExpr> &factors) {
  if (std::optional<int64_t> value = getConstant(expr)) {
    constant *= *value;
    return;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (binary && binary.getKind() == AffineExprKind::Mul) {
    collectFactors(binary.getLHS(), constant, factors);
    collectFactors(binary.getRHS(), constant, factors);
    return;
  }
  int64_t divisor = expr.getLargestKnownDivisor();
  if (binary && binary.getKind() == AffineExprKind::Add && divisor > 1) {
    constant *= divisor;
    expr = simplify(expr.floorDiv(divisor));
  }
  factors.push_back(expr);
}

std::optional<AffineExpr>
divideExactly(AffineExpr numerator, AffineExpr denominator, bool leavesNoRest) {
  MLIRContext *context = numerator.getContext();
  int64_t above = 1, below = 1;
  SmallVector<AffineExpr> factors, divisors, rest;
  collectFactors(numerator, above, factors);
  collectFactors(denominator, below, divisors);
  if (below == 0)
    return std::nullopt;
  for (AffineExpr divisor : divisors) {
    auto *found = llvm::find(factors, divisor);
    if (found == factors.end())
      rest.push_back(divisor);
    else
      factors.erase(found);
  }
  int64_t common = std::gcd(above, below);
  if (common > 1) {
    above /= common;
    below /= common;
  }
  if (rest.empty() && below != 1 && (factors.empty() || !leavesNoRest))
    return std::nullopt;
  if (!rest.empty() && !leavesNoRest)
    return std::nullopt;
  AffineExpr result =
      getProduct(context, factors) * getConstant(context, above);
  AffineExpr divisor = getProduct(context, rest) * getConstant(context, below);
  return simplify(result.floorDiv(divisor));
}

} // namespace onnxc::onnx
