//===- Layout.cpp - Elements in another order -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/LayoutOps.h"
#include "passes/Tensor/IndexedLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Loops in the order of the result, so that what stays last is copied in
/// runs.
struct LowerTranspose : OpConversionPattern<TransposeOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(TransposeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value init = createEmpty(rewriter, op.getLoc(), op->getResult(0));
    int64_t rank = *getRank(op.getTransposed());
    SmallVector<AffineExpr> source(rank);
    for (auto [to, from] : llvm::enumerate(op.getPermutation(rank)))
      source[from] = rewriter.getAffineDimExpr(to);
    SmallVector<AffineMap> maps = {
        AffineMap::get(rank, 0, source, rewriter.getContext()),
        rewriter.getMultiDimIdentityMap(rank)};
    SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
    rewriter.replaceOpWithNewOp<linalg::GenericOp>(
        op, init.getType(), adaptor.getData(), init, maps, loops,
        [](OpBuilder &b, Location l, ValueRange args) {
          linalg::YieldOp::create(b, l, args[0]);
        });
    return success();
  }
};

struct LowerDepthToSpace : OpConversionPattern<DepthToSpaceOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(DepthToSpaceOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    IndexBuilder outside(rewriter, op.getLoc());
    Value block = outside.constant(op.getBlocksize());
    Value channels =
        outside.materialize(getSizes(rewriter, op, op.getOutput())[1]);
    bool depthFirst = op.getMode() == "DCR";
    auto element = [&](IndexBuilder &b, ValueRange i) {
      Value inBlock =
          b.add(b.mul(b.rem(i[2], block), block), b.rem(i[3], block));
      Value channel = depthFirst
                          ? b.add(b.mul(inBlock, channels), i[1])
                          : b.add(b.mul(i[1], b.mul(block, block)), inBlock);
      return b.extract(adaptor.getInput(),
                       {i[0], channel, b.div(i[2], block), b.div(i[3], block)});
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }
};

struct LowerSpaceToDepth : OpConversionPattern<SpaceToDepthOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(SpaceToDepthOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    IndexBuilder outside(rewriter, op.getLoc());
    Value block = outside.constant(op.getBlocksize());
    Value channels =
        outside.materialize(getSizes(rewriter, op, op.getInput())[1]);
    bool depthFirst = op.getMode() == "DCR";
    auto element = [&](IndexBuilder &b, ValueRange i) {
      Value inBlock, channel;
      if (depthFirst) {
        inBlock = b.div(i[1], channels);
        channel = b.rem(i[1], channels);
      } else {
        Value area = b.mul(block, block);
        inBlock = b.rem(i[1], area);
        channel = b.div(i[1], area);
      }
      Value h = b.add(b.mul(i[2], block), b.div(inBlock, block));
      Value w = b.add(b.mul(i[3], block), b.rem(inBlock, block));
      return b.extract(adaptor.getInput(), {i[0], channel, h, w});
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }
};

struct LowerReverseSequence : OpConversionPattern<ReverseSequenceOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(ReverseSequenceOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t batch = op.getBatchAxis(), time = op.getTimeAxis();
    Value size = IndexBuilder(rewriter, op.getLoc())
                     .materialize(getSizes(rewriter, op, op.getInput())[time]);
    auto element = [&](IndexBuilder &b, ValueRange i) {
      Value length =
          b.fromInteger(b.extract(adaptor.getSequenceLens(), i[batch]));
      length = b.min(length, size);
      Value reversed = b.sub(b.sub(length, b.constant(1)), i[time]);
      SmallVector<Value> from(i);
      from[time] = b.select(b.lt(i[time], length), reversed, i[time]);
      return b.extract(adaptor.getInput(), from);
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }
};

/// A dimension that is not repeated keeps its loop index, so that the last one
/// is copied in runs where it can be.
struct LowerTile : OpConversionPattern<TileOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(TileOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Dims dims = *getDims(op.getInput()), tiled = *getDims(op.getOutput());
    IndexBuilder outside(rewriter, op.getLoc());
    SmallVector<Value> sizes;
    for (OpFoldResult size : getSizes(rewriter, op, op.getInput()))
      sizes.push_back(outside.materialize(size));
    auto element = [&](IndexBuilder &b, ValueRange i) {
      SmallVector<Value> from(i);
      for (auto [d, index] : llvm::enumerate(from))
        if (onnxc::onnx::getConstant(dims[d]) == 1)
          index = b.constant(0);
        else if (dims[d] != tiled[d])
          index = b.rem(index, sizes[d]);
      return b.extract(adaptor.getInput(), from);
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }
};

struct LowerTrilu : OpConversionPattern<TriluOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(TriluOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    IndexBuilder outside(rewriter, loc);
    Value k = adaptor.getK()
                  ? outside.fromInteger(outside.extractScalar(adaptor.getK()))
                  : outside.constant(0);
    // Far diagonals are all alike, and a place plus one must not overflow.
    constexpr int64_t far = int64_t(1) << 30;
    k = outside.max(outside.min(k, outside.constant(far)),
                    outside.constant(-far));
    Value init = createEmpty(rewriter, loc, op->getResult(0));
    int64_t rank = *getRank(op.getOutput());
    SmallVector<AffineMap> maps(2, rewriter.getMultiDimIdentityMap(rank));
    SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
    bool upper = op.getUpper() != 0;
    rewriter.replaceOpWithNewOp<linalg::GenericOp>(
        op, init.getType(), adaptor.getInput(), init, maps, loops,
        [&](OpBuilder &inner, Location l, ValueRange args) {
          IndexBuilder b(inner, l);
          Value row = linalg::IndexOp::create(inner, l, rank - 2);
          Value column = linalg::IndexOp::create(inner, l, rank - 1);
          Value diagonal = b.add(row, k);
          // Upper keeps column >= diagonal, lower column <= diagonal.
          Value drop = upper ? b.lt(column, diagonal) : b.lt(diagonal, column);
          linalg::YieldOp::create(
              inner, l, b.select(drop, b.zero(args[0].getType()), args[0]));
        });
    return success();
  }
};

struct LowerEyeLike : OpConversionPattern<EyeLikeOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(EyeLikeOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type onnxType = onnxc::onnx::getElementType(op.getOutput());
    Type type = getStorageType(onnxType);
    if (type != onnxType && !isa<IntegerType>(onnxType))
      return rewriter.notifyMatchFailure(op, refuseElements(onnxType));
    auto element = [&](IndexBuilder &b, ValueRange i) {
      Value one =
          arith::ConstantOp::create(b.b, b.loc, rewriter.getOneAttr(type));
      Value hit = b.eq(b.add(i[0], b.constant(op.getK())), i[1]);
      return b.select(hit, one, b.zero(type));
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }
};

} // namespace

void onnxc::populateLayoutLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerTranspose, LowerDepthToSpace, LowerSpaceToDepth,
               LowerReverseSequence, LowerTile, LowerTrilu, LowerEyeLike>(
      types, patterns.getContext());
}
