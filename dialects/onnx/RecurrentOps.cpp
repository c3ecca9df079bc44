//===- RecurrentOps.cpp - Recurrent layers -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RecurrentOps.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

/// All states, then the last one as often as the layer has kinds of state.
template <typename Adaptor>
static LogicalResult
inferRecurrent(std::optional<Location> loc, Adaptor adaptor, int64_t gates,
               int64_t lastStates, SmallVectorImpl<Type> &types) {
  Type element = getElementType(adaptor.getX());
  std::optional<Dims> x = getDims(adaptor.getX());
  std::optional<Dims> r = getDims(adaptor.getR());
  if (!x || !r) {
    types.append(lastStates + 1, getUnrankedType(element));
    return success();
  }
  if (x->size() != 3 || r->size() != 3)
    return emitOptionalError(loc, "X and R must have rank 3");
  AffineExpr directions = (*r)[0], hidden = (*r)[2];
  std::optional<int64_t> size = getConstant(hidden);
  std::optional<int64_t> rows = getConstant((*r)[1]);
  if (size && rows && *rows != gates * *size)
    return emitOptionalError(loc, "R has ", *rows, " rows, not ", gates,
                             " times its ", *size, " columns");
  if (std::optional<int64_t> stated = adaptor.getHiddenSize())
    if (size && *size != *stated)
      return emitOptionalError(loc, "hidden_size is ", *stated, ", but R has ",
                               *size, " columns");
  std::optional<int64_t> count = getConstant(directions);
  if (count && *count != (adaptor.getDirection() == "bidirectional" ? 2 : 1))
    return emitOptionalError(loc, "R has ", *count,
                             " directions, the attribute says ",
                             adaptor.getDirection());
  // The attributes say what R leaves free.
  MLIRContext *context = element.getContext();
  directions =
      getConstant(context, adaptor.getDirection() == "bidirectional" ? 2 : 1);
  if (std::optional<int64_t> stated = adaptor.getHiddenSize())
    hidden = getConstant(context, *stated);
  bool batchFirst = adaptor.getLayout() != 0;
  AffineExpr sequence = (*x)[batchFirst ? 1 : 0];
  AffineExpr batch = (*x)[batchFirst ? 0 : 1];
  Dims all{sequence, directions, batch, hidden};
  Dims last{directions, batch, hidden};
  if (batchFirst) {
    all = {batch, sequence, directions, hidden};
    last = {batch, directions, hidden};
  }
  types.push_back(getTensorType(all, element));
  types.append(lastStates, getTensorType(last, element));
  return success();
}

LogicalResult LSTMOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  return inferRecurrent(loc, adaptor, 4, 2, types);
}

LogicalResult GRUOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  return inferRecurrent(loc, adaptor, 3, 1, types);
}

LogicalResult RNNOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  return inferRecurrent(loc, adaptor, 1, 1, types);
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

/// LSTM, GRU and RNN.
template <typename Op>
static void requireRecurrent(Op op, int64_t gates, SizeRequirements &r) {
  std::optional<Dims> x = getDims(op.getX()), weights = getDims(op.getR());
  if (!x || !weights || x->size() != 3 || weights->size() != 3)
    return;
  AffineExpr directions =
      r.constant(op.getDirection() == "bidirectional" ? 2 : 1);
  AffineExpr hidden = (*weights)[2];
  if (std::optional<int64_t> stated = op.getHiddenSize())
    hidden = r.constant(*stated);
  bool batchFirst = op.getLayout() != 0;
  AffineExpr batch = (*x)[batchFirst ? 0 : 1];
  r.shape("W", op.getW(), {directions, hidden * gates, (*x)[2]});
  r.shape("R", op.getR(), {directions, hidden * gates, hidden});
  r.shape("B", op.getB(), {directions, hidden * (2 * gates)});
  r.shape("sequence_lens", op.getSequenceLens(), {batch});
  Dims state = batchFirst ? Dims{batch, directions, hidden}
                          : Dims{directions, batch, hidden};
  r.shape("initial_h", op.getInitialH(), state);
  if constexpr (std::is_same_v<Op, LSTMOp>) {
    r.shape("initial_c", op.getInitialC(), state);
    r.shape("P", op.getP(), {directions, hidden * 3});
  }
}

void LSTMOp::requireSizes(SizeRequirements &r) {
  requireRecurrent(*this, 4, r);
}

void GRUOp::requireSizes(SizeRequirements &r) { requireRecurrent(*this, 3, r); }

void RNNOp::requireSizes(SizeRequirements &r) { requireRecurrent(*this, 1, r); }

//===----------------------------------------------------------------------===//
// How much is multiplied
//===----------------------------------------------------------------------===//

/// Every weight once a step and sequence.
static AffineExpr countRecurrent(Value x, Value w, Value r) {
  return multiply(multiply(getDim(x, 0), getDim(x, 1)),
                  add(getNumElements(w), getNumElements(r)));
}

AffineExpr LSTMOp::getMacs() { return countRecurrent(getX(), getW(), getR()); }

AffineExpr GRUOp::getMacs() { return countRecurrent(getX(), getW(), getR()); }

AffineExpr RNNOp::getMacs() { return countRecurrent(getX(), getW(), getR()); }
