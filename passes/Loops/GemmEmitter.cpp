//===- GemmEmitter.cpp - Register-tiled matrix products -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/GemmEmitter.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "passes/Loops/DotProduct.h"

using namespace mlir;
using namespace onnxc;

// Steps of k in one iteration of the innermost loop.
static constexpr int64_t kUnroll = 4;

/// A tile holds rows * vectors sums, a row of B and one broadcast element of
/// A in registers.
int64_t GemmEmitter::getTileRows() const {
  return (registers.numRegisters - 1 - 2) / 2;
}

int64_t GemmEmitter::getTileVectors(Value rows, int64_t unit,
                                    int64_t panelVectors) const {
  std::optional<int64_t> constant = getConstantIntValue(rows);
  int64_t count = constant ? std::max<int64_t>(*constant, 1) : getTileRows();
  int64_t vectors = (registers.numRegisters - 1) / (count + 1);
  vectors = std::clamp<int64_t>(vectors, 2, 8);
  // What a single row loads is multiplied at once: registers are for sums.
  if (panelVectors && count == 1 && registers.numRegisters >= 16)
    return 8;
  if (panelVectors)
    return std::min<int64_t>(llvm::bit_floor<uint64_t>(vectors), panelVectors);
  return std::max(vectors / unit, int64_t(1)) * unit;
}

Value GemmEmitter::load(const Matrix &m, Value at, Lanes lanes) {
  Value value = v.load(m.elements, at, lanes);
  return m.widen ? m.widen(value) : value;
}

void GemmEmitter::forEachColumnTile(
    Value columns, int64_t vectors,
    function_ref<void(Value, ArrayRef<Lanes>)> body) {
  int64_t width = v.width * vectors;
  SmallVector<Lanes> whole(vectors, v.all());
  Value rest = v.rem(columns, width);
  Value end = v.sub(columns, rest);
  v.loop(v.index(0), end, width, [&](Value j) { body(j, whole); });
  if (std::optional<int64_t> constant = getConstantIntValue(rest)) {
    if (*constant == 0)
      return;
    SmallVector<Lanes> lanes(*constant / v.width, v.all());
    if (*constant % v.width)
      lanes.push_back(v.some(*constant % v.width));
    body(end, lanes);
    return;
  }
  v.ifThen(v.less(v.index(0), rest), [&] {
    SmallVector<Lanes> lanes;
    for (int64_t i = 0; i < vectors; ++i)
      lanes.push_back(v.masked(v.sub(rest, v.index(i * v.width))));
    body(end, lanes);
  });
}

void GemmEmitter::emitTile(const Block &block, const Panel &panel, Value k0,
                           Value kc, Value isFirst, Value isLast, Value i,
                           int64_t tileRows, Value j, ArrayRef<Lanes> lanes) {
  OpBuilder &b = v.b;
  Location loc = v.loc;
  int64_t vectors = lanes.size();
  VectorType type = v.vectorType(sumType);
  SmallVector<Value> rows, offsets, columns;
  for (int64_t r = 0; r < tileRows; ++r) {
    Value row = v.add(block.row, v.add(i, r));
    rows.push_back(v.add(block.a.base, v.add(v.mul(row, block.a.row),
                                             v.mul(k0, block.a.column))));
  }
  auto place = [&](int64_t r, int64_t n) {
    return std::pair(v.add(block.row, v.add(i, r)),
                     v.add(block.column, v.add(j, n * v.width)));
  };
  auto offset = [&](int64_t r, int64_t n) {
    auto [row, column] = place(r, n);
    return block.getOffset(row, column);
  };

  SmallVector<Value> sums(tileRows * vectors, v.zero(sumType));
  if (isFirst) {
    SmallVector<Type> types(sums.size(), type);
    auto op = scf::IfOp::create(b, loc, types, isFirst,
                                /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(op.thenBlock());
    scf::YieldOp::create(b, loc, sums);
    b.setInsertionPointToStart(op.elseBlock());
    SmallVector<Value> loaded;
    for (int64_t r = 0; r < tileRows; ++r)
      for (int64_t n = 0; n < vectors; ++n)
        loaded.push_back(v.load(block.partialSums, offset(r, n), lanes[n]));
    scf::YieldOp::create(b, loc, loaded);
    sums.assign(op.getResults().begin(), op.getResults().end());
  }

  Value firstColumn =
      v.add(panel.base,
            panel.columns ? v.mul(v.div(j, panel.columns), panel.stride) : j);
  // A tile may be a part of a panel, of which it is a divisor.
  if (panel.columns && panel.columns > vectors * v.width)
    firstColumn = v.add(firstColumn, v.rem(j, panel.columns));
  auto columnOffset = [&](int64_t n) -> Value {
    int64_t column = n * v.width;
    if (!panel.columns)
      return v.index(column);
    return v.add(v.mul(panel.stride, column / panel.columns),
                 column % panel.columns);
  };
  auto step = [&](Value k, ValueRange before) {
    SmallVector<Value> next(before);
    SmallVector<Value> right;
    Value rowB = v.add(firstColumn, v.mul(k, panel.pitch));
    for (int64_t n = 0; n < vectors; ++n) {
      Value at = v.add(rowB, columnOffset(n));
      if (dot) {
        right.push_back(dot->loadRight(panel.elements, v.mul(at, group)));
        continue;
      }
      Value loaded =
          v.load(panel.elements, at, panel.isPadded ? v.all() : lanes[n]);
      right.push_back(panel.widen ? panel.widen(loaded) : loaded);
    }
    Value atA = v.mul(k, block.a.column);
    for (int64_t r = 0; r < tileRows; ++r) {
      if (dot) {
        Value left = dot->loadLeft(block.a.elements, v.add(rows[r], atA));
        for (int64_t n = 0; n < vectors; ++n) {
          Value &sum = next[r * vectors + n];
          sum = dot->accumulate(left, right[n], sum);
        }
        continue;
      }
      Value left = v.loadScalar(block.a.elements, v.add(rows[r], atA));
      if (block.a.widen)
        left = block.a.widen(left);
      left = v.splat(left);
      for (int64_t n = 0; n < vectors; ++n) {
        Value &sum = next[r * vectors + n];
        sum = v.multiplyAdd(left, right[n], sum);
      }
    }
    return next;
  };
  // See EmitBlockedConv.cpp.
  int64_t unroll = dot && !registers.dot.accumulates ? 1 : kUnroll;
  Value rest = v.rem(kc, unroll);
  Value end = v.sub(kc, rest);
  sums = v.loop(v.index(0), end, unroll, sums, [&](Value k, ValueRange before) {
    SmallVector<Value> next(before);
    for (int64_t u = 0; u < unroll; ++u)
      next = step(v.add(k, u), next);
    return next;
  });
  sums = v.loop(end, kc, 1, sums, step);

  auto storeAll = [&](bool finish) {
    for (int64_t r = 0; r < tileRows; ++r)
      for (int64_t n = 0; n < vectors; ++n) {
        Value value = sums[r * vectors + n];
        auto [row, column] = place(r, n);
        if (finish)
          value =
              epilogue.apply(v, value, block.getPlace(row, column), lanes[n]);
        v.store(value, finish ? block.output : block.partialSums, offset(r, n),
                lanes[n]);
      }
  };
  if (!isLast)
    return storeAll(true);
  auto op = scf::IfOp::create(b, loc, isLast, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(op.thenBlock()->getTerminator());
  storeAll(true);
  b.setInsertionPoint(op.elseBlock()->getTerminator());
  storeAll(false);
}

void GemmEmitter::emitBlock(const Block &block) {
  std::optional<int64_t> k = getConstantIntValue(block.k);
  int64_t tileRows = getTileRows();
  if (std::optional<int64_t> rows = getConstantIntValue(block.rows))
    tileRows = std::min(tileRows, std::max<int64_t>(*rows, 1));
  int64_t vectors =
      getTileVectors(block.rows, block.vectorUnit, block.panelVectors);
  auto part = [&](Value k0, Value kc, Value isFirst, Value isLast) {
    Panel panel = block.getPanel(k0, kc);
    forEachColumnTile(
        block.columns, vectors, [&](Value j, ArrayRef<Lanes> lanes) {
          v.loopTiles(block.rows, tileRows, [&](Value i, int64_t count) {
            emitTile(block, panel, k0, kc, isFirst, isLast, i, count, j, lanes);
          });
        });
  };
  // A kernel with nothing to sum over still has to write zeros.
  if (k && *k <= block.kBlock)
    return part(v.index(0), block.k, {}, {});
  Value one = v.index(1);
  v.loop(v.index(0), v.max(block.k, one), block.kBlock, [&](Value k0) {
    Value kc = k && *k % block.kBlock == 0
                   ? v.index(block.kBlock)
                   : v.min(v.index(block.kBlock), v.sub(block.k, k0));
    Value isFirst = v.equal(k0, v.index(0));
    Value isLast = v.less(v.sub(block.k, k0), v.index(block.kBlock + 1));
    part(k0, kc, isFirst, isLast);
  });
}

void GemmEmitter::emitDots(const Block &block, Matrix right) {
  int64_t width = v.width;
  v.loopVectors(v.index(0), block.columns, [&](Value j, Lanes lanes) {
    SmallVector<Value> columns;
    Value last = v.sub(block.columns, v.index(1));
    for (int64_t n = 0; n < width; ++n) {
      // The same column again where there are fewer.
      Value column = v.add(j, n);
      if (lanes.mask || lanes.count != width)
        column = v.min(column, last);
      column = v.add(block.column, column);
      columns.push_back(v.add(right.base, v.mul(column, right.column)));
    }
    Value rowA = v.add(block.a.base, v.mul(block.row, block.a.row));
    SmallVector<Value> sums(width, v.zero(sumType));
    auto step = [&](Value k, Lanes part, ValueRange before) {
      SmallVector<Value> next(before);
      Value left = load(block.a, v.add(rowA, k), part);
      for (int64_t n = 0; n < width; ++n)
        next[n] = v.multiplyAdd(left, load(right, v.add(columns[n], k), part),
                                next[n]);
      return next;
    };
    Value rest = v.rem(block.k, width);
    Value end = v.sub(block.k, rest);
    sums =
        v.loop(v.index(0), end, width, sums, [&](Value k, ValueRange before) {
          return step(k, v.all(), before);
        });
    // A mask of no lanes reads nothing. What lies beyond k is 0 in A.
    if (getConstantIntValue(rest) != 0)
      sums = step(end, v.masked(rest), sums);
    SmallVector<Value> transposed = v.transpose(sums);
    Value sum = transposed[0];
    for (Value more : ArrayRef(transposed).drop_front())
      sum = v.addVectors(sum, more);
    Value column = v.add(block.column, j);
    sum = epilogue.apply(v, sum, block.getPlace(block.row, column), lanes);
    v.store(sum, block.output, block.getOffset(block.row, column), lanes);
  });
}

void GemmEmitter::packRows(Matrix m, Value k0, Value kc, Value column,
                           Value columns, Value scratch, int64_t pitch) {
  v.loop(v.index(0), kc, 1, [&](Value k) {
    Value from = v.add(v.add(m.base, column), v.mul(v.add(k0, k), m.row));
    Value to = v.mul(k, pitch);
    v.loopVectors(v.index(0), columns, [&](Value j, Lanes lanes) {
      Value value = load(m, v.add(from, j), lanes);
      v.store(value, scratch, v.add(to, j), v.all());
    });
  });
}

void GemmEmitter::packColumns(Matrix m, Value k0, Value kc, Value column,
                              Value columns, Value scratch, int64_t pitch) {
  int64_t width = v.width;
  Value rest = v.rem(kc, width);
  Value end = v.sub(kc, rest);
  Value last = v.sub(columns, v.index(1));
  v.loop(v.index(0), columns, width, [&](Value j) {
    SmallVector<Value> from;
    for (int64_t n = 0; n < width; ++n) {
      Value at = v.add(column, v.min(v.add(j, n), last));
      from.push_back(v.add(v.add(m.base, k0), v.mul(at, m.column)));
    }
    v.loop(v.index(0), end, width, [&](Value k) {
      SmallVector<Value> rows;
      for (Value at : from)
        rows.push_back(load(m, v.add(at, k), v.all()));
      for (auto [i, row] : llvm::enumerate(v.transpose(rows)))
        v.store(row, scratch, v.add(v.mul(v.add(k, i), pitch), j), v.all());
    });
    v.loop(end, kc, 1, [&](Value k) {
      for (auto [n, at] : llvm::enumerate(from)) {
        Value value = v.loadScalar(m.elements, v.add(at, k));
        if (m.widen)
          value = m.widen(value);
        memref::StoreOp::create(v.b, v.loc, value, scratch,
                                v.add(v.add(v.mul(k, pitch), j), n));
      }
    });
  });
}
