//===- Text.cpp - The bytes that strings are ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/TextHash.h"
#include "dialects/onnx/TextOps.h"
#include "passes/Tensor/TextBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Where string i of a text begins; `ends` are those of all.
Value loadBegin(const TextBuilder &v, Value ends, Value i) {
  Value isFirst = v.eq(i, v.index(0));
  Value before = v.select(isFirst, v.index(0), v.sub(i, 1));
  Value end = v.fromInteger(v.extract(ends, before));
  return v.select(isFirst, v.index(0), end);
}

struct LowerViewText : OpConversionPattern<ViewTextOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(ViewTextOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TextBuilder v(rewriter, op.getLoc());
    Value text = v.addressOf(adaptor.getText());
    Value count = v.dim(adaptor.getEnds(), 0);
    auto body = [&](ValueRange i) {
      Value at = i.empty() ? Value() : i[0];
      if (Value places = adaptor.getPlaces())
        at = v.wrap(v.fromInteger(v.extract(places, i)), count);
      Value begin = loadBegin(v, adaptor.getEnds(), at);
      Value end = v.fromInteger(v.extract(adaptor.getEnds(), at));
      Value address = v.add(text, v.toInteger(begin, rewriter.getI64Type()));
      return v.string(address, v.sub(end, begin));
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), body));
    return success();
  }
};

struct LowerTextLength : OpConversionPattern<TextLengthOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(TextLengthOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TextBuilder v(rewriter, op.getLoc());
    auto body = [&](ValueRange i) {
      Value length = v.length(v.extract(adaptor.getX(), i));
      return v.toInteger(length, rewriter.getI64Type());
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), body));
    return success();
  }
};

struct LowerTextHash : OpConversionPattern<TextHashOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(TextHashOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TextBuilder v(rewriter, op.getLoc());
    Type wide = rewriter.getI64Type();
    auto body = [&](ValueRange i) {
      Value string = v.extract(adaptor.getX(), i);
      Value address = v.address(string);
      Value begin = v.integer(wide, int64_t(beginTextHash(op.getSeed())));
      Value prime = v.integer(wide, int64_t(kTextHashPrime));
      return v.loop(v.index(0), v.length(string), begin,
                    [&](Value at, Value hash) -> Value {
                      Value byte =
                          v.create<arith::ExtUIOp>(wide, v.byte(address, at));
                      return v.mul(v.create<arith::XOrIOp>(hash, byte), prime);
                    });
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), body));
    return success();
  }
};

/// Strings of equal length are compared byte by byte.
struct LowerEqualText : OpConversionPattern<EqualTextOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(EqualTextOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TextBuilder v(rewriter, op.getLoc());
    auto body = [&](ValueRange i) -> Value {
      Value a = v.extract(adaptor.getA(), i), b = v.extract(adaptor.getB(), i);
      Value length = v.length(a), isSame = v.eq(length, v.length(b));
      Value compared = v.select(isSame, length, v.index(0));
      Value left = v.address(a), right = v.address(b);
      Value same =
          v.loop(v.index(0), compared, isSame, [&](Value at, Value soFar) {
            return v.both(soFar, v.eq(v.byte(left, at), v.byte(right, at)));
          });
      return storeElement(rewriter, op.getLoc(), same, rewriter.getI1Type());
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), body));
    return success();
  }
};

struct LowerJoinText : OpConversionPattern<JoinTextOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(JoinTextOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TextBuilder v(rewriter, op.getLoc());
    Value init =
        createEmpty(rewriter, op.getLoc(), cast<OpResult>(op.getText()));
    auto body = [&](ValueRange i, ValueRange carried) -> SmallVector<Value> {
      Value begin = loadBegin(v, adaptor.getEnds(), i[0]);
      Value a = v.extract(adaptor.getA(), i), b = v.extract(adaptor.getB(), i);
      Value text = copy(v, a, carried[0], begin);
      return {copy(v, b, text, v.add(begin, v.length(a)))};
    };
    rewriter.replaceOp(
        op, v.loops(getSizes(rewriter, op, op.getEnds()), init, body));
    return success();
  }

private:
  static Value copy(const TextBuilder &v, Value from, Value text, Value to) {
    Value address = v.address(from);
    return v.loop(v.index(0), v.length(from), text, [&](Value at, Value soFar) {
      return v.insert(v.byte(address, at), soFar, v.add(to, at));
    });
  }
};

} // namespace

void onnxc::populateTextLowering(RewritePatternSet &patterns,
                                 TypeConverter &types) {
  patterns.add<LowerViewText, LowerTextLength, LowerTextHash, LowerEqualText,
               LowerJoinText>(types, patterns.getContext());
}
