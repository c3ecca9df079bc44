//===- LoopSequences.cpp - Sequences that a Loop appends to ---------------===//
//
// A list that a loop appends to is how exporters write what is one slice of a
// tensor an iteration:
//
//   s = Loop(SequenceEmpty()) { yield SequenceInsert(s, x) }
//
// becomes a scan output, of which the list is the slices:
//
//   t = Loop() { yield x }
//   s = SplitToSequence(t) {axis = 0, keepdims = 0}
//
// What reads a list of that form needs no length (SequenceOps.cpp). The slices
// have one shape, as those of every scan output; other lists are carried as
// tensors that hold them (CarriedSequences.cpp).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/CarriedSequences.h"
#include "passes/Graph/VaryingSizes.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

SequenceInsertOp onnxc::getAppending(LoopOp op, size_t i) {
  if (!op.getVInitial()[i].getDefiningOp<SequenceEmptyOp>())
    return {};
  Block &body = op.getBody().front();
  Value list = body.getArgument(2 + i);
  auto insert =
      body.getTerminator()->getOperand(1 + i).getDefiningOp<SequenceInsertOp>();
  if (!insert || insert.getPosition() || insert.getInputSequence() != list ||
      !list.hasOneUse() || !insert->hasOneUse() || insert->getBlock() != &body)
    return {};
  return insert;
}

LoopOp onnxc::stackSequences(LoopOp op, ArrayRef<CarriedSequence> carried) {
  SmallVector<SequenceInsertOp> appending;
  size_t numCarried = op.getVInitial().size();
  for (size_t i = 0; i < numCarried; ++i)
    appending.push_back(carried[i].isStacked ? getAppending(op, i)
                                             : SequenceInsertOp());
  if (llvm::none_of(appending, [](SequenceInsertOp insert) { return insert; }))
    return op;

  Block &body = op.getBody().front();
  Operation *yield = body.getTerminator();
  SmallVector<Value> initial, slices, yields = {yield->getOperand(0)};
  SmallVector<Type> types, stacked;
  llvm::BitVector dropped(body.getNumArguments());
  for (auto [i, insert] : llvm::enumerate(appending)) {
    if (insert) {
      dropped.set(2 + i);
      slices.push_back(insert.getTensor());
      stacked.push_back(getUnrankedType(getElementType(insert.getTensor())));
      continue;
    }
    initial.push_back(op.getVInitial()[i]);
    yields.push_back(yield->getOperand(1 + i));
    types.push_back(op->getResult(i).getType());
  }
  llvm::append_range(yields, yield->getOperands().drop_front(1 + numCarried));
  llvm::append_range(yields, slices);
  llvm::append_range(types, op->getResults().drop_front(numCarried).getTypes());
  llvm::append_range(types, stacked);
  yield->setOperands(yields);
  for (SequenceInsertOp insert : appending)
    if (insert)
      insert.erase();
  body.eraseArguments(dropped);

  OpBuilder b(op);
  auto loop =
      LoopOp::create(b, op.getLoc(), types, op.getM(), op.getCond(), initial);
  loop.getBody().takeBody(op.getBody());
  auto next = loop->result_begin();
  for (auto [i, result] : llvm::enumerate(op->getResults())) {
    if (i < numCarried && appending[i])
      continue;
    result.replaceAllUsesWith(*next++);
  }
  for (auto [i, insert] : llvm::enumerate(appending)) {
    if (!insert)
      continue;
    Value slices = *next++;
    auto list =
        SplitToSequenceOp::create(b, op.getLoc(), op->getResult(i).getType(),
                                  slices, Value(), /*axis=*/0, /*keepdims=*/0);
    op->getResult(i).replaceAllUsesWith(list);
  }
  op.erase();
  return loop;
}
