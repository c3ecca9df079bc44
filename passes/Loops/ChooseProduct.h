//===- ChooseProduct.h - Blocks and tiles of a matrix product -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_CHOOSEPRODUCT_H
#define ONNXC_PASSES_LOOPS_CHOOSEPRODUCT_H

#include "passes/Loops/Blocking.h"

namespace onnxc {

/// What is known of a product C = A B before it is emitted.
struct ProductShape {
  Size rows, columns, depth;
  /// Of a panel of B; 0 where it is a matrix.
  int64_t panelColumns = 0;
  /// Bits of an element of B, and elements that share a scale; 0 where they are
  /// numbers like others.
  int64_t quantBits = 0;
  /// Whether neighbours in the matrix B are neighbours of a row, or of a
  /// column; neither of panels.
  bool isRowMajor = false, isColumnMajor = false;
  /// Whether neighbours in A are neighbours of a row.
  bool isLeftRowMajor = false;
  /// Whether factors are 0 where their elements are.
  bool keepsZero = true;
  bool isInteger = false;
  unsigned elementBits = 32;

  bool hasFewRows() const { return rows && *rows <= blocking::kFewRows; }
};

/// How the innermost loops find the second factor; Storages.def lists them.
enum class Storage {
#define ONNXC_STORAGE(NAME, IS_COPIED) NAME,
#include "passes/Loops/Storages.def"
};

struct ProductChoice {
  int64_t lanes;
  /// What a tile may fill.
  RegisterFile registers;
  /// Whether each element is a dot product of a row and a column.
  bool isDots;
  Storage storage;
  /// What a task computes.
  Cut rows, columns;
  /// How much of the depth at a time.
  int64_t depth;
  /// The least number of vectors a row of a tile is a multiple of, and of a
  /// panel that rows of a tile are parts of; 0 where they are not.
  int64_t vectorUnit, panelVectors;
  /// Of B's copy, where it is made: the length of a row, and of all of it.
  int64_t pitch, scratch;
  /// Of quantised panels: rows that are multiplied as they are unpacked, at
  /// most so many at once; more make a copy pay.
  int64_t unpackedRows = 0;
  /// Where the number of rows is free: up to so many are multiplied by B where
  /// it lies, as if they were known, and only more by its copy.
  int64_t rowsInPlace = 0;
};

/// None where no loops are made for it.
std::optional<ProductChoice> chooseProduct(const ProductShape &shape,
                                           const RegisterFile &registers);

/// Rows of a tile. It holds rows * vectors sums, a row of B and one broadcast
/// element of A in registers.
int64_t getTileRows(const RegisterFile &registers);
/// Vectors a row of a tile, a multiple of `unit`, or a power of two that
/// divides `panelVectors`; more when C has few rows.
int64_t getTileVectors(const RegisterFile &registers, Size rows,
                       int64_t unit = 1, int64_t panelVectors = 0);

/// Whether sums of such elements stay in registers of the machine.
bool isEmittedElement(bool isFloat, unsigned elementBits,
                      const RegisterFile &registers);

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_CHOOSEPRODUCT_H
