//===- SequenceMap.cpp - A sub-graph over a sequence ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/SequenceOps.h"
#include "dialects/onnx/SequenceValue.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace onnxc::onnx;

SmallVector<StringRef> SequenceMapOp::getRegionNames() { return {"body"}; }

SmallVector<Type> SequenceMapOp::getRegionArgTypes(unsigned) {
  SmallVector<Type> types;
  for (Type type : getOperandTypes()) {
    Type element = getElementOf(type);
    types.push_back(element ? element : type);
  }
  return types;
}

LogicalResult SequenceMapOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  if (adaptor.getRegions().size() != 1 || adaptor.getRegions()[0]->empty())
    return emitOptionalError(loc, "needs a body");
  Operation &yield = adaptor.getRegions()[0]->front().back();
  for (Type type : yield.getOperandTypes())
    types.push_back(SeqType::get(context, type));
  return success();
}

/// As many copies of the body as the sequences are long.
static SmallVector<Value>
unroll(SequenceMapOp op, OpBuilder &b,
       ArrayRef<std::optional<SmallVector<Value>>> sequences) {
  size_t length = sequences.front()->size();
  for (const auto &sequence : sequences)
    if (sequence && sequence->size() < length)
      return refuseExpansion(op, "its sequences have different lengths");
  Block &body = op.getBody().front();
  SmallVector<SmallVector<Value>> results(op.getNumResults());
  for (size_t i = 0; i < length; ++i) {
    IRMapping mapping;
    for (auto [argument, operand, sequence] :
         llvm::zip(body.getArguments(), op.getOperands(), sequences))
      mapping.map(argument, sequence ? (*sequence)[i] : operand);
    for (Operation &inner : body.without_terminator())
      b.clone(inner, mapping);
    for (auto [result, yielded] :
         llvm::zip(results, body.getTerminator()->getOperands()))
      result.push_back(mapping.lookupOrDefault(yielded));
  }
  SmallVector<Value> values;
  for (auto [result, elements] : llvm::zip(op.getResults(), results))
    values.push_back(buildSequence(b, op.getLoc(), result.getType(), elements));
  return values;
}

/// A Loop that reads an element of each sequence, and appends to others.
static SmallVector<Value> buildLoop(SequenceMapOp op, OpBuilder &b) {
  GraphBuilder g{b, op.getLoc()};
  Value trips = SequenceLengthOp::create(b, op.getLoc(), op.getOperand(0));
  SmallVector<Value> initial;
  for (Type type : op.getResultTypes())
    initial.push_back(buildSequence(b, op.getLoc(), type, {}));
  auto loop = LoopOp::create(b, op.getLoc(), op.getResultTypes(), trips,
                             Value(), initial);
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&loop.getBody());
  Value at = block->addArgument(trips.getType(), op.getLoc());
  block->addArgument(RankedTensorType::get({}, b.getI1Type()), op.getLoc());
  IRMapping mapping;
  Block &body = op.getBody().front();
  for (auto [argument, operand] :
       llvm::zip(body.getArguments(), op.getOperands()))
    mapping.map(
        argument,
        isa<SeqType>(operand.getType())
            ? SequenceAtOp::create(b, op.getLoc(), operand, at).getResult()
            : operand);
  for (Operation &inner : body.without_terminator())
    b.clone(inner, mapping);
  SmallVector<Value> yields = {g.number(1, b.getI1Type())};
  for (auto [list, value] :
       llvm::zip(initial, body.getTerminator()->getOperands())) {
    Value before = block->addArgument(list.getType(), op.getLoc());
    yields.push_back(SequenceInsertOp::create(
        b, op.getLoc(), before, mapping.lookupOrDefault(value), Value()));
  }
  YieldOp::create(b, op.getLoc(), yields);
  return SmallVector<Value>(loop->getResults());
}

SmallVector<Value> SequenceMapOp::expand(OpBuilder &b) {
  for (Type type : getResultTypes())
    if (!isa_and_nonnull<TensorType>(getElementOf(type)))
      return refuseExpansion(*this, "has a body that gives no tensors");
  SmallVector<std::optional<SmallVector<Value>>> sequences;
  bool areKnown = true;
  for (Value operand : getOperands()) {
    sequences.push_back(getElements(operand));
    areKnown &= !isa<SeqType>(operand.getType()) || sequences.back();
  }
  return areKnown ? unroll(*this, b, sequences) : buildLoop(*this, b);
}
