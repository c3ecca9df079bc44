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
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

enum class Kind { Max, Average, Sum, Lp };

class Pool {
public:
  Pool(OpBuilder &b, Location loc, Kind kind) : v(b, loc), kind(kind) {}

  TensorBuilder v;
  Kind kind;
  Type element;
  Value x;
  PoolingWindow window;
  SmallVector<Value> inputs, outputs, padsBegin, padsEnd; // spatial sizes
  Value channels;
  bool countPads = false;
  bool columnMajor = false; // of the indices
  int64_t p = 2;

  Type accumulated() const {
    if (kind == Kind::Sum)
      return IntegerType::get(element.getContext(), 32);
    return kind == Kind::Max ? getStorageType(element)
                             : getComputeType(element);
  }

  /// The pooled plane (and its indices) into the tiles.
  SmallVector<Value> build(ValueRange plane, ValueRange tiles) const;

private:
  size_t spatial() const { return window.kernel.size(); }
  struct Range {
    Value from, to;
  };
  Range getWindowRange(size_t i, Value o, Value limit) const;
  Range getOutputRange(size_t i, Value k) const;
  Value getStart() const;
  SmallVector<Value> accumulate(ValueRange plane, ValueRange tiles) const;
  Value addTerm(Value old, Value term) const;
  Value getIndex(ValueRange plane, ValueRange source) const;
  SmallVector<Value> update(ValueRange plane, ValueRange at, ValueRange source,
                            ValueRange tiles) const;
  Value countElements(ValueRange at) const;
  Value finish(Value tile) const;
};

/// The offsets k of the window at output o for which o * stride + k * dilation
/// - pad is in [0, limit).
Pool::Range Pool::getWindowRange(size_t i, Value o, Value limit) const {
  AffineExpr d0 = v.b.getAffineDimExpr(0), d1 = v.b.getAffineDimExpr(1),
             d2 = v.b.getAffineDimExpr(2);
  int64_t dilation = window.dilations[i];
  AffineExpr start = d0 * window.strides[i] - d1;
  Value from = v.apply((-start).ceilDiv(dilation), {o, padsBegin[i]});
  Value to = v.apply((d2 - 1 - start).floorDiv(dilation) + 1,
                     {o, padsBegin[i], limit});
  return {v.max(from, v.index(0)), v.min(to, v.index(window.kernel[i]))};
}

/// The outputs o whose element k of the window exists.
Pool::Range Pool::getOutputRange(size_t i, Value k) const {
  AffineExpr d0 = v.b.getAffineDimExpr(0), d1 = v.b.getAffineDimExpr(1),
             d2 = v.b.getAffineDimExpr(2);
  int64_t stride = window.strides[i];
  AffineExpr shift = d1 - d0 * window.dilations[i];
  Value from = v.apply(shift.ceilDiv(stride), {k, padsBegin[i]});
  Value to = v.apply((d2 - 1 + shift).floorDiv(stride) + 1,
                     {k, padsBegin[i], inputs[i]});
  return {v.max(from, v.index(0)), v.min(to, outputs[i])};
}

Value Pool::getStart() const {
  Type type = accumulated();
  if (kind != Kind::Max)
    return v.zero(type);
  if (isa<FloatType>(type))
    return v.constant(type, -std::numeric_limits<double>::infinity());
  unsigned width = type.getIntOrFloatBitWidth();
  APInt lowest = element.isUnsignedInteger() ? APInt::getZero(width)
                                             : APInt::getSignedMinValue(width);
  return v.integer(type, lowest.getSExtValue());
}

/// What a sum (or a sum of powers) is with another element.
Value Pool::addTerm(Value old, Value term) const {
  if (kind == Kind::Sum)
    term = v.convert(term, old.getType(), element.isUnsignedInteger());
  if (kind == Kind::Lp && p == 2)
    term = v.mul(term, term);
  else if (kind == Kind::Lp)
    term = p == 1 ? v.abs(term) : v.pow(v.abs(term), v.constant(term, p));
  return v.add(old, term);
}

/// Row-major over channels, or with each plane transposed.
Value Pool::getIndex(ValueRange plane, ValueRange source) const {
  Value channel = v.add(v.mul(plane[0], channels), plane[1]);
  if (!columnMajor) {
    Value index = channel;
    for (size_t i = 0; i < spatial(); ++i)
      index = v.add(v.mul(index, inputs[i]), source[i]);
    return index;
  }
  Value inPlane = v.index(0), size = v.index(1);
  for (size_t i = spatial(); i-- > 0;) {
    inPlane = v.add(v.mul(inPlane, inputs[i]), source[i]);
    size = v.mul(size, inputs[i]);
  }
  return v.add(v.mul(channel, size), inPlane);
}

/// The tiles with the element at `source` in the window of output `at`.
SmallVector<Value> Pool::update(ValueRange plane, ValueRange at,
                                ValueRange source, ValueRange tiles) const {
  SmallVector<Value> indices(plane);
  llvm::append_range(indices, source);
  Value here = v.load(x, indices, element);
  Value old = v.extract(tiles[0], at);
  if (kind != Kind::Max)
    return {v.insert(addTerm(old, here), tiles[0], at)};
  ScalarBuilder s(v, element);
  Value best = loadElement(v.b, v.loc, old, element);
  if (tiles.size() == 1)
    return {v.store(s.max(best, here), tiles[0], at, element)};
  // The first of equal ones wins; the initial -1 marks that none was seen.
  Value oldIndex = v.extract(tiles[1], at);
  Value none = v.lt(oldIndex, v.integer(oldIndex, 0));
  Value more = v.either(s.gt(here, best), none);
  Value index = v.toInteger(getIndex(plane, source), oldIndex.getType());
  return {v.store(v.select(more, here, best), tiles[0], at, element),
          v.insert(v.select(more, index, oldIndex), tiles[1], at)};
}

SmallVector<Value> Pool::accumulate(ValueRange plane, ValueRange tiles) const {
  size_t last = spatial() - 1;
  AffineExpr d0 = v.b.getAffineDimExpr(0), d1 = v.b.getAffineDimExpr(1),
             d2 = v.b.getAffineDimExpr(2);
  auto overRows = [&](ValueRange out, ValueRange t) {
    auto overWindow = [&](ValueRange k, ValueRange u) {
      auto sourceAt = [&](size_t i, Value o) {
        return v.apply(d0 * window.strides[i] + d1 * window.dilations[i] - d2,
                       {o, k[i], padsBegin[i]});
      };
      SmallVector<Value> source;
      for (size_t i = 0; i < last; ++i)
        source.push_back(sourceAt(i, out[i]));
      auto overColumns = [&](ValueRange o, ValueRange w) {
        SmallVector<Value> at(out), full(source);
        at.push_back(o[0]);
        full.push_back(sourceAt(last, o[0]));
        return update(plane, at, full, w);
      };
      auto [first, end] = getOutputRange(last, k[last]);
      return v.loops(first, end, u, overColumns);
    };
    SmallVector<Value> from, to;
    for (size_t i = 0; i < last; ++i) {
      auto [first, end] = getWindowRange(i, out[i], inputs[i]);
      from.push_back(first);
      to.push_back(end);
    }
    from.push_back(v.index(0));
    to.push_back(v.index(window.kernel[last]));
    return v.loops(from, to, t, overWindow);
  };
  return v.loops(getAsOpFoldResult(ArrayRef(outputs).drop_back()), tiles,
                 overRows);
}

/// How many elements the mean at a place is of.
Value Pool::countElements(ValueRange at) const {
  Value count = v.index(1);
  for (size_t i = 0; i < spatial(); ++i) {
    Value here;
    if (countPads) {
      // Elements of the padded input, that beyond its end left out.
      AffineExpr sum = v.b.getAffineDimExpr(0) + v.b.getAffineDimExpr(1);
      Value limit = v.apply(sum, {inputs[i], padsEnd[i]});
      here = getWindowRange(i, at[i], limit).to;
    } else {
      auto [from, to] = getWindowRange(i, at[i], inputs[i]);
      here = v.sub(to, from);
    }
    count = v.mul(count, here);
  }
  return count;
}

/// Divides sums by the number of elements, or takes the root.
Value Pool::finish(Value tile) const {
  auto body = [&](ValueRange at, ValueRange t) -> SmallVector<Value> {
    Value sum = v.extract(t[0], at), result = sum;
    if (kind == Kind::Average)
      result = v.div(sum, v.convert(countElements(at), sum.getType()));
    else if (p != 1)
      result = p == 2 ? v.sqrt(sum) : v.pow(sum, v.constant(sum, 1.0 / p));
    return {v.insert(result, t[0], at)};
  };
  return v.loops(getAsOpFoldResult(ArrayRef(outputs)), tile, body)[0];
}

SmallVector<Value> Pool::build(ValueRange plane, ValueRange tiles) const {
  auto fill = [&](Value start, Value tile) {
    return v.create<linalg::FillOp>(start, tile).getResult(0);
  };
  SmallVector<Value> filled{fill(getStart(), tiles[0])};
  if (tiles.size() > 1)
    filled.push_back(fill(v.integer(v.b.getI64Type(), -1), tiles[1]));
  SmallVector<Value> results = accumulate(plane, filled);
  if (kind == Kind::Average || kind == Kind::Lp)
    results[0] = finish(results[0]);
  return results;
}

template <typename Op>
LogicalResult lowerPool(Op op, Value x, ConversionPatternRewriter &rewriter,
                        Pool pool) {
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
        return pool.build(plane, tiles);
      });
  if (pool.kind != Kind::Sum &&
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
    Pool pool(rewriter, op.getLoc(), Kind::Max);
    pool.columnMajor = op.getStorageOrder() != 0;
    return lowerPool(op, adaptor.getX(), rewriter, pool);
  }
};

struct LowerAveragePool : OpConversionPattern<AveragePoolOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(AveragePoolOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Pool pool(rewriter, op.getLoc(), Kind::Average);
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
                     Pool(rewriter, op.getLoc(), Kind::Sum));
  }
};

struct LowerLpPool : OpConversionPattern<LpPoolOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(LpPoolOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Pool pool(rewriter, op.getLoc(), Kind::Lp);
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
