//===- QuantizedPanels.h - Second factors of a few bits an element --------===//
//
// Words of 32 bits lie in panels of columns, [panels, words, columns], so that
// a vector of words holds the same elements of neighbouring columns, and a
// shift and a mask make a vector of one of them. Scales and zero points lie
// beside them, [panels, blocks, columns].
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_QUANTIZEDPANELS_H
#define ONNXC_PASSES_LOOPS_QUANTIZEDPANELS_H

#include "dialects/plan/Contractions.h"
#include "passes/Loops/GemmEmitter.h"

namespace onnxc {

class QuantizedPanels {
public:
  /// The buffers of a product that is marked with `quants`; `zeros` may be
  /// null.
  QuantizedPanels(VectorBuilder &v, plan::QuantsAttr quants, mlir::Value words,
                  mlir::Value scales, mlir::Value zeros);

  plan::QuantsAttr getQuants() const { return quants; }
  int64_t getColumns() const { return columns; }
  /// Of a row of a panel.
  int64_t getNumVectors() const { return columns / v.width; }

  /// The vectors of all columns of a panel: a word, and of a block the scales
  /// and the zero points as floats.
  mlir::SmallVector<mlir::Value> loadWords(mlir::Value panel,
                                           mlir::Value word) const;
  mlir::SmallVector<mlir::Value> loadScales(mlir::Value panel,
                                            mlir::Value block) const;
  mlir::SmallVector<mlir::Value> loadZeros(mlir::Value panel,
                                           mlir::Value block) const;
  /// Element `i` of each word as a float, its zero point taken away.
  mlir::Value unpack(mlir::Value words, int64_t i, mlir::Value zeros) const;

private:
  mlir::SmallVector<mlir::Value> load(mlir::Value row, mlir::Value panel,
                                      int64_t count, mlir::Value at) const;

  VectorBuilder &v;
  plan::QuantsAttr quants;
  int64_t columns, numWords, numBlocks;
  mlir::Value words, scales, zeros;
};

/// Computes a block of at most a few rows, each element of B unpacked in
/// registers where it is multiplied: `tileRows` rows at a time. `isWhole` says
/// that the block ends where a panel does.
void emitUnpackedRows(VectorBuilder &v, const QuantizedPanels &panels,
                      const GemmEmitter::Block &block, int64_t depth,
                      int64_t tileRows, bool isWhole, Epilogue &epilogue);

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_QUANTIZEDPANELS_H
