//===- SumFollowers.cpp - What comes before and after a sum ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/SumFollowers.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "passes/Loops/Epilogue.h"

using namespace mlir;
using namespace onnxc;

SmallVector<Value> onnxc::getIndices(OpBuilder &b, Location loc, AffineMap map,
                                     ArrayRef<Value> indices) {
  SmallVector<OpFoldResult> operands(indices.begin(), indices.end());
  SmallVector<Value> result;
  for (unsigned i = 0; i < map.getNumResults(); ++i)
    result.push_back(getValueOrCreateConstantIndexOp(
        b, loc,
        affine::makeComposedFoldedAffineApply(b, loc, map.getSubMap({i}),
                                              operands)));
  return result;
}

Value onnxc::loadOperand(OpBuilder &b, Location loc, linalg::GenericOp op,
                         OpOperand &operand, ArrayRef<Value> indices) {
  if (!isa<MemRefType>(operand.get().getType()))
    return operand.get();
  return memref::LoadOp::create(
      b, loc, operand.get(),
      getIndices(b, loc, op.getMatchingIndexingMap(&operand), indices));
}

SumFollowers::SumFollowers(linalg::GenericOp op) : op(op) {
  for (auto [i, kind] : llvm::enumerate(op.getIteratorTypesArray()))
    if (kind == utils::IteratorType::parallel)
      parallel.push_back(i);
  isReduction = parallel.size() != op.getNumLoops();
  if (op.getNumDpsInits() != 1 || !isReduction)
    return;
  findFill();
  findFollowers();
}

/// The fill that gives the sums their first value, if nothing comes between.
void SumFollowers::findFill() {
  Value sums = op.getDpsInitOperand(0)->get();
  linalg::FillOp found;
  for (Operation *user : sums.getUsers()) {
    auto candidate = dyn_cast<linalg::FillOp>(user);
    if (candidate && candidate->getBlock() == op->getBlock() &&
        candidate->isBeforeInBlock(op))
      found = candidate;
  }
  if (!found)
    return;
  for (Operation *user : sums.getUsers()) {
    if (user == found || user == op || isa<memref::DimOp>(user))
      continue;
    Operation *ancestor = op->getBlock()->findAncestorOpInBlock(*user);
    if (!ancestor || ancestor->isBeforeInBlock(op))
      return;
  }
  fill = found;
}

void SumFollowers::findFollowers() {
  Value current = op.getDpsInitOperand(0)->get();
  // The loops that make the result, in its order.
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!map.isIdentity()) {
    for (auto [i, expr] : llvm::enumerate(map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim || i >= parallel.size() || dim.getPosition() != parallel[i])
        return;
    }
    if (map.getNumResults() != parallel.size())
      return;
  }
  LoopGroups groups;
  for (unsigned i = 0; i < parallel.size(); ++i)
    groups.push_back({i});
  Operation *last = Epilogue(op, current, groups).getLastOp();
  Operation *at = op;
  while (at != last) {
    linalg::GenericOp next;
    for (Operation *user : current.getUsers())
      if (auto generic = dyn_cast<linalg::GenericOp>(user);
          generic && generic->getBlock() == op->getBlock() &&
          at->isBeforeInBlock(generic))
        next = generic;
    followers.push_back(next);
    at = next;
    current = next.getDpsInitOperand(0)->get();
  }
}

Operation *SumFollowers::getLastOp() {
  return followers.empty() ? op.getOperation()
                           : followers.back().getOperation();
}

Value SumFollowers::getOutput(unsigned number) {
  auto last = cast<linalg::GenericOp>(getLastOp());
  return last.getDpsInitOperand(number)->get();
}

AffineMap SumFollowers::getOutputMap(unsigned number) {
  // Those of followers are the identity on the parallel loops.
  return followers.empty()
             ? op.getMatchingIndexingMap(op.getDpsInitOperand(number))
             : AffineMap::getMultiDimMapWithTargets(op.getNumLoops(), parallel,
                                                    op.getContext());
}

Value SumFollowers::finish(OpBuilder &b, Location loc, Value sum,
                           ArrayRef<Value> indices) {
  SmallVector<Value> place;
  for (unsigned dim : parallel)
    place.push_back(indices[dim]);
  Value from = op.getDpsInitOperand(0)->get();
  for (linalg::GenericOp step : followers) {
    IRMapping mapping;
    for (OpOperand *input : step.getDpsInputOperands()) {
      BlockArgument argument = step.getMatchingBlockArgument(input);
      if (input->get() == from)
        mapping.map(argument, sum);
      else if (!argument.use_empty())
        mapping.map(argument, loadOperand(b, loc, step, *input, place));
    }
    for (Operation &inner : step.getBody()->without_terminator())
      b.clone(inner, mapping);
    sum =
        mapping.lookupOrDefault(step.getBody()->getTerminator()->getOperand(0));
    from = step.getDpsInitOperand(0)->get();
  }
  return sum;
}

void SumFollowers::store(OpBuilder &b, Location loc, unsigned number, Value sum,
                         ArrayRef<Value> indices) {
  if (!followers.empty())
    sum = finish(b, loc, sum, indices);
  memref::StoreOp::create(b, loc, sum, getOutput(number),
                          getIndices(b, loc, getOutputMap(number), indices));
}

void SumFollowers::eraseOps() {
  for (linalg::GenericOp step : llvm::reverse(followers))
    step.erase();
  op.erase();
  if (fill)
    fill.erase();
}
