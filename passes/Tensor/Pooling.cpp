//===- Pooling.cpp - Pooling over windows and over whole planes -----------===//
//
// For each channel of each instance the output plane is filled and then
// updated, the innermost loop along the contiguous output width:
//
//   for oh: for kh in the rows that exist: for kw:
//     for ow in the columns for which x[.., ow * stride + kw - pad] exists:
//       y[oh, ow] = max(y[oh, ow], x[.., ow * stride + kw - pad])
//
// Padding thus costs bounds of loops, no test of an element.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/PoolingOps.h"
#include "dialects/onnx/PoolingWindow.h"
#include "dialects/onnx/ReductionOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "passes/Tensor/RowLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

enum class Kind { Max, Average, Sum, Lp };

struct Pool {
  explicit Pool(Kind kind) : kind(kind) {}

  Kind kind;
  Type element;
  Value x;
  PoolingWindow window;
  SmallVector<Value> inputs, outputs, padsBegin, padsEnd; // spatial sizes
  Value channels;
  bool countPads = false;
  bool columnMajor = false; // of the indices
  int64_t p = 2;

  size_t spatial() const { return window.kernel.size(); }
  Type accumulated() const {
    if (kind == Kind::Sum)
      return IntegerType::get(element.getContext(), 32);
    return kind == Kind::Max ? getStorageType(element)
                             : getComputeType(element);
  }

  /// The offsets k of the window at output o for which o * stride + k *
  /// dilation - pad is in [0, limit).
  std::pair<Value, Value> windowRange(OpBuilder &b, Location l, size_t i,
                                      Value o, Value limit) const {
    AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1),
               d2 = b.getAffineDimExpr(2);
    int64_t stride = window.strides[i], dilation = window.dilations[i];
    Value zero = arith::ConstantIndexOp::create(b, l, 0);
    Value size = arith::ConstantIndexOp::create(b, l, window.kernel[i]);
    AffineExpr start = d0 * stride - d1;
    Value from =
        buildIndex(b, l, (-start).ceilDiv(dilation), {o, padsBegin[i]});
    Value to = buildIndex(b, l, (d2 - 1 - start).floorDiv(dilation) + 1,
                          {o, padsBegin[i], limit});
    from = b.createOrFold<arith::MaxSIOp>(l, from, zero);
    to = b.createOrFold<arith::MinSIOp>(l, to, size);
    return {from, to};
  }

  /// The outputs o whose element k of the window exists.
  std::pair<Value, Value> outputRange(OpBuilder &b, Location l, size_t i,
                                      Value k) const {
    AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1),
               d2 = b.getAffineDimExpr(2);
    int64_t stride = window.strides[i], dilation = window.dilations[i];
    Value zero = arith::ConstantIndexOp::create(b, l, 0);
    AffineExpr shift = d1 - d0 * dilation;
    Value from = buildIndex(b, l, shift.ceilDiv(stride), {k, padsBegin[i]});
    Value to = buildIndex(b, l, (d2 - 1 + shift).floorDiv(stride) + 1,
                          {k, padsBegin[i], inputs[i]});
    from = b.createOrFold<arith::MaxSIOp>(l, from, zero);
    to = b.createOrFold<arith::MinSIOp>(l, to, outputs[i]);
    return {from, to};
  }

  Value start(OpBuilder &b, Location l) const {
    Type type = accumulated();
    if (kind != Kind::Max)
      return arith::ConstantOp::create(b, l, b.getZeroAttr(type));
    if (auto real = dyn_cast<FloatType>(type))
      return arith::ConstantOp::create(
          b, l,
          b.getFloatAttr(real, APFloat::getInf(real.getFloatSemantics(),
                                               /*Negative=*/true)));
    unsigned width = type.getIntOrFloatBitWidth();
    APInt lowest = element.isUnsignedInteger()
                       ? APInt::getZero(width)
                       : APInt::getSignedMinValue(width);
    return arith::ConstantOp::create(b, l, b.getIntegerAttr(type, lowest));
  }

  SmallVector<Value> build(OpBuilder &b, Location l, ValueRange plane,
                           ValueRange tiles) const;

private:
  SmallVector<Value> accumulate(OpBuilder &b, Location l, ValueRange plane,
                                ValueRange tiles) const;
  SmallVector<Value> update(OpBuilder &b, Location l, ValueRange plane,
                            ValueRange at, ValueRange source,
                            ValueRange tiles) const;
  Value finish(OpBuilder &b, Location l, Value tile) const;
};

SmallVector<Value> Pool::update(OpBuilder &b, Location l, ValueRange plane,
                                ValueRange at, ValueRange source,
                                ValueRange tiles) const {
  SmallVector<Value> indices(plane);
  llvm::append_range(indices, source);
  Value stored = tensor::ExtractOp::create(b, l, x, indices);
  Value v = loadElement(b, l, stored, element);
  Value old = tensor::ExtractOp::create(b, l, tiles[0], at);
  ScalarBuilder s(b, l, element);
  if (kind == Kind::Sum)
    v = convertElement(b, l, v, old.getType(), element.isUnsignedInteger());
  if (kind == Kind::Average || kind == Kind::Sum) {
    Value sum = s.add(old, v);
    return {tensor::InsertOp::create(b, l, sum, tiles[0], at)};
  }
  if (kind == Kind::Lp) {
    Value term = math::AbsFOp::create(b, l, v);
    if (p == 2)
      term = s.mul(v, v);
    else if (p != 1)
      term = math::PowFOp::create(b, l, term, s.constant(v, p));
    return {tensor::InsertOp::create(b, l, s.add(old, term), tiles[0], at)};
  }
  Value best = loadElement(b, l, old, element);
  if (tiles.size() == 1) {
    Value next = storeElement(b, l, s.max(best, v), element);
    return {tensor::InsertOp::create(b, l, next, tiles[0], at)};
  }
  // The first of equal ones wins; the initial -1 marks that none was seen.
  Value oldIndex = tensor::ExtractOp::create(b, l, tiles[1], at);
  Value none = arith::CmpIOp::create(b, l, arith::CmpIPredicate::slt, oldIndex,
                                     s.integer(oldIndex, 0));
  Value more = arith::OrIOp::create(b, l, s.gt(v, best), none);
  // Row-major over channels, or with each plane transposed.
  Value channel = arith::AddIOp::create(
      b, l, arith::MulIOp::create(b, l, plane[0], channels), plane[1]);
  Value index = channel;
  if (!columnMajor) {
    for (size_t i = 0; i < spatial(); ++i)
      index = arith::AddIOp::create(
          b, l, arith::MulIOp::create(b, l, index, inputs[i]), source[i]);
  } else {
    Value inPlane = arith::ConstantIndexOp::create(b, l, 0);
    Value size = arith::ConstantIndexOp::create(b, l, 1);
    for (size_t i = spatial(); i-- > 0;) {
      inPlane = arith::AddIOp::create(
          b, l, arith::MulIOp::create(b, l, inPlane, inputs[i]), source[i]);
      size = arith::MulIOp::create(b, l, size, inputs[i]);
    }
    index = arith::AddIOp::create(
        b, l, arith::MulIOp::create(b, l, channel, size), inPlane);
  }
  index = arith::IndexCastOp::create(b, l, oldIndex.getType(), index);
  Value next = storeElement(b, l, s.select(more, v, best), element);
  return {tensor::InsertOp::create(b, l, next, tiles[0], at),
          tensor::InsertOp::create(b, l, s.select(more, index, oldIndex),
                                   tiles[1], at)};
}

SmallVector<Value> Pool::accumulate(OpBuilder &b, Location l, ValueRange plane,
                                    ValueRange tiles) const {
  size_t last = spatial() - 1;
  SmallVector<OpFoldResult> rows;
  for (size_t i = 0; i < last; ++i)
    rows.push_back(outputs[i]);
  AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1),
             d2 = b.getAffineDimExpr(2);
  return buildLoops(
      b, l, rows, tiles,
      [&](OpBuilder &n, Location nl, ValueRange out, ValueRange t) {
        SmallVector<Value> from, to;
        for (size_t i = 0; i < last; ++i) {
          auto [first, end] = windowRange(n, nl, i, out[i], inputs[i]);
          from.push_back(first);
          to.push_back(end);
        }
        from.push_back(arith::ConstantIndexOp::create(n, nl, 0));
        to.push_back(
            arith::ConstantIndexOp::create(n, nl, window.kernel[last]));
        return buildLoops(
            n, nl, from, to, t,
            [&](OpBuilder &m, Location ml, ValueRange k, ValueRange u) {
              SmallVector<Value> source;
              auto sourceAt = [&](OpBuilder &c, size_t i, Value o) {
                return buildIndex(c, ml,
                                  d0 * window.strides[i] +
                                      d1 * window.dilations[i] - d2,
                                  {o, k[i], padsBegin[i]});
              };
              for (size_t i = 0; i < last; ++i)
                source.push_back(sourceAt(m, i, out[i]));
              auto [first, end] = outputRange(m, ml, last, k[last]);
              return buildLoops(
                  m, ml, first, end, u,
                  [&](OpBuilder &c, Location cl, ValueRange o, ValueRange w) {
                    SmallVector<Value> at(out);
                    at.push_back(o[0]);
                    SmallVector<Value> full(source);
                    full.push_back(sourceAt(c, last, o[0]));
                    return update(c, cl, plane, at, full, w);
                  });
            });
      });
}

/// Divides sums by the number of elements, or takes the root.
Value Pool::finish(OpBuilder &b, Location l, Value tile) const {
  SmallVector<OpFoldResult> sizes;
  for (Value size : outputs)
    sizes.push_back(size);
  AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
  return buildLoops(
      b, l, sizes, tile,
      [&](OpBuilder &n, Location nl, ValueRange at,
          ValueRange t) -> SmallVector<Value> {
        ScalarBuilder s(n, nl, element);
        Value v = tensor::ExtractOp::create(n, nl, t[0], at);
        if (kind == Kind::Lp) {
          if (p == 2)
            v = math::SqrtOp::create(n, nl, v);
          else if (p != 1)
            v = math::PowFOp::create(n, nl, v, s.constant(v, 1.0 / p));
          return {tensor::InsertOp::create(n, nl, v, t[0], at)};
        }
        Value count = arith::ConstantIndexOp::create(n, nl, 1);
        for (size_t i = 0; i < spatial(); ++i) {
          Value here;
          if (countPads) {
            // Elements of the padded input, that beyond its end left out.
            Value limit = buildIndex(n, nl, d0 + d1, {inputs[i], padsEnd[i]});
            auto [from, to] = windowRange(n, nl, i, at[i], limit);
            (void)from;
            here = to;
          } else {
            auto [from, to] = windowRange(n, nl, i, at[i], inputs[i]);
            here = arith::SubIOp::create(n, nl, to, from);
          }
          count = n.createOrFold<arith::MulIOp>(nl, count, here);
        }
        Value divisor = convertElement(n, nl, count, v.getType(), false);
        return {tensor::InsertOp::create(n, nl, s.div(v, divisor), t[0], at)};
      })[0];
}

SmallVector<Value> Pool::build(OpBuilder &b, Location l, ValueRange plane,
                               ValueRange tiles) const {
  SmallVector<Value> filled{
      linalg::FillOp::create(b, l, start(b, l), tiles[0]).getResult(0)};
  if (tiles.size() > 1) {
    Value none = arith::ConstantIntOp::create(b, l, -1, 64);
    filled.push_back(linalg::FillOp::create(b, l, none, tiles[1]).getResult(0));
  }
  SmallVector<Value> results = accumulate(b, l, plane, filled);
  if (kind == Kind::Average || kind == Kind::Lp)
    results[0] = finish(b, l, results[0]);
  return results;
}

template <typename Op>
LogicalResult lowerPool(Op op, Value x, ConversionPatternRewriter &rewriter,
                        Pool pool) {
  Location loc = op.getLoc();
  pool.x = x;
  pool.element = getElementType(op.getX());
  if (!isComputable(pool.element) ||
      (pool.kind == Kind::Lp && !isa<FloatType>(pool.element)))
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
  auto toValue = [&](OpFoldResult size) {
    return getValueOrCreateConstantIndexOp(rewriter, loc, size);
  };
  for (size_t i = 0; i < window->kernel.size(); ++i) {
    pool.inputs.push_back(toValue(in[i + 2]));
    pool.outputs.push_back(toValue(out[i + 2]));
    pool.padsBegin.push_back(
        toValue(getSize(rewriter, op, window->padsBegin[i])));
    pool.padsEnd.push_back(toValue(getSize(rewriter, op, window->padsEnd[i])));
  }
  pool.channels = toValue(in[1]);

  SmallVector<Value> inits{
      tensor::EmptyOp::create(rewriter, loc, out, pool.accumulated())};
  bool wantsIndices = op->getNumResults() > 1 && !op->getResult(1).use_empty();
  if (wantsIndices)
    inits.push_back(createEmpty(rewriter, loc, op->getResult(1)));
  SmallVector<Value> results = buildParallel(
      rewriter, loc, {out[0], out[1]}, inits,
      [&](OpBuilder &b, ValueRange plane, unsigned) {
        Tile tile;
        tile.offsets.assign(out.size(), b.getIndexAttr(0));
        tile.offsets[0] = plane[0];
        tile.offsets[1] = plane[1];
        tile.sizes = out;
        tile.sizes[0] = tile.sizes[1] = b.getIndexAttr(1);
        tile.kept.assign(out.size(), true);
        tile.kept[0] = tile.kept[1] = false;
        return tile;
      },
      [&](OpBuilder &b, Location l, ValueRange plane, ValueRange tiles) {
        return pool.build(b, l, plane, tiles);
      });
  if (pool.kind != Kind::Sum &&
      pool.accumulated() != getStorageType(pool.element))
    results[0] = narrow(rewriter, loc, results[0], op->getResult(0));
  if (op->getNumResults() > results.size())
    results.push_back(createEmpty(rewriter, loc, op->getResult(1)));
  rewriter.replaceOp(op, results);
  return success();
}

struct LowerMaxPool : OpConversionPattern<MaxPoolOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(MaxPoolOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Pool pool{Kind::Max};
    pool.columnMajor = op.getStorageOrder() != 0;
    return lowerPool(op, adaptor.getX(), rewriter, pool);
  }
};

struct LowerAveragePool : OpConversionPattern<AveragePoolOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(AveragePoolOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Pool pool{Kind::Average};
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
    return lowerPool(op, adaptor.getX(), rewriter, Pool{Kind::Sum});
  }
};

struct LowerLpPool : OpConversionPattern<LpPoolOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(LpPoolOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Pool pool{Kind::Lp};
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
        return rewriter.notifyMatchFailure(op, "p must be 1 or 2");
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
    Location loc = op.getLoc();
    SmallVector<OpFoldResult> in = getSizes(rewriter, op, op.getX());
    SmallVector<OpFoldResult> out = getSizes(rewriter, op, op.getOutput());
    // The tensor pooled has the sizes that follow from the window, which
    // output_shape may exceed.
    SmallVector<Value> pooled;
    for (auto [i, size] : llvm::enumerate(in)) {
      Value value = getValueOrCreateConstantIndexOp(rewriter, loc, size);
      if (i >= 2 && op.getOutputShape()) {
        size_t s = i - 2, n = op.getKernelShape().size();
        int64_t stride = op.getStrides() ? (*op.getStrides())[s] : 1;
        int64_t pads =
            op.getPads() ? (*op.getPads())[s] + (*op.getPads())[s + n] : 0;
        value = buildIndex(rewriter, loc,
                           (rewriter.getAffineDimExpr(0) - 1) * stride +
                               (op.getKernelShape()[s] - pads),
                           value);
      } else if (i >= 2) {
        value = getValueOrCreateConstantIndexOp(rewriter, loc, out[i]);
      }
      pooled.push_back(value);
    }
    Value init = createEmpty(rewriter, loc, cast<OpResult>(op.getOutput()));
    Type type = cast<RankedTensorType>(init.getType()).getElementType();
    Value zero =
        arith::ConstantOp::create(rewriter, loc, rewriter.getZeroAttr(type));
    init = linalg::FillOp::create(rewriter, loc, zero, init).getResult(0);
    Value nothing = arith::ConstantIndexOp::create(rewriter, loc, 0);
    SmallVector<Value> limits;
    for (OpFoldResult size : out)
      limits.push_back(getValueOrCreateConstantIndexOp(rewriter, loc, size));
    SmallVector<Value> results = buildLoops(
        rewriter, loc, in, init,
        [&](OpBuilder &b, Location l, ValueRange ivs,
            ValueRange t) -> SmallVector<Value> {
          Value v = tensor::ExtractOp::create(b, l, adaptor.getX(), ivs);
          Value rest = arith::IndexCastOp::create(
              b, l, b.getIndexType(),
              tensor::ExtractOp::create(b, l, adaptor.getI(), ivs));
          SmallVector<Value> at(pooled.size());
          Value inside = arith::CmpIOp::create(b, l, arith::CmpIPredicate::sge,
                                               rest, nothing);
          for (size_t i = pooled.size(); i-- > 0;) {
            if (i == 0) {
              at[i] = rest;
            } else {
              at[i] = arith::RemSIOp::create(b, l, rest, pooled[i]);
              rest = arith::DivSIOp::create(b, l, rest, pooled[i]);
            }
            inside = arith::AndIOp::create(
                b, l, inside,
                arith::CmpIOp::create(b, l, arith::CmpIPredicate::slt, at[i],
                                      limits[i]));
          }
          auto store = scf::IfOp::create(
              b, l, inside,
              [&](OpBuilder &n, Location nl) {
                Value next = tensor::InsertOp::create(n, nl, v, t[0], at);
                scf::YieldOp::create(n, nl, next);
              },
              [&](OpBuilder &n, Location nl) {
                scf::YieldOp::create(n, nl, t[0]);
              });
          return {store.getResult(0)};
        });
    rewriter.replaceOp(op, results);
    return success();
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
