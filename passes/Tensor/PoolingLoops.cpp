//===- PoolingLoops.cpp - Loops that pool a plane -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/PoolingLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

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

/// The outputs o whose element k of the window is in [0, limit).
Pool::Range Pool::getOutputRange(size_t i, Value k, Value limit) const {
  AffineExpr d0 = v.b.getAffineDimExpr(0), d1 = v.b.getAffineDimExpr(1),
             d2 = v.b.getAffineDimExpr(2);
  int64_t stride = window.strides[i];
  AffineExpr shift = d1 - d0 * window.dilations[i];
  Value from = v.apply(shift.ceilDiv(stride), {k, padsBegin[i]});
  Value to =
      v.apply((d2 - 1 + shift).floorDiv(stride) + 1, {k, padsBegin[i], limit});
  return {v.max(from, v.index(0)), v.min(to, outputs[i])};
}

Value Pool::getStart() const {
  Type type = accumulated();
  if (kind != PoolKind::Max)
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
  if (kind == PoolKind::Sum)
    term = v.convert(term, old.getType(), element.isUnsignedInteger());
  if (kind == PoolKind::Lp && p == 2)
    term = v.mul(term, term);
  else if (kind == PoolKind::Lp)
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
  if (kind != PoolKind::Max)
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
      auto [first, end] = getOutputRange(last, k[last], inputs[last]);
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

/// Divides a sum by the number of elements, or takes the root.
Value Pool::finish(Value sum, Value count) const {
  if (kind == PoolKind::Average)
    return v.div(sum, v.convert(count, sum.getType()));
  if (p == 1)
    return sum;
  return p == 2 ? v.sqrt(sum) : v.pow(sum, v.constant(sum, 1.0 / p));
}

Value Pool::finishAll(Value tile) const {
  auto body = [&](ValueRange at, ValueRange t) -> SmallVector<Value> {
    Value count = kind == PoolKind::Average ? countElements(at) : Value();
    return {v.insert(finish(v.extract(t[0], at), count), t[0], at)};
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
  if (needsFinish())
    results[0] = finishAll(results[0]);
  return results;
}
