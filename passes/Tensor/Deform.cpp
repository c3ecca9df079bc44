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
#include "dialects/onnx/ScalarBuilder.h"
#include "passes/Tensor/FloatBuilder.h"
#include "passes/Tensor/IndexedLoops.h"
#include "passes/Tensor/RowLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct LowerDeformColumns : OpConversionPattern<DeformColumnsOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(DeformColumnsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = onnxc::onnx::getElementType(op.getX());
    if (!isComputable(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    ArrayRef<int64_t> kernel = op.getKernelShape();
    int64_t rank = kernel.size(), taps = 1;
    for (int64_t size : kernel)
      taps *= size;
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getX());
    IndexBuilder outside(rewriter, op.getLoc());
    Value perGroup =
        outside.div(sizes[1], outside.constant(op.getOffsetGroup()));

    auto element = [&](IndexBuilder &b, ValueRange i) -> Value {
      ScalarBuilder s(b.b, b.loc, type);
      auto load = [&](Value tensor, ValueRange indices) {
        return loadElement(b.b, b.loc, b.extract(tensor, indices), type);
      };
      Value batch = i[0], channel = i[1], tap = i[2];
      ValueRange place = i.drop_front(3);
      Value numTaps = b.constant(taps);
      Value slot = b.add(b.mul(b.div(channel, perGroup), numTaps), tap);

      // The elements before and behind the place in each dimension: index,
      // weight, and whether it exists.
      SmallVector<Value> at[2], weights[2], exist[2];
      Value rest = tap;
      SmallVector<Value> inKernel(rank);
      for (int64_t d = rank - 1; d >= 0; --d) {
        inKernel[d] = b.rem(rest, b.constant(kernel[d]));
        rest = b.div(rest, b.constant(kernel[d]));
      }
      for (int64_t d = 0; d < rank; ++d) {
        Value base =
            b.sub(b.add(b.mul(place[d], b.constant(op.getStrides()[d])),
                        b.mul(inKernel[d], b.constant(op.getDilations()[d]))),
                  b.constant(op.getPads()[d]));
        SmallVector<Value> where = {
            batch, b.add(b.mul(slot, b.constant(rank)), b.constant(d))};
        where.append(place.begin(), place.end());
        Value offset = load(adaptor.getOffset(), where);
        Value x = s.add(
            offset, convertElement(b.b, b.loc, base, offset.getType(), false));
        Value floor = math::FloorOp::create(b.b, b.loc, x);
        Value one = s.constant(x, 1);
        for (int64_t side = 0; side < 2; ++side) {
          Value near = side ? s.add(floor, one) : floor;
          Value weight = s.sub(x, floor);
          if (!side)
            weight = s.sub(one, weight);
          Value last = s.sub(
              convertElement(b.b, b.loc, sizes[2 + d], x.getType(), false),
              one);
          Value inside = b.land(s.ge(near, s.constant(x, 0)), s.le(near, last));
          at[side].push_back(
              FloatBuilder(b, x.getType()).toIndex(b, near, sizes[2 + d]));
          weights[side].push_back(weight);
          exist[side].push_back(inside);
        }
      }
      Value sum;
      for (int64_t corner = 0; corner < (int64_t(1) << rank); ++corner) {
        SmallVector<Value> from = {batch, channel};
        Value weight, inside;
        for (int64_t d = 0; d < rank; ++d) {
          int64_t side = (corner >> d) & 1;
          from.push_back(at[side][d]);
          weight = weight ? s.mul(weight, weights[side][d]) : weights[side][d];
          inside = inside ? b.land(inside, exist[side][d]) : exist[side][d];
        }
        Value x = load(adaptor.getX(), from);
        Value term = s.select(inside, s.mul(x, weight), s.constant(x, 0));
        sum = sum ? s.add(sum, term) : term;
      }
      if (adaptor.getMask()) {
        SmallVector<Value> where = {batch, slot};
        where.append(place.begin(), place.end());
        sum = s.mul(sum, load(adaptor.getMask(), where));
      }
      return storeElement(b.b, b.loc, sum, type);
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }
};

} // namespace

void onnxc::populateDeformLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerDeformColumns>(types, patterns.getContext());
}
