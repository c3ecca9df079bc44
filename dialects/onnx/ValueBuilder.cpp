//===- ValueBuilder.cpp - Arithmetic at one place of the code -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ValueBuilder.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::arith;

namespace onnxc::onnx {

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

static Value build(const ValueBuilder &v, Type type, Attribute scalar) {
  if (auto vector = dyn_cast<VectorType>(type))
    scalar = DenseElementsAttr::get(vector, scalar);
  return v.create<ConstantOp>(type, cast<TypedAttr>(scalar));
}

Value ValueBuilder::index(int64_t value) const {
  return create<ConstantIndexOp>(value);
}

Value ValueBuilder::index(OpFoldResult value) const {
  return getValueOrCreateConstantIndexOp(b, loc, value);
}

Value ValueBuilder::constant(Type type, double value) const {
  Type element = getElementTypeOrSelf(type);
  if (isa<FloatType>(element))
    return build(*this, type, b.getFloatAttr(element, value));
  return integer(type, static_cast<int64_t>(value));
}

Value ValueBuilder::integer(Type type, int64_t value) const {
  Type element = getElementTypeOrSelf(type);
  if (isa<FloatType>(element))
    return constant(type, static_cast<double>(value));
  unsigned width = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  APInt bits(width, static_cast<uint64_t>(value), /*isSigned=*/true,
             /*implicitTrunc=*/true);
  return build(*this, type, b.getIntegerAttr(element, bits));
}

Value ValueBuilder::zero(Type type) const {
  if (auto pair = dyn_cast<ComplexType>(type)) {
    Attribute part = b.getZeroAttr(pair.getElementType());
    return create<complex::ConstantOp>(type, b.getArrayAttr({part, part}));
  }
  return create<ConstantOp>(b.getZeroAttr(type));
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value ValueBuilder::add(Value l, Value r) const {
  return isFloat(l) ? fold<AddFOp>(l, r, fastMath) : fold<AddIOp>(l, r);
}

Value ValueBuilder::sub(Value l, Value r) const {
  return isFloat(l) ? fold<SubFOp>(l, r, fastMath) : fold<SubIOp>(l, r);
}

Value ValueBuilder::mul(Value l, Value r) const {
  return isFloat(l) ? fold<MulFOp>(l, r, fastMath) : fold<MulIOp>(l, r);
}

Value ValueBuilder::div(Value l, Value r) const {
  return isFloat(l) ? fold<DivFOp>(l, r) : fold<DivUIOp>(l, r);
}

Value ValueBuilder::rem(Value l, Value r) const {
  return isFloat(l) ? fold<RemFOp>(l, r) : fold<RemUIOp>(l, r);
}

Value ValueBuilder::neg(Value x) const {
  return isFloat(x) ? fold<NegFOp>(x) : sub(integer(x, 0), x);
}

Value ValueBuilder::abs(Value x) const {
  return isFloat(x) ? fold<math::AbsFOp>(x) : max(x, neg(x));
}

Value ValueBuilder::min(Value l, Value r) const {
  return isFloat(l) ? fold<MinimumFOp>(l, r) : fold<MinSIOp>(l, r);
}

Value ValueBuilder::max(Value l, Value r) const {
  return isFloat(l) ? fold<MaximumFOp>(l, r) : fold<MaxSIOp>(l, r);
}

Value ValueBuilder::minNumber(Value l, Value r) const {
  return fold<MinNumFOp>(l, r);
}

Value ValueBuilder::maxNumber(Value l, Value r) const {
  return fold<MaxNumFOp>(l, r);
}

Value ValueBuilder::sum(Value sum, Value x) const {
  return isFloat(x) ? fold<AddFOp>(sum, x, FastMathFlags::reassoc)
                    : fold<AddIOp>(sum, x);
}

Value ValueBuilder::product(Value product, Value x) const {
  return isFloat(x) ? fold<MulFOp>(product, x, FastMathFlags::reassoc)
                    : fold<MulIOp>(product, x);
}

static Value compare(const ValueBuilder &v, CmpFPredicate real,
                     CmpIPredicate integer, Value l, Value r) {
  return ValueBuilder::isFloat(l) ? v.fold<CmpFOp>(real, l, r)
                                  : v.fold<CmpIOp>(integer, l, r);
}

Value ValueBuilder::eq(Value l, Value r) const {
  return compare(*this, CmpFPredicate::OEQ, CmpIPredicate::eq, l, r);
}

Value ValueBuilder::ne(Value l, Value r) const {
  return compare(*this, CmpFPredicate::UNE, CmpIPredicate::ne, l, r);
}

Value ValueBuilder::lt(Value l, Value r) const {
  return compare(*this, CmpFPredicate::OLT, CmpIPredicate::slt, l, r);
}

Value ValueBuilder::le(Value l, Value r) const {
  return compare(*this, CmpFPredicate::OLE, CmpIPredicate::sle, l, r);
}

Value ValueBuilder::both(Value l, Value r) const { return fold<AndIOp>(l, r); }

Value ValueBuilder::either(Value l, Value r) const { return fold<OrIOp>(l, r); }

Value ValueBuilder::select(Value condition, Value l, Value r) const {
  return fold<SelectOp>(condition, l, r);
}

Value ValueBuilder::sqrt(Value x) const { return fold<math::SqrtOp>(x); }
Value ValueBuilder::exp(Value x) const { return create<math::ExpOp>(x); }
Value ValueBuilder::log(Value x) const { return create<math::LogOp>(x); }
Value ValueBuilder::tanh(Value x) const { return create<math::TanhOp>(x); }
Value ValueBuilder::pow(Value x, Value y) const {
  return create<math::PowFOp>(x, y);
}
Value ValueBuilder::floor(Value x) const { return fold<math::FloorOp>(x); }
Value ValueBuilder::ceil(Value x) const { return fold<math::CeilOp>(x); }

//===----------------------------------------------------------------------===//
// Conversions and index values
//===----------------------------------------------------------------------===//

Value ValueBuilder::convert(Value x, Type type, bool isUnsigned) const {
  Type from = x.getType();
  if (from == type)
    return x;
  if (from.isIndex() && isa<FloatType>(type)) {
    x = create<IndexCastOp>(b.getI64Type(), x);
    from = x.getType();
  }
  if (from.isIndex() || type.isIndex())
    return isUnsigned ? fold<IndexCastUIOp>(type, x)
                      : fold<IndexCastOp>(type, x);
  if (isa<FloatType>(from) && isa<FloatType>(type))
    return from.getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth()
               ? fold<ExtFOp>(type, x)
               : fold<TruncFOp>(type, x);
  if (isa<FloatType>(from))
    return isUnsigned ? fold<FPToUIOp>(type, x) : fold<FPToSIOp>(type, x);
  isUnsigned |= from.isInteger(1);
  if (isa<FloatType>(type))
    return isUnsigned ? fold<UIToFPOp>(type, x) : fold<SIToFPOp>(type, x);
  if (from.getIntOrFloatBitWidth() > type.getIntOrFloatBitWidth())
    return fold<TruncIOp>(type, x);
  return isUnsigned ? fold<ExtUIOp>(type, x) : fold<ExtSIOp>(type, x);
}

Value ValueBuilder::fromInteger(Value integer, bool isUnsigned) const {
  return convert(integer, b.getIndexType(), isUnsigned);
}

Value ValueBuilder::toInteger(Value index, Type type) const {
  return convert(index, type);
}

Value ValueBuilder::wrap(Value index, Value size) const {
  Value zero = this->index(0);
  Value fromEnd = add(index, size);
  Value counted = select(lt(index, zero), fromEnd, index);
  return max(min(counted, sub(size, 1)), zero);
}

Value ValueBuilder::apply(AffineExpr expr, ValueRange operands) const {
  return index(affine::makeComposedFoldedAffineApply(
      b, loc, AffineMap::get(operands.size(), 0, expr),
      getAsOpFoldResult(operands)));
}

} // namespace onnxc::onnx
