//===- UnpackedRows.cpp - A few rows times weights of a few bits ----------===//
//
// Of few rows, reading B takes the time. A tile is some rows and the columns of
// a panel. Block by block, each word is loaded once and taken apart in
// registers; an element of it is multiplied by those of the rows as soon as it
// is a float. The scales come in at a block's end:
//
//   sums += scales * (sum over the block of a[k] * (q[k] - zeros))
//
// The difference is exact. Of 4 bits a vector of elements costs a shift, a
// mask, a conversion, a subtraction, and a multiplication for each row.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/QuantizedPanels.h"

using namespace mlir;
using namespace onnxc;

namespace {

/// Some rows and the columns of a panel. Sums are row by row, a vector each.
class TileEmitter {
public:
  TileEmitter(VectorBuilder &v, const QuantizedPanels &panels,
              const GemmEmitter::Block &block, Value firstRow, int64_t rows,
              Value panel)
      : v(v), panels(panels), a(block.a), panel(panel) {
    for (int64_t r = 0; r < rows; ++r) {
      Value row = v.add(block.row, v.add(firstRow, r));
      lefts.push_back(v.add(a.base, v.mul(row, a.row)));
    }
  }

  SmallVector<Value> emit(int64_t depth) const;

private:
  SmallVector<Value> getZeroSums() const {
    return SmallVector<Value>(lefts.size() * panels.getNumVectors(),
                              v.zero(v.b.getF32Type()));
  }
  SmallVector<Value> emitWord(Value word, int64_t count, ValueRange zeros,
                              ValueRange before) const;
  SmallVector<Value> emitScaleBlock(Value number, int64_t count,
                                    ValueRange before) const;

  VectorBuilder &v;
  const QuantizedPanels &panels;
  const Matrix &a;
  Value panel;
  /// Where the rows of A begin.
  SmallVector<Value> lefts;
};

/// Adds the products of the first `count` elements of a word.
SmallVector<Value> TileEmitter::emitWord(Value word, int64_t count,
                                         ValueRange zeros,
                                         ValueRange before) const {
  SmallVector<Value> sums(before);
  SmallVector<Value> words = panels.loadWords(panel, word);
  Value k = v.mul(word, panels.getQuants().getElementsOfWord());
  for (int64_t i = 0; i < count; ++i) {
    SmallVector<Value> right;
    for (auto [packed, zero] : llvm::zip(words, zeros))
      right.push_back(panels.unpack(packed, i, zero));
    for (auto [r, row] : llvm::enumerate(lefts)) {
      Value element =
          v.loadScalar(a.elements, v.add(row, v.mul(v.add(k, i), a.column)));
      Value left = v.splat(a.widen ? a.widen(element) : element);
      for (auto [n, factor] : llvm::enumerate(right)) {
        Value &sum = sums[r * right.size() + n];
        sum = v.multiplyAdd(left, factor, sum);
      }
    }
  }
  return sums;
}

/// Adds the products of the first `count` elements of a scale's block.
SmallVector<Value> TileEmitter::emitScaleBlock(Value number, int64_t count,
                                               ValueRange before) const {
  plan::QuantsAttr quants = panels.getQuants();
  int64_t perWord = quants.getElementsOfWord();
  SmallVector<Value> zeros = panels.loadZeros(panel, number);
  Value first = v.mul(number, quants.getWordsOfBlock());
  SmallVector<Value> sums = getZeroSums();
  auto step = [&](Value word, ValueRange so) {
    return emitWord(v.add(first, word), perWord, zeros, so);
  };
  int64_t whole = count / perWord;
  sums = v.loop(v.index(0), v.index(whole), 1, sums, step);
  if (int64_t rest = count % perWord)
    sums = emitWord(v.add(first, whole), rest, zeros, sums);
  SmallVector<Value> scales = panels.loadScales(panel, number), after(before);
  for (auto [i, sum] : llvm::enumerate(sums))
    after[i] = v.multiplyAdd(scales[i % scales.size()], sum, after[i]);
  return after;
}

SmallVector<Value> TileEmitter::emit(int64_t depth) const {
  int64_t size = panels.getQuants().getBlock(), whole = depth / size;
  SmallVector<Value> sums =
      v.loop(v.index(0), v.index(whole), 1, getZeroSums(),
             [&](Value number, ValueRange before) {
               return emitScaleBlock(number, size, before);
             });
  if (int64_t rest = depth % size)
    sums = emitScaleBlock(v.index(whole), rest, sums);
  return sums;
}

} // namespace

void onnxc::emitUnpackedRows(VectorBuilder &v, const QuantizedPanels &panels,
                             const GemmEmitter::Block &block, int64_t depth,
                             int64_t tileRows, bool isWhole,
                             Epilogue &epilogue) {
  int64_t columns = panels.getColumns();
  int64_t vectors = panels.getNumVectors();
  auto emitPanel = [&](Value j, ArrayRef<Lanes> lanes) {
    Value panel = v.div(v.add(block.column, j), columns);
    v.loopTiles(block.rows, tileRows, [&](Value i, int64_t rows) {
      TileEmitter tile(v, panels, block, i, rows, panel);
      for (auto [at, sum] : llvm::enumerate(tile.emit(depth))) {
        int64_t n = int64_t(at) % vectors;
        if (lanes[n].count <= 0)
          continue;
        Value row = v.add(block.row, v.add(i, int64_t(at) / vectors));
        Value column = v.add(block.column, v.add(j, n * v.width));
        Value value =
            epilogue.apply(v, sum, block.getPlace(row, column), lanes[n]);
        v.store(value, block.output, block.getOffset(row, column), lanes[n]);
      }
    });
  };
  SmallVector<Lanes> all(vectors, v.all());
  if (isWhole)
    return v.loop(v.index(0), block.columns, columns,
                  [&](Value j) { emitPanel(j, all); });
  Value rest = v.rem(block.columns, columns);
  Value end = v.sub(block.columns, rest);
  v.loop(v.index(0), end, columns, [&](Value j) { emitPanel(j, all); });
  v.ifThen(v.less(v.index(0), rest), [&] {
    SmallVector<Lanes> some;
    for (int64_t n = 0; n < vectors; ++n)
      some.push_back(v.masked(v.sub(rest, v.index(n * v.width))));
    emitPanel(end, some);
  });
}
