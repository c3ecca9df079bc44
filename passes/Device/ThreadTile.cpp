//===- ThreadTile.cpp - What one thread of a device computes --------------===//
//
// A thread computes an element of the result, with the sum in a register:
//
//   forall (m, n)              sum = 0; for k: sum += a[m, k] * b[k, n]
//                              c[m, n] = relu(sum + bias[n])
//
// That is two loads a product. A tile of 4 by 4 elements needs 8 loads for 16
// products: the body is built once an element, and of the loads of one k those
// that are equal become one (`cse`), whatever the op is: rows of a matrix are
// shared by the tile's columns, a filter's weight by its pixels.
//
// Tiles at the edge compute their last element several times and store it
// once, so that no loop has a branch in it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/ThreadTile.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "passes/Loops/ChooseDeviceTile.h"
#include "passes/Loops/MatchContraction.h"

using namespace mlir;
using namespace onnxc;

ThreadTile::ThreadTile(linalg::GenericOp op, int64_t minThreads)
    : op(op), minThreads(minThreads), b(op), loc(op.getLoc()), followers(op) {
  for (auto [i, kind] : llvm::enumerate(op.getIteratorTypesArray()))
    (kind == utils::IteratorType::parallel ? parallel : reduction).push_back(i);
  sizes = op.getStaticLoopRanges();
  blocks.assign(sizes.size(), 1);
}

Value ThreadTile::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

/// Tiles go along the last parallel loop and along the one before it that the
/// other factor does not have.
void ThreadTile::chooseBlocks() {
  plan::ConvolutionAttr conv = getPlainConvolution(op);
  if ((!conv && !getProduct(op)) || parallel.empty())
    return;
  unsigned columns = parallel.back();
  std::optional<unsigned> rows;
  if (conv) {
    if (parallel.size() > 2 && conv.getGroup() == 1)
      rows = parallel[1];
  } else if (parallel.size() > 1 && op.getNumDpsInputs() == 2) {
    unsigned dim = parallel[parallel.size() - 2];
    AffineMap right = op.getMatchingIndexingMap(op.getDpsInputOperand(1));
    if (!right.isFunctionOfDim(dim))
      rows = dim;
  }
  int64_t tasks = 1;
  for (unsigned dim : parallel)
    tasks *= asSize(sizes[dim]).value_or(kAssumedSize);
  ThreadBlock block = chooseThreadBlock(tasks, rows.has_value(),
                                        rows ? asSize(sizes[*rows]) : Size(),
                                        asSize(sizes[columns]), minThreads);
  blocks[columns] = block.columns;
  if (rows)
    blocks[*rows] = block.rows;
}

/// The op's body with its loops at `indices`.
SmallVector<Value> ThreadTile::emitBody(ArrayRef<Value> indices,
                                        ValueRange sums) {
  IRMapping mapping;
  Block *body = op.getBody();
  for (OpOperand *input : op.getDpsInputOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(input);
    if (!argument.use_empty())
      mapping.map(argument, loadOperand(b, loc, op, *input, indices));
  }
  mapping.map(op.getRegionOutputArgs(), sums);
  for (Operation &inner : body->without_terminator()) {
    if (auto number = dyn_cast<linalg::IndexOp>(inner)) {
      mapping.map(number.getResult(), indices[number.getDim()]);
      continue;
    }
    b.clone(inner, mapping);
  }
  SmallVector<Value> results;
  for (Value value : body->getTerminator()->getOperands())
    results.push_back(mapping.lookupOrDefault(value));
  return results;
}

/// The loops of the reduction from `depth` on, for all elements of the tile.
SmallVector<Value> ThreadTile::emitReduction(ArrayRef<Value> indices,
                                             unsigned depth, ValueRange sums) {
  unsigned numInits = op.getNumDpsInits();
  if (depth == reduction.size()) {
    SmallVector<Value> results;
    for (auto [i, element] : llvm::enumerate(elements)) {
      SmallVector<Value> at(indices);
      for (unsigned dim : parallel)
        at[dim] = element.at[dim];
      llvm::append_range(results,
                         emitBody(at, sums.slice(i * numInits, numInits)));
    }
    return results;
  }
  unsigned dim = reduction[depth];
  SmallVector<Value> at(indices);
  if (sizes[dim] == 1) {
    at[dim] = index(0);
    return emitReduction(at, depth + 1, sums);
  }
  auto loop = scf::ForOp::create(
      b, loc, index(0), getValueOrCreateConstantIndexOp(b, loc, bounds[dim]),
      index(1), sums);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  at[dim] = loop.getInductionVar();
  SmallVector<Value> next =
      emitReduction(at, depth + 1, loop.getRegionIterArgs());
  scf::YieldOp::create(b, loc, next);
  return SmallVector<Value>(loop.getResults());
}

/// Each of the elements becomes those of a block along the loop.
void ThreadTile::spreadElements(unsigned dim, Value origin) {
  bool divides =
      !ShapedType::isDynamic(sizes[dim]) && sizes[dim] % blocks[dim] == 0;
  Value size = getValueOrCreateConstantIndexOp(b, loc, bounds[dim]);
  SmallVector<Value> places, inside;
  for (int64_t i = 0; i < blocks[dim]; ++i) {
    Value place = arith::AddIOp::create(b, loc, origin, index(i));
    Value isInside;
    if (!divides && i > 0) {
      isInside =
          arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, place, size);
      Value last = arith::SubIOp::create(b, loc, size, index(1));
      place = arith::MinSIOp::create(b, loc, place, last);
    }
    places.push_back(place);
    inside.push_back(isInside);
  }
  SmallVector<Element> more;
  for (const Element &element : elements)
    for (auto [place, isInside] : llvm::zip(places, inside)) {
      Element next = element;
      next.at[dim] = place;
      if (isInside)
        next.isInside =
            next.isInside
                ? Value(arith::AndIOp::create(b, loc, next.isInside, isInside))
                : isInside;
      more.push_back(next);
    }
  elements = std::move(more);
}

void ThreadTile::emitTask(ValueRange at) {
  // The tile's elements, row by row.
  SmallVector<Value> origin(sizes.size());
  for (auto [dim, number] : llvm::zip(parallel, at))
    origin[dim] =
        blocks[dim] == 1
            ? number
            : b.createOrFold<arith::MulIOp>(loc, number, index(blocks[dim]));
  elements.assign(1, Element{origin, Value()});
  for (unsigned dim : parallel)
    if (blocks[dim] > 1)
      spreadElements(dim, origin[dim]);

  SmallVector<Value> sums;
  for (const Element &element : elements)
    for (OpOperand &init : op.getDpsInitsMutable()) {
      if (followers.getFill())
        sums.push_back(followers.getFill().getInputs()[0]);
      else if (reduction.empty() &&
               op.getMatchingBlockArgument(&init).use_empty())
        sums.push_back(Value());
      else
        sums.push_back(loadOperand(b, loc, op, init, element.at));
    }
  SmallVector<Value> results =
      emitReduction(SmallVector<Value>(sizes.size()), 0, sums);
  unsigned numInits = op.getNumDpsInits();
  for (auto [i, element] : llvm::enumerate(elements)) {
    OpBuilder::InsertionGuard guard(b);
    if (element.isInside) {
      auto branch = scf::IfOp::create(b, loc, element.isInside);
      b.setInsertionPoint(branch.thenBlock()->getTerminator());
    }
    for (unsigned k = 0; k < numInits; ++k)
      followers.store(b, loc, k, results[i * numInits + k], element.at);
  }
}

void ThreadTile::emit() {
  chooseBlocks();
  b.setInsertionPoint(followers.getLastOp());
  for (Range range :
       cast<linalg::LinalgOp>(op.getOperation()).createLoopRanges(b, loc))
    bounds.push_back(range.size);
  SmallVector<OpFoldResult> tasks;
  for (unsigned dim : parallel) {
    OpFoldResult size = bounds[dim];
    if (blocks[dim] > 1)
      size = affine::makeComposedFoldedAffineApply(
          b, loc, b.getAffineDimExpr(0).ceilDiv(blocks[dim]), {size});
    tasks.push_back(size);
  }
  if (tasks.empty())
    tasks.push_back(b.getIndexAttr(1));
  auto forall =
      scf::ForallOp::create(b, loc, tasks, ValueRange(), std::nullopt);
  b.setInsertionPoint(forall.getTerminator());
  emitTask(parallel.empty() ? ValueRange()
                            : ValueRange(forall.getInductionVars()));
  followers.eraseOps();
}
