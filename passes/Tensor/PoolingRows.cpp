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

Value PoolRows::load(Value row, Value at) const {
  Value stored = v.extract(row, at);
  return kind == PoolKind::Max ? loadElement(v.b, v.loc, stored, element)
                               : stored;
}

Value PoolRows::store(Value sum, Value row, Value at) const {
  if (kind == PoolKind::Max)
    sum = storeElement(v.b, v.loc, sum, element);
  return v.insert(sum, row, at);
}

//===----------------------------------------------------------------------===//
// Along the rows of the input
//===----------------------------------------------------------------------===//

/// What the input has at an offset of the window, as a sum of one.
Value PoolRows::getTerm(ValueRange plane, ValueRange out, ValueRange k,
                        Value column) const {
  AffineExpr d0 = v.b.getAffineDimExpr(0), d1 = v.b.getAffineDimExpr(1),
             d2 = v.b.getAffineDimExpr(2);
  SmallVector<Value> at(plane);
  for (auto [i, o] : llvm::enumerate(out))
    at.push_back(v.apply(d0 * window.strides[i] + d1 * window.dilations[i] - d2,
                         {o, k[i], padsBegin[i]}));
  at.push_back(column);
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
  return v.loop(columns.from, columns.to, row, [&](Value column, Value kept) {
    Value sum;
    for (ArrayRef<Value> offset : offsets) {
      Value term = getTerm(plane, out, offset, column);
      sum = sum ? combine(sum, term) : term;
    }
    return store(sum, kept, place(column));
  });
}

Value PoolRows::poolSomeRows(ValueRange plane, ValueRange out,
                             ArrayRef<Range> rows, Value row) const {
  Value start = getStart();
  Value cleared =
      v.loop(columns.from, columns.to, row, [&](Value column, Value kept) {
        return v.insert(start, kept, place(column));
      });
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
  return v.loops(from, to, cleared, addRow)[0];
}

Value PoolRows::poolColumns(ValueRange plane, ValueRange out, Value row) const {
  SmallVector<Range> rows;
  Value isWhole;
  for (size_t i = 0; i < out.size(); ++i) {
    rows.push_back(getWindowRange(i, out[i], inputs[i]));
    if (isInside(i))
      continue;
    Value isAll = v.both(v.eq(rows[i].from, v.index(0)),
                         v.eq(rows[i].to, v.index(window.kernel[i])));
    isWhole = isWhole ? v.both(isWhole, isAll) : isAll;
  }
  Offsets offsets = listOffsets();
  if (offsets.empty())
    return poolSomeRows(plane, out, rows, row);
  if (!isWhole)
    return poolAllRows(plane, out, offsets, row);
  using Values = SmallVector<Value>;
  return v.ifElse(
      isWhole, [&] { return Values{poolAllRows(plane, out, offsets, row)}; },
      [&] { return Values{poolSomeRows(plane, out, rows, row)}; })[0];
}

//===----------------------------------------------------------------------===//
// Along the columns
//===----------------------------------------------------------------------===//

Value PoolRows::poolRange(Range range, ValueRange out, Value count, Value row,
                          Value tile) const {
  int64_t stride = window.strides.back(), dilation = window.dilations.back(),
          kernel = window.kernel.back();
  AffineExpr d0 = v.b.getAffineDimExpr(0), d1 = v.b.getAffineDimExpr(1);
  return v.loop(range.from, range.to, tile, [&](Value column, Value kept) {
    auto loadAt = [&](Value k) {
      return load(row, v.apply(d0 * stride + d1 * dilation, {column, k}));
    };
    Value sum = loadAt(v.index(0));
    if (kernel <= kMostUnrolled)
      for (int64_t k = 1; k < kernel; ++k)
        sum = combine(sum, loadAt(v.index(k)));
    else
      sum = v.loop(v.index(1), v.index(kernel), sum,
                   [&](Value k, Value old) { return combine(old, loadAt(k)); });
    SmallVector<Value> at(out);
    at.push_back(column);
    if (kind == PoolKind::Max)
      sum = storeElement(v.b, v.loc, sum, element);
    else if (kind == PoolKind::Average)
      sum = finish(sum, count ? count : countElements(at));
    else if (kind == PoolKind::Lp)
      sum = finish(sum, Value());
    return v.insert(sum, kept, at);
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

Value PoolRows::build(ValueRange plane, Value tile) const {
  // All that the windows of a row reach, and some more: never nothing.
  AffineExpr reach = v.b.getAffineDimExpr(0) * window.strides.back() +
                     ((window.kernel.back() - 1) * window.dilations.back() + 1);
  Value size = v.apply(reach, outputs.back()), zero = v.index(0);
  Value row = v.filled(getAsOpFoldResult(size), getStart());
  PoolRows rows = *this;
  rows.columns = {v.max(zero, v.sub(zero, padsBegin.back())),
                  v.min(inputs.back(), v.sub(size, padsBegin.back()))};
  auto body = [&](ValueRange out, ValueRange kept) -> SmallVector<Value> {
    Value pooled = rows.poolColumns(plane, out, kept[0]);
    return {pooled, rows.poolRow(out, pooled, kept[1])};
  };
  return v.loops(getAsOpFoldResult(ArrayRef(outputs).drop_back()), {row, tile},
                 body)[1];
}
