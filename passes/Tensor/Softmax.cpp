//===- Softmax.cpp - Softmax, LogSoftmax and Hardmax ----------------------===//
//
// Along the last axis a row at a time, its maximum and sum in registers. Along
// another axis a tile of columns at a time, so that the innermost loop is
// contiguous, with the maxima and sums of the tile on the stack:
//
//   for k: for i < 64: max[i] = max(max[i], x[k, i])
//   for k: for i < 64: y[k, i] = exp(x[k, i] - max[i]); sum[i] += y[k, i]
//   for k: for i < 64: y[k, i] /= sum[i]
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SoftmaxOps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

static constexpr int64_t kColumns = 64;

namespace {

enum class Kind { Softmax, LogSoftmax, Hardmax };

/// One row or tile of columns. `lane` is null for a row.
struct Block {
  const TensorBuilder &v;
  Kind kind;
  Type element;
  Value x;
  int64_t axis;
  SmallVector<Value> at; // of x; those of axis and lane are filled in
  OpFoldResult length;   // of the axis
  OpFoldResult width;    // of the tile
  Value firstColumn;
  bool isRow;

  Value build(Value tile) const {
    return kind == Kind::Hardmax ? buildHardmax(tile) : buildSoftmax(tile);
  }

private:
  Type computed() const { return getComputeType(element); }
  Value lowest() const {
    return v.constant(computed(), -std::numeric_limits<double>::infinity());
  }

  Value load(Value k, Value lane) const {
    SmallVector<Value> indices(at);
    indices[axis] = k;
    if (!isRow)
      indices.back() = v.create<arith::AddIOp>(firstColumn, lane);
    return v.load(x, indices, element);
  }

  SmallVector<Value> inTile(Value k, Value lane) const {
    return isRow ? SmallVector<Value>{k} : SmallVector<Value>{k, lane};
  }
  Value insert(Value value, Value tile, Value k, Value lane) const {
    return v.store(value, tile, inTile(k, lane), element);
  }
  Value read(Value tile, Value k, Value lane) const {
    return v.load(tile, inTile(k, lane), element);
  }

  /// What a step over the elements carries: the tile, and what is kept per
  /// lane, in registers for a row, in small tensors for columns.
  struct State {
    Value tile;
    SmallVector<Value> kept;
  };
  /// The step gets what is kept as scalars.
  State loop(
      const State &state,
      llvm::function_ref<State(Value k, Value lane, const State &)> step) const;

  /// The start of something kept per lane.
  Value start(Value scalar) const {
    return isRow ? scalar
                 : v.filled(OpFoldResult(v.b.getIndexAttr(kColumns)), scalar);
  }
  /// compute(scalar) of something kept per lane.
  Value mapLanes(Value kept,
                 llvm::function_ref<Value(Value scalar)> compute) const;

  Value buildSoftmax(Value tile) const;
  Value buildHardmax(Value tile) const;
};

Block::State
Block::loop(const State &state,
            llvm::function_ref<State(Value, Value, const State &)> step) const {
  SmallVector<Value> carried{state.tile};
  llvm::append_range(carried, state.kept);
  SmallVector<OpFoldResult> sizes{length};
  if (!isRow)
    sizes.push_back(width);
  SmallVector<Value> results =
      v.loops(sizes, carried, [&](ValueRange indices, ValueRange values) {
        Value lane = isRow ? Value() : indices[1];
        SmallVector<Value> scalars;
        for (Value value : values.drop_front())
          scalars.push_back(isRow ? value : v.extract(value, lane));
        State next = step(indices[0], lane, {values[0], scalars});
        SmallVector<Value> yields{next.tile};
        for (auto [scalar, before, value] :
             llvm::zip(next.kept, scalars, values.drop_front()))
          yields.push_back(isRow              ? scalar
                           : scalar == before ? value
                                              : v.insert(scalar, value, lane));
        return yields;
      });
  return {results[0], SmallVector<Value>(ArrayRef(results).drop_front())};
}

Value Block::mapLanes(Value kept,
                      llvm::function_ref<Value(Value)> compute) const {
  if (isRow)
    return compute(kept);
  return v.loops(width, kept,
                 [&](ValueRange lane, ValueRange values) -> SmallVector<Value> {
                   Value computed = compute(v.extract(values[0], lane));
                   return {v.insert(computed, values[0], lane)};
                 })[0];
}

Value Block::buildSoftmax(Value tile) const {
  Value most = lowest(), zero = v.constant(computed(), 0),
        one = v.constant(computed(), 1);
  State state{tile, {start(most)}};
  state = loop(state, [&](Value k, Value lane, const State &s) -> State {
    return {s.tile, {v.max(s.kept[0], load(k, lane))}};
  });

  // Rounding the exponentials to float16 between the steps would cost accuracy.
  bool keepExponentials =
      kind == Kind::Softmax && getStorageType(element) == computed();
  state.kept.push_back(start(zero));
  state = loop(state, [&](Value k, Value lane, const State &s) -> State {
    Value e = v.exp(v.sub(load(k, lane), s.kept[0]));
    Value next = keepExponentials ? insert(e, s.tile, k, lane) : s.tile;
    return {next, {s.kept[0], v.sum(s.kept[1], e)}};
  });

  // One division, or logarithm, a row.
  state.kept[1] = mapLanes(state.kept[1], [&](Value sum) {
    return kind == Kind::Softmax ? v.div(one, sum) : v.log(sum);
  });
  state = loop(state, [&](Value k, Value lane, const State &s) -> State {
    Value y;
    if (keepExponentials) {
      y = v.mul(read(s.tile, k, lane), s.kept[1]);
    } else {
      Value shifted = v.sub(load(k, lane), s.kept[0]);
      y = kind == Kind::Softmax ? v.mul(v.exp(shifted), s.kept[1])
                                : v.sub(shifted, s.kept[1]);
    }
    return {insert(y, s.tile, k, lane), s.kept};
  });
  return state.tile;
}

/// 1 at the first of the largest elements, 0 elsewhere.
Value Block::buildHardmax(Value tile) const {
  Type i64 = v.b.getI64Type();
  State state{tile, {start(lowest()), start(v.integer(i64, 0))}};
  state = loop(state, [&](Value k, Value lane, const State &s) -> State {
    Value value = load(k, lane);
    Value more = v.gt(value, s.kept[0]);
    return {s.tile,
            {v.select(more, value, s.kept[0]),
             v.select(more, v.toInteger(k, i64), s.kept[1])}};
  });
  state = loop(state, [&](Value k, Value lane, const State &s) -> State {
    Value hit = v.eq(v.toInteger(k, i64), s.kept[1]);
    return {insert(v.convert(hit, computed()), s.tile, k, lane), s.kept};
  });
  return state.tile;
}

/// Where the blocks of a tensor are.
struct Blocks {
  const TensorBuilder &v;
  SmallVector<OpFoldResult> sizes;
  int64_t axis;
  bool isRow;

  /// How many there are: all dimensions but those of a block.
  SmallVector<OpFoldResult> getCounts() const {
    SmallVector<OpFoldResult> counts;
    int64_t rank = sizes.size();
    for (int64_t i = 0; i < rank; ++i)
      if (i != axis && (isRow || i != rank - 1))
        counts.push_back(sizes[i]);
    if (!isRow)
      counts.push_back(affine::makeComposedFoldedAffineApply(
          v.b, v.loc, v.b.getAffineDimExpr(0).ceilDiv(kColumns),
          {sizes.back()}));
    return counts;
  }

  /// Where a block begins; columns cover what is left of the last tile.
  Tile getTile(ValueRange indices) const {
    int64_t rank = sizes.size();
    Tile tile{SmallVector<OpFoldResult>(rank, v.b.getIndexAttr(0)),
              SmallVector<OpFoldResult>(rank, v.b.getIndexAttr(1)),
              SmallVector<bool>(rank, false)};
    size_t next = 0;
    for (int64_t i = 0; i < rank; ++i) {
      tile.kept[i] = i == axis || (!isRow && i == rank - 1);
      if (i == axis) {
        tile.sizes[i] = sizes[i];
      } else if (tile.kept[i]) {
        tile.offsets[i] = affine::makeComposedFoldedAffineApply(
            v.b, v.loc, v.b.getAffineDimExpr(0) * kColumns,
            {OpFoldResult(indices.back())});
        tile.sizes[i] = getWidth(indices.back());
      } else {
        tile.offsets[i] = indices[next++];
      }
    }
    return tile;
  }

private:
  OpFoldResult getWidth(Value number) const {
    std::optional<int64_t> width = getConstantIntValue(sizes.back());
    if (width && *width % kColumns == 0)
      return v.b.getIndexAttr(kColumns);
    AffineExpr left =
        v.b.getAffineDimExpr(1) - v.b.getAffineDimExpr(0) * kColumns;
    return affine::makeComposedFoldedAffineMin(
        v.b, v.loc,
        AffineMap::get(2, 0, {left, v.b.getAffineConstantExpr(kColumns)},
                       v.b.getContext()),
        {OpFoldResult(number), sizes.back()});
  }
};

template <typename Op, Kind kind>
struct LowerSoftmax : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type element = getElementType(op.getInput());
    if (!isa<FloatType>(element) || !isComputable(element))
      return rewriter.notifyMatchFailure(op, refuseElements(element));
    int64_t rank = *getRank(op.getInput());
    std::optional<int64_t> axis = normalizeAxis(op.getAxis(), rank);
    if (!axis)
      return rewriter.notifyMatchFailure(op, "axis is out of range for rank " +
                                                 Twine(rank));
    TensorBuilder v(rewriter, op.getLoc());
    Blocks blocks{v, getSizes(rewriter, op, op.getInput()), *axis,
                  *axis == rank - 1};
    auto body = [&](ValueRange indices, ValueRange tiles) {
      Block block{v,  kind, element, adaptor.getInput(), *axis, {},
                  {}, {},   {},      blocks.isRow};
      Tile tile = blocks.getTile(indices);
      for (OpFoldResult offset : tile.offsets)
        block.at.push_back(v.index(offset));
      block.length = blocks.sizes[*axis];
      if (!blocks.isRow) {
        block.width = tile.sizes.back();
        block.firstColumn = block.at.back();
      }
      return SmallVector<Value>{block.build(tiles[0])};
    };
    SmallVector<OpFoldResult> counts = blocks.getCounts();
    Value init = createEmpty(rewriter, op.getLoc(), op->getResult(0));
    auto tile = [&](ValueRange indices, unsigned) {
      return blocks.getTile(indices);
    };
    rewriter.replaceOp(op, v.forall(counts, init, tile, body));
    return success();
  }
};

} // namespace

void onnxc::populateSoftmaxLowering(RewritePatternSet &patterns,
                                    TypeConverter &types) {
  patterns.add<LowerSoftmax<SoftmaxOp, Kind::Softmax>,
               LowerSoftmax<LogSoftmaxOp, Kind::LogSoftmax>,
               LowerSoftmax<HardmaxOp, Kind::Hardmax>>(types,
                                                       patterns.getContext());
}
