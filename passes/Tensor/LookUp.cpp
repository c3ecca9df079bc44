//===- LookUp.cpp - Values of keys ----------------------------------------===//
//
// Integers that lie near each other are places in a table, others are hashed
// (KeyTable.h). Sorted keys are searched by halving, without branches: n keys
// take ceil(log2(n)) steps, each a load and a selection.
//
//   low = 0; for half = n / 2, ...: if keys[low + half] <= x: low += half
//   y = keys[low] == x ? values[low] : values[n]
//
// A NaN is not less than or equal to anything and ends at the first key, which
// it does not equal; where the last key is NaN, it is asked for in addition.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/EncoderOps.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct LowerLookUp : OpConversionPattern<LookUpOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(LookUpOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type element = onnxc::onnx::getElementType(op.getX());
    if (!isComputable(element))
      return rewriter.notifyMatchFailure(op, refuseElements(element));
    int64_t last =
        cast<RankedTensorType>(adaptor.getValues().getType()).getDimSize(0) - 1;
    TensorBuilder v(rewriter, op.getLoc());
    auto body = [&](ValueRange i) {
      Value x = v.load(adaptor.getX(), i, element);
      Value place = op.getDisplacements() ? hash(v, op, x, adaptor, last)
                    : op.getKeys() ? search(v, op, x, adaptor.getKeys(), last)
                                   : subtract(v, x, op.getFirst(), last);
      return v.extract(adaptor.getValues(), place);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), body));
    return success();
  }

private:
  static Value search(const TensorBuilder &v, LookUpOp op, Value x, Value keys,
                      int64_t last) {
    int64_t count = last - (op.getNanKey() ? 1 : 0);
    Value low = v.index(0);
    for (int64_t length = count; length > 1;) {
      int64_t half = length / 2;
      Value middle = v.add(low, half);
      low = v.select(v.le(v.extract(keys, middle), x), middle, low);
      length -= half;
    }
    Value place = v.select(v.eq(v.extract(keys, low), x), low, v.index(last));
    if (op.getNanKey())
      place = v.select(v.ne(x, x), v.index(last - 1), place);
    return place;
  }

  /// KeyTable.h tells where a key is.
  static Value hash(const TensorBuilder &v, LookUpOp op, Value x,
                    OpAdaptor adaptor, int64_t slots) {
    Type wide = v.b.getI64Type();
    int64_t buckets =
        cast<RankedTensorType>(adaptor.getDisplacements().getType())
            .getDimSize(0);
    auto shift = [&](Value bits, unsigned by) {
      return v.create<arith::ShRUIOp>(bits, v.integer(wide, by));
    };
    unsigned bucketBits = llvm::Log2_64(buckets);
    Value bits = v.mul(v.convert(x, wide), v.integer(wide, op.getMultiplier()));
    Value bucket =
        buckets == 1 ? v.index(0) : v.fromInteger(shift(bits, 64 - bucketBits));
    Value slot = v.create<arith::AndIOp>(
        shift(bits, 64 - bucketBits - llvm::Log2_64(slots)),
        v.integer(wide, slots - 1));
    Value moved = v.fromInteger(v.create<arith::XOrIOp>(
        slot, v.extract(adaptor.getDisplacements(), bucket)));
    return v.select(v.eq(v.extract(adaptor.getKeys(), moved), x), moved,
                    v.index(slots));
  }

  /// Below the first key the difference is a large unsigned integer.
  static Value subtract(const TensorBuilder &v, Value x, int64_t first,
                        int64_t last) {
    Type wide = v.b.getI64Type();
    Value difference = v.sub(v.convert(x, wide), v.integer(wide, first));
    Value isKey = v.create<arith::CmpIOp>(arith::CmpIPredicate::ult, difference,
                                          v.integer(wide, last));
    return v.select(isKey, v.fromInteger(difference), v.index(last));
  }
};

} // namespace

void onnxc::populateLookUpLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerLookUp>(types, patterns.getContext());
}
