//===- Layout.cpp - Elements in another order -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/LayoutOps.h"
#include "passes/Tensor/TensorBuilder.h"

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
    TensorBuilder v(rewriter, op.getLoc());
    Value block = v.index(op.getBlocksize());
    Value channels = v.index(getSizes(rewriter, op, op.getOutput())[1]);
    bool depthFirst = op.getMode() == "DCR";
    auto element = [&](ValueRange i) {
      Value inBlock =
          v.add(v.mul(v.rem(i[2], block), block), v.rem(i[3], block));
      Value channel = depthFirst
                          ? v.add(v.mul(inBlock, channels), i[1])
                          : v.add(v.mul(i[1], v.mul(block, block)), inBlock);
      return v.extract(adaptor.getInput(),
                       {i[0], channel, v.div(i[2], block), v.div(i[3], block)});
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
    return success();
  }
};

struct LowerSpaceToDepth : OpConversionPattern<SpaceToDepthOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(SpaceToDepthOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TensorBuilder v(rewriter, op.getLoc());
    Value block = v.index(op.getBlocksize());
    Value channels = v.index(getSizes(rewriter, op, op.getInput())[1]);
    bool depthFirst = op.getMode() == "DCR";
    auto element = [&](ValueRange i) {
      Value inBlock, channel;
      if (depthFirst) {
        inBlock = v.div(i[1], channels);
        channel = v.rem(i[1], channels);
      } else {
        Value area = v.mul(block, block);
        inBlock = v.rem(i[1], area);
        channel = v.div(i[1], area);
      }
      Value h = v.add(v.mul(i[2], block), v.div(inBlock, block));
      Value w = v.add(v.mul(i[3], block), v.rem(inBlock, block));
      return v.extract(adaptor.getInput(), {i[0], channel, h, w});
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
    return success();
  }
};

struct LowerReverseSequence : OpConversionPattern<ReverseSequenceOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(ReverseSequenceOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t batch = op.getBatchAxis(), time = op.getTimeAxis();
    TensorBuilder v(rewriter, op.getLoc());
    Value size = v.index(getSizes(rewriter, op, op.getInput())[time]);
    auto element = [&](ValueRange i) {
      Value length =
          v.fromInteger(v.extract(adaptor.getSequenceLens(), i[batch]));
      length = v.min(length, size);
      Value reversed = v.sub(v.sub(length, v.index(1)), i[time]);
      SmallVector<Value> from(i);
      from[time] = v.select(v.lt(i[time], length), reversed, i[time]);
      return v.extract(adaptor.getInput(), from);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
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
    TensorBuilder v(rewriter, op.getLoc());
    SmallVector<Value> sizes;
    for (OpFoldResult size : getSizes(rewriter, op, op.getInput()))
      sizes.push_back(v.index(size));
    auto element = [&](ValueRange i) {
      SmallVector<Value> from(i);
      for (auto [d, index] : llvm::enumerate(from))
        if (onnxc::onnx::getConstant(dims[d]) == 1)
          index = v.index(0);
        else if (dims[d] != tiled[d])
          index = v.rem(index, sizes[d]);
      return v.extract(adaptor.getInput(), from);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
    return success();
  }
};

struct LowerTrilu : OpConversionPattern<TriluOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(TriluOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    TensorBuilder v(rewriter, loc);
    Value k = adaptor.getK() ? v.fromInteger(v.extractScalar(adaptor.getK()))
                             : v.index(0);
    // Far diagonals are all alike, and a place plus one must not overflow.
    constexpr int64_t far = int64_t(1) << 30;
    k = v.max(v.min(k, v.index(far)), v.index(-far));
    Value init = createEmpty(rewriter, loc, op->getResult(0));
    int64_t rank = *getRank(op.getOutput());
    SmallVector<AffineMap> maps(2, rewriter.getMultiDimIdentityMap(rank));
    SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
    bool upper = op.getUpper() != 0;
    rewriter.replaceOpWithNewOp<linalg::GenericOp>(
        op, init.getType(), adaptor.getInput(), init, maps, loops,
        [&](OpBuilder &, Location, ValueRange args) {
          Value row = v.create<linalg::IndexOp>(rank - 2);
          Value column = v.create<linalg::IndexOp>(rank - 1);
          Value diagonal = v.add(row, k);
          // Upper keeps column >= diagonal, lower column <= diagonal.
          Value drop = upper ? v.lt(column, diagonal) : v.lt(diagonal, column);
          Value kept = v.select(drop, v.zero(args[0].getType()), args[0]);
          v.create<linalg::YieldOp>(kept);
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
    TensorBuilder v(rewriter, op.getLoc());
    auto element = [&](ValueRange i) {
      Value one = v.constant(type, 1);
      Value hit = v.eq(v.add(i[0], v.index(op.getK())), i[1]);
      return v.select(hit, one, v.zero(type));
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
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
