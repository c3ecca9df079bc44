//===- LetterCase.cpp - Strings in large or small letters -----------------===//
//
// Code point by code point: a step of the loop is a byte, and what a code point
// takes beyond its first byte is skipped. Ranges are searched by halving.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/TextOps.h"
#include "passes/Tensor/TextBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

class LetterCase {
public:
  LetterCase(const TextBuilder &v, Value ranges) : v(v), ranges(ranges) {}

  /// Calls `body` with each code point in its other letter, the bytes that it
  /// then takes, and the byte that is there, and what is carried.
  using Body = llvm::function_ref<Value(Value point, Value size, Value byte,
                                        ValueRange carried)>;
  /// What is carried are a tensor or nothing, and a number of bytes, to which
  /// the sizes are added.
  SmallVector<Value> visit(Value string, ValueRange carried, Body body) const {
    Value address = v.address(string), length = v.length(string);
    SmallVector<Value> all(carried);
    all.push_back(v.index(0));
    auto step = [&](ValueRange i, ValueRange now) -> SmallVector<Value> {
      ValueRange kept = now.drop_back();
      return v.ifThen(v.ge(i[0], now.back()), now, [&] {
        auto [point, taken] = v.decode(address, i[0], length);
        Value other = change(point), size = v.encodedSize(other);
        SmallVector<Value> next;
        if (kept.size() > 1)
          next.push_back(body(other, size, v.byte(address, i[0]), kept));
        next.push_back(v.add(kept.back(), size));
        next.push_back(v.add(i[0], taken));
        return next;
      });
    };
    SmallVector<Value> after = v.loops(OpFoldResult(length), all, step);
    after.pop_back();
    return after;
  }

private:
  const TextBuilder &v;
  Value ranges;

  Value number(int64_t value) const {
    return v.integer(v.b.getI32Type(), value);
  }
  Value get(Value row, int64_t column) const {
    return v.extract(ranges, {row, v.index(column)});
  }

  Value change(Value point) const {
    int64_t count = cast<RankedTensorType>(ranges.getType()).getDimSize(0);
    Value low = v.index(0);
    for (int64_t length = count; length > 1;) {
      int64_t half = length / 2;
      Value middle = v.add(low, half);
      low = v.select(v.le(get(middle, 0), point), middle, low);
      length -= half;
    }
    Value offset = v.sub(point, get(low, 0));
    Value isIn = v.both(v.ge(offset, number(0)), v.le(point, get(low, 1)));
    Value isStep =
        v.eq(v.rem(v.max(offset, number(0)), get(low, 2)), number(0));
    return v.select(v.both(isIn, isStep), v.add(point, get(low, 3)), point);
  }
};

struct LowerCaseLength : OpConversionPattern<CaseLengthOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(CaseLengthOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TextBuilder v(rewriter, op.getLoc());
    LetterCase letters(v, adaptor.getRanges());
    auto body = [&](ValueRange i) {
      Value bytes =
          letters.visit(v.extract(adaptor.getX(), i), v.index(0), nullptr)[0];
      return v.toInteger(bytes, rewriter.getI64Type());
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), body));
    return success();
  }
};

struct LowerCaseText : OpConversionPattern<CaseTextOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(CaseTextOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TextBuilder v(rewriter, op.getLoc());
    LetterCase letters(v, adaptor.getRanges());
    Value init =
        createEmpty(rewriter, op.getLoc(), cast<OpResult>(op.getText()));
    // Strings lie one after the other: where one ends the next begins.
    auto body = [&](ValueRange i, ValueRange carried) {
      return letters.visit(
          v.extract(adaptor.getX(), i), carried,
          [&](Value point, Value size, Value byte, ValueRange now) {
            Value isKnown = v.ge(point, v.integer(point, 0));
            return v.loop(v.index(0), size, now[0], [&](Value k, Value text) {
              Value next = v.encodedByte(point, size, k);
              return v.insert(v.select(isKnown, next, byte), text,
                              v.add(now[1], k));
            });
          });
    };
    SmallVector<Value> all =
        v.loops(getSizes(rewriter, op, op.getX()), {init, v.index(0)}, body);
    rewriter.replaceOp(op, all[0]);
    return success();
  }
};

} // namespace

void onnxc::populateLetterCaseLowering(RewritePatternSet &patterns,
                                       TypeConverter &types) {
  patterns.add<LowerCaseLength, LowerCaseText>(types, patterns.getContext());
}
