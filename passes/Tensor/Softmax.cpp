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
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "passes/Tensor/RowLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

static constexpr int64_t kColumns = 64;

namespace {

enum class Kind { Softmax, LogSoftmax, Hardmax };

/// One row or tile of columns. `lane` is null for a row.
struct Block {
  Kind kind;
  Type element;
  Value x;
  int64_t axis;
  SmallVector<Value> at; // of x; those of axis and lane are filled in
  OpFoldResult length;   // of the axis
  OpFoldResult width;    // of the tile
  Value firstColumn;
  bool isRow;

  Type computed() const { return getComputeType(element); }

  Value load(OpBuilder &b, Location l, Value k, Value lane) const {
    SmallVector<Value> indices(at);
    indices[axis] = k;
    if (!isRow)
      indices.back() = arith::AddIOp::create(b, l, firstColumn, lane);
    Value stored = tensor::ExtractOp::create(b, l, x, indices);
    return loadElement(b, l, stored, element);
  }

  Value insert(OpBuilder &b, Location l, Value value, Value tile, Value k,
               Value lane) const {
    SmallVector<Value> indices{k};
    if (!isRow)
      indices.push_back(lane);
    return tensor::InsertOp::create(b, l, storeElement(b, l, value, element),
                                    tile, indices);
  }

  Value read(OpBuilder &b, Location l, Value tile, Value k, Value lane) const {
    SmallVector<Value> indices{k};
    if (!isRow)
      indices.push_back(lane);
    return loadElement(b, l, tensor::ExtractOp::create(b, l, tile, indices),
                       element);
  }

  using Step = llvm::function_ref<std::pair<Value, SmallVector<Value>>(
      OpBuilder &, Location, Value, Value, Value, ValueRange)>;

  /// Loops over the elements. What is kept per lane (registers for a row, small
  /// tensors for columns) goes in and out of `step` as scalars:
  /// step(k, lane, tile, kept) -> (tile, kept).
  std::pair<Value, SmallVector<Value>>
  loop(OpBuilder &b, Location l, Value tile, ValueRange kept, Step step) const {
    SmallVector<Value> carried{tile};
    llvm::append_range(carried, kept);
    SmallVector<OpFoldResult> sizes{length};
    if (!isRow)
      sizes.push_back(width);
    SmallVector<Value> results = buildLoops(
        b, l, sizes, carried,
        [&](OpBuilder &n, Location nl, ValueRange ivs, ValueRange values) {
          Value lane = isRow ? Value() : ivs[1];
          SmallVector<Value> scalars;
          for (Value value : values.drop_front())
            scalars.push_back(
                isRow ? value
                      : tensor::ExtractOp::create(n, nl, value, lane)
                            .getResult());
          auto [next, nextScalars] =
              step(n, nl, ivs[0], lane, values[0], scalars);
          SmallVector<Value> yields{next};
          for (auto [scalar, before, value] :
               llvm::zip(nextScalars, scalars, values.drop_front())) {
            if (isRow)
              yields.push_back(scalar);
            else if (scalar == before)
              yields.push_back(value);
            else
              yields.push_back(
                  tensor::InsertOp::create(n, nl, scalar, value, lane));
          }
          return yields;
        });
    return {results[0], SmallVector<Value>(ArrayRef(results).drop_front())};
  }

  /// The start of something kept per lane.
  Value start(OpBuilder &b, Location l, Value scalar) const {
    if (isRow)
      return scalar;
    Value empty = tensor::EmptyOp::create(b, l, ArrayRef<int64_t>{kColumns},
                                          scalar.getType());
    return linalg::FillOp::create(b, l, scalar, empty).getResult(0);
  }

  Value build(OpBuilder &b, Location l, Value tile) const;
  Value buildHardmax(OpBuilder &b, Location l, Value tile, Value lowest) const;
};

Value Block::build(OpBuilder &b, Location l, Value tile) const {
  auto real = cast<FloatType>(computed());
  Value lowest = arith::ConstantOp::create(
      b, l,
      b.getFloatAttr(real, APFloat::getInf(real.getFloatSemantics(),
                                           /*Negative=*/true)));
  Value zero = arith::ConstantOp::create(b, l, b.getFloatAttr(real, 0.0));
  Value one = arith::ConstantOp::create(b, l, b.getFloatAttr(real, 1.0));
  if (kind == Kind::Hardmax)
    return buildHardmax(b, l, tile, lowest);

  SmallVector<Value> kept{start(b, l, lowest)};
  std::tie(tile, kept) = loop(
      b, l, tile, kept,
      [&](OpBuilder &n, Location nl, Value k, Value lane, Value t,
          ValueRange s) -> std::pair<Value, SmallVector<Value>> {
        return {t,
                {arith::MaximumFOp::create(n, nl, s[0], load(n, nl, k, lane))}};
      });
  kept.push_back(start(b, l, zero));
  // Rounding the exponentials to float16 between the steps would cost accuracy.
  bool keepExponentials =
      kind == Kind::Softmax && getStorageType(element) == computed();
  std::tie(tile, kept) =
      loop(b, l, tile, kept,
           [&](OpBuilder &n, Location nl, Value k, Value lane, Value t,
               ValueRange s) -> std::pair<Value, SmallVector<Value>> {
             Value shifted =
                 arith::SubFOp::create(n, nl, load(n, nl, k, lane), s[0]);
             Value e = math::ExpOp::create(n, nl, shifted);
             if (keepExponentials)
               t = insert(n, nl, e, t, k, lane);
             return {t, {s[0], buildSum(n, nl, s[1], e)}};
           });
  // One division, or logarithm, a row.
  if (isRow)
    kept[1] = kind == Kind::Softmax
                  ? arith::DivFOp::create(b, l, one, kept[1]).getResult()
                  : math::LogOp::create(b, l, kept[1]).getResult();
  else
    kept[1] = buildLoops(
        b, l, width, kept[1],
        [&](OpBuilder &n, Location nl, ValueRange ivs,
            ValueRange values) -> SmallVector<Value> {
          Value s = tensor::ExtractOp::create(n, nl, values[0], ivs);
          Value v = kind == Kind::Softmax
                        ? arith::DivFOp::create(n, nl, one, s).getResult()
                        : math::LogOp::create(n, nl, s).getResult();
          return {tensor::InsertOp::create(n, nl, v, values[0], ivs)};
        })[0];
  return loop(b, l, tile, kept,
              [&](OpBuilder &n, Location nl, Value k, Value lane, Value t,
                  ValueRange s) -> std::pair<Value, SmallVector<Value>> {
                Value y;
                if (keepExponentials) {
                  y = arith::MulFOp::create(n, nl, read(n, nl, t, k, lane),
                                            s[1]);
                } else {
                  y = arith::SubFOp::create(n, nl, load(n, nl, k, lane), s[0]);
                  if (kind == Kind::Softmax)
                    y = arith::MulFOp::create(
                        n, nl, math::ExpOp::create(n, nl, y), s[1]);
                  else
                    y = arith::SubFOp::create(n, nl, y, s[1]);
                }
                return {insert(n, nl, y, t, k, lane), {s[0], s[1]}};
              })
      .first;
}

Value Block::buildHardmax(OpBuilder &b, Location l, Value tile,
                          Value lowest) const {
  Value zero = arith::ConstantIntOp::create(b, l, 0, 64);
  SmallVector<Value> kept{start(b, l, lowest), start(b, l, zero)};
  auto toInt = [](OpBuilder &n, Location nl, Value k) -> Value {
    return arith::IndexCastOp::create(n, nl, n.getI64Type(), k);
  };
  std::tie(tile, kept) = loop(
      b, l, tile, kept,
      [&](OpBuilder &n, Location nl, Value k, Value lane, Value t,
          ValueRange s) -> std::pair<Value, SmallVector<Value>> {
        Value v = load(n, nl, k, lane);
        Value more =
            arith::CmpFOp::create(n, nl, arith::CmpFPredicate::OGT, v, s[0]);
        return {t,
                {arith::SelectOp::create(n, nl, more, v, s[0]),
                 arith::SelectOp::create(n, nl, more, toInt(n, nl, k), s[1])}};
      });
  return loop(b, l, tile, kept,
              [&](OpBuilder &n, Location nl, Value k, Value lane, Value t,
                  ValueRange s) -> std::pair<Value, SmallVector<Value>> {
                Value hit = arith::CmpIOp::create(
                    n, nl, arith::CmpIPredicate::eq, toInt(n, nl, k), s[1]);
                Value y = arith::UIToFPOp::create(n, nl, computed(), hit);
                return {insert(n, nl, y, t, k, lane), {s[0], s[1]}};
              })
      .first;
}

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
    Location loc = op.getLoc();
    SmallVector<OpFoldResult> sizes = getSizes(rewriter, op, op.getInput());
    bool isRow = *axis == rank - 1;
    AffineExpr d0 = rewriter.getAffineDimExpr(0);

    SmallVector<OpFoldResult> counts;
    for (int64_t i = 0; i < rank; ++i)
      if (i != *axis && (isRow || i != rank - 1))
        counts.push_back(sizes[i]);
    if (!isRow)
      counts.push_back(affine::makeComposedFoldedAffineApply(
          rewriter, loc, d0.ceilDiv(kColumns), {sizes.back()}));

    // Where the block begins; columns cover what is left of the last tile.
    auto place = [&](OpBuilder &b, ValueRange ivs, unsigned) {
      Tile tile{SmallVector<OpFoldResult>(rank, b.getIndexAttr(0)),
                SmallVector<OpFoldResult>(rank, b.getIndexAttr(1)),
                SmallVector<bool>(rank, false)};
      size_t next = 0;
      for (int64_t i = 0; i < rank; ++i) {
        bool isColumns = !isRow && i == rank - 1;
        if (i == *axis) {
          tile.sizes[i] = sizes[i];
          tile.kept[i] = true;
        } else if (isColumns) {
          Value tileNumber = ivs.back();
          tile.offsets[i] = affine::makeComposedFoldedAffineApply(
              b, loc, d0 * kColumns, {OpFoldResult(tileNumber)});
          AffineExpr left = b.getAffineDimExpr(1) - d0 * kColumns;
          std::optional<int64_t> width = getConstantIntValue(sizes[i]);
          tile.sizes[i] =
              width && *width % kColumns == 0
                  ? OpFoldResult(b.getIndexAttr(kColumns))
                  : affine::makeComposedFoldedAffineMin(
                        b, loc,
                        AffineMap::get(
                            2, 0, {left, b.getAffineConstantExpr(kColumns)},
                            b.getContext()),
                        {OpFoldResult(tileNumber), sizes[i]});
          tile.kept[i] = true;
        } else {
          tile.offsets[i] = ivs[next++];
        }
      }
      return tile;
    };
    Value init = createEmpty(rewriter, loc, op->getResult(0));
    SmallVector<Value> results = buildParallel(
        rewriter, loc, counts, init, place,
        [&](OpBuilder &b, Location l, ValueRange ivs, ValueRange tiles) {
          Block block{kind, element, adaptor.getInput(), *axis, {}, {}, {},
                      {},   isRow};
          Tile tile = place(b, ivs, 0);
          for (OpFoldResult offset : tile.offsets)
            block.at.push_back(getValueOrCreateConstantIndexOp(b, l, offset));
          block.length = sizes[*axis];
          if (!isRow) {
            block.width = tile.sizes.back();
            block.firstColumn = block.at.back();
          }
          return SmallVector<Value>{block.build(b, l, tiles[0])};
        });
    rewriter.replaceOp(op, results);
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
