//===- FloatArithmetic.cpp - The operations FloatMath is made of ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Code/FloatMath.h"

using namespace mlir;
using namespace mlir::arith;
using namespace onnxc;

Type FloatMath::shaped(Type element) {
  if (auto vector = dyn_cast<VectorType>(like))
    return vector.clone(element);
  return element;
}

static Value buildConstant(OpBuilder &b, Location loc, Type type,
                           TypedAttr scalar) {
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(
        b, loc, type, DenseElementsAttr::get(vector, Attribute(scalar)));
  return arith::ConstantOp::create(b, loc, type, scalar);
}

Value FloatMath::constant(Value likeValue, double value) {
  Type element = getElementTypeOrSelf(likeValue);
  return buildConstant(b, loc, likeValue.getType(),
                       b.getFloatAttr(element, value));
}

Value FloatMath::integer(Value likeValue, int64_t value) {
  Type element = getElementTypeOrSelf(likeValue);
  return buildConstant(b, loc, likeValue.getType(),
                       b.getIntegerAttr(element, value));
}

static constexpr FastMathFlags kContract = FastMathFlags::contract;

Value FloatMath::add(Value l, Value r) {
  return AddFOp::create(b, loc, l, r, kContract);
}
Value FloatMath::sub(Value l, Value r) {
  return SubFOp::create(b, loc, l, r, kContract);
}
Value FloatMath::mul(Value l, Value r) {
  return MulFOp::create(b, loc, l, r, kContract);
}
Value FloatMath::div(Value l, Value r) { return DivFOp::create(b, loc, l, r); }
Value FloatMath::neg(Value x) { return NegFOp::create(b, loc, x); }
Value FloatMath::abs(Value x) { return math::AbsFOp::create(b, loc, x); }
Value FloatMath::sqrt(Value x) { return math::SqrtOp::create(b, loc, x); }
Value FloatMath::copySign(Value x, Value sign) {
  return math::CopySignOp::create(b, loc, x, sign);
}
Value FloatMath::mulAdd(Value x, Value y, Value z) { return add(mul(x, y), z); }

Value FloatMath::exact(Value x) {
  Operation *op = x.getDefiningOp();
  if (auto flags = dyn_cast_or_null<ArithFastMathInterface>(op))
    op->setAttr(flags.getFastMathAttrName(),
                FastMathFlagsAttr::get(b.getContext(), FastMathFlags::none));
  return x;
}

Value FloatMath::polynomial(Value x, ArrayRef<double> coefficients) {
  Value sum = constant(x, coefficients.front());
  for (double coefficient : coefficients.drop_front())
    sum = mulAdd(sum, x, constant(x, coefficient));
  return sum;
}

Value FloatMath::lt(Value l, Value r) {
  return CmpFOp::create(b, loc, CmpFPredicate::OLT, l, r);
}
Value FloatMath::gt(Value l, Value r) { return lt(r, l); }
Value FloatMath::eq(Value l, Value r) {
  return CmpFOp::create(b, loc, CmpFPredicate::OEQ, l, r);
}
Value FloatMath::ne(Value l, Value r) {
  return CmpFOp::create(b, loc, CmpFPredicate::UNE, l, r);
}
Value FloatMath::eqBits(Value x, int64_t value) {
  return CmpIOp::create(b, loc, CmpIPredicate::eq, x, integer(x, value));
}
Value FloatMath::neBits(Value x, int64_t value) {
  return CmpIOp::create(b, loc, CmpIPredicate::ne, x, integer(x, value));
}
Value FloatMath::ltBits(Value x, int64_t value) {
  return CmpIOp::create(b, loc, CmpIPredicate::slt, x, integer(x, value));
}
Value FloatMath::both(Value l, Value r) { return AndIOp::create(b, loc, l, r); }
Value FloatMath::either(Value l, Value r) {
  return OrIOp::create(b, loc, l, r);
}
Value FloatMath::select(Value condition, Value l, Value r) {
  return SelectOp::create(b, loc, condition, l, r);
}

Value FloatMath::clamp(Value x, double low, double high) {
  Value l = constant(x, low), h = constant(x, high);
  x = select(lt(x, l), l, x);
  return select(gt(x, h), h, x);
}

Value FloatMath::toF64(Value x) {
  return ExtFOp::create(b, loc, shaped(b.getF64Type()), x);
}
Value FloatMath::toF32(Value x) {
  return TruncFOp::create(b, loc, shaped(b.getF32Type()), x);
}
Value FloatMath::toBits(Value x) {
  unsigned width = getElementTypeOrSelf(x).getIntOrFloatBitWidth();
  return BitcastOp::create(b, loc, shaped(b.getIntegerType(width)), x);
}
Value FloatMath::toFloat(Value x) {
  unsigned width = getElementTypeOrSelf(x).getIntOrFloatBitWidth();
  Type element = width == 64 ? Type(b.getF64Type()) : Type(b.getF32Type());
  return BitcastOp::create(b, loc, shaped(element), x);
}
Value FloatMath::iadd(Value l, Value r) { return AddIOp::create(b, loc, l, r); }
Value FloatMath::isub(Value l, Value r) { return SubIOp::create(b, loc, l, r); }
Value FloatMath::iand(Value l, Value r) { return AndIOp::create(b, loc, l, r); }
Value FloatMath::ior(Value l, Value r) { return OrIOp::create(b, loc, l, r); }
Value FloatMath::shl(Value x, unsigned by) {
  return ShLIOp::create(b, loc, x, integer(x, by));
}
Value FloatMath::shr(Value x, unsigned by) {
  return ShRUIOp::create(b, loc, x, integer(x, by));
}
Value FloatMath::sar(Value x, unsigned by) {
  return ShRSIOp::create(b, loc, x, integer(x, by));
}
