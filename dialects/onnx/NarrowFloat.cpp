//===- NarrowFloat.cpp - Floats of eight bits and fewer, in integers ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/NarrowFloat.h"

using namespace mlir;
using namespace mlir::arith;
using onnxc::onnx::ScalarBuilder;

namespace {

/// Sign, exponent, mantissa; codes are without the sign.
struct Format {
  unsigned mantissa;
  int bias;
  unsigned signBit;
  /// The largest number; what stands for the infinite and NaN, 0 for none.
  uint32_t largest, infinity, nan;
  /// The one NaN is the negative zero, which is no number.
  bool isUnsignedZero;
};

Format getFormat(Type type) {
  if (isa<Float8E4M3FNType>(type))
    return {3, 7, 7, 0x7e, 0, 0x7f, false};
  if (isa<Float8E4M3FNUZType>(type))
    return {3, 8, 7, 0x7f, 0, 0x80, true};
  if (isa<Float8E5M2Type>(type))
    return {2, 15, 7, 0x7b, 0x7c, 0x7f, false};
  if (isa<Float8E5M2FNUZType>(type))
    return {2, 16, 7, 0x7f, 0, 0x80, true};
  if (isa<Float6E2M3FNType>(type))
    return {3, 1, 5, 0x1f, 0, 0, false};
  if (isa<Float6E3M2FNType>(type))
    return {2, 3, 5, 0x1f, 0, 0, false};
  return {1, 1, 3, 0x07, 0, 0, false}; // float4e2m1
}

/// i32 arithmetic, shorter than arith's builders.
struct Bits {
  ScalarBuilder &s;
  Value constant(Value like, uint32_t value) {
    return s.integer(like, static_cast<int32_t>(value));
  }
  Value band(Value x, uint32_t mask) {
    return AndIOp::create(s.b, s.loc, x, constant(x, mask));
  }
  Value bor(Value l, Value r) { return OrIOp::create(s.b, s.loc, l, r); }
  Value shl(Value x, unsigned by) {
    return ShLIOp::create(s.b, s.loc, x, constant(x, by));
  }
  Value shr(Value x, unsigned by) {
    return ShRUIOp::create(s.b, s.loc, x, constant(x, by));
  }
  Value add(Value x, uint32_t value) {
    return AddIOp::create(s.b, s.loc, x, constant(x, value));
  }
  Value gt(Value x, uint32_t value) {
    return CmpIOp::create(s.b, s.loc, CmpIPredicate::ugt, x,
                          constant(x, value));
  }
  Value eq(Value x, uint32_t value) {
    return CmpIOp::create(s.b, s.loc, CmpIPredicate::eq, x, constant(x, value));
  }
  Value toFloat(Value x) {
    return BitcastOp::create(s.b, s.loc, s.likeType(x, s.b.getF32Type()), x);
  }
  Value toBits(Value x) {
    return BitcastOp::create(s.b, s.loc, s.likeType(x, s.b.getI32Type()), x);
  }
};

Value decodePowerOfTwo(ScalarBuilder &s, Value code) {
  Bits i{s};
  // 2^-127 is a denormal.
  Value bits =
      s.select(i.eq(code, 0), i.constant(code, 0x00400000), i.shl(code, 23));
  bits = s.select(i.eq(code, 0xff), i.constant(code, 0x7fc00000), bits);
  return i.toFloat(bits);
}

Value encodePowerOfTwo(ScalarBuilder &s, Value real,
                       onnxc::onnx::NarrowFloatRounding rounding) {
  Bits i{s};
  Value bits = i.band(i.toBits(real), 0x7fffffff);
  uint32_t bump = rounding.mode == "up"     ? 0x7fffff
                  : rounding.mode == "down" ? 0
                                            : 0x400000;
  Value code = i.shr(i.add(bits, bump), 23);
  if (rounding.mode == "up") // denormals up to 2^-127
    code = s.select(i.gt(bits, 0x400000), code, i.constant(code, 0));
  Value isLarge = i.gt(code, 0xfe);
  code = s.select(isLarge, i.constant(code, rounding.saturate ? 0xfe : 0xff),
                  code);
  if (!rounding.saturate)
    code = s.select(i.eq(bits, 0), i.constant(code, 0xff), code);
  Value isNaN = i.gt(bits, 0x7f800000);
  return s.select(isNaN, i.constant(code, 0xff), code);
}

} // namespace

namespace onnxc::onnx {

bool isNarrowFloat(Type type) {
  auto real = dyn_cast<FloatType>(type);
  return real && real.getWidth() <= 8;
}

Value decodeNarrowFloat(ScalarBuilder &s, Value stored, Type type) {
  Bits i{s};
  Type i32 = s.likeType(stored, s.b.getI32Type());
  Value code = ExtUIOp::create(s.b, s.loc, i32, stored);
  if (isa<Float8E8M0FNUType>(type))
    return decodePowerOfTwo(s, code);

  Format f = getFormat(type);
  uint32_t signMask = 1u << f.signBit;
  Value magnitude = i.band(code, signMask - 1);
  Value sign = i.shl(i.band(code, signMask), 31 - f.signBit);
  // The exponent's bits at f32's place are too small by the two biases'
  // difference; a product by that power of two is exact for denormals too.
  Value tiny = i.toFloat(i.shl(magnitude, 23 - f.mantissa));
  Value scale = s.constant(tiny, std::ldexp(1.0, 127 - f.bias));
  Value bits = i.toBits(s.mul(tiny, scale));
  if (f.infinity) {
    Value special =
        s.select(i.eq(magnitude, f.infinity), i.constant(bits, 0x7f800000),
                 i.constant(bits, 0x7fc00000));
    bits = s.select(i.gt(magnitude, f.largest), special, bits);
  } else if (f.nan && !f.isUnsignedZero) {
    bits = s.select(i.gt(magnitude, f.largest), i.constant(bits, 0x7fc00000),
                    bits);
  }
  bits = i.bor(bits, sign);
  if (f.isUnsignedZero)
    bits = s.select(i.eq(code, f.nan), i.constant(bits, 0x7fc00000), bits);
  return i.toFloat(bits);
}

Value encodeNarrowFloat(ScalarBuilder &s, Value real, Type type,
                        NarrowFloatRounding rounding) {
  Bits i{s};
  Type i8 = s.likeType(real, s.b.getI8Type());
  if (isa<Float8E8M0FNUType>(type))
    return TruncIOp::create(s.b, s.loc, i8,
                            encodePowerOfTwo(s, real, rounding));

  Format f = getFormat(type);
  Value all = i.toBits(real);
  Value bits = i.band(all, 0x7fffffff);
  Value sign = i.band(i.shr(all, 31 - f.signBit), 1u << f.signBit);
  // Normal numbers: half a unit up, less one where the unit is even.
  unsigned shift = 23 - f.mantissa;
  Value odd = i.band(i.shr(bits, shift), 1);
  Value rounded = AddIOp::create(s.b, s.loc, bits, odd);
  rounded = i.shr(i.add(rounded, (1u << (shift - 1)) - 1), shift);
  Value normal =
      i.add(rounded, -(static_cast<uint32_t>(127 - f.bias) << f.mantissa));
  // Denormal ones: the sum with a number whose last place is their unit.
  Value magic = s.constant(real, std::ldexp(1.0, 23 - f.mantissa + 1 - f.bias));
  Value sum = i.toBits(s.add(i.toFloat(bits), magic));
  Value denormal = SubIOp::create(s.b, s.loc, sum, i.toBits(magic));
  uint32_t firstNormal = static_cast<uint32_t>(128 - f.bias) << 23;
  Value code = s.select(CmpIOp::create(s.b, s.loc, CmpIPredicate::ult, bits,
                                       i.constant(bits, firstNormal)),
                        denormal, normal);

  uint32_t nan = f.nan ? f.nan : 0;
  bool hasSpecial = f.infinity || f.nan;
  uint32_t overflow = rounding.saturate || !hasSpecial ? f.largest
                      : f.infinity                     ? f.infinity
                                                       : nan;
  Value isNaN = i.gt(bits, 0x7f800000);
  Value isLarge = OrIOp::create(s.b, s.loc, i.gt(code, f.largest),
                                i.gt(bits, 0x7f7fffff)); // the infinite
  code = s.select(isLarge, i.constant(code, overflow), code);
  if (f.nan)
    code = s.select(isNaN, i.constant(code, nan), code);
  else
    code = s.select(isNaN, i.constant(code, 0), code);
  Value isZero = i.eq(code, 0);
  code = i.bor(code, sign);
  if (f.isUnsignedZero)
    code = s.select(
        OrIOp::create(s.b, s.loc, isNaN,
                      AndIOp::create(s.b, s.loc, isLarge,
                                     i.eq(i.constant(code, overflow), nan))),
        i.constant(code, nan), s.select(isZero, i.constant(code, 0), code));
  return TruncIOp::create(s.b, s.loc, i8, code);
}

Value roundToOdd(ScalarBuilder &s, Value real) {
  Bits i{s};
  Type f32 = s.likeType(real, s.b.getF32Type());
  Value nearest = TruncFOp::create(s.b, s.loc, f32, real);
  Value back = ExtFOp::create(s.b, s.loc, real.getType(), nearest);
  Value bits = i.toBits(nearest);
  auto magnitude = [&](Value x) { return s.abs(x); };
  Value isAbove = s.lt(magnitude(real), magnitude(back));
  // Towards zero, then the last bit set; both where something was lost.
  Value below = s.select(isAbove, i.add(bits, -1u), bits);
  Value odd = i.bor(below, i.constant(below, 1));
  Value isInexact = CmpFOp::create(s.b, s.loc, CmpFPredicate::ONE, real, back);
  return i.toFloat(s.select(isInexact, odd, bits));
}

} // namespace onnxc::onnx
