//===- GemmEmitter.h - Register-tiled matrix products ---------------------===//
//
// C = A * B in blocks: a task computes some rows and columns of C; B's part of
// it is copied into a scratch that fits the cache, and tiles of C stay in
// registers for the whole part of k.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_GEMMEMITTER_H
#define ONNXC_PASSES_LOOPS_GEMMEMITTER_H

#include "passes/Loops/ChooseProduct.h"
#include "passes/Loops/Epilogue.h"

namespace onnxc {

/// A matrix in a row of elements: element (i, j) at base + i * row + j *
/// column.
struct Matrix {
  mlir::Value elements, base, row, column;
  /// From a loaded element (or vector of them) to the factor; may be null.
  std::function<mlir::Value(mlir::Value)> widen;
};

/// Columns of B as the innermost loops read them: those of row k from a column
/// on at base + k * pitch + column. Where B lies in panels of `columns` each,
/// `stride` apart, the place is base + column / columns * stride + k * pitch +
/// column % columns.
struct Panel {
  mlir::Value elements, base, pitch;
  std::function<mlir::Value(mlir::Value)> widen;
  /// Whether vectors may be read whole past the last column.
  bool isPadded = true;
  int64_t columns = 0;
  mlir::Value stride = {};
};

class DotProduct;

class GemmEmitter {
public:
  /// With `dot`, each step of k takes a group of both factors, and B's places
  /// count groups.
  GemmEmitter(VectorBuilder &v, const RegisterFile &registers,
              Epilogue &epilogue, mlir::Type sumType,
              const DotProduct *dot = nullptr, int64_t group = 1)
      : v(v), registers(registers), epilogue(epilogue), sumType(sumType),
        dot(dot), group(group) {}

  /// One task's block of C: rows [row, row + rows), columns [column, column +
  /// columns), sums over all of k.
  struct Block {
    mlir::Value row, rows, column, columns, k;
    /// How much of k at a time; a multiple of kUnit.
    int64_t kBlock, kUnit = 1;
    /// The least number of vectors a row of a tile is a multiple of.
    int64_t vectorUnit = 1;
    /// Of a panel that rows of a tile are parts of; 0 where they are not.
    int64_t panelVectors = 0;
    Matrix a;
    /// Brings B's rows [k0, k0 + kc) of the block's columns to where the
    /// innermost loops read them.
    std::function<Panel(mlir::Value k0, mlir::Value kc)> getPanel;
    /// The indices of the result's groups of loops at (row, column).
    std::function<llvm::SmallVector<mlir::Value>(mlir::Value, mlir::Value)>
        getPlace;
    /// Where C's element (row, column) is in the output, given these.
    std::function<mlir::Value(mlir::Value, mlir::Value)> getOffset;
    mlir::Value output, partialSums;
  };
  void emitBlock(const Block &block);

  /// One row of C by dot products along k, where B's columns are contiguous.
  void emitDots(const Block &block, Matrix b);

  /// Copies B's rows [k0, k0 + kc), columns [column, column + columns) into
  /// scratch rows of `pitch` elements.
  void packRows(Matrix b, mlir::Value k0, mlir::Value kc, mlir::Value column,
                mlir::Value columns, mlir::Value scratch, int64_t pitch);
  /// The same where B is contiguous along k.
  void packColumns(Matrix b, mlir::Value k0, mlir::Value kc, mlir::Value column,
                   mlir::Value columns, mlir::Value scratch, int64_t pitch);

  mlir::Type getSumType() const { return sumType; }

  VectorBuilder &v;

private:
  /// Rows [k0, k0 + kc) of B's part of a block. Partial sums come before them
  /// and after them, unless isFirst or isLast; null where there is one part.
  struct Part {
    const Block &block;
    const Panel &panel;
    mlir::Value k0, kc, isFirst, isLast;
  };
  /// Rows [i, i + rows) and, from column j on, the lanes of some vectors.
  struct Tile {
    mlir::Value i;
    int64_t rows;
    mlir::Value j;
    llvm::ArrayRef<Lanes> lanes;
  };
  /// Where a tile's rows of A and its columns of B begin.
  struct TileOrigin {
    llvm::SmallVector<mlir::Value> rows;
    mlir::Value column;
  };

  mlir::Value load(const Matrix &m, mlir::Value at, Lanes lanes);
  void emitTile(const Part &part, const Tile &tile);
  llvm::SmallVector<mlir::Value> getRows(const Part &part, const Tile &tile);
  mlir::Value getFirstColumn(const Part &part, const Tile &tile);
  llvm::SmallVector<mlir::Value> emitStep(const Part &part, const Tile &tile,
                                          const TileOrigin &origin,
                                          mlir::Value k,
                                          mlir::ValueRange before);
  llvm::SmallVector<mlir::Value> loadColumns(const Part &part, const Tile &tile,
                                             mlir::Value rowB);
  mlir::Value loadElement(const Part &part, mlir::Value at);
  llvm::SmallVector<mlir::Value>
  emitDotStep(const Block &block, const Matrix &right, mlir::Value rowA,
              mlir::ValueRange columns, mlir::Value k, Lanes lanes,
              mlir::ValueRange before);
  void forEachColumnTile(
      mlir::Value columns, int64_t vectors,
      llvm::function_ref<void(mlir::Value, llvm::ArrayRef<Lanes>)> body);

  RegisterFile registers;
  Epilogue &epilogue;
  mlir::Type sumType;
  const DotProduct *dot;
  int64_t group;
};

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_GEMMEMITTER_H
