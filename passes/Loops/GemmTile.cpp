//===- GemmTile.cpp - One tile of a matrix product, in registers ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/DotProduct.h"
#include "passes/Loops/GemmEmitter.h"
#include "passes/Loops/Tasks.h"

using namespace mlir;
using namespace onnxc;

// Steps of k in one iteration of the innermost loop.
static constexpr int64_t kUnroll = 4;

/// Where the tile's rows of A begin.
SmallVector<Value> GemmEmitter::getRows(const Part &part, const Tile &tile) {
  const Matrix &a = part.block.a;
  SmallVector<Value> rows;
  for (int64_t r = 0; r < tile.rows; ++r) {
    Value row = v.add(part.block.row, v.add(tile.i, r));
    rows.push_back(
        v.add(a.base, v.add(v.mul(row, a.row), v.mul(part.k0, a.column))));
  }
  return rows;
}

/// Where its columns of B begin.
Value GemmEmitter::getFirstColumn(const Part &part, const Tile &tile) {
  const Panel &panel = part.panel;
  Value j = tile.j;
  Value column =
      v.add(panel.base,
            panel.columns ? v.mul(v.div(j, panel.columns), panel.stride) : j);
  // A tile may be a part of a panel, of which it is a divisor.
  if (panel.columns && panel.columns > int64_t(tile.lanes.size()) * v.width)
    column = v.add(column, v.rem(j, panel.columns));
  return column;
}

/// The tile's columns of a row of B.
SmallVector<Value> GemmEmitter::loadColumns(const Part &part, const Tile &tile,
                                            Value rowB) {
  const Panel &panel = part.panel;
  SmallVector<Value> columns;
  for (auto [n, lanes] : llvm::enumerate(tile.lanes)) {
    int64_t column = n * v.width;
    Value offset = v.index(column);
    if (panel.columns)
      offset = v.add(v.mul(panel.stride, column / panel.columns),
                     column % panel.columns);
    Value at = v.add(rowB, offset);
    if (dot) {
      columns.push_back(dot->loadRight(panel.elements, v.mul(at, group)));
      continue;
    }
    Value loaded = v.load(panel.elements, at, panel.isPadded ? v.all() : lanes);
    columns.push_back(panel.widen ? panel.widen(loaded) : loaded);
  }
  return columns;
}

/// An element of A, or a group of them, for all lanes.
Value GemmEmitter::loadElement(const Part &part, Value at) {
  const Matrix &a = part.block.a;
  if (dot)
    return dot->loadLeft(a.elements, at);
  Value element = v.loadScalar(a.elements, at);
  return v.splat(a.widen ? a.widen(element) : element);
}

SmallVector<Value> GemmEmitter::emitStep(const Part &part, const Tile &tile,
                                         const TileOrigin &origin, Value k,
                                         ValueRange before) {
  SmallVector<Value> next(before);
  SmallVector<Value> right =
      loadColumns(part, tile, v.add(origin.column, v.mul(k, part.panel.pitch)));
  Value atA = v.mul(k, part.block.a.column);
  for (int64_t r = 0; r < tile.rows; ++r) {
    Value left = loadElement(part, v.add(origin.rows[r], atA));
    for (auto [n, factor] : llvm::enumerate(right)) {
      Value &sum = next[r * right.size() + n];
      sum = dot ? dot->accumulate(left, factor, sum)
                : v.multiplyAdd(left, factor, sum);
    }
  }
  return next;
}

void GemmEmitter::emitTile(const Part &part, const Tile &tile) {
  const Block &block = part.block;
  size_t vectors = tile.lanes.size();
  TileOrigin origin{getRows(part, tile), {}};
  auto place = [&](size_t sum) {
    return std::pair(
        v.add(block.row, v.add(tile.i, int64_t(sum / vectors))),
        v.add(block.column, v.add(tile.j, int64_t(sum % vectors) * v.width)));
  };
  auto offset = [&](size_t sum) {
    auto [row, column] = place(sum);
    return block.getOffset(row, column);
  };
  SmallVector<Value> sums =
      beginSums(v, part.isFirst, sumType, tile.rows * vectors, [&](size_t sum) {
        return v.load(block.partialSums, offset(sum),
                      tile.lanes[sum % vectors]);
      });

  origin.column = getFirstColumn(part, tile);
  auto step = [&](Value k, ValueRange before) {
    return emitStep(part, tile, origin, k, before);
  };
  // Sums of products that an instruction does not add are regrouped where
  // there are several in a row, and spill.
  int64_t unroll = dot && !registers.dot.accumulates ? 1 : kUnroll;
  Value end = v.sub(part.kc, v.rem(part.kc, unroll));
  sums = v.loop(v.index(0), end, unroll, sums, [&](Value k, ValueRange before) {
    SmallVector<Value> next(before);
    for (int64_t u = 0; u < unroll; ++u)
      next = step(v.add(k, u), next);
    return next;
  });
  sums = v.loop(end, part.kc, 1, sums, step);

  endSums(v, part.isLast, [&](bool finish) {
    for (size_t sum = 0; sum < sums.size(); ++sum) {
      Lanes lanes = tile.lanes[sum % vectors];
      Value value = sums[sum];
      if (finish) {
        auto [row, column] = place(sum);
        value = epilogue.apply(v, value, block.getPlace(row, column), lanes);
      }
      v.store(value, finish ? block.output : block.partialSums, offset(sum),
              lanes);
    }
  });
}
