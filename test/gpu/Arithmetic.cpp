// Arithmetic.cpp: what scalar instructions compute, bit by bit.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Machine.h"
#include "Opcodes.h"

#include <cfenv>
#include <cmath>
#include <cstring>
#include <limits>

namespace ptx {

template <typename To, typename From> static To bitCast(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

float halfToFloat(uint16_t bits) {
  uint32_t sign = uint32_t(bits & 0x8000) << 16, rest = bits & 0x7fff;
  if (rest >= 0x7c00) // infinities and NaNs
    return bitCast<float>(sign | 0x7f800000 | (rest & 0x3ff) << 13);
  float magnitude =
      std::ldexp(float(rest < 0x400 ? rest : (rest & 0x3ff) | 0x400),
                 int(rest < 0x400 ? 1 : rest >> 10) - 25);
  return sign ? -magnitude : magnitude;
}

/// Rounds to `mantissa` bits behind the point with exponents from `lowest` on.
static uint16_t narrow(float value, int mantissa, int lowest, int bias) {
  uint32_t bits = bitCast<uint32_t>(value);
  uint16_t sign = uint16_t(bits >> 16 & 0x8000);
  if (std::isnan(value))
    return 0x7fff;
  int exponentBits = 15 - mantissa;
  uint16_t infinity = uint16_t(((1 << exponentBits) - 1) << mantissa);
  double magnitude = std::fabs(double(value));
  if (std::isinf(value))
    return sign | infinity;
  if (magnitude == 0)
    return sign;
  int exponent = std::max(std::ilogb(magnitude), lowest);
  double steps = std::nearbyint(std::ldexp(magnitude, mantissa - exponent));
  // Steps may reach the next exponent: the sum is right all the same.
  uint64_t result = uint64_t(steps);
  if (exponent > lowest || result >= uint64_t(1) << mantissa)
    result += uint64_t(exponent + bias - 1) << mantissa;
  return result >= infinity ? sign | infinity : uint16_t(sign | result);
}

uint16_t floatToHalf(float value) { return narrow(value, 10, -14, 15); }
uint16_t floatToBfloat(float value) { return narrow(value, 7, -126, 127); }
float bfloatToFloat(uint16_t bits) {
  return bitCast<float>(uint32_t(bits) << 16);
}

static double toDouble(Type type, uint64_t bits) {
  switch (type) {
  case Type::F16:
    return halfToFloat(uint16_t(bits));
  case Type::BF16:
    return bfloatToFloat(uint16_t(bits));
  case Type::F32:
    return bitCast<float>(uint32_t(bits));
  default:
    return bitCast<double>(bits);
  }
}

/// In the rounding mode that is set.
static uint64_t fromDouble(Type type, double value) {
  switch (type) {
  case Type::F16:
    return floatToHalf(float(value));
  case Type::BF16:
    return floatToBfloat(float(value));
  case Type::F32:
    return bitCast<uint32_t>(float(value));
  default:
    return bitCast<uint64_t>(value);
  }
}

/// Sets the machine's rounding for a while.
class RoundingScope {
public:
  explicit RoundingScope(int mode) {
    int wanted = mode == Zero   ? FE_TOWARDZERO
                 : mode == Down ? FE_DOWNWARD
                 : mode == Up   ? FE_UPWARD
                                : FE_TONEAREST;
    isChanged = wanted != FE_TONEAREST;
    if (isChanged)
      std::fesetround(wanted);
  }
  ~RoundingScope() {
    if (isChanged)
      std::fesetround(FE_TONEAREST);
  }

private:
  bool isChanged;
};

/// An approximation may be wrong in its last places: make it so, differently
/// for each value but always the same for one.
static float disturb(float value) {
  uint32_t bits = bitCast<uint32_t>(value);
  if (!std::isfinite(value) || value == 0 || std::fabs(value) < 1e-30f ||
      value == 1)
    return value;
  uint32_t hash = bits * 2654435761u >> 28;
  return bitCast<float>(bits + (hash % 3) - 1);
}

static uint64_t flush(const Instruction &in, Type type, uint64_t bits) {
  if (!(in.mode2 & FlushSubnormals) || type != Type::F32)
    return bits;
  return (bits & 0x7f800000) == 0 ? bits & 0x80000000 : bits;
}

static uint64_t saturate(const Instruction &in, Type type, uint64_t bits) {
  if (!(in.mode2 & Saturate))
    return bits;
  double value = toDouble(type, bits);
  return fromDouble(type, !(value > 0) ? 0.0 : value > 1 ? 1.0 : value);
}

static uint64_t computeFloat(const Instruction &in, Type type, uint64_t a,
                             uint64_t b, uint64_t c) {
  a = flush(in, type, a), b = flush(in, type, b), c = flush(in, type, c);
  RoundingScope scope(in.mode);
  volatile double x = toDouble(type, a), y = toDouble(type, b),
                  z = toDouble(type, c);
  volatile float fx = float(x), fy = float(y), fz = float(z);
  bool isF32 = type == Type::F32;
  uint64_t sign = uint64_t(1) << (8 * sizeOf(type) - 1);
  auto done = [&](uint64_t bits) {
    return saturate(in, type, flush(in, type, bits));
  };
  auto fromFloat = [&](float value) {
    return done(isF32 ? bitCast<uint32_t>(value) : fromDouble(type, value));
  };
  bool isWide = type == Type::F64;
  switch (in.opcode) {
  case Add:
    return isWide ? done(fromDouble(type, x + y)) : fromFloat(fx + fy);
  case Sub:
    return isWide ? done(fromDouble(type, x - y)) : fromFloat(fx - fy);
  case Mul:
    return isWide ? done(fromDouble(type, x * y)) : fromFloat(fx * fy);
  case Fma:
    if (isWide)
      return done(fromDouble(type, std::fma(x, y, z)));
    return isF32 ? fromFloat(std::fma(float(fx), float(fy), float(fz)))
                 : done(fromDouble(type, x * y + z));
  case Div:
    if (isWide)
      return done(fromDouble(type, x / y));
    return fromFloat(in.mode == Approximate ? disturb(fx / fy) : fx / fy);
  case Sqrt:
    if (isWide)
      return done(fromDouble(type, std::sqrt(x)));
    return fromFloat(in.mode == Approximate ? disturb(std::sqrt(float(fx)))
                                            : std::sqrt(float(fx)));
  case Rcp:
    if (isWide)
      return done(fromDouble(type, 1 / x));
    return fromFloat(in.mode == Approximate ? disturb(1 / fx) : 1 / fx);
  case Rsqrt:
    return fromFloat(disturb(float(1 / std::sqrt(double(x)))));
  case Exp2:
    return fromFloat(disturb(float(std::exp2(double(x)))));
  case Log2:
    return fromFloat(disturb(float(std::log2(double(x)))));
  case Neg:
    return a ^ sign;
  case Abs:
    return a & ~sign;
  case CopySign: // copysign.f32 d, a, b: the sign of a, the rest of b
    return (b & ~sign) | (a & sign);
  case Min:
  case Max: {
    bool isMin = in.opcode == Min;
    if (std::isnan(x) || std::isnan(y)) {
      if (in.mode2 & PropagateNaN || (std::isnan(x) && std::isnan(y)))
        return isF32               ? 0x7fffffff
               : type == Type::F64 ? 0x7fffffffffffffff
                                   : 0x7fff;
      return std::isnan(x) ? b : a;
    }
    // -0 is below +0.
    if (x == y)
      return (std::signbit(x) == isMin) ? a : b;
    return (x < y) == isMin ? a : b;
  }
  }
  throw Error(in.text() + " is not known for floats");
}

static int64_t signExtend(Type type, uint64_t bits) {
  unsigned unused = 64 - 8 * sizeOf(type);
  return int64_t(bits << unused) >> unused;
}
static uint64_t zeroExtend(Type type, uint64_t bits) {
  unsigned unused = 64 - 8 * sizeOf(type);
  return bits << unused >> unused;
}

static uint64_t computeInteger(const Instruction &in, Type type, uint64_t a,
                               uint64_t b, uint64_t c) {
  bool s = isSigned(type);
  unsigned bits = 8 * sizeOf(type);
  int64_t sa = signExtend(type, a), sb = signExtend(type, b);
  a = zeroExtend(type, a), b = zeroExtend(type, b);
  switch (in.opcode) {
  case Add:
  case Sub: {
    uint64_t wide = in.opcode == Add ? uint64_t(sa) + uint64_t(sb)
                                     : uint64_t(sa) - uint64_t(sb);
    if (in.mode2 & Saturate) {
      int64_t value = int64_t(wide);
      value = std::min<int64_t>(std::max<int64_t>(value, INT32_MIN), INT32_MAX);
      return uint64_t(value);
    }
    return wide;
  }
  case Mul:
    return a * b;
  case Mad:
    return a * b + c;
  case MulWide:
  case MadWide: {
    uint64_t product = s ? uint64_t(sa * sb) : a * b;
    return in.opcode == MadWide ? product + c : product;
  }
  case MulHi:
    if (bits == 64)
      return s ? uint64_t((__int128(sa) * sb) >> 64)
               : uint64_t((static_cast<unsigned __int128>(a) * b) >> 64);
    return s ? uint64_t(sa * sb >> bits) : a * b >> bits;
  case Div:
    if (b == 0)
      throw Error("divides by zero");
    if (s && sb == -1)
      return uint64_t(0) - uint64_t(sa);
    return s ? uint64_t(sa / sb) : a / b;
  case Rem:
    if (b == 0)
      throw Error("divides by zero");
    if (s && sb == -1)
      return 0;
    return s ? uint64_t(sa % sb) : a % b;
  case Min:
    return s ? uint64_t(std::min(sa, sb)) : std::min(a, b);
  case Max:
    return s ? uint64_t(std::max(sa, sb)) : std::max(a, b);
  case Neg:
    return uint64_t(0) - a;
  case Abs:
    return sa < 0 ? uint64_t(0) - uint64_t(sa) : uint64_t(sa);
  case Shl:
    b = zeroExtend(Type::U32, b);
    return b >= bits ? 0 : a << b;
  case Shr:
    b = zeroExtend(Type::U32, b);
    if (b >= bits)
      return s && sa < 0 ? ~uint64_t(0) : 0;
    return s ? uint64_t(sa >> b) : a >> b;
  }
  throw Error(in.text() + " is not known for integers");
}

static uint64_t reverse(uint64_t value, unsigned bits) {
  uint64_t result = 0;
  for (unsigned i = 0; i < bits; ++i)
    result |= (value >> i & 1) << (bits - 1 - i);
  return result;
}

uint64_t compute(const Instruction &in, uint64_t a, uint64_t b, uint64_t c) {
  Type type = in.type;
  unsigned bits = 8 * sizeOf(type);
  switch (in.opcode) {
  case And:
    return a & b;
  case Or:
    return a | b;
  case Xor:
    return a ^ b;
  case Not:
    return type == Type::Pred ? !a : ~a;
  case BitField: { // position and length are bytes
    unsigned at = b & 0xff, length = c & 0xff;
    bool s = isSigned(type);
    uint64_t value = zeroExtend(type, a);
    // The sign is that of the field's, or of the value's, last bit.
    uint64_t fill = 0;
    if (s && length > 0)
      fill = value >> std::min(at + length - 1, bits - 1) & 1;
    uint64_t result = 0;
    for (unsigned i = 0; i < bits; ++i) {
      bool inside = i < length && at + i < bits;
      result |= (inside ? value >> (at + i) & 1 : fill) << i;
    }
    return result;
  }
  case CountZeros: {
    unsigned count = 0;
    while (count < bits && !(a >> (bits - 1 - count) & 1))
      ++count;
    return count;
  }
  case CountOnes:
    return uint64_t(__builtin_popcountll(zeroExtend(type, a)));
  case Reverse:
    return reverse(a, bits);
  case Permute: {
    uint64_t both = (b << 32) | (a & 0xffffffff), result = 0;
    for (int i = 0; i < 4; ++i) {
      unsigned selector = c >> (4 * i) & 0xf;
      uint64_t byte = both >> (8 * (selector & 7)) & 0xff;
      if (selector & 8)
        byte = byte & 0x80 ? 0xff : 0;
      result |= byte << (8 * i);
    }
    return result;
  }
  case Funnel: {
    unsigned shift = in.mode ? c & 31 : std::min<uint64_t>(c & 0xffffffff, 32);
    uint64_t both = (b << 32) | (a & 0xffffffff);
    return in.flag ? (both << shift) >> 32 : both >> shift;
  }
  case TestProperty: {
    double x = toDouble(type, a);
    bool isNormal =
        type == Type::F32 ? std::isnormal(float(x)) : std::isnormal(x);
    switch (in.mode) {
    case 0:
      return std::isfinite(x);
    case 1:
      return std::isinf(x);
    case 2:
      return !std::isnan(x);
    case 3:
      return std::isnan(x);
    case 4:
      return isNormal;
    default:
      return std::isfinite(x) && x != 0 && !isNormal;
    }
  }
  }
  if (type == Type::F16x2 || type == Type::BF16x2) {
    Type part = type == Type::F16x2 ? Type::F16 : Type::BF16;
    uint64_t low = computeFloat(in, part, a & 0xffff, b & 0xffff, c & 0xffff);
    uint64_t high = computeFloat(in, part, a >> 16 & 0xffff, b >> 16 & 0xffff,
                                 c >> 16 & 0xffff);
    return (high << 16) | low;
  }
  return isFloat(type) ? computeFloat(in, type, a, b, c)
                       : computeInteger(in, type, a, b, c);
}

bool compareValues(const Instruction &in, uint64_t a, uint64_t b) {
  Type type = in.type;
  int mode = in.mode;
  if (isFloat(type)) {
    double x = toDouble(type, flush(in, type, a));
    double y = toDouble(type, flush(in, type, b));
    bool isUnordered = std::isnan(x) || std::isnan(y);
    switch (mode) {
    case Eq:
      return x == y;
    case Ne:
      return !isUnordered && x != y;
    case Lt:
      return x < y;
    case Le:
      return x <= y;
    case Gt:
      return x > y;
    case Ge:
      return x >= y;
    case Equ:
      return isUnordered || x == y;
    case Neu:
      return x != y;
    case Ltu:
      return isUnordered || x < y;
    case Leu:
      return isUnordered || x <= y;
    case Gtu:
      return isUnordered || x > y;
    case Geu:
      return isUnordered || x >= y;
    case Num:
      return !isUnordered;
    default:
      return isUnordered;
    }
  }
  if (isSigned(type)) {
    int64_t x = signExtend(type, a), y = signExtend(type, b);
    switch (mode) {
    case Eq:
      return x == y;
    case Ne:
      return x != y;
    case Lt:
      return x < y;
    case Le:
      return x <= y;
    case Gt:
      return x > y;
    case Ge:
      return x >= y;
    }
    throw Error("compares signed integers as unsigned ones");
  }
  uint64_t x = zeroExtend(type, a), y = zeroExtend(type, b);
  switch (mode) {
  case Eq:
    return x == y;
  case Ne:
    return x != y;
  case Lt:
  case Lo:
    return x < y;
  case Le:
  case Ls:
    return x <= y;
  case Gt:
  case Hi:
    return x > y;
  default:
    return x >= y;
  }
}

static double roundToInteger(int mode, double x) {
  switch (mode) {
  case NearestInt:
    return std::nearbyint(x);
  case ZeroInt:
    return std::trunc(x);
  case DownInt:
    return std::floor(x);
  case UpInt:
    return std::ceil(x);
  }
  return x;
}

/// NaN becomes 0, or the highest bit where 64 bits are concerned; what is too
/// large becomes the largest.
static uint64_t toInteger(const Instruction &in, double x) {
  Type to = in.type;
  unsigned bits = 8 * sizeOf(to);
  if (std::isnan(x))
    return bits == 64 || in.fromType == Type::F64 ? uint64_t(1) << (bits - 1)
                                                  : 0;
  x = roundToInteger(in.mode, x);
  if (isSigned(to)) {
    double least = -std::ldexp(1.0, bits - 1);
    if (x < least)
      return uint64_t(1) << (bits - 1);
    if (x >= -least)
      return (uint64_t(1) << (bits - 1)) - 1;
    return uint64_t(int64_t(x));
  }
  if (x <= 0)
    return 0;
  if (x >= std::ldexp(1.0, bits))
    return ~uint64_t(0) >> (64 - bits);
  return uint64_t(x);
}

uint64_t convertValue(const Instruction &in, uint64_t a, uint64_t b) {
  Type to = in.type, from = in.fromType;
  if (to == Type::F16x2 || to == Type::BF16x2) {
    Type part = to == Type::F16x2 ? Type::F16 : Type::BF16;
    // The first operand is the upper half.
    return fromDouble(part, toDouble(from, a)) << 16 |
           fromDouble(part, toDouble(from, b));
  }
  RoundingScope scope(in.mode);
  if (isFloat(from)) {
    double x = toDouble(from, flush(in, from, a));
    if (!isFloat(to))
      return toInteger(in, x);
    if (to == from)
      x = roundToInteger(in.mode, x);
    return saturate(in, to, flush(in, to, fromDouble(to, x)));
  }
  if (isFloat(to)) {
    if (isSigned(from)) {
      int64_t x = signExtend(from, a);
      return to == Type::F32 ? bitCast<uint32_t>(float(x))
                             : fromDouble(to, double(x));
    }
    uint64_t x = zeroExtend(from, a);
    return to == Type::F32 ? bitCast<uint32_t>(float(x))
                           : fromDouble(to, double(x));
  }
  uint64_t wide =
      isSigned(from) ? uint64_t(signExtend(from, a)) : zeroExtend(from, a);
  if (!(in.mode2 & Saturate))
    return wide;
  unsigned bits = 8 * sizeOf(to);
  if (isSigned(from)) {
    int64_t x = int64_t(wide);
    int64_t least = isSigned(to) ? -(int64_t(1) << (bits - 1)) : 0;
    if (x < least)
      return uint64_t(least);
    uint64_t most = (uint64_t(1) << (bits - (isSigned(to) ? 1 : 0))) - 1;
    return bits < 64 && uint64_t(std::max<int64_t>(x, 0)) > most ? most : wide;
  }
  uint64_t most = ~uint64_t(0) >> (64 - bits + (isSigned(to) ? 1 : 0));
  return std::min(wide, most);
}

} // namespace ptx
