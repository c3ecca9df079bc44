//===- ChooseProductTest.cpp - Blocks and tiles of matrix products --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ChooseProduct.h"
#include "Machines.h"
#include "llvm/Support/MathExtras.h"

using namespace onnxc;

TEST_CASE("tiles of products are in registers") {
  for (const Core &core : getCores()) {
    INFO(core.name);
    int64_t most = getTileRows(core.registers);
    REQUIRE(most >= 1);
    if (core.registers.numRegisters < 5)
      continue;
    for (int64_t rows = 1; rows <= 100; ++rows) {
      int64_t vectors = getTileVectors(core.registers, rows);
      int64_t tile = std::min(rows, most);
      CHECK(tile * vectors + vectors + 1 <= core.registers.numRegisters);
    }
  }
}

TEST_CASE("known tiles of products") {
  RegisterFile avx2;
  CHECK(getTileRows(avx2) == 6);
  CHECK(getTileVectors(avx2, 512) == 2);
  CHECK(getTileVectors(avx2, 1) == 7);
  CHECK(getTileVectors(avx2, 1, /*unit=*/2) == 6);
}

namespace {

ProductShape makeShape(RandomSizes &sizes, const RegisterFile &registers) {
  ProductShape shape;
  shape.rows = sizes.getSize();
  shape.columns = sizes.getSize();
  shape.depth = sizes.getSize();
  shape.isInteger = sizes.get(0, 1);
  shape.elementBits =
      !shape.isInteger && registers.hasVectors ? sizes.pick({32, 64}) : 32;
  int64_t kind = sizes.get(0, 3);
  shape.isRowMajor = kind == 0;
  shape.isColumnMajor = kind == 1;
  if (kind == 3 && !shape.isInteger && shape.elementBits == 32) {
    shape.quantBits = sizes.pick({2, 4, 8});
    shape.keepsZero = false;
  }
  if (kind >= 2)
    shape.panelColumns = 2 * registers.vectorBits / 32;
  shape.isLeftRowMajor = sizes.get(0, 1);
  return shape;
}

/// The copy of B has room for all that is written and read of it, and the stack
/// for the copy.
void checkScratch(const ProductShape &shape, const ProductChoice &choice,
                  const RegisterFile &registers) {
  if (!choice.scratch)
    return;
  int64_t rows = choice.depth;
  if (shape.depth)
    rows = std::min(rows, std::max<int64_t>(*shape.depth, 1));
  if (shape.quantBits)
    rows = llvm::alignTo(rows, 32 / shape.quantBits);
  CHECK(choice.pitch >= choice.columns.size);
  int64_t tile =
      choice.lanes * getTileVectors(choice.registers, shape.rows,
                                    choice.vectorUnit, choice.panelVectors);
  CHECK((rows - 1) * choice.pitch +
            int64_t(llvm::alignTo(choice.columns.size, tile)) <=
        choice.scratch);
  CHECK(choice.scratch * shape.elementBits / 8 <= registers.stackBytes);
}

} // namespace

TEST_CASE("blocks of products cover them and fit") {
  RandomSizes sizes(4);
  for (const Core &core : getCores())
    for (int i = 0; i < 3000; ++i) {
      ProductShape shape = makeShape(sizes, core.registers);
      INFO(core.name << ": " << shape.rows.value_or(-1) << " x "
                     << shape.depth.value_or(-1) << " x "
                     << shape.columns.value_or(-1) << ", " << shape.elementBits
                     << " bits, panels of " << shape.panelColumns
                     << ", row-major " << shape.isRowMajor);
      std::optional<ProductChoice> choice =
          chooseProduct(shape, core.registers);
      REQUIRE(choice);
      CHECK(choice->lanes >= 1);
      CHECK(choice->depth >= 1);
      checkCut(choice->rows, shape.rows, blocking::kRows);
      checkCut(choice->columns, shape.columns, INT64_MAX);
      if (shape.panelColumns)
        CHECK(choice->columns.size % shape.panelColumns == 0);
      if (shape.quantBits)
        CHECK(choice->unpackedRows >= 1);
      checkScratch(shape, *choice, core.registers);
    }
}

TEST_CASE("how the second factor is read") {
  ProductShape shape;
  shape.rows = shape.columns = shape.depth = 64;
  CHECK(!chooseProduct(shape, RegisterFile()));
  shape.isRowMajor = true;
  CHECK(chooseProduct(shape, RegisterFile())->storage == Storage::CopiedRows);
  shape.rows = 4;
  CHECK(chooseProduct(shape, RegisterFile())->storage == Storage::InPlace);
  shape.isRowMajor = false;
  shape.isColumnMajor = true;
  CHECK(chooseProduct(shape, RegisterFile())->storage ==
        Storage::CopiedColumns);
  CHECK(!chooseProduct(shape, RegisterFile())->isDots);
  shape.isLeftRowMajor = true;
  CHECK(chooseProduct(shape, RegisterFile())->isDots);
  shape.isColumnMajor = false;
  shape.panelColumns = 16;
  CHECK(chooseProduct(shape, RegisterFile())->storage == Storage::Panels);
  shape.quantBits = 4;
  CHECK(chooseProduct(shape, RegisterFile())->storage == Storage::Quants);
  CHECK(chooseProduct(shape, RegisterFile())->scratch == 0);
  shape.rows = 64;
  CHECK(chooseProduct(shape, RegisterFile())->scratch > 0);
  shape.quantBits = 0;
  shape.panelColumns = 12;
  CHECK(!chooseProduct(shape, RegisterFile()));
}

TEST_CASE("few rows are not worth a copy, when a run finds that they are few") {
  ProductShape shape;
  shape.isRowMajor = true;
  auto choose = [&] { return chooseProduct(shape, RegisterFile()); };
  CHECK(choose()->scratch > 0);
  CHECK(choose()->rowsInPlace == blocking::kFewRows);
  shape.rows = 64;
  CHECK(choose()->rowsInPlace == 0);
  shape.rows = std::nullopt;
  shape.depth = shape.columns = 8;
  CHECK(choose()->rowsInPlace == 0);
  shape.depth = shape.columns = 128;
  CHECK(choose()->rowsInPlace > 0);
  shape.isRowMajor = false;
  shape.isColumnMajor = true;
  CHECK(choose()->rowsInPlace == 0);
  shape.isLeftRowMajor = true;
  CHECK(choose()->rowsInPlace == blocking::kDotRows);
}
