//===- Pooling.cpp - Pooling over windows and over whole planes -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/PoolingOps.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/plan/MachineModel.h"
#include "passes/Tensor/PoolingRows.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

template <typename Op>
LogicalResult lowerPool(Op op, Value x, ConversionPatternRewriter &rewriter,
                        Pool pool) {
  pool.x = x;
  pool.element = getElementType(op.getX());
  if (!isComputable(pool.element) ||
      (pool.kind == PoolKind::Lp && !isa<FloatType>(pool.element)))
    return rewriter.notifyMatchFailure(op, refuseElements(pool.element));
  std::optional<PoolingWindow> window = PoolingWindow::get(
      *getDims(op.getX()), op.getAutoPad(), op.getCeilMode(),
      op.getKernelShape(), op.getDilations(), op.getPads(), op.getStrides());
  if (!window || window->kernel.empty())
    return rewriter.notifyMatchFailure(
        op, "the window is not known: kernel_shape, strides, dilations and "
            "pads must have a value for each spatial dimension");
  pool.window = *window;
  SmallVector<OpFoldResult> in = getSizes(rewriter, op, op.getX());
  SmallVector<OpFoldResult> out = getSizes(rewriter, op, op.getY());
  const TensorBuilder &v = pool.v;
  for (size_t i = 0; i < window->kernel.size(); ++i) {
    pool.inputs.push_back(v.index(in[i + 2]));
    pool.outputs.push_back(v.index(out[i + 2]));
    pool.padsBegin.push_back(
        v.index(getSize(rewriter, op, window->padsBegin[i])));
    pool.padsEnd.push_back(v.index(getSize(rewriter, op, window->padsEnd[i])));
  }
  pool.channels = v.index(in[1]);

  SmallVector<Value> inits{v.empty(out, pool.accumulated())};
  bool wantsIndices = op->getNumResults() > 1 && !op->getResult(1).use_empty();
  // Blocks of channels have a window of 1 along their last dimension.
  MachineModel machine = getMachine(op);
  bool byRows = !wantsIndices && machine.vectorBits > 0 &&
                !machine.isDevice() &&
                (window->kernel.back() > 1 || window->strides.back() > 1);
  if (wantsIndices)
    inits.push_back(createEmpty(rewriter, op.getLoc(), op->getResult(1)));
  auto tile = [&](ValueRange plane, unsigned) {
    Tile place{SmallVector<OpFoldResult>(out.size(), rewriter.getIndexAttr(0)),
               out, SmallVector<bool>(out.size(), true)};
    for (int i = 0; i < 2; ++i) {
      place.offsets[i] = plane[i];
      place.sizes[i] = rewriter.getIndexAttr(1);
      place.kept[i] = false;
    }
    return place;
  };
  SmallVector<Value> results = v.forall(
      {out[0], out[1]}, inits, tile, [&](ValueRange plane, ValueRange tiles) {
        return byRows ? SmallVector<Value>{PoolRows(pool, machine.vectorBits)
                                               .build(plane, tiles[0])}
                      : pool.build(plane, tiles);
      });
  if (pool.kind != PoolKind::Sum &&
      pool.accumulated() != getStorageType(pool.element))
    results[0] = v.narrow(results[0], op->getResult(0));
  if (op->getNumResults() > results.size())
    results.push_back(createEmpty(rewriter, op.getLoc(), op->getResult(1)));
  rewriter.replaceOp(op, results);
  return success();
}

struct LowerMaxPool : OpConversionPattern<MaxPoolOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(MaxPoolOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Pool pool(rewriter, op.getLoc(), PoolKind::Max);
    pool.columnMajor = op.getStorageOrder() != 0;
    return lowerPool(op, adaptor.getX(), rewriter, pool);
  }
};

struct LowerAveragePool : OpConversionPattern<AveragePoolOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(AveragePoolOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Pool pool(rewriter, op.getLoc(), PoolKind::Average);
    pool.countPads = op.getCountIncludePad() != 0;
    return lowerPool(op, adaptor.getX(), rewriter, pool);
  }
};

struct LowerSumPool : OpConversionPattern<SumPoolOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(SumPoolOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type element = getElementType(op.getX());
    if (!element.isInteger() || element.getIntOrFloatBitWidth() >= 32)
      return rewriter.notifyMatchFailure(
          op, "X must have integers of less than 32 bits");
    return lowerPool(op, adaptor.getX(), rewriter,
                     Pool(rewriter, op.getLoc(), PoolKind::Sum));
  }
};

struct LowerLpPool : OpConversionPattern<LpPoolOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(LpPoolOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Pool pool(rewriter, op.getLoc(), PoolKind::Lp);
    pool.p = op.getP();
    return lowerPool(op, adaptor.getX(), rewriter, pool);
  }
};

/// A global pooling is a reduction over the spatial dimensions.
template <typename Op, typename Reduce>
struct LowerGlobalPool : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if constexpr (std::is_same_v<Op, GlobalLpPoolOp>)
      if (op.getP() != (std::is_same_v<Reduce, ReduceL1Op> ? 1 : 2))
        return rewriter.notifyMatchFailure(op, "p must be at least 1");
    int64_t rank = *getRank(op.getX());
    if (rank <= 2)
      return rewriter.notifyMatchFailure(
          op, "X must have spatial dimensions behind batch and channels");
    SmallVector<int64_t> spatial;
    for (int64_t i = 2; i < rank; ++i)
      spatial.push_back(i);
    Value axes = ConstantOp::create(rewriter, op.getLoc(), spatial);
    rewriter.replaceOpWithNewOp<Reduce>(op, op.getX(), axes, /*keepdims=*/1,
                                        /*noop_with_empty_axes=*/0);
    return success();
  }
};

/// The indices count over the tensor that was pooled, row-major.
struct LowerMaxUnpool : OpConversionPattern<MaxUnpoolOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(MaxUnpoolOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TensorBuilder v(rewriter, op.getLoc());
    SmallVector<Value> pooled = getPooledSizes(v, op);
    SmallVector<Value> limits = readSizes(rewriter, op, op.getOutput());
    auto body = [&](ValueRange i, ValueRange t) -> SmallVector<Value> {
      Value element = v.extract(adaptor.getX(), i);
      Value rest = v.fromInteger(v.extract(adaptor.getI(), i));
      Value inside = v.ge(rest, v.index(0));
      SmallVector<Value> at(pooled.size());
      for (size_t d = pooled.size(); d-- > 0;) {
        at[d] = d == 0 ? rest : v.create<arith::RemSIOp>(rest, pooled[d]);
        if (d > 0)
          rest = v.create<arith::DivSIOp>(rest, pooled[d]);
        inside = v.both(inside, v.lt(at[d], limits[d]));
      }
      return v.ifThen(inside, t, [&]() -> SmallVector<Value> {
        return {v.insert(element, t[0], at)};
      });
    };
    Type type = getStorageType(getElementType(op.getOutput()));
    Value init = v.filled(getSizes(rewriter, op, op.getOutput()), v.zero(type));
    rewriter.replaceOp(op,
                       v.loops(getSizes(rewriter, op, op.getX()), init, body));
    return success();
  }

private:
  /// The tensor pooled has the sizes that follow from the window, which
  /// output_shape may exceed.
  static SmallVector<Value> getPooledSizes(const TensorBuilder &v,
                                           MaxUnpoolOp op) {
    SmallVector<Value> sizes = readSizes(v.b, op, op.getX());
    SmallVector<Value> out = readSizes(v.b, op, op.getOutput());
    size_t spatial = op.getKernelShape().size();
    for (size_t i = 0; i < spatial; ++i) {
      if (!op.getOutputShape()) {
        sizes[i + 2] = out[i + 2];
        continue;
      }
      int64_t stride = op.getStrides() ? (*op.getStrides())[i] : 1;
      int64_t pads =
          op.getPads() ? (*op.getPads())[i] + (*op.getPads())[i + spatial] : 0;
      sizes[i + 2] = v.apply((v.b.getAffineDimExpr(0) - 1) * stride +
                                 (op.getKernelShape()[i] - pads),
                             sizes[i + 2]);
    }
    return sizes;
  }
};

} // namespace

void onnxc::populatePoolingLowering(RewritePatternSet &patterns,
                                    TypeConverter &types) {
  patterns
      .add<LowerMaxPool, LowerAveragePool, LowerSumPool, LowerLpPool,
           LowerMaxUnpool, LowerGlobalPool<GlobalAveragePoolOp, ReduceMeanOp>,
           LowerGlobalPool<GlobalMaxPoolOp, ReduceMaxOp>,
           LowerGlobalPool<GlobalLpPoolOp, ReduceL1Op>,
           LowerGlobalPool<GlobalLpPoolOp, ReduceL2Op>>(types,
                                                        patterns.getContext());
}
