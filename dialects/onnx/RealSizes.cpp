//===- RealSizes.cpp - Sizes that pass through floats ---------------------===//
//
// Exporters write an upsampling as
//
//   Cast(Floor(Cast(Shape(x), float) * 1.5), int64)
//
// Elements are fractions of expressions over sizes, (3 s0) / 2 here, and
// rounding down makes a floordiv of one. The run time computes in floats, where
// sizes are exact, and so are products with constants of a few bits. A quotient
// of sizes is not; but it is either an integer, which floats give exactly, or
// further from one than their error. Constants of many bits (0.7) are left to
// the run time: 0.7f is less than 7/10, and 10 * 0.7f is rounded to 7.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RealSizes.h"
#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ExactQuotient.h"
#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SliceOps.h"
#include <cmath>

using namespace mlir;

namespace onnxc::onnx {

using RealSizes = SmallVector<RealSize>;

// Of constants: so many, with a size below 2^12, are exact in 24 bits.
static constexpr int64_t kMaxNumerator = 1 << 12;
static constexpr int64_t kMaxDenominator = 1 << 10;

AffineExpr RealSize::getFloor() const {
  return simplify(numerator.floorDiv(denominator));
}

AffineExpr RealSize::getCeil() const {
  return simplify(numerator.ceilDiv(denominator));
}

static std::optional<RealSizes> getConstants(ConstantOp op) {
  auto elements = dyn_cast_or_null<DenseElementsAttr>(op.getElements());
  if (!elements || !isa<Float32Type, Float64Type>(elements.getElementType()))
    return std::nullopt;
  RealSizes result;
  for (const APFloat &element : elements.getValues<APFloat>()) {
    double numerator = element.convertToDouble();
    int64_t denominator = 1;
    while (denominator < kMaxDenominator &&
           numerator != std::trunc(numerator)) {
      numerator *= 2;
      denominator *= 2;
    }
    if (numerator != std::trunc(numerator) ||
        std::abs(numerator) > kMaxNumerator)
      return std::nullopt;
    result.push_back({getConstant(op.getContext(), numerator),
                      getConstant(op.getContext(), denominator)});
  }
  return result;
}

/// Without a common factor that is an expression of its own.
static RealSize cancel(AffineExpr numerator, AffineExpr denominator) {
  std::optional<AffineExpr> quotient =
      divideExactly(numerator, denominator, /*leavesNoRest=*/false);
  MLIRContext *context = numerator.getContext();
  if (quotient)
    return {*quotient, getConstant(context, 1)};
  return {simplify(numerator), simplify(denominator)};
}

static std::optional<RealSizes> getArithmetic(Operation *op) {
  std::optional<RealSizes> l = getRealSizes(op->getOperand(0)),
                           r = getRealSizes(op->getOperand(1));
  if (!l || !r || (l->size() != r->size() && l->size() != 1 && r->size() != 1))
    return std::nullopt;
  RealSizes result;
  for (size_t i = 0, e = std::max(l->size(), r->size()); i < e; ++i) {
    RealSize x = (*l)[l->size() == 1 ? 0 : i];
    RealSize y = (*r)[r->size() == 1 ? 0 : i];
    AffineExpr common = x.denominator * y.denominator;
    AffineExpr left = x.numerator * y.denominator,
               right = y.numerator * x.denominator;
    if (isa<AddOp>(op))
      result.push_back(cancel(left + right, common));
    else if (isa<SubOp>(op))
      result.push_back(cancel(left - right, common));
    else if (isa<MulOp>(op))
      result.push_back(cancel(x.numerator * y.numerator, common));
    else
      result.push_back(cancel(left, right));
    if (getConstant(result.back().denominator) == 0)
      return std::nullopt;
  }
  return result;
}

/// Ops that move elements: their numbers take the same way.
static std::optional<RealSizes> getMoved(Operation *op) {
  RealSizes known;
  SmallVector<std::optional<Dims>> operands;
  for (Value operand : op->getOperands()) {
    if (!isa<FloatType>(getElementType(operand))) {
      operands.push_back(getKnownInts(operand));
      continue;
    }
    std::optional<RealSizes> reals = getRealSizes(operand);
    if (!reals)
      return std::nullopt;
    Dims numbers;
    for (const RealSize &real : *reals) {
      numbers.push_back(getConstant(op->getContext(), known.size()));
      known.push_back(real);
    }
    operands.push_back(numbers);
  }
  std::optional<Dims> moved = cast<ShapeArithmeticOp>(op).evaluate(operands);
  if (!moved)
    return std::nullopt;
  RealSizes result;
  for (AffineExpr number : *moved)
    result.push_back(known[*getConstant(number)]);
  return result;
}

std::optional<SmallVector<RealSize>> getRealSizes(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  Operation *op = value.getDefiningOp();
  if (!op || !type || !type.hasStaticShape() || type.getNumElements() > 64 ||
      !isa<Float32Type, Float64Type>(type.getElementType()))
    return std::nullopt;
  if (auto constant = dyn_cast<ConstantOp>(op))
    return getConstants(constant);
  if (isa<AddOp, SubOp, MulOp, DivOp>(op))
    return getArithmetic(op);
  if (isa<ConcatOp, GatherOp, SliceOp, UnsqueezeOp, SqueezeOp, ReshapeOp,
          IdentityOp, TransposeOp>(op))
    return getMoved(op);
  if (auto cast = dyn_cast<CastOp>(op)) {
    if (!getElementType(cast.getInput()).isInteger())
      return getRealSizes(cast.getInput());
    std::optional<Dims> ints = getKnownInts(cast.getInput());
    if (!ints)
      return std::nullopt;
    RealSizes result;
    for (AffineExpr expr : *ints)
      result.push_back({expr, getConstant(op->getContext(), 1)});
    return result;
  }
  if (!isa<FloorOp, CeilOp>(op))
    return std::nullopt;
  std::optional<RealSizes> reals = getRealSizes(op->getOperand(0));
  if (reals)
    for (RealSize &real : *reals)
      real = {isa<FloorOp>(op) ? real.getFloor() : real.getCeil(),
              getConstant(op->getContext(), 1)};
  return reals;
}

} // namespace onnxc::onnx
