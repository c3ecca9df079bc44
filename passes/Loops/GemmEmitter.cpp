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

void GemmEmitter::emitBlock(const Block &block) {
  std::optional<int64_t> k = getConstantIntValue(block.k);
  int64_t tileRows = getTileRows(registers);
  if (std::optional<int64_t> rows = getConstantIntValue(block.rows))
    tileRows = std::min(tileRows, std::max<int64_t>(*rows, 1));
  int64_t vectors = getTileVectors(registers, getConstantIntValue(block.rows),
                                   block.vectorUnit, block.panelVectors);
  auto emitPart = [&](Value k0, Value kc, Value isFirst, Value isLast) {
    Panel panel = block.getPanel(k0, kc);
    Part part{block, panel, k0, kc, isFirst, isLast};
    forEachColumnTile(
        block.columns, vectors, [&](Value j, ArrayRef<Lanes> lanes) {
          v.loopTiles(block.rows, tileRows, [&](Value i, int64_t count) {
            emitTile(part, {i, count, j, lanes});
          });
        });
  };
  // A kernel with nothing to sum over still has to write zeros.
  if (k && *k <= block.kBlock)
    return emitPart(v.index(0), block.k, {}, {});
  Value one = v.index(1);
  v.loop(v.index(0), v.max(block.k, one), block.kBlock, [&](Value k0) {
    Value kc = k && *k % block.kBlock == 0
                   ? v.index(block.kBlock)
                   : v.min(v.index(block.kBlock), v.sub(block.k, k0));
    Value isFirst = v.equal(k0, v.index(0));
    Value isLast = v.less(v.sub(block.k, k0), v.index(block.kBlock + 1));
    emitPart(k0, kc, isFirst, isLast);
  });
}

SmallVector<Value> GemmEmitter::emitDotStep(const Block &block,
                                            const Matrix &right, Value rowA,
                                            ValueRange columns, Value k,
                                            Lanes lanes, ValueRange before) {
  SmallVector<Value> next(before);
  Value left = load(block.a, v.add(rowA, k), lanes);
  for (auto [sum, column] : llvm::zip(next, columns))
    sum = v.multiplyAdd(left, load(right, v.add(column, k), lanes), sum);
  return next;
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
      return emitDotStep(block, right, rowA, columns, k, part, before);
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
