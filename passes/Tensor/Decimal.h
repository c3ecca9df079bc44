//===- Decimal.h - Numbers as decimal digits ------------------------------===//
//
// Between text and floats, exactly and without tables: digits in memory, which
// are multiplied and divided by powers of 2. Digit p is worth
// 10^(point - 1 - p); only what is from begin on and before end is not 0.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_DECIMAL_H
#define ONNXC_PASSES_TENSOR_DECIMAL_H

#include "passes/Tensor/TextBuilder.h"

namespace onnxc {

/// What loops carry: a tensor of i8, indices, and whether digits that are not 0
/// were left out behind the last (i1).
struct Decimal {
  mlir::Value digits, begin, end, hasMore;
};

class DecimalBuilder : public TextBuilder {
public:
  using TextBuilder::TextBuilder;

  // A float64 has up to 767 digits. Beyond kMostDigits those of a text only
  // tell that the number is greater. A product has up to 20 digits in front of
  // its factor's for every 2^60, of which few are made.
  static constexpr int64_t kFirst = 420, kMostDigits = 800, kSize = 2020;

  Value emptyDigits() const;
  /// No digits yet, in this memory.
  Decimal none(Value digits) const;
  /// The digits of an unsigned i64.
  Decimal fromInteger(Value digits, Value integer) const;
  /// One more digit (i8, 0 to 9) behind the others.
  Decimal append(const Decimal &x, Value digit) const;
  /// The number without zeros at its ends.
  Decimal trim(const Decimal &x) const;

  /// x * 2^bits and x / 2^bits, of 0 to 60 bits (i64).
  Decimal multiply(const Decimal &x, Value bits) const;
  Decimal divide(const Decimal &x, Value bits) const;

  /// Digit p as an i64, 0 outside of the number.
  Value digitAt(const Decimal &x, Value p) const;
  /// The digits from begin on and before `end` as one i64.
  Value readInteger(const Decimal &x, Value end) const;
  /// Whether anything but 0 is at `from` or behind it.
  Value isAnyFrom(const Decimal &x, Value from) const;

  /// The bits (i64) of the float64 next to a number that is not negative; with
  /// `toOdd`, the one that rounds to a narrower type as the number does.
  Value toFloatBits(const Decimal &x, Value point, bool toOdd) const;
  /// The number that the bits (i64) of a finite float64 are, without its sign;
  /// its point is that of fromInteger: its end.
  Decimal fromFloatBits(Value digits, Value bits, Value &point) const;

  /// The whole number next to what is in front of the point, to the even one
  /// of two; with `toOdd`, the odd one of those beside it unless it is one.
  Value round(const Decimal &x, Value point, bool toOdd) const;

  Value wide(int64_t value) const { return integer(b.getI64Type(), value); }

private:
  Values values(const Decimal &x) const {
    return {x.digits, x.begin, x.end, x.hasMore};
  }
  static Decimal decimal(ValueRange values) {
    return {values[0], values[1], values[2], values[3]};
  }
  Value shiftLeft(Value x, Value bits) const {
    return create<mlir::arith::ShLIOp>(x, bits);
  }
  Value shiftRight(Value x, Value bits) const {
    return create<mlir::arith::ShRUIOp>(x, bits);
  }
  Value toDigit(Value x) const {
    return create<mlir::arith::TruncIOp>(b.getI8Type(), x);
  }
  Value toWide(Value index) const { return toInteger(index, b.getI64Type()); }
  /// Brings a number to [1/2, 1): the decimal, and the power of 2 left over.
  Values normalize(const Decimal &x, Value point) const;
};

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_DECIMAL_H
