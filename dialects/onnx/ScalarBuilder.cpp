//===- ScalarBuilder.cpp - Arithmetic that follows ONNX element types -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ScalarBuilder.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::arith;

namespace onnxc::onnx {

static Value build(OpBuilder &b, Location loc, Type type, Attribute scalar) {
  if (auto vector = dyn_cast<VectorType>(type))
    scalar = DenseElementsAttr::get(vector, scalar);
  return ConstantOp::create(b, loc, type, cast<TypedAttr>(scalar));
}

Value ScalarBuilder::constant(Value like, double value) {
  Type element = getElementTypeOrSelf(like);
  if (isa<FloatType>(element))
    return build(b, loc, like.getType(), b.getFloatAttr(element, value));
  return integer(like, static_cast<int64_t>(value));
}

Value ScalarBuilder::integer(Value like, int64_t value) {
  Type element = getElementTypeOrSelf(like);
  if (isa<FloatType>(element))
    return constant(like, static_cast<double>(value));
  unsigned width = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  APInt bits(width, static_cast<uint64_t>(value), /*isSigned=*/true,
             /*implicitTrunc=*/true);
  return build(b, loc, like.getType(), b.getIntegerAttr(element, bits));
}

Value ScalarBuilder::add(Value l, Value r) {
  if (isFloat(l))
    return AddFOp::create(b, loc, l, r);
  return AddIOp::create(b, loc, l, r);
}

Value ScalarBuilder::sub(Value l, Value r) {
  if (isFloat(l))
    return SubFOp::create(b, loc, l, r);
  return SubIOp::create(b, loc, l, r);
}

Value ScalarBuilder::mul(Value l, Value r) {
  if (isFloat(l))
    return MulFOp::create(b, loc, l, r);
  return MulIOp::create(b, loc, l, r);
}

// x86 traps on division by zero and on INT_MIN / -1: replace the divisor by 1
// there.
static Value guardDivisor(ScalarBuilder &s, Value l, Value r) {
  Value one = s.integer(r, 1);
  Value bad = s.eq(r, s.integer(r, 0));
  if (!s.isUnsigned) {
    unsigned width = getElementTypeOrSelf(l).getIntOrFloatBitWidth();
    Value smallest =
        s.integer(l, APInt::getSignedMinValue(width).getSExtValue());
    Value overflow = AndIOp::create(s.b, s.loc, s.eq(l, smallest),
                                    s.eq(r, s.integer(r, -1)));
    bad = OrIOp::create(s.b, s.loc, bad, overflow);
  }
  return s.select(bad, one, r);
}

Value ScalarBuilder::div(Value l, Value r) {
  if (isFloat(l))
    return DivFOp::create(b, loc, l, r);
  r = guardDivisor(*this, l, r);
  if (isUnsigned)
    return DivUIOp::create(b, loc, l, r);
  return DivSIOp::create(b, loc, l, r);
}

Value ScalarBuilder::rem(Value l, Value r) {
  if (isFloat(l))
    return RemFOp::create(b, loc, l, r);
  r = guardDivisor(*this, l, r);
  if (isUnsigned)
    return RemUIOp::create(b, loc, l, r);
  return RemSIOp::create(b, loc, l, r);
}

Value ScalarBuilder::neg(Value x) {
  if (isFloat(x))
    return NegFOp::create(b, loc, x);
  return SubIOp::create(b, loc, integer(x, 0), x);
}

Value ScalarBuilder::max(Value l, Value r) {
  if (isFloat(l))
    return MaximumFOp::create(b, loc, l, r);
  if (isUnsigned)
    return MaxUIOp::create(b, loc, l, r);
  return MaxSIOp::create(b, loc, l, r);
}

Value ScalarBuilder::min(Value l, Value r) {
  if (isFloat(l))
    return MinimumFOp::create(b, loc, l, r);
  if (isUnsigned)
    return MinUIOp::create(b, loc, l, r);
  return MinSIOp::create(b, loc, l, r);
}

Value ScalarBuilder::atLeast(Value x, Value bound) {
  if (isFloat(x))
    return select(lt(x, bound), bound, x);
  return max(x, bound);
}

Value ScalarBuilder::atMost(Value x, Value bound) {
  if (isFloat(x))
    return select(gt(x, bound), bound, x);
  return min(x, bound);
}

Value ScalarBuilder::abs(Value x) {
  if (isFloat(x))
    return math::AbsFOp::create(b, loc, x);
  if (isUnsigned)
    return x;
  return MaxSIOp::create(b, loc, x, neg(x));
}

Value ScalarBuilder::eq(Value l, Value r) {
  if (isFloat(l))
    return CmpFOp::create(b, loc, CmpFPredicate::OEQ, l, r);
  return CmpIOp::create(b, loc, CmpIPredicate::eq, l, r);
}

Value ScalarBuilder::ne(Value l, Value r) {
  if (isFloat(l))
    return CmpFOp::create(b, loc, CmpFPredicate::UNE, l, r);
  return CmpIOp::create(b, loc, CmpIPredicate::ne, l, r);
}

Value ScalarBuilder::lt(Value l, Value r) {
  if (isFloat(l))
    return CmpFOp::create(b, loc, CmpFPredicate::OLT, l, r);
  return CmpIOp::create(
      b, loc, isUnsigned ? CmpIPredicate::ult : CmpIPredicate::slt, l, r);
}

Value ScalarBuilder::le(Value l, Value r) {
  if (isFloat(l))
    return CmpFOp::create(b, loc, CmpFPredicate::OLE, l, r);
  return CmpIOp::create(
      b, loc, isUnsigned ? CmpIPredicate::ule : CmpIPredicate::sle, l, r);
}

} // namespace onnxc::onnx
