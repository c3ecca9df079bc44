//===- EmitMatMul.cpp - Matrix products of any rank and layout ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Contractions.h"
#include "passes/Loops/ConvGeometry.h"
#include "passes/Loops/DotProduct.h"
#include "passes/Loops/LoopsPasses.h"

using namespace mlir;
using namespace onnxc;

namespace {

// B's scratch: kBlock rows of up to kColumns columns are about 128 KiB.
constexpr int64_t kBlock = 256;
constexpr int64_t kColumns = 112;
// Rows of C that share one copy of B.
constexpr int64_t kRows = 384;
// Below this many, B's rows are read where they are.
constexpr int64_t kFewRows = 12;
// Below this many, a product with B along k is made of dot products.
constexpr int64_t kDotRows = 4;
// A task has at least about this many multiplications.
constexpr int64_t kGrain = 1 << 18;

/// The loops of a contraction by the role they have.
struct Roles {
  SmallVector<unsigned> batch, m, n;
  unsigned k = 0;
  unsigned left = 0, right = 1;
};

std::optional<unsigned> find(AffineMap map, unsigned dim) {
  return map.getResultPosition(getAffineDimExpr(dim, map.getContext()));
}

/// How many columns a panel of the second factor has, 0 where it is a matrix.
int64_t getPanelColumns(linalg::GenericOp op) {
  return getProduct(op).getPanels();
}

bool isDot(linalg::GenericOp op) { return bool(getProduct(op).getBytes()); }

/// Without that of a group of factors of a dot product.
unsigned getNumLoops(linalg::GenericOp op) {
  return op.getNumLoops() - isDot(op);
}

/// The operands' maps; that of panels as if they were the matrix, and those of
/// groups as if they were elements.
SmallVector<AffineMap> getMatrixMaps(linalg::GenericOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  MLIRContext *context = op.getContext();
  unsigned loops = getNumLoops(op);
  if (isDot(op))
    for (AffineMap &map : maps) {
      ArrayRef<AffineExpr> exprs = map.getResults();
      map = AffineMap::get(
          loops, 0, &map == &maps[2] ? exprs : exprs.drop_back(), context);
    }
  if (getPanelColumns(op)) {
    maps[1] = AffineMap::get(loops, 0,
                             {getAffineDimExpr(loops - 1, context),
                              getAffineDimExpr(loops - 2, context)},
                             context);
  }
  return maps;
}

std::optional<Roles> getRoles(linalg::GenericOp op) {
  if (!getProduct(op) || op.getNumDpsInputs() != 2 ||
      op.getNumReductionLoops() != (isDot(op) ? 2 : 1))
    return std::nullopt;
  SmallVector<AffineMap> maps = getMatrixMaps(op);
  for (AffineMap map : maps)
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
      return std::nullopt;
  Roles roles;
  roles.k = getNumLoops(op) - 1;
  unsigned numParallel = roles.k;
  if (op.getIteratorTypesArray().back() != utils::IteratorType::reduction ||
      maps[2] !=
          AffineMap::getMultiDimIdentityMap(numParallel + 1, op.getContext())
              .dropResult(numParallel) ||
      numParallel == 0 || !find(maps[0], roles.k) || !find(maps[1], roles.k))
    return std::nullopt;
  auto isOnlyIn = [&](unsigned dim, unsigned which) {
    return find(maps[which], dim) && !find(maps[1 - which], dim);
  };
  // The columns are the last loop; a matrix times a vector is a row (the
  // vector) times a transposed matrix.
  unsigned last = numParallel - 1;
  if (isOnlyIn(last, 0))
    std::swap(roles.left, roles.right);
  else if (!isOnlyIn(last, 1))
    return std::nullopt;
  unsigned next = numParallel;
  auto takeRun = [&](unsigned which, SmallVector<unsigned> &run) {
    while (next > 0 && isOnlyIn(next - 1, which)) {
      unsigned at = *find(maps[which], next - 1);
      if (!run.empty() && at + 1 != *find(maps[which], run.front()))
        break;
      run.insert(run.begin(), --next);
    }
  };
  takeRun(roles.right, roles.n);
  takeRun(roles.left, roles.m);
  for (unsigned i = 0; i < next; ++i)
    roles.batch.push_back(i);
  return roles;
}

/// The distance of neighbours along a result of the map.
Value getStride(VectorBuilder &v, Value buffer, unsigned position) {
  Value stride = v.index(1);
  for (unsigned i = position + 1,
                e = cast<MemRefType>(buffer.getType()).getRank();
       i < e; ++i)
    stride = v.mul(stride, v.getSize(buffer, i));
  return stride;
}

Value getStrideOf(VectorBuilder &v, Value buffer, AffineMap map,
                  ArrayRef<unsigned> dims) {
  if (dims.empty())
    return v.index(0);
  std::optional<unsigned> at = find(map, dims.back());
  return at ? getStride(v, buffer, *at) : v.index(0);
}

Value getExtent(VectorBuilder &v, Value out, ArrayRef<unsigned> dims) {
  Value size = v.index(1);
  for (unsigned dim : dims)
    size = v.mul(size, v.getSize(out, dim));
  return size;
}

} // namespace

LogicalResult onnxc::emitMatMul(linalg::GenericOp op, RegisterFile registers) {
  std::optional<Roles> roles = getRoles(op);
  std::optional<ContractionBody> body = matchBody(op);
  if (!roles || !body)
    return failure();
  Value left = op.getDpsInputs()[roles->left];
  Value right = op.getDpsInputs()[roles->right];
  Value out = op.getDpsInits()[0];
  for (Value buffer : {left, right, out}) {
    auto type = dyn_cast<MemRefType>(buffer.getType());
    if (!type || !type.getLayout().isIdentity())
      return failure();
  }
  Type sumType = cast<MemRefType>(out.getType()).getElementType();
  if (!isEmittedType(sumType, registers))
    return failure();

  OpBuilder b(op);
  VectorBuilder v(b, op.getLoc(),
                  registers.vectorBits / sumType.getIntOrFloatBitWidth());
  if (!registers.hasVectors && sumType.isInteger()) {
    v.width = registers.getIntegerLanes(v.width);
    registers.numRegisters =
        3 + 2 * std::max<int64_t>(registers.getIntegerRows(v.width) / 2, 1);
  }
  Value leftArgument = op.getBody()->getArgument(roles->left);
  Value rightArgument = op.getBody()->getArgument(roles->right);
  auto leftWidening = getWidening(v, op.getBody(), leftArgument,
                                  roles->left == 0 ? body->left : body->right);
  auto rightWidening = getWidening(v, op.getBody(), rightArgument,
                                   roles->left == 0 ? body->right : body->left);
  if (!leftWidening || !rightWidening)
    return failure();
  int64_t panelColumns = getPanelColumns(op);
  if (panelColumns % v.width)
    return failure();

  LoopGroups groups;
  for (unsigned dim : roles->batch)
    groups.push_back({dim});
  groups.push_back(roles->m);
  groups.push_back(roles->n);
  Epilogue epilogue(op, out, groups);
  b.setInsertionPoint(epilogue.getLastOp());
  epilogue.prepare(v);

  AffineMap leftMap = getMatrixMaps(op)[roles->left];
  AffineMap rightMap = getMatrixMaps(op)[roles->right];
  Matrix a{v.flatten(left),
           {},
           getStrideOf(v, left, leftMap, roles->m),
           getStrideOf(v, left, leftMap, roles->k),
           leftWidening->apply};
  Matrix m{v.flatten(right),
           {},
           getStrideOf(v, right, rightMap, roles->k),
           getStrideOf(v, right, rightMap, roles->n),
           rightWidening->apply};
  // The buffer of sums may go: sizes are asked of where results go.
  out = epilogue.getOutput();
  Value rows = getExtent(v, out, roles->m);
  Value columns = getExtent(v, out, roles->n);
  Value k = v.getSize(left, *find(leftMap, roles->k));
  Value output = v.flatten(epilogue.getOutput());
  Value partialSums = v.flatten(epilogue.getPartialSums());
  SmallVector<Value> sizes;
  for (unsigned dim : roles->batch)
    sizes.push_back(v.getSize(out, dim));
  SmallVector<Value> aStrides, bStrides;
  for (unsigned dim : roles->batch) {
    aStrides.push_back(getStrideOf(v, left, leftMap, dim));
    bStrides.push_back(getStrideOf(v, right, rightMap, dim));
  }

  std::optional<DotProduct> dot;
  int64_t group = 1;
  if (isDot(op)) {
    group = cast<MemRefType>(right.getType()).getShape().back();
    dot.emplace(v, registers.dot, group, getProduct(op).getBytes().getOffset(),
                isa<arith::ExtUIOp>(*leftArgument.getUsers().begin()));
  }
  GemmEmitter emitter(v, registers, epilogue, sumType, dot ? &*dot : nullptr,
                      group);
  std::optional<int64_t> numRows = getConstantIntValue(rows);
  std::optional<int64_t> numK = getConstantIntValue(k);
  bool isPacked = panelColumns != 0;
  bool isRowMajor = !isPacked && getConstantIntValue(m.column) == 1;
  bool isAlongK = !isPacked && getConstantIntValue(m.row) == 1 && !isRowMajor;
  bool isFewRows = numRows && *numRows <= kFewRows;
  bool isDirect = (isRowMajor || isPacked) && isFewRows;
  bool isDots = isAlongK && numRows && *numRows <= kDotRows &&
                getConstantIntValue(a.column) == 1 && leftWidening->keepsZero &&
                rightWidening->keepsZero;
  if (!isRowMajor && !isAlongK && !isPacked)
    return failure();

  // B's scratch has half of the stack.
  int64_t room = registers.stackBytes * 4 / sumType.getIntOrFloatBitWidth();
  bool hasRoom = room >= kBlock * kColumns;
  int64_t mostColumns = hasRoom ? kColumns : 4 * v.width;
  int64_t mostK = hasRoom ? kBlock : room / (8 * v.width);
  // Tiles are of whole panels, or parts of one where that has many vectors, as
  // it has for integers without vectors.
  int64_t panelVectors = panelColumns / v.width;
  bool isWholePanel =
      panelVectors <= 2 && (registers.hasVectors || !sumType.isInteger());
  int64_t vectorUnit = isPacked && isWholePanel ? panelVectors : 1;
  if (isWholePanel)
    panelVectors = 0;
  // Tasks begin where a panel does.
  int64_t tileColumns =
      std::max(emitter.getTileVectors(rows, vectorUnit, panelVectors) * v.width,
               panelColumns);
  int64_t grain = std::max<int64_t>(
      kGrain / std::max<int64_t>(1, numRows.value_or(32) * numK.value_or(256)),
      1);
  // Several tasks, unless there is little to do.
  int64_t most =
      isDirect || isDots ? std::max<int64_t>(grain, 64) : mostColumns;
  // Whole tiles, unless the stack has no room for B's part of them.
  if (isPacked || isDirect || isDots || hasRoom)
    most = llvm::alignTo(most, tileColumns);
  Parts columnParts = cutInParts(v, columns, most, tileColumns);
  Parts rowParts =
      cutInParts(v, rows, kRows, numRows ? 1 : emitter.getTileRows());
  int64_t kPart = mostK;
  if (isDirect)
    kPart = numK ? std::max<int64_t>(*numK, 1) : int64_t(1) << 30;
  else if (numK)
    kPart = llvm::alignTo(
        std::max<int64_t>(
            1, llvm::divideCeil(*numK, std::max<int64_t>(
                                           1, llvm::divideCeil(*numK, mostK)))),
        4);
  int64_t pitch = getPitch(columnParts.size, sumType);
  if (!isRowMajor && !isDots)
    pitch = getPitch(llvm::alignTo(columnParts.size, v.width), sumType);

  sizes.push_back(rowParts.count);
  sizes.push_back(columnParts.count);
  buildTasks(v, sizes, [&](ValueRange at) {
    size_t numBatch = roles->batch.size();
    GemmEmitter::Block block;
    Matrix taskB = m;
    block.a = a;
    block.a.base = taskB.base = v.index(0);
    Value base = v.index(0);
    for (size_t i = 0; i < numBatch; ++i) {
      block.a.base = v.add(block.a.base, v.mul(at[i], aStrides[i]));
      taskB.base = v.add(taskB.base, v.mul(at[i], bStrides[i]));
      base = v.add(v.mul(base, sizes[i]), at[i]);
    }
    base = v.mul(base, v.mul(rows, columns));
    block.row = v.mul(at[numBatch], rowParts.size);
    block.rows = getPart(v, rows, rowParts, block.row);
    block.column = v.mul(at[numBatch + 1], columnParts.size);
    block.columns = getPart(v, columns, columnParts, block.column);
    block.k = k;
    block.kBlock = kPart;
    block.vectorUnit = vectorUnit;
    block.panelVectors = panelVectors;
    block.output = output;
    block.partialSums = partialSums;
    block.getPlace = [&](Value row, Value column) {
      SmallVector<Value> place(at.begin(), at.begin() + numBatch);
      place.push_back(row);
      place.push_back(column);
      return place;
    };
    block.getOffset = [&](Value row, Value column) {
      return v.add(base, v.add(v.mul(row, columns), column));
    };
    if (isDots) {
      v.loop(v.index(0), block.rows, 1, [&](Value i) {
        GemmEmitter::Block row = block;
        row.row = v.add(block.row, i);
        emitter.emitDots(row, taskB);
      });
      return;
    }
    if (isPacked) {
      Value stride = v.mul(k, panelColumns);
      Value first = v.mul(v.div(block.column, panelColumns), stride);
      block.getPanel = [&, stride, first](Value k0, Value) {
        return Panel{taskB.elements,
                     v.add(first, v.mul(k0, panelColumns)),
                     v.index(panelColumns),
                     taskB.widen,
                     /*isPadded=*/true,
                     panelColumns,
                     stride};
      };
      emitter.emitBlock(block);
      return;
    }
    if (isDirect) {
      block.getPanel = [&](Value k0, Value) {
        return Panel{
            taskB.elements,
            v.add(v.add(taskB.base, block.column), v.mul(k0, taskB.row)),
            taskB.row, taskB.widen, /*isPadded=*/false};
      };
      emitter.emitBlock(block);
      return;
    }
    int64_t depth = numK ? std::min(kPart, std::max<int64_t>(*numK, 1)) : kPart;
    // Tiles and copies may reach past the last column of the last row.
    Value scratch = v.scratch(sumType, depth * pitch + 2 * tileColumns);
    block.getPanel = [&](Value k0, Value kc) {
      if (isRowMajor)
        emitter.packRows(taskB, k0, kc, block.column, block.columns, scratch,
                         pitch);
      else
        emitter.packColumns(taskB, k0, kc, block.column, block.columns, scratch,
                            pitch);
      return Panel{scratch, v.index(0), v.index(pitch), {}, true};
    };
    emitter.emitBlock(block);
  });
  epilogue.eraseOps();
  return success();
}
