//===- Search.cpp - First of elements, and running values -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SearchOps.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Two loops, both of which become vectors: one finds the best element, the
/// other the first (or last) place that has it. NaN is the best of all.
template <typename Op> struct LowerArg : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = onnxc::onnx::getElementType(op.getData());
    if (!isComputable(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getData());
    int64_t axis = *normalizeAxis(op.getAxis(), sizes.size());
    TensorBuilder v(rewriter, op.getLoc());
    ScalarBuilder s(v, type);
    constexpr bool isMax = std::is_same_v<Op, ArgMaxOp>;
    bool keep = op.getKeepdims() != 0, last = op.getSelectLastIndex() != 0;
    auto element = [&](ValueRange i) -> Value {
      SmallVector<Value> at(i);
      Value zero = v.index(0), one = v.index(1);
      if (!keep)
        at.insert(at.begin() + axis, Value());
      auto load = [&](Value k) {
        at[axis] = k;
        return v.load(adaptor.getData(), at, type);
      };
      auto compare = [&](ValueRange k, ValueRange best) -> SmallVector<Value> {
        Value x = load(k[0]);
        return {isMax ? s.max(best[0], x) : s.min(best[0], x)};
      };
      Value best = v.loops(one, sizes[axis], {load(zero)}, compare)[0];
      // An integer, of which threads of a device may each find one.
      Type place = rewriter.getI64Type();
      Value none = v.toInteger(last ? v.index(-1) : sizes[axis], place);
      auto find = [&](ValueRange k, ValueRange found) -> SmallVector<Value> {
        Value x = load(k[0]), isBest = s.eq(x, best);
        if (s.isFloat(x))
          isBest = s.either(isBest, s.ne(x, x));
        Value here = v.select(isBest, v.toInteger(k[0], place), none);
        return {last ? v.max(found[0], here) : v.min(found[0], here)};
      };
      return v.loops(zero, sizes[axis], {none}, find)[0];
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
    return success();
  }
};

template <typename Op> struct LowerCumulative : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = onnxc::onnx::getElementType(op.getX());
    if (!isComputable(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getX());
    std::optional<SmallVector<int64_t>> known = getConstantInts(op.getAxis());
    std::optional<int64_t> axis;
    if (known && known->size() == 1)
      axis = normalizeAxis(known->front(), sizes.size());
    if (!axis)
      return rewriter.notifyMatchFailure(
          op, "the axis is known at run time only: make it a constant");

    constexpr bool isSum = std::is_same_v<Op, CumSumOp>;
    TensorBuilder v(rewriter, op.getLoc());
    Value zero = v.index(0), last = v.sub(sizes[*axis], 1);
    Value start = v.constant(getComputeType(type), isSum ? 0 : 1);
    auto row = [&](ValueRange i, ValueRange tensors) -> SmallVector<Value> {
      auto step = [&](ValueRange p, ValueRange carried) -> SmallVector<Value> {
        SmallVector<Value> at(i);
        at.insert(at.begin() + *axis,
                  op.getReverse() ? v.sub(last, p[0]) : p[0]);
        Value x = v.load(adaptor.getX(), at, type);
        Value next = isSum ? v.add(carried[1], x) : v.mul(carried[1], x);
        Value out = op.getExclusive() ? carried[1] : next;
        return {v.store(out, carried[0], at, type), next};
      };
      return {v.loops(zero, sizes[*axis], {tensors[0], start}, step)[0]};
    };
    SmallVector<OpFoldResult> rows = getSizes(rewriter, op, op.getX());
    rows.erase(rows.begin() + *axis);
    Value init = createEmpty(rewriter, op.getLoc(), op->getResult(0));
    rewriter.replaceOp(op, v.loops(rows, init, row));
    return success();
  }
};

} // namespace

void onnxc::populateSearchLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerArg<ArgMaxOp>, LowerArg<ArgMinOp>,
               LowerCumulative<CumSumOp>, LowerCumulative<CumProdOp>>(
      types, patterns.getContext());
}
