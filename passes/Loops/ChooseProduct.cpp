//===- ChooseProduct.cpp - Blocks and tiles of a matrix product -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ChooseProduct.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"

using namespace onnxc;
using namespace onnxc::blocking;

namespace onnxc {
#define ONNXC_STORAGE(NAME, IS_COPIED) bool takes##NAME(const ProductShape &);
#include "passes/Loops/Storages.def"
} // namespace onnxc

static std::optional<Storage> chooseStorage(const ProductShape &shape) {
#define ONNXC_STORAGE(NAME, IS_COPIED)                                         \
  if (takes##NAME(shape))                                                      \
    return Storage::NAME;
#include "passes/Loops/Storages.def"
  return std::nullopt;
}

static bool isCopied(Storage storage) {
  switch (storage) {
#define ONNXC_STORAGE(NAME, IS_COPIED)                                         \
  case Storage::NAME:                                                          \
    return IS_COPIED;
#include "passes/Loops/Storages.def"
  }
  llvm_unreachable("not in Storages.def");
}

int64_t onnxc::getTileRows(const RegisterFile &registers) {
  return std::max<int64_t>((registers.numRegisters - 1 - 2) / 2, 1);
}

int64_t onnxc::getTileVectors(const RegisterFile &registers, Size rows,
                              int64_t unit, int64_t panelVectors) {
  int64_t count = rows ? std::max<int64_t>(*rows, 1) : getTileRows(registers);
  int64_t vectors = (registers.numRegisters - 1) / (count + 1);
  vectors = std::clamp<int64_t>(vectors, 2, 8);
  // What a single row loads is multiplied at once: registers are for sums.
  if (panelVectors && count == 1 && registers.numRegisters >= 16)
    return 8;
  if (panelVectors)
    return std::min<int64_t>(llvm::bit_floor<uint64_t>(vectors), panelVectors);
  return std::max(vectors / unit, int64_t(1)) * unit;
}

bool onnxc::isEmittedElement(bool isFloat, unsigned elementBits,
                             const RegisterFile &registers) {
  bool hasRegisters = registers.hasVectors || elementBits == 32;
  return (elementBits == 32 || (isFloat && elementBits == 64)) &&
         hasRegisters && registers.vectorBits >= 2 * int64_t(elementBits);
}

/// Sets the lanes of a vector and the registers that tiles have.
static void chooseLanes(const ProductShape &shape, ProductChoice &choice) {
  RegisterFile &registers = choice.registers;
  choice.lanes = registers.vectorBits / shape.elementBits;
  if (registers.hasVectors || !shape.isInteger)
    return;
  choice.lanes = registers.getIntegerLanes(choice.lanes);
  registers.numRegisters =
      3 + 2 * std::max<int64_t>(registers.getIntegerRows(choice.lanes) / 2, 1);
}

/// What parts of the depth are multiples of.
static int64_t getDepthUnit(const ProductShape &shape) {
  return shape.quantBits ? std::max<int64_t>(32 / shape.quantBits, 4) : 4;
}

/// Of a tile that takes words apart: it holds two sums of each element, the
/// words and zero points of its columns, an element of them and one of A.
static int64_t chooseUnpackedRows(const RegisterFile &registers,
                                  int64_t vectors) {
  int64_t rows = (registers.numRegisters - 4 - 2 * vectors) / (2 * vectors);
  return std::clamp<int64_t>(rows, 1, 4);
}

/// Evenly, in steps that the innermost loop unrolls, or in whole words.
static int64_t chooseDepth(Size depth, int64_t most, int64_t unit) {
  if (!depth)
    return most;
  int64_t parts = std::max<int64_t>(1, llvm::divideCeil(*depth, most));
  return llvm::alignTo(std::max<int64_t>(1, llvm::divideCeil(*depth, parts)),
                       unit);
}

/// The copy of a block of B, if there is any: rows of whole vectors, which
/// tiles and copies may reach past in the last one.
static void chooseScratch(const ProductShape &shape, int64_t tileColumns,
                          ProductChoice &choice) {
  int64_t columns = choice.columns.size;
  if (!shape.isRowMajor && !choice.isDots)
    columns = llvm::alignTo(columns, choice.lanes);
  choice.pitch = getPitch(columns, shape.elementBits);
  int64_t rows = choice.depth;
  if (shape.depth)
    rows = std::min(rows, std::max<int64_t>(*shape.depth, 1));
  if (shape.quantBits)
    rows = llvm::alignTo(rows, getDepthUnit(shape));
  bool isNeeded = isCopied(choice.storage) && !choice.isDots &&
                  !(shape.quantBits && shape.hasFewRows());
  choice.scratch = isNeeded ? rows * choice.pitch + 2 * tileColumns : 0;
}

/// The copy of a small B costs little.
static int64_t chooseRowsInPlace(const ProductShape &shape,
                                 const ProductChoice &choice) {
  Size elements = multiply(shape.depth, shape.columns);
  if (shape.rows || !choice.scratch || shape.quantBits ||
      (elements && *elements < kSmallFactor))
    return 0;
  if (shape.isRowMajor)
    return kFewRows;
  return shape.isLeftRowMajor && shape.keepsZero ? kDotRows : 0;
}

std::optional<ProductChoice>
onnxc::chooseProduct(const ProductShape &shape, const RegisterFile &registers) {
  ProductChoice choice;
  choice.registers = registers;
  chooseLanes(shape, choice);
  std::optional<Storage> storage = chooseStorage(shape);
  if (!storage || shape.panelColumns % choice.lanes)
    return std::nullopt;
  choice.storage = *storage;
  choice.isDots = shape.isColumnMajor && shape.rows &&
                  *shape.rows <= kDotRows && shape.isLeftRowMajor &&
                  shape.keepsZero;

  // Tiles are of whole panels, or parts of one where that has many vectors, as
  // it has for integers without vectors.
  bool isPacked = shape.panelColumns != 0;
  choice.panelVectors = shape.panelColumns / choice.lanes;
  bool isWholePanel =
      choice.panelVectors <= 2 && (registers.hasVectors || !shape.isInteger);
  choice.vectorUnit = isPacked && isWholePanel ? choice.panelVectors : 1;
  if (isWholePanel)
    choice.panelVectors = 0;
  // Tasks begin where a panel does.
  int64_t tileColumns =
      std::max(getTileVectors(choice.registers, shape.rows, choice.vectorUnit,
                              choice.panelVectors) *
                   choice.lanes,
               shape.panelColumns);

  // B's scratch has half of the stack.
  int64_t room = registers.stackBytes * 4 / shape.elementBits;
  bool hasRoom = room >= kDepth * kColumns;
  bool isDirect = shape.hasFewRows() && (isPacked || shape.isRowMajor);
  int64_t most = hasRoom ? kColumns : 4 * choice.lanes;
  // Several tasks, unless there is little to do.
  if (isDirect || choice.isDots)
    most = std::max<int64_t>(
        kProductGrain / std::max<int64_t>(1, shape.rows.value_or(32) *
                                                 shape.depth.value_or(256)),
        64);
  // Whole tiles, unless the stack has no room for B's part of them.
  bool areWhole = isPacked || isDirect || choice.isDots || hasRoom;
  choice.columns = areWhole ? cutInUnits(shape.columns, most, tileColumns)
                            : cut(shape.columns, most, tileColumns);
  choice.rows =
      cut(shape.rows, kRows, shape.rows ? 1 : getTileRows(choice.registers));
  if (isDirect)
    choice.depth = std::max<int64_t>(shape.depth.value_or(kWholeDepth), 1);
  else
    choice.depth = chooseDepth(
        shape.depth,
        hasRoom ? kDepth : std::max<int64_t>(room / (8 * choice.lanes), 1),
        getDepthUnit(shape));
  if (shape.quantBits)
    choice.unpackedRows =
        chooseUnpackedRows(choice.registers, shape.panelColumns / choice.lanes);
  chooseScratch(shape, tileColumns, choice);
  choice.rowsInPlace = chooseRowsInPlace(shape, choice);
  return choice;
}
