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

#include "dialects/plan/MachineModel.h"
#include "passes/Loops/Epilogue.h"

namespace onnxc {

/// The registers of a machine as those see them who keep tiles there.
struct RegisterFile {
  int64_t vectorBits;
  int64_t numRegisters;
  /// Without, a vector is some f32 registers side by side.
  bool hasVectors;
  /// What a task may keep on the stack.
  int64_t stackBytes;
  DotInstruction dot;
  /// What holds sums of integers where there are no vectors.
  int64_t numIntegers;

  explicit RegisterFile(const MachineModel &machine)
      : vectorBits(machine.getTileBits()),
        numRegisters(machine.getNumTileRegisters()),
        hasVectors(machine.vectorBits > 0), stackBytes(machine.stackBytes),
        dot(machine.dot), numIntegers(machine.numIntegerRegisters) {}

  /// The same registers, several taken for one, where vectors have so many
  /// bits.
  RegisterFile ofBits(int64_t bits) const {
    RegisterFile result = *this;
    if (bits > vectorBits) {
      result.vectorBits = bits;
      result.numRegisters = numRegisters * vectorBits / bits;
    }
    return result;
  }

  /// How many sums lie side by side, and how many rows of them there are, in a
  /// tile of integers without vectors; the rest holds factors and addresses.
  int64_t getIntegerLanes(int64_t most) const {
    return dot.takesScalars() ? std::min<int64_t>(most, 2) : most;
  }
  int64_t getIntegerRows(int64_t lanes) const {
    return std::max<int64_t>((numIntegers - lanes - 6) / lanes, 1);
  }
};

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
  GemmEmitter(VectorBuilder &v, RegisterFile registers, Epilogue &epilogue,
              mlir::Type sumType, const DotProduct *dot = nullptr,
              int64_t group = 1)
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

  int64_t getTileRows() const;
  /// Vectors a row of a tile, a multiple of `unit`, or a power of two that
  /// divides `panelVectors`; more when C has few rows.
  int64_t getTileVectors(mlir::Value rows, int64_t unit = 1,
                         int64_t panelVectors = 0) const;

  VectorBuilder &v;

private:
  mlir::Value load(const Matrix &m, mlir::Value at, Lanes lanes);
  void emitTile(const Block &block, const Panel &panel, mlir::Value k0,
                mlir::Value kc, mlir::Value isFirst, mlir::Value isLast,
                mlir::Value i, int64_t tileRows, mlir::Value j,
                llvm::ArrayRef<Lanes> lanes);
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
