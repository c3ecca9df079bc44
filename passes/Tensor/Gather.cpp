//===- Gather.cpp - Elements read at computed places ----------------------===//
//
// Loops in the order of the result; what follows the gathered axes is read in
// runs. Indices are limited to the data, whatever they are.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/GatherOps.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct LowerGather : OpConversionPattern<GatherOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(GatherOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t rank = *getRank(op.getData());
    int64_t axis = *normalizeAxis(op.getAxis(), rank);
    int64_t count = *getRank(op.getIndices());
    Value size = readSizes(rewriter, op, op.getData())[axis];
    TensorBuilder v(rewriter, op.getLoc());
    auto element = [&](ValueRange i) {
      Value index =
          v.fromInteger(v.extract(adaptor.getIndices(), i.slice(axis, count)));
      SmallVector<Value> from(i.take_front(axis));
      from.push_back(v.wrap(index, size));
      llvm::append_range(from, i.drop_front(axis + count));
      return v.extract(adaptor.getData(), from);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
    return success();
  }
};

struct LowerGatherElements : OpConversionPattern<GatherElementsOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(GatherElementsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t axis = *normalizeAxis(op.getAxis(), *getRank(op.getData()));
    Value size = readSizes(rewriter, op, op.getData())[axis];
    TensorBuilder v(rewriter, op.getLoc());
    auto element = [&](ValueRange i) {
      Value index = v.fromInteger(v.extract(adaptor.getIndices(), i));
      SmallVector<Value> from(i);
      from[axis] = v.wrap(index, size);
      return v.extract(adaptor.getData(), from);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
    return success();
  }
};

struct LowerGatherND : OpConversionPattern<GatherNDOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(GatherNDOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t batch = op.getBatchDims();
    Dims indices = *getDims(op.getIndices());
    int64_t tuple = *onnxc::onnx::getConstant(indices.back());
    int64_t outer = indices.size() - 1;
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getData());
    TensorBuilder v(rewriter, op.getLoc());
    auto element = [&](ValueRange i) {
      SmallVector<Value> from(i.take_front(batch));
      SmallVector<Value> at(i.take_front(outer));
      at.push_back(Value());
      for (int64_t t = 0; t < tuple; ++t) {
        at.back() = v.index(t);
        Value index = v.fromInteger(v.extract(adaptor.getIndices(), at));
        from.push_back(v.wrap(index, sizes[batch + t]));
      }
      llvm::append_range(from, i.drop_front(outer));
      return v.extract(adaptor.getData(), from);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
    return success();
  }
};

/// Indices outside of [-depth, depth) select nothing. Along the last axis a row
/// is filled, then one element written; along others all are compared.
struct LowerOneHot : OpConversionPattern<OneHotOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(OneHotOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t rank = *getRank(op.getOutput());
    int64_t axis = *normalizeAxis(op.getAxis(), rank);
    SmallVector<OpFoldResult> sizes =
        onnxc::getSizes(rewriter, op, op.getOutput());
    TensorBuilder v(rewriter, op.getLoc());
    Value depth = v.index(sizes[axis]);
    Value off = v.extract(adaptor.getValues(), v.index(0));
    Value on = v.extract(adaptor.getValues(), v.index(1));
    auto getPlace = [&](ValueRange at) {
      Value index = readIndex(v, op, adaptor.getIndices(), at);
      return v.select(v.lt(index, v.index(0)), v.add(index, depth), index);
    };
    if (axis != rank - 1 || rank == 1) {
      auto element = [&](ValueRange i) {
        SmallVector<Value> at(i);
        at.erase(at.begin() + axis);
        return v.select(v.eq(getPlace(at), i[axis]), on, off);
      };
      rewriter.replaceOp(op, v.generate(op->getResult(0), element));
      return success();
    }
    auto tile = [&](ValueRange row, unsigned) { return getRow(v, row, sizes); };
    auto body = [&](ValueRange row, ValueRange tiles) -> SmallVector<Value> {
      Value filled = v.loop(v.index(0), depth, tiles[0], [&](Value i, Value t) {
        return v.insert(off, t, i);
      });
      Value place = getPlace(row);
      Value isPlace = v.both(v.ge(place, v.index(0)), v.lt(place, depth));
      return v.ifThen(isPlace, filled, [&]() -> SmallVector<Value> {
        return {v.insert(on, filled, place)};
      });
    };
    Value init = createEmpty(rewriter, op.getLoc(), op->getResult(0));
    rewriter.replaceOp(op,
                       v.forall(ArrayRef(sizes).drop_back(), init, tile, body));
    return success();
  }

private:
  static Value readIndex(const TensorBuilder &v, OneHotOp op, Value indices,
                         ValueRange at) {
    Value stored = v.extract(indices, at);
    if (!isa<FloatType>(stored.getType()))
      return v.fromInteger(stored);
    Value wide = loadElement(v.b, v.loc, stored,
                             onnxc::onnx::getElementType(op.getIndices()));
    return v.fromInteger(v.convert(wide, v.b.getI64Type()));
  }

  static Tile getRow(const TensorBuilder &v, ValueRange row,
                     ArrayRef<OpFoldResult> sizes) {
    Tile tile;
    for (Value index : row) {
      tile.offsets.push_back(index);
      tile.sizes.push_back(v.b.getIndexAttr(1));
      tile.kept.push_back(false);
    }
    tile.offsets.push_back(v.b.getIndexAttr(0));
    tile.sizes.push_back(sizes.back());
    tile.kept.push_back(true);
    return tile;
  }
};

} // namespace

void onnxc::populateGatherLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerGather, LowerGatherElements, LowerGatherND, LowerOneHot>(
      types, patterns.getContext());
}
