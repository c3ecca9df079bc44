//===- SizeOrder.cpp - What holds for all sizes ---------------------------===//
//
// Is an expression over symbols >= 0 never negative? Three steps, the cheap
// ones first:
//
// - a sum of products of what is not negative never is;
// - one negative value at a sample point says no: most expressions that can be
//   negative are so where all symbols are 0, or where one of them is large;
// - else linear arithmetic decides whether expr <= -1 has a solution. Symbols
//   and products of them are variables, a floordiv is a variable between its
//   bounds (2 q <= x <= 2 q + 1), and each sign (PiecewiseExpr.h) is two cases,
//   in each of which its argument's sign is one more fact.
//
// Example: s0 - min(s0, 512) = (s0 - 512) * (sign(s0 - 512) + 1) is 0 where
// s0 - 512 < 0, and s0 - 512 where s0 - 512 >= 0; both cases contradict <= -1.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/SymbolicShape.h"
#include "mlir/Analysis/Presburger/IntegerRelation.h"
#include "mlir/Analysis/Presburger/Simplex.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace onnxc::onnx {

// More cases than these are not looked into.
static constexpr unsigned kMaxSigns = 5;

static bool isSumOfNonNegatives(AffineExpr expr) {
  if (std::optional<int64_t> constant = getConstant(expr))
    return *constant >= 0;
  if (isa<AffineSymbolExpr>(expr))
    return true;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  return isSumOfNonNegatives(binary.getLHS()) &&
         isSumOfNonNegatives(binary.getRHS());
}

namespace {

/// The value where symbol k is `values[k % values.size()]`; none where a
/// divisor is not positive, or the value is large.
std::optional<int64_t> getSample(AffineExpr expr, ArrayRef<int64_t> values) {
  if (std::optional<int64_t> constant = getConstant(expr))
    return constant;
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return values[symbol.getPosition() % values.size()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  std::optional<int64_t> l = getSample(binary.getLHS(), values),
                         r = getSample(binary.getRHS(), values);
  if (!l || !r)
    return std::nullopt;
  int64_t result;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    if (llvm::AddOverflow(*l, *r, result))
      return std::nullopt;
    return result;
  case AffineExprKind::Mul:
    if (llvm::MulOverflow(*l, *r, result))
      return std::nullopt;
    return result;
  default:
    break;
  }
  if (*r <= 0)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::FloorDiv)
    return llvm::divideFloorSigned(*l, *r);
  if (expr.getKind() == AffineExprKind::CeilDiv)
    return llvm::divideCeilSigned(*l, *r);
  return llvm::mod(*l, *r);
}

bool isNegativeAtSample(AffineExpr expr) {
  static const SmallVector<int64_t, 4> samples[] = {
      {0},           {1},           {2},          {100003},
      {0, 100003},   {100003, 0},   {1, 100003},  {100003, 1},
      {7, 0, 50021}, {50021, 7, 0}, {0, 50021, 7}};
  return llvm::any_of(samples, [&](const auto &values) {
    std::optional<int64_t> value = getSample(expr, values);
    return value && *value < 0;
  });
}

/// A sum of variables times coefficients, plus a constant.
struct Sum {
  llvm::SmallMapVector<unsigned, int64_t, 4> terms;
  int64_t constant = 0;
  bool overflows = false;

  void add(const Sum &other, int64_t factor) {
    overflows |= other.overflows;
    addTo(constant, other.constant, factor);
    for (auto [variable, coefficient] : other.terms)
      addTo(terms[variable], coefficient, factor);
  }

private:
  void addTo(int64_t &value, int64_t other, int64_t factor) {
    int64_t product;
    overflows |= llvm::MulOverflow(other, factor, product) ||
                 llvm::AddOverflow(value, product, value);
  }
};

/// Facts as linear inequalities.
class Facts {
public:
  /// Notes that expr >= 0.
  void add(AffineExpr expr) { inequalities.push_back(linearize(expr)); }

  bool contradict() {
    presburger::IntegerPolyhedron polyhedron(
        presburger::PresburgerSpace::getSetSpace(variables.size()));
    for (const Sum &sum : inequalities) {
      if (sum.overflows)
        continue;
      SmallVector<int64_t> row(variables.size() + 1, 0);
      for (auto [variable, coefficient] : sum.terms)
        row[variable] = coefficient;
      row.back() = sum.constant;
      polyhedron.addInequality(row);
    }
    return presburger::Simplex(polyhedron).isEmpty();
  }

private:
  llvm::DenseMap<AffineExpr, unsigned> variables;
  SmallVector<Sum> inequalities;

  /// A variable that stands for the expression; `isNew` if it had none.
  Sum getVariable(AffineExpr expr, bool &isNew) {
    auto [it, inserted] = variables.try_emplace(expr, variables.size());
    isNew = inserted;
    Sum sum;
    sum.terms[it->second] = 1;
    return sum;
  }

  void addSum(const Sum &sum, int64_t factor, int64_t constant) {
    Sum copy;
    copy.add(sum, factor);
    copy.constant += constant;
    inequalities.push_back(copy);
  }

  Sum linearize(AffineExpr expr) {
    Sum sum;
    if (std::optional<int64_t> constant = getConstant(expr)) {
      sum.constant = *constant;
      return sum;
    }
    bool isNew;
    if (isa<AffineSymbolExpr>(expr)) {
      sum = getVariable(expr, isNew);
      if (isNew)
        inequalities.push_back(sum);
      return sum;
    }
    auto binary = cast<AffineBinaryOpExpr>(expr);
    AffineExpr l = binary.getLHS(), r = binary.getRHS();
    std::optional<int64_t> factor = getConstant(r);
    switch (expr.getKind()) {
    case AffineExprKind::Add:
      sum = linearize(l);
      sum.add(linearize(r), 1);
      return sum;
    case AffineExprKind::Mul:
      if (factor) {
        sum.add(linearize(l), *factor);
        return sum;
      }
      sum = getVariable(expr, isNew);
      if (isNew && isKnownNonNegative(l) && isKnownNonNegative(r))
        inequalities.push_back(sum);
      return sum;
    default:
      break;
    }
    if (!factor || *factor <= 0) {
      sum = getVariable(expr, isNew);
      if (isNew && isKnownNonNegative(l) && isKnownNonNegative(r))
        inequalities.push_back(sum);
      return sum;
    }
    // 0 <= l - c floor <= c - 1, or 0 <= c ceil - l <= c - 1.
    bool isCeil = expr.getKind() == AffineExprKind::CeilDiv;
    AffineExpr quotient = isCeil ? expr : l.floorDiv(*factor);
    // Simplification may have made the quotient something else.
    if (!isa<AffineBinaryOpExpr>(quotient) ||
        cast<AffineBinaryOpExpr>(quotient).getLHS() != l)
      return getVariable(expr, isNew);
    Sum q = getVariable(quotient, isNew);
    Sum rest = linearize(l);
    rest.add(q, -*factor);
    if (isNew) {
      addSum(rest, isCeil ? -1 : 1, 0);
      addSum(rest, isCeil ? 1 : -1, *factor - 1);
    }
    return expr.getKind() == AffineExprKind::Mod ? rest : q;
  }
};

/// A sign whose argument contains none.
AffineExpr findInnermostSign(AffineExpr expr) {
  AffineExpr found;
  expr.walk([&](AffineExpr e) {
    if (AffineExpr argument = getSignArgument(e);
        !found && argument && !isPiecewise(argument))
      found = e;
  });
  return found;
}

/// Whether the facts (each >= 0) leave no place where expr is negative.
bool prove(AffineExpr expr, ArrayRef<AffineExpr> facts, unsigned maxSigns) {
  if (isSumOfNonNegatives(expr))
    return true;
  AffineExpr sign = findInnermostSign(expr);
  if (!sign) {
    Facts all;
    for (AffineExpr fact : facts)
      all.add(fact);
    all.add(simplify(-expr - 1));
    return all.contradict();
  }
  if (maxSigns == 0)
    return false;
  AffineExpr argument = getSignArgument(sign);
  for (int64_t value : {0, -1}) {
    SmallVector<AffineExpr> more(facts);
    more.push_back(value == 0 ? argument : simplify(-argument - 1));
    AffineExpr chosen =
        simplify(expr.replace(sign, getConstant(expr.getContext(), value)));
    if (!prove(chosen, more, maxSigns - 1))
      return false;
  }
  return true;
}

} // namespace

bool isKnownNonNegative(AffineExpr expr) {
  if (isSumOfNonNegatives(expr))
    return true;
  if (getConstant(expr) || isNegativeAtSample(expr))
    return false;
  return prove(expr, {}, kMaxSigns);
}

bool isKnownPositive(AffineExpr expr) {
  return isKnownNonNegative(simplify(expr - 1));
}

} // namespace onnxc::onnx
