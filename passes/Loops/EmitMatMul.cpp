//===- EmitMatMul.cpp - Matrix products of any rank and layout ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Remarks.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "passes/Loops/ContractionEmitters.h"
#include "passes/Loops/DotProduct.h"
#include "passes/Loops/ProductGeometry.h"
#include "passes/Loops/Storage.h"
#include "passes/Loops/Tasks.h"

using namespace mlir;
using namespace onnxc;

namespace {

class MatMulEmitter {
public:
  MatMulEmitter(VectorBuilder &v, const ProductGeometry &g,
                const ProductChoice &choice, Epilogue &epilogue)
      : v(v), g(g), choice(choice), epilogue(epilogue) {}

  void emit(const Widening &left, const Widening &right);

private:
  void readSizes(const Widening &left, const Widening &right);
  std::optional<DotProduct> makeDot();
  GemmEmitter::Block makeBlock(ValueRange at, Matrix &right);
  void emitCopied(GemmEmitter &emitter, GemmEmitter::Block block,
                  const Matrix &right);
  void emitQuantized(GemmEmitter &emitter, const GemmEmitter::Block &block,
                     const Matrix &right);
  void emitDots(GemmEmitter &emitter, const GemmEmitter::Block &block,
                const Matrix &right);
  void emitInPlace(GemmEmitter &emitter, GemmEmitter::Block block,
                   const Matrix &right);
  void emitByRows(Value rows, int64_t few, function_ref<void()> emitFew,
                  function_ref<void()> emitMany);
  void emitTask(GemmEmitter &emitter, ValueRange at);

  VectorBuilder &v;
  const ProductGeometry &g;
  const ProductChoice &choice;
  Epilogue &epilogue;

  /// Of a first batch; those of others are these strides away.
  Matrix a, b;
  SmallVector<Value> batchSizes, aStrides, bStrides;
  Value rows, columns, depth, output, partialSums;
  Parts rowParts, columnParts;
  std::optional<QuantizedPanels> quants;
};

void MatMulEmitter::readSizes(const Widening &left, const Widening &right) {
  a = {v.flatten(g.left.buffer),
       {},
       g.left.getStride(v, g.m),
       g.left.getStride(v, g.k),
       left.apply};
  b = {v.flatten(g.right.buffer),
       {},
       g.right.getStride(v, g.k),
       g.right.getStride(v, g.n),
       right.apply};
  // The buffer of sums may go: sizes are asked of where results go.
  Value out = epilogue.getOutput();
  auto getExtent = [&](ArrayRef<unsigned> loops) {
    Value size = v.index(1);
    for (unsigned loop : loops)
      size = v.mul(size, v.getSize(out, loop));
    return size;
  };
  rows = getExtent(g.m);
  columns = getExtent(g.n);
  depth = g.getDepth(v);
  output = v.flatten(out);
  partialSums = v.flatten(epilogue.getPartialSums());
  for (unsigned loop : g.batch)
    batchSizes.push_back(v.getSize(out, loop));
  for (unsigned loop : g.batch) {
    aStrides.push_back(g.left.getStride(v, loop));
    bStrides.push_back(g.right.getStride(v, loop));
  }
  columnParts = getParts(v, columns, choice.columns);
  rowParts = getParts(v, rows, choice.rows);
}

std::optional<DotProduct> MatMulEmitter::makeDot() {
  if (!g.bytes)
    return std::nullopt;
  BlockArgument left = g.left.element;
  return DotProduct(v, choice.registers.dot, g.bytes.getGroup(),
                    g.bytes.getOffset(),
                    isa<arith::ExtUIOp>(*left.getUsers().begin()));
}

/// What a task computes, and B as it sees it.
GemmEmitter::Block MatMulEmitter::makeBlock(ValueRange at, Matrix &right) {
  size_t numBatch = g.batch.size();
  GemmEmitter::Block block;
  block.a = a;
  right = b;
  block.a.base = right.base = v.index(0);
  Value base = v.index(0);
  for (size_t i = 0; i < numBatch; ++i) {
    block.a.base = v.add(block.a.base, v.mul(at[i], aStrides[i]));
    right.base = v.add(right.base, v.mul(at[i], bStrides[i]));
    base = v.add(v.mul(base, batchSizes[i]), at[i]);
  }
  base = v.mul(base, v.mul(rows, columns));
  block.row = v.mul(at[numBatch], rowParts.size);
  block.rows = getPart(v, rows, rowParts, block.row);
  block.column = v.mul(at[numBatch + 1], columnParts.size);
  block.columns = getPart(v, columns, columnParts, block.column);
  block.k = depth;
  block.kBlock = choice.depth;
  block.vectorUnit = choice.vectorUnit;
  block.panelVectors = choice.panelVectors;
  block.output = output;
  block.partialSums = partialSums;
  SmallVector<Value> batch(at.take_front(numBatch));
  block.getPlace = [batch](Value row, Value column) {
    SmallVector<Value> place(batch);
    place.push_back(row);
    place.push_back(column);
    return place;
  };
  block.getOffset = [this, base](Value row, Value column) {
    return v.add(base, v.add(v.mul(row, columns), column));
  };
  return block;
}

GetPanel readStorage(const RightFactor &right) {
  switch (right.choice.storage) {
#define ONNXC_STORAGE(NAME, IS_COPIED)                                         \
  case Storage::NAME:                                                          \
    return read##NAME(right);
#include "passes/Loops/Storages.def"
  }
  llvm_unreachable("not in Storages.def");
}

void MatMulEmitter::emitCopied(GemmEmitter &emitter, GemmEmitter::Block block,
                               const Matrix &right) {
  block.getPanel =
      readStorage({emitter, choice, right, g.panelColumns, block.column,
                   block.columns, depth, quants ? &*quants : nullptr});
  emitter.emitBlock(block);
}

/// Few rows are multiplied as B is unpacked, many by a copy of it.
void MatMulEmitter::emitQuantized(GemmEmitter &emitter,
                                  const GemmEmitter::Block &block,
                                  const Matrix &right) {
  std::optional<int64_t> most = getConstantIntValue(rows);
  bool areFew = most && *most <= blocking::kFewRows;
  bool areMany = rowParts.size == most && !areFew;
  auto emitFew = [&] {
    emitUnpackedRows(
        v, *quants, block, *getConstantIntValue(depth), choice.unpackedRows,
        getConstantIntValue(columns).value_or(1) % g.panelColumns == 0,
        epilogue);
  };
  if (areFew)
    return emitFew();
  if (areMany)
    return emitCopied(emitter, block, right);
  emitByRows(block.rows, blocking::kFewRows, emitFew,
             [&] { emitCopied(emitter, block, right); });
}

void MatMulEmitter::emitDots(GemmEmitter &emitter,
                             const GemmEmitter::Block &block,
                             const Matrix &right) {
  v.loop(v.index(0), block.rows, 1, [&](Value i) {
    GemmEmitter::Block row = block;
    row.row = v.add(block.row, i);
    emitter.emitDots(row, right);
  });
}

/// A few rows by B where it lies: tiles of up to four, whose number is known.
void MatMulEmitter::emitInPlace(GemmEmitter &emitter, GemmEmitter::Block block,
                                const Matrix &right) {
  constexpr int64_t kMost = 4;
  block.getPanel = readInPlace({emitter, choice, right, g.panelColumns,
                                block.column, block.columns, depth});
  block.kBlock = blocking::kWholeDepth;
  Value first = block.row, rest = v.rem(block.rows, kMost);
  Value end = v.sub(block.rows, rest);
  auto emitRows = [&](Value from, int64_t count) {
    block.row = v.add(first, from);
    block.rows = v.index(count);
    emitter.emitBlock(block);
  };
  v.loop(v.index(0), end, kMost, [&](Value i) { emitRows(i, kMost); });
  for (int64_t count = 1; count < kMost; ++count)
    v.ifThen(v.equal(rest, v.index(count)), [&] { emitRows(end, count); });
}

void MatMulEmitter::emitByRows(Value rows, int64_t few,
                               function_ref<void()> emitFew,
                               function_ref<void()> emitMany) {
  v.ifThen(v.less(v.index(few), rows), emitMany);
  v.ifThen(v.less(rows, v.index(few + 1)), emitFew);
}

void MatMulEmitter::emitTask(GemmEmitter &emitter, ValueRange at) {
  Matrix right;
  GemmEmitter::Block block = makeBlock(at, right);
  if (choice.isDots)
    return emitDots(emitter, block, right);
  if (quants)
    return emitQuantized(emitter, block, right);
  if (!choice.rowsInPlace)
    return emitCopied(emitter, block, right);
  emitByRows(
      block.rows, choice.rowsInPlace,
      [&] {
        if (choice.storage == Storage::CopiedRows)
          emitInPlace(emitter, block, right);
        else
          emitDots(emitter, block, right);
      },
      [&] { emitCopied(emitter, block, right); });
}

void MatMulEmitter::emit(const Widening &left, const Widening &right) {
  readSizes(left, right);
  if (g.quants)
    quants.emplace(v, g.quants, g.right.buffer, g.scales, g.zeros);
  std::optional<DotProduct> dot = makeDot();
  GemmEmitter emitter(v, choice.registers, epilogue, g.getSumType(),
                      dot ? &*dot : nullptr, g.bytes ? g.bytes.getGroup() : 1);
  SmallVector<Value> sizes(batchSizes);
  sizes.push_back(rowParts.count);
  sizes.push_back(columnParts.count);
  buildTasks(v, sizes, [&](ValueRange at) { emitTask(emitter, at); });
}

} // namespace

LogicalResult onnxc::emitMatMul(const Contraction &contraction,
                                const RegisterFile &registers) {
  std::optional<ProductGeometry> g = matchProduct(contraction);
  if (!g || !isEmittedType(g->getSumType(), registers))
    return failure();
  linalg::GenericOp op = contraction.op;
  OpBuilder b(op);
  VectorBuilder v(b, op.getLoc(), /*width=*/1);
  auto left = getWidening(v, op.getBody(), g->left.element, g->left.factor);
  std::optional<Widening> right = Widening();
  if (!g->quants)
    right = getWidening(v, op.getBody(), g->right.element, g->right.factor);
  if (!left || !right)
    return failure();

  Epilogue epilogue(op, g->result, g->getGroups());
  ProductShape shape = g->getShape(epilogue.getOutput());
  shape.keepsZero = left->keepsZero && right->keepsZero;
  std::optional<ProductChoice> choice = chooseProduct(shape, registers);
  if (!choice)
    return failure();

  if (choice->scratch && !g->quants)
    remarkSlow(op, "packing")
        << "its right factor is copied into panels in each run: the compiler "
           "packs constant matrices of 1024 elements and more";
  v.width = choice->lanes;
  b.setInsertionPoint(epilogue.getLastOp());
  epilogue.prepare(v);
  MatMulEmitter(v, *g, *choice, epilogue).emit(*left, *right);
  epilogue.eraseOps();
  return success();
}
