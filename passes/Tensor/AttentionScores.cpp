//===- AttentionScores.cpp - From scores to probabilities -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/AttentionScores.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

AttentionScores::AttentionScores(OpBuilder &b, AttentionOp op,
                                 AttentionOp::Adaptor adaptor, double scale,
                                 OpFoldResult pastLength)
    : v(b, op.getLoc()), op(op), adaptor(adaptor), scale(scale),
      pastLength(pastLength), dims(*getDims(op.getQkMatmulOutput())),
      computed(getComputeType(getElementType(op.getQ()))) {}

Value AttentionScores::size(AffineExpr expr) {
  return v.index(getSize(v.b, op, expr));
}

//===----------------------------------------------------------------------===//
// Bias
//===----------------------------------------------------------------------===//

/// Which keys a query sees.
void AttentionScores::addReaches(Bias &bias, ValueRange row) {
  AffineExpr d0 = v.b.getAffineDimExpr(0);
  // The query's absolute position.
  Value position = v.add(row[2], v.index(pastLength));
  if (op.getNonpadKvSeqlen()) {
    Value valid = v.fromInteger(v.extract(adaptor.getNonpadKvSeqlen(), row[0]));
    bias.reaches.push_back({arith::CmpIPredicate::slt, valid});
    if (!op.getPastKey())
      position = v.apply(d0 + v.b.getAffineDimExpr(1) - v.b.getAffineDimExpr(2),
                         {row[2], valid, size(dims[2])});
  }
  if (op.getIsCausal())
    bias.reaches.push_back({arith::CmpIPredicate::sle, position});
  if (op.getLeftWindowSize() >= 0)
    bias.reaches.push_back({arith::CmpIPredicate::sge,
                            v.apply(d0 - op.getLeftWindowSize(), position)});
  if (op.getRightWindowSize() >= 0)
    bias.reaches.push_back({arith::CmpIPredicate::sle,
                            v.apply(d0 + op.getRightWindowSize(), position)});
}

/// What does not depend on the key.
AttentionScores::Bias AttentionScores::prepareBias(ValueRange row) {
  Bias bias;
  addReaches(bias, row);
  if (!op.getAttnMask())
    return bias;
  Dims mask = *getDims(op.getAttnMask());
  Value zero = v.index(0);
  Value from[] = {row[0], row[1], row[2], zero};
  for (auto [dim, index] :
       llvm::zip(mask, ArrayRef(from).take_back(mask.size())))
    bias.maskAt.push_back(getConstant(dim) == 1 ? zero : index);
  bias.isShared = mask.empty() ||
                  (getConstant(mask.back()) == 1 && getConstant(dims[3]) == 1);
  if (!bias.isShared && mask.back() != dims[3])
    bias.width = size(mask.back());
  return bias;
}

bool AttentionScores::hasBias(const Bias &bias) {
  return op.getAttnMask() || !bias.reaches.empty();
}

Value AttentionScores::getMask(const Bias &bias, Value key) {
  SmallVector<Value> at(bias.maskAt);
  if (!bias.isShared)
    at.back() = key;
  Value isCovered;
  if (bias.width) {
    isCovered = v.lt(key, bias.width);
    Value last = v.apply(v.b.getAffineDimExpr(0) - 1, bias.width);
    at.back() = v.min(key, last);
  }
  Value lowest = v.constant(computed, -kInfinity);
  Type type = getElementType(op.getAttnMask());
  Value mask = v.load(adaptor.getAttnMask(), at, type);
  Value result = type.isInteger(1)
                     ? v.select(mask, v.constant(computed, 0), lowest)
                     : v.convert(mask, computed);
  return isCovered ? v.select(isCovered, result, lowest) : result;
}

Value AttentionScores::getBias(const Bias &bias, Value key) {
  Value result =
      op.getAttnMask() ? getMask(bias, key) : v.constant(computed, 0);
  Value lowest = v.constant(computed, -kInfinity);
  for (auto [predicate, limit] : bias.reaches)
    result =
        v.select(v.fold<arith::CmpIOp>(predicate, key, limit), result, lowest);
  return result;
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

Value AttentionScores::capture(int64_t when, Value value, Value tile,
                               Value key) {
  if (!tile || when != op.getQkMatmulOutputMode())
    return tile;
  return v.store(value, tile, key, getElementType(op.getQkMatmulOutput()));
}

SmallVector<Value> AttentionScores::prepareScores(ValueRange row,
                                                  ValueRange tiles) {
  bool wantsScores = tiles.size() > 1;
  Bias bias = prepareBias(row);
  Value lowest = v.constant(computed, -kInfinity);
  SmallVector<Value> carried{tiles[0], lowest};
  if (wantsScores)
    carried.push_back(tiles[1]);
  auto body = [&](ValueRange key, ValueRange kept) {
    Value j = key[0], out = wantsScores ? kept[2] : Value();
    Value s = v.mul(v.extract(kept[0], j), v.constant(computed, scale));
    out = capture(0, s, out, j);
    if (op.getSoftcap() > 0) {
      Value cap = v.constant(computed, op.getSoftcap());
      s = v.mul(v.tanh(v.div(s, cap)), cap);
    }
    out = capture(1, s, out, j);
    if (hasBias(bias)) {
      Value added = getBias(bias, j);
      // Not s + -inf, which is NaN for an infinite score.
      Value isMasked = v.eq(added, lowest);
      s = v.select(isMasked, lowest, v.add(s, added));
    }
    out = capture(2, s, out, j);
    SmallVector<Value> next{v.insert(s, kept[0], j), v.max(kept[1], s)};
    if (wantsScores)
      next.push_back(out);
    return next;
  };
  return v.loops(getSize(v.b, op, dims[3]), carried, body);
}

SmallVector<Value> AttentionScores::buildRow(ValueRange row, ValueRange tiles) {
  Value none = v.constant(computed, 0), one = v.constant(computed, 1);
  OpFoldResult keys = getSize(v.b, op, dims[3]);
  SmallVector<Value> scores = prepareScores(row, tiles);

  // A query without keys has probabilities of zero.
  Value most = scores[1];
  Value isEmpty = v.eq(most, v.constant(computed, -kInfinity));
  Value shift = v.select(isEmpty, none, most);
  SmallVector<Value> exponentials =
      v.loops(keys, {scores[0], none},
              [&](ValueRange key, ValueRange kept) -> SmallVector<Value> {
                Value e = v.exp(v.sub(v.extract(kept[0], key), shift));
                return {v.insert(e, kept[0], key), v.sum(kept[1], e)};
              });
  Value sum = exponentials[1];
  Value inverse = v.div(one, v.select(v.eq(sum, none), one, sum));

  SmallVector<Value> carried{exponentials[0]};
  if (tiles.size() > 1)
    carried.push_back(scores[2]);
  return v.loops(keys, carried, [&](ValueRange key, ValueRange kept) {
    Value p = v.mul(v.extract(kept[0], key), inverse);
    SmallVector<Value> next{v.insert(p, kept[0], key)};
    if (kept.size() > 1)
      next.push_back(capture(3, p, kept[1], key[0]));
    return next;
  });
}

SmallVector<Value> AttentionScores::build(ArrayRef<Value> rows) {
  SmallVector<OpFoldResult> sizes = getSizes(v.b, op, op.getQkMatmulOutput());
  OpFoldResult zero = v.b.getIndexAttr(0), one = v.b.getIndexAttr(1);
  auto tile = [&](ValueRange row, unsigned) {
    return Tile{{row[0], row[1], row[2], zero},
                {one, one, one, sizes[3]},
                {false, false, false, true}};
  };
  return v.forall(
      ArrayRef(sizes).drop_back(), rows, tile,
      [&](ValueRange row, ValueRange tiles) { return buildRow(row, tiles); });
}
