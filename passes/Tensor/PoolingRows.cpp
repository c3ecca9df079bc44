//===- PoolingRows.cpp - Pooling by rows, then by columns -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/PoolingRows.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

// Windows of more rows, or columns, are loops.
static constexpr int64_t kMostUnrolled = 9;
// Of sums, which stay in the first-level cache.
static constexpr int64_t kMostRowBytes = 16 << 10;

/// Whether all windows lie in the input along a dimension.
bool PoolRows::isInside(size_t i) const {
  std::optional<int64_t> input = getConstantIntValue(inputs[i]),
                         output = getConstantIntValue(outputs[i]);
  return getConstantIntValue(padsBegin[i]) == 0 && input && output &&
         (*output - 1) * window.strides[i] +
                 (window.kernel[i] - 1) * window.dilations[i] <
             *input;
}

Value PoolRows::combine(Value sum, Value other) const {
  if (kind == PoolKind::Max)
    return ScalarBuilder(v, element).max(sum, other);
  return v.add(sum, other);
}

Value PoolRows::load(Value row, Value at, int64_t width) const {
  Value stored = lanes.loadVector(row, at, width);
  return kind == PoolKind::Max && width == 1
             ? loadElement(v.b, v.loc, stored, element)
             : stored;
}

Value PoolRows::store(Value sum, Value row, ValueRange at) const {
  if (kind == PoolKind::Max)
    sum = storeElement(v.b, v.loc, sum, element);
  return lanes.storeVector(sum, row, at);
}

Value PoolRows::forColumns(Range range, Value carried,
                           LaneBuilder::VectorBody body) const {
  bool isPlain = kind == PoolKind::Max || kind == PoolKind::Average;
  if (!isPlain || !(element.isF32() || element.isF64()))
    return lanes.forRange(range.from, range.to, 1, carried, body);
  return lanes.forRange(range.from, range.to,
                        vectorBits / element.getIntOrFloatBitWidth(), carried,
                        body);
}

//===----------------------------------------------------------------------===//
// Along the rows of the input
//===----------------------------------------------------------------------===//

/// What the input has at an offset of the window, as a sum of one.
Value PoolRows::getTerm(ValueRange plane, ValueRange out, ValueRange k,
                        Value column, int64_t width) const {
  AffineExpr d0 = v.b.getAffineDimExpr(0), d1 = v.b.getAffineDimExpr(1),
             d2 = v.b.getAffineDimExpr(2);
  SmallVector<Value> at(plane);
  for (auto [i, o] : llvm::enumerate(out))
    at.push_back(v.apply(d0 * window.strides[i] + d1 * window.dilations[i] - d2,
                         {o, k[i], padsBegin[i]}));
  at.push_back(column);
  if (width > 1)
    return lanes.loadVector(x, at, width);
  Value here = v.load(x, at, element);
  return kind == PoolKind::Max ? here : addTerm(v.zero(accumulated()), here);
}

PoolRows::Offsets PoolRows::listOffsets() const {
  int64_t count = 1;
  for (int64_t size : ArrayRef(window.kernel).drop_back())
    count = std::min(count * size, kMostUnrolled + 1);
  if (count > kMostUnrolled)
    return {};
  Offsets offsets(1);
  for (int64_t size : ArrayRef(window.kernel).drop_back()) {
    Offsets more;
    for (ArrayRef<Value> offset : offsets)
      for (int64_t k = 0; k < size; ++k) {
        more.emplace_back(offset);
        more.back().push_back(v.index(k));
      }
    offsets = more;
  }
  return offsets;
}

Value PoolRows::poolAllRows(ValueRange plane, ValueRange out,
                            const Offsets &offsets, Value row) const {
  return forColumns(columns, row, [&](Value column, int64_t width, Value kept) {
    Value sum;
    for (ArrayRef<Value> offset : offsets) {
      Value term = getTerm(plane, out, offset, column, width);
      sum = sum ? combine(sum, term) : term;
    }
    return store(sum, kept, place(column));
  });
}

/// Windows beyond all rows.
Value PoolRows::clearRow(Value row) const {
  Value start = getStart();
  return v.loop(columns.from, columns.to, row, [&](Value column, Value kept) {
    return v.insert(start, kept, place(column));
  });
}

Value PoolRows::poolSomeRows(ValueRange plane, ValueRange out,
                             ArrayRef<Range> rows, Value row) const {
  SmallVector<Value> from, to;
  for (Range range : rows) {
    from.push_back(range.from);
    to.push_back(range.to);
  }
  auto addRow = [&](ValueRange k, ValueRange sums) -> SmallVector<Value> {
    return {v.loop(columns.from, columns.to, sums[0],
                   [&](Value column, Value kept) {
                     Value at = place(column);
                     Value term = getTerm(plane, out, k, column);
                     return store(combine(load(kept, at), term), kept, at);
                   })};
  };
  return v.loops(from, to, clearRow(row), addRow)[0];
}

Value PoolRows::poolColumns(ValueRange plane, ValueRange out, Value row) const {
  SmallVector<Range> rows;
  Value isWhole, isThere;
  auto both = [&](Value l, Value r) { return l ? v.both(l, r) : r; };
  for (size_t i = 0; i < out.size(); ++i) {
    rows.push_back(getWindowRange(i, out[i], inputs[i]));
    auto [from, to] = rows.back();
    if (isInside(i))
      continue;
    isThere = both(isThere, v.lt(from, to));
    isWhole = both(isWhole, v.eq(from, v.index(0)));
    isWhole = both(isWhole, v.eq(to, v.index(window.kernel[i])));
  }
  Offsets offsets = listOffsets();
  if (offsets.empty())
    return poolSomeRows(plane, out, rows, row);
  if (!isWhole)
    return poolAllRows(plane, out, offsets, row);
  using Values = SmallVector<Value>;
  if (kind != PoolKind::Max)
    return v.ifElse(
        isWhole, [&] { return Values{poolAllRows(plane, out, offsets, row)}; },
        [&] { return Values{poolSomeRows(plane, out, rows, row)}; })[0];
  // A row that exists takes the place of one that does not.
  for (SmallVector<Value> &offset : offsets)
    for (auto [k, range] : llvm::zip(offset, rows))
      k = v.min(v.max(k, range.from), v.sub(range.to, 1));
  return v.ifElse(
      isThere, [&] { return Values{poolAllRows(plane, out, offsets, row)}; },
      [&] { return Values{clearRow(row)}; })[0];
}

//===----------------------------------------------------------------------===//
// Along the columns
//===----------------------------------------------------------------------===//

/// What windows side by side take of the row.
Value PoolRows::poolWindows(Value row, Value column, int64_t width) const {
  int64_t stride = window.strides.back(), dilation = window.dilations.back(),
          kernel = window.kernel.back();
  AffineExpr d0 = v.b.getAffineDimExpr(0), d1 = v.b.getAffineDimExpr(1);
  auto place = [&](Value k) {
    return v.add(begin, v.apply(d0 * stride + d1 * dilation, {column, k}));
  };
  Value sum;
  auto take = [&](Value value) { sum = sum ? combine(sum, value) : value; };
  if (width > 1 && stride == 2) {
    // Two elements of each window lie side by side.
    int64_t step = dilation == 1 ? 2 : 1;
    for (int64_t k = 0; k < kernel; k += step) {
      auto [even, odd] =
          lanes.separate(load(row, place(v.index(k)), 2 * width));
      take(even);
      if (dilation == 1 && k + 1 < kernel)
        take(odd);
    }
    return sum;
  }
  if (kernel > kMostUnrolled)
    return v.loop(v.index(1), v.index(kernel),
                  load(row, place(v.index(0)), width), [&](Value k, Value old) {
                    return combine(old, load(row, place(k), width));
                  });
  for (int64_t k = 0; k < kernel; ++k)
    take(load(row, place(v.index(k)), width));
  return sum;
}

Value PoolRows::poolRange(Range range, ValueRange out, Value count, Value row,
                          Value tile) const {
  auto body = [&](Value column, int64_t width, Value kept) {
    Value sum = poolWindows(row, column, width);
    SmallVector<Value> at(out);
    at.push_back(column);
    if (kind == PoolKind::Average && count) {
      Value divisor = v.convert(count, getElementTypeOrSelf(sum));
      sum = v.div(sum, lanes.splat(divisor, width));
    } else if (needsFinish()) {
      sum =
          finish(sum, kind == PoolKind::Average ? countElements(at) : Value());
    }
    return store(sum, kept, at);
  };
  bool hasVectors =
      window.strides.back() == 1 ||
      (window.strides.back() == 2 && window.kernel.back() <= kMostUnrolled);
  if (hasVectors && (count || kind != PoolKind::Average))
    return forColumns(range, tile, body);
  return v.loop(range.from, range.to, tile, [&](Value column, Value kept) {
    return body(column, 1, kept);
  });
}

/// Columns whose windows have all elements are divided by one number.
Value PoolRows::poolRow(ValueRange out, Value row, Value tile) const {
  size_t last = spatial() - 1;
  Value zero = v.index(0), end = outputs[last];
  if (kind != PoolKind::Average)
    return poolRange({zero, end}, out, Value(), row, tile);
  Value limit = countPads ? v.add(inputs[last], padsEnd[last]) : inputs[last];
  Value from = countPads ? zero : getOutputRange(last, zero, limit).from;
  Value to = getOutputRange(last, v.index(window.kernel[last] - 1), limit).to;
  from = v.min(from, end);
  to = v.max(to, from);
  SmallVector<Value> at(out);
  at.push_back(from);
  tile = poolRange({zero, from}, out, Value(), row, tile);
  tile = poolRange({from, to}, out, countElements(at), row, tile);
  return poolRange({to, end}, out, Value(), row, tile);
}

/// How many rows of sums are kept at once: all, or one.
int64_t PoolRows::countRows(Value size) const {
  int64_t rows = 1;
  for (Value output : ArrayRef(outputs).drop_back())
    rows *= getConstantIntValue(output).value_or(kMostRowBytes);
  int64_t bytes = getConstantIntValue(size).value_or(kMostRowBytes) *
                  llvm::divideCeil(accumulated().getIntOrFloatBitWidth(), 8);
  return rows <= kMostRowBytes && rows * bytes <= kMostRowBytes ? rows : 1;
}

Value PoolRows::build(ValueRange plane, Value tile) const {
  // All that the windows of a row reach, and some more: never nothing.
  AffineExpr reach = v.b.getAffineDimExpr(0) * window.strides.back() +
                     ((window.kernel.back() - 1) * window.dilations.back() + 1);
  Value size = v.apply(reach, outputs.back()), zero = v.index(0);
  int64_t count = countRows(size);
  Value row = v.filled(getAsOpFoldResult(v.mul(size, count)), getStart());
  PoolRows rows = *this;
  rows.begin = zero;
  rows.columns = {v.max(zero, v.sub(zero, padsBegin.back())),
                  v.min(inputs.back(), v.sub(size, padsBegin.back()))};
  SmallVector<OpFoldResult> outer =
      getAsOpFoldResult(ArrayRef(outputs).drop_back());
  if (count == 1)
    return v.loops(outer, {row, tile},
                   [&](ValueRange out, ValueRange kept) -> SmallVector<Value> {
                     Value pooled = rows.poolColumns(plane, out, kept[0]);
                     return {pooled, rows.poolRow(out, pooled, kept[1])};
                   })[1];
  auto enter = [&](ValueRange out) {
    Value number = zero;
    for (auto [i, o] : llvm::enumerate(out))
      number = v.add(v.mul(number, outputs[i]), o);
    rows.begin = v.mul(number, size);
  };
  row = v.loops(outer, row,
                [&](ValueRange out, ValueRange kept) -> SmallVector<Value> {
                  enter(out);
                  return {rows.poolColumns(plane, out, kept[0])};
                })[0];
  return v.loops(outer, tile,
                 [&](ValueRange out, ValueRange kept) -> SmallVector<Value> {
                   enter(out);
                   return {rows.poolRow(out, row, kept[0])};
                 })[0];
}
