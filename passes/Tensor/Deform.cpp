//===- Deform.cpp - What a deformed convolution's taps read ---------------===//
//
// A tap lies at the place a convolution has it plus an offset, and reads the
// elements around it, weighted by how near they are (as linear interpolation
// does); there are zeros outside of the input.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/DeformOps.h"
#include "passes/Tensor/FloatBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// What the taps of all places read.
class DeformedTaps {
public:
  DeformedTaps(OpBuilder &b, DeformColumnsOp op,
               DeformColumnsOp::Adaptor adaptor)
      : v(TensorBuilder(b, op.getLoc()),
          getComputeType(getElementType(op.getX()))),
        op(op), adaptor(adaptor), type(getElementType(op.getX())),
        rank(op.getKernelShape().size()), sizes(readSizes(b, op, op.getX())),
        perGroup(v.div(sizes[1], v.index(op.getOffsetGroup()))) {}

  Value build(ValueRange i) {
    Value batch = i[0], channel = i[1], tap = i[2];
    ValueRange place = i.drop_front(3);
    int64_t taps = 1;
    for (int64_t size : op.getKernelShape())
      taps *= size;
    Value slot = v.add(v.mul(v.div(channel, perGroup), taps), tap);
    SmallVector<Value> inKernel(rank);
    Value rest = tap;
    for (int64_t d = rank - 1; d >= 0; --d) {
      Value size = v.index(op.getKernelShape()[d]);
      inKernel[d] = v.rem(rest, size);
      rest = v.div(rest, size);
    }
    SmallVector<Sides> sides;
    for (int64_t d = 0; d < rank; ++d) {
      SmallVector<Value> where = {batch, v.add(v.mul(slot, rank), v.index(d))};
      llvm::append_range(where, place);
      Value offset = v.load(adaptor.getOffset(), where, type);
      sides.push_back(getSides(d, place[d], inKernel[d], offset));
    }
    Value sum = addCorners(batch, channel, sides);
    if (adaptor.getMask()) {
      SmallVector<Value> where = {batch, slot};
      llvm::append_range(where, place);
      sum = v.mul(sum, v.load(adaptor.getMask(), where, type));
    }
    return storeElement(v.b, v.loc, sum, type);
  }

private:
  /// The elements before and behind a place in one dimension: index, weight,
  /// and whether it exists.
  struct Sides {
    Value at[2], weights[2], exist[2];
  };
  Sides getSides(int64_t d, Value place, Value inKernel, Value offset) {
    Value base = v.sub(v.add(v.mul(place, op.getStrides()[d]),
                             v.mul(inKernel, op.getDilations()[d])),
                       op.getPads()[d]);
    Value x = v.add(offset, v.fromIndex(base));
    Value floor = v.floor(x), one = v.constant(1);
    Sides sides;
    for (int64_t side = 0; side < 2; ++side) {
      Value near = side ? v.add(floor, one) : floor;
      Value part = v.sub(x, floor);
      Value last = v.sub(v.fromIndex(sizes[2 + d]), one);
      sides.at[side] = v.toIndex(near, sizes[2 + d]);
      sides.weights[side] = side ? part : v.sub(one, part);
      sides.exist[side] = v.both(v.ge(near, v.constant(0)), v.le(near, last));
    }
    return sides;
  }

  Value addCorners(Value batch, Value channel, ArrayRef<Sides> sides) {
    Value sum;
    for (int64_t corner = 0; corner < (int64_t(1) << rank); ++corner) {
      SmallVector<Value> from = {batch, channel};
      Value weight, inside;
      for (auto [d, near] : llvm::enumerate(sides)) {
        int64_t side = (corner >> d) & 1;
        from.push_back(near.at[side]);
        weight =
            weight ? v.mul(weight, near.weights[side]) : near.weights[side];
        inside = inside ? v.both(inside, near.exist[side]) : near.exist[side];
      }
      Value x = v.load(adaptor.getX(), from, type);
      Value term = v.select(inside, v.mul(x, weight), v.constant(0));
      sum = sum ? v.add(sum, term) : term;
    }
    return sum;
  }

  FloatBuilder v;
  DeformColumnsOp op;
  DeformColumnsOp::Adaptor adaptor;
  Type type;
  int64_t rank; // of the kernel
  SmallVector<Value> sizes;
  Value perGroup; // channels that share their offsets
};

struct LowerDeformColumns : OpConversionPattern<DeformColumnsOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(DeformColumnsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isComputable(getElementType(op.getX())))
      return rewriter.notifyMatchFailure(
          op, refuseElements(getElementType(op.getX())));
    DeformedTaps taps(rewriter, op, adaptor);
    TensorBuilder v(rewriter, op.getLoc());
    rewriter.replaceOp(op, v.generate(op->getResult(0), [&](ValueRange i) {
      return taps.build(i);
    }));
    return success();
  }
};

} // namespace

void onnxc::populateDeformLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerDeformColumns>(types, patterns.getContext());
}
