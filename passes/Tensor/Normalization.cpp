//===- Normalization.cpp - Normalisation by statistics --------------------===//
//
// The dimensions split into outer ones, over which a forall runs, and inner
// ones, over which mean and deviation are taken:
//
//   LayerNormalization      outer [0, axis)
//   InstanceNormalization   outer {0, 1}
//   BatchNormalization      outer {1} in training, else no statistics at all
//   LpNormalization         outer all but the axis
//
// Statistics are two passes over a row that stays in the cache: the variance
// from differences to the mean, as its definition says, loses no digits.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/NormalizationOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "passes/Tensor/RowLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

bool isReal(Type element) {
  return isa<FloatType>(element) && isComputable(element);
}

/// The loops of one normalisation.
struct Rows {
  ConversionPatternRewriter &rewriter;
  Operation *op;
  Value onnxX, x; // the operand, converted
  SmallVector<bool> outer;
  Type computed; // of the arithmetic

  Rows(ConversionPatternRewriter &rewriter, Operation *op, Value onnxX, Value x,
       SmallVector<bool> outer)
      : rewriter(rewriter), op(op), onnxX(onnxX), x(x), outer(std::move(outer)),
        computed(getComputeType(getElementType(onnxX))),
        sizes(getSizes(rewriter, op, onnxX)) {}

  SmallVector<OpFoldResult> sizes;

  SmallVector<OpFoldResult> pick(bool wantOuter) const {
    SmallVector<OpFoldResult> picked;
    for (auto [size, isOuter] : llvm::zip(sizes, outer))
      if (isOuter == wantOuter)
        picked.push_back(size);
    return picked;
  }

  /// The full indices of inner ones within a row.
  SmallVector<Value> at(ValueRange row, ValueRange inner) const {
    SmallVector<Value> indices;
    for (bool isOuter : outer) {
      ValueRange &from = isOuter ? row : inner;
      indices.push_back(from.front());
      from = from.drop_front();
    }
    return indices;
  }

  Value constant(OpBuilder &b, Location l, double value) const {
    return arith::ConstantOp::create(b, l, b.getFloatAttr(computed, value));
  }

  Value load(OpBuilder &b, Location l, Value onnxValue, Value value,
             ValueRange indices) const {
    Value stored = tensor::ExtractOp::create(b, l, value, indices);
    return convertElement(
        b, l, loadElement(b, l, stored, getElementType(onnxValue)), computed,
        /*isUnsigned=*/false);
  }

  /// Reads an operand that broadcasts to x.
  Value loadBroadcast(OpBuilder &b, Location l, Value onnxValue, Value value,
                      ArrayRef<Value> indices) const {
    Dims dims = *getDims(onnxValue);
    SmallVector<Value> own;
    for (auto [dim, index] : llvm::zip(dims, indices.take_back(dims.size())))
      own.push_back(getConstant(dim) == 1
                        ? arith::ConstantIndexOp::create(b, l, 0).getResult()
                        : index);
    return load(b, l, onnxValue, value, own);
  }

  Value store(OpBuilder &b, Location l, Value value, Value onnxResult) const {
    Type element = getElementType(onnxResult);
    return storeElement(
        b, l, convertElement(b, l, value, getComputeType(element), false),
        element);
  }

  using TermFn = llvm::function_ref<Value(OpBuilder &, Location, Value)>;
  /// The sum of term(x) over the row.
  Value sum(OpBuilder &b, Location l, ValueRange row, TermFn term) const {
    return buildLoops(b, l, pick(false), constant(b, l, 0),
                      [&](OpBuilder &n, Location nl, ValueRange ivs,
                          ValueRange kept) -> SmallVector<Value> {
                        Value v = load(n, nl, onnxX, x, at(row, ivs));
                        return {buildSum(n, nl, kept[0], term(n, nl, v))};
                      })[0];
  }

  Value count(OpBuilder &b, Location l) const {
    Value product = arith::ConstantIndexOp::create(b, l, 1);
    for (OpFoldResult size : pick(false))
      product = b.createOrFold<arith::MulIOp>(
          l, product, getValueOrCreateConstantIndexOp(b, l, size));
    return convertElement(b, l, product, computed, false);
  }

  /// Mean and variance of the row.
  std::pair<Value, Value> statistics(OpBuilder &b, Location l,
                                     ValueRange row) const {
    Value number = count(b, l);
    Value total =
        sum(b, l, row, [](OpBuilder &, Location, Value v) { return v; });
    Value mean = arith::DivFOp::create(b, l, total, number);
    Value squares =
        sum(b, l, row, [&](OpBuilder &n, Location nl, Value v) -> Value {
          Value d = arith::SubFOp::create(n, nl, v, mean);
          return arith::MulFOp::create(n, nl, d, d);
        });
    return {mean, arith::DivFOp::create(b, l, squares, number)};
  }

  Value inverseRoot(OpBuilder &b, Location l, Value variance,
                    float epsilon) const {
    Value shifted =
        arith::AddFOp::create(b, l, variance, constant(b, l, epsilon));
    return arith::DivFOp::create(b, l, constant(b, l, 1),
                                 math::SqrtOp::create(b, l, shifted));
  }

  using MapFn =
      llvm::function_ref<Value(OpBuilder &, Location, Value, ArrayRef<Value>)>;
  /// Writes map(x, indices) to the row of the result.
  Value map(OpBuilder &b, Location l, ValueRange row, Value tile,
            Value onnxResult, MapFn compute) const {
    return buildLoops(b, l, pick(false), tile,
                      [&](OpBuilder &n, Location nl, ValueRange ivs,
                          ValueRange kept) -> SmallVector<Value> {
                        SmallVector<Value> indices = at(row, ivs);
                        Value y = compute(n, nl, load(n, nl, onnxX, x, indices),
                                          indices);
                        return {tensor::InsertOp::create(
                            n, nl, store(n, nl, y, onnxResult), kept[0], ivs)};
                      })[0];
  }

  using RowFn = llvm::function_ref<SmallVector<Value>(OpBuilder &, Location,
                                                      ValueRange, ValueRange)>;
  /// Runs over the rows. The first result has x's shape; of further ones,
  /// which hold one element a row, `place` tells its indices.
  SmallVector<Value>
  build(ArrayRef<OpResult> results, RowFn body,
        llvm::function_ref<SmallVector<OpFoldResult>(OpBuilder &, ValueRange)>
            place = nullptr) const {
    SmallVector<Value> inits;
    for (OpResult result : results)
      inits.push_back(createEmpty(rewriter, op->getLoc(), result));
    return buildParallel(
        rewriter, op->getLoc(), pick(true), inits,
        [&](OpBuilder &b, ValueRange row, unsigned number) {
          Tile tile;
          if (number > 0) {
            tile.offsets = place(b, row);
            tile.sizes.assign(tile.offsets.size(), b.getIndexAttr(1));
            tile.kept.assign(tile.offsets.size(), false);
            return tile;
          }
          for (auto [size, isOuter] : llvm::zip(sizes, outer)) {
            tile.kept.push_back(!isOuter);
            tile.sizes.push_back(isOuter ? OpFoldResult(b.getIndexAttr(1))
                                         : size);
            tile.offsets.push_back(isOuter ? OpFoldResult(row.front())
                                           : OpFoldResult(b.getIndexAttr(0)));
            if (isOuter)
              row = row.drop_front();
          }
          return tile;
        },
        body);
  }
};

struct LowerLayerNorm : OpConversionPattern<LayerNormalizationOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(LayerNormalizationOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isReal(getElementType(op.getX())))
      return rewriter.notifyMatchFailure(
          op, refuseElements(getElementType(op.getX())));
    int64_t rank = *getRank(op.getX());
    int64_t axis = *normalizeAxis(op.getAxis(), rank);
    SmallVector<bool> outer(rank, false);
    std::fill_n(outer.begin(), axis, true);
    Rows rows(rewriter, op, op.getX(), adaptor.getX(), outer);
    auto body = [&](OpBuilder &b, Location l, ValueRange row,
                    ValueRange tiles) -> SmallVector<Value> {
      auto [mean, variance] = rows.statistics(b, l, row);
      Value inverse = rows.inverseRoot(b, l, variance, op.getEpsilon());
      Value y = rows.map(
          b, l, row, tiles[0], op.getY(),
          [&, mean = mean](OpBuilder &n, Location nl, Value v,
                           ArrayRef<Value> at) -> Value {
            v = arith::MulFOp::create(
                n, nl, arith::SubFOp::create(n, nl, v, mean), inverse);
            v = arith::MulFOp::create(n, nl, v,
                                      rows.loadBroadcast(n, nl, op.getScale(),
                                                         adaptor.getScale(),
                                                         at));
            if (op.getB())
              v = arith::AddFOp::create(
                  n, nl, v,
                  rows.loadBroadcast(n, nl, op.getB(), adaptor.getB(), at));
            return v;
          });
      SmallVector<Value> results{y};
      if (tiles.size() > 1) {
        results.push_back(
            tensor::InsertOp::create(b, l, rows.store(b, l, mean, op.getMean()),
                                     tiles[1], ValueRange()));
        results.push_back(tensor::InsertOp::create(
            b, l, rows.store(b, l, inverse, op.getInvStdDev()), tiles[2],
            ValueRange()));
      }
      return results;
    };
    auto place = [&](OpBuilder &b, ValueRange row) {
      SmallVector<OpFoldResult> at(rank, b.getIndexAttr(0));
      llvm::copy(row, at.begin());
      return at;
    };
    SmallVector<OpResult> wanted{cast<OpResult>(op.getY())};
    bool wantsStatistics =
        !op.getMean().use_empty() || !op.getInvStdDev().use_empty();
    if (wantsStatistics) {
      wanted.push_back(cast<OpResult>(op.getMean()));
      wanted.push_back(cast<OpResult>(op.getInvStdDev()));
    }
    SmallVector<Value> results = rows.build(wanted, body, place);
    while (results.size() < 3)
      results.push_back(
          createEmpty(rewriter, op.getLoc(), op->getResult(results.size())));
    rewriter.replaceOp(op, results);
    return success();
  }
};

struct LowerRMSNorm : OpConversionPattern<RMSNormalizationOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(RMSNormalizationOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isReal(getElementType(op.getX())))
      return rewriter.notifyMatchFailure(
          op, refuseElements(getElementType(op.getX())));
    int64_t rank = *getRank(op.getX());
    SmallVector<bool> outer(rank, false);
    std::fill_n(outer.begin(), *normalizeAxis(op.getAxis(), rank), true);
    Rows rows(rewriter, op, op.getX(), adaptor.getX(), outer);
    auto square = [](OpBuilder &b, Location l, Value v) -> Value {
      return arith::MulFOp::create(b, l, v, v);
    };
    SmallVector<Value> results = rows.build(
        cast<OpResult>(op.getY()),
        [&](OpBuilder &b, Location l, ValueRange row,
            ValueRange tiles) -> SmallVector<Value> {
          Value mean = arith::DivFOp::create(b, l, rows.sum(b, l, row, square),
                                             rows.count(b, l));
          Value inverse = rows.inverseRoot(b, l, mean, op.getEpsilon());
          return {rows.map(b, l, row, tiles[0], op.getY(),
                           [&](OpBuilder &n, Location nl, Value v,
                               ArrayRef<Value> at) -> Value {
                             v = arith::MulFOp::create(n, nl, v, inverse);
                             return arith::MulFOp::create(
                                 n, nl, v,
                                 rows.loadBroadcast(n, nl, op.getScale(),
                                                    adaptor.getScale(), at));
                           })};
        });
    rewriter.replaceOp(op, results);
    return success();
  }
};

struct LowerInstanceNorm : OpConversionPattern<InstanceNormalizationOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(InstanceNormalizationOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isReal(getElementType(op.getInput())))
      return rewriter.notifyMatchFailure(
          op, refuseElements(getElementType(op.getInput())));
    int64_t rank = *getRank(op.getInput());
    if (rank < 2)
      return rewriter.notifyMatchFailure(
          op, "the input must have a dimension of channels");
    SmallVector<bool> outer(rank, false);
    outer[0] = outer[1] = true;
    Rows rows(rewriter, op, op.getInput(), adaptor.getInput(), outer);
    SmallVector<Value> results = rows.build(
        cast<OpResult>(op.getOutput()),
        [&](OpBuilder &b, Location l, ValueRange row,
            ValueRange tiles) -> SmallVector<Value> {
          auto [mean, variance] = rows.statistics(b, l, row);
          Value channel = row[1];
          Value factor = arith::MulFOp::create(
              b, l, rows.load(b, l, op.getScale(), adaptor.getScale(), channel),
              rows.inverseRoot(b, l, variance, op.getEpsilon()));
          Value bias = rows.load(b, l, op.getB(), adaptor.getB(), channel);
          return {rows.map(b, l, row, tiles[0], op.getOutput(),
                           [&, mean = mean](OpBuilder &n, Location nl, Value v,
                                            ArrayRef<Value>) -> Value {
                             v = arith::SubFOp::create(n, nl, v, mean);
                             v = arith::MulFOp::create(n, nl, v, factor);
                             return arith::AddFOp::create(n, nl, v, bias);
                           })};
        });
    rewriter.replaceOp(op, results);
    return success();
  }
};

struct LowerBatchNorm : OpConversionPattern<BatchNormalizationOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(BatchNormalizationOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isReal(getElementType(op.getX())))
      return rewriter.notifyMatchFailure(
          op, refuseElements(getElementType(op.getX())));
    int64_t rank = *getRank(op.getX());
    // X of rank 1 is one channel's batch.
    if (rank < 2 && op.getTrainingMode())
      return rewriter.notifyMatchFailure(
          op, "the input must have a dimension of channels");
    SmallVector<bool> outer(rank, !op.getTrainingMode());
    if (op.getTrainingMode())
      outer[1] = true;
    Rows rows(rewriter, op, op.getX(), adaptor.getX(), outer);
    if (op.getTrainingMode())
      return train(op, adaptor, rewriter, rows);
    lowerInference(op, adaptor, rewriter, rows);
    return success();
  }

private:
  static Value normalize(const Rows &rows, OpBuilder &b, Location l, Value v,
                         Value mean, Value variance, Value scale, Value bias,
                         float epsilon) {
    Value factor = arith::MulFOp::create(
        b, l, scale, rows.inverseRoot(b, l, variance, epsilon));
    v = arith::MulFOp::create(b, l, arith::SubFOp::create(b, l, v, mean),
                              factor);
    return arith::AddFOp::create(b, l, v, bias);
  }

  static void lowerInference(BatchNormalizationOp op, OpAdaptor adaptor,
                             ConversionPatternRewriter &rewriter,
                             const Rows &rows) {
    int64_t rank = rows.outer.size();
    Location loc = op.getLoc();
    Value init = createEmpty(rewriter, loc, cast<OpResult>(op.getY()));
    AffineMap all = rewriter.getMultiDimIdentityMap(rank);
    AffineMap channel =
        rank > 1 ? AffineMap::get(rank, 0, rewriter.getAffineDimExpr(1))
                 : AffineMap::get(rank, 0, rewriter.getAffineConstantExpr(0));
    SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
    Value onnxOperands[] = {op.getX(), op.getInputMean(), op.getInputVar(),
                            op.getScale(), op.getB()};
    auto y = linalg::GenericOp::create(
        rewriter, loc, init.getType(),
        ValueRange{adaptor.getX(), adaptor.getInputMean(),
                   adaptor.getInputVar(), adaptor.getScale(), adaptor.getB()},
        init, ArrayRef<AffineMap>{all, channel, channel, channel, channel, all},
        loops, [&](OpBuilder &b, Location l, ValueRange args) {
          SmallVector<Value> v;
          for (auto [arg, operand] : llvm::zip(args, onnxOperands))
            v.push_back(convertElement(
                b, l, loadElement(b, l, arg, getElementType(operand)),
                rows.computed, false));
          Value result = normalize(rows, b, l, v[0], v[1], v[2], v[3], v[4],
                                   op.getEpsilon());
          linalg::YieldOp::create(b, l, rows.store(b, l, result, op.getY()));
        });
    rewriter.replaceOp(
        op, {y.getResult(0), adaptor.getInputMean(), adaptor.getInputVar()});
  }

  static LogicalResult train(BatchNormalizationOp op, OpAdaptor adaptor,
                             ConversionPatternRewriter &rewriter,
                             const Rows &rows) {
    auto running = [&](OpBuilder &b, Location l, Value onnxOld, Value old,
                       Value current, Value channel, Value onnxResult,
                       Value tile) -> Value {
      double momentum = op.getMomentum();
      Value kept =
          arith::MulFOp::create(b, l, rows.load(b, l, onnxOld, old, channel),
                                rows.constant(b, l, momentum));
      Value fresh = arith::MulFOp::create(b, l, current,
                                          rows.constant(b, l, 1.0 - momentum));
      Value sum = arith::AddFOp::create(b, l, kept, fresh);
      return tensor::InsertOp::create(b, l, rows.store(b, l, sum, onnxResult),
                                      tile, ValueRange());
    };
    SmallVector<OpResult> results(op->getResults());
    rewriter.replaceOp(
        op,
        rows.build(
            results,
            [&](OpBuilder &b, Location l, ValueRange row,
                ValueRange tiles) -> SmallVector<Value> {
              Value channel = row[0];
              auto [mean, variance] = rows.statistics(b, l, row);
              Value scale =
                  rows.load(b, l, op.getScale(), adaptor.getScale(), channel);
              Value bias = rows.load(b, l, op.getB(), adaptor.getB(), channel);
              Value y = rows.map(
                  b, l, row, tiles[0], op.getY(),
                  [&, mean = mean, variance = variance](
                      OpBuilder &n, Location nl, Value v, ArrayRef<Value>) {
                    return normalize(rows, n, nl, v, mean, variance, scale,
                                     bias, op.getEpsilon());
                  });
              return {y,
                      running(b, l, op.getInputMean(), adaptor.getInputMean(),
                              mean, channel, op.getRunningMean(), tiles[1]),
                      running(b, l, op.getInputVar(), adaptor.getInputVar(),
                              variance, channel, op.getRunningVar(), tiles[2])};
            },
            [](OpBuilder &, ValueRange row) {
              return SmallVector<OpFoldResult>{row[0]};
            }));
    return success();
  }
};

struct LowerLpNorm : OpConversionPattern<LpNormalizationOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(LpNormalizationOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isReal(getElementType(op.getInput())))
      return rewriter.notifyMatchFailure(
          op, refuseElements(getElementType(op.getInput())));
    if (op.getP() != 1 && op.getP() != 2)
      return rewriter.notifyMatchFailure(op, "p must be 1 or 2");
    int64_t rank = *getRank(op.getInput());
    SmallVector<bool> outer(rank, true);
    outer[*normalizeAxis(op.getAxis(), rank)] = false;
    Rows rows(rewriter, op, op.getInput(), adaptor.getInput(), outer);
    auto term = [&](OpBuilder &b, Location l, Value v) -> Value {
      if (op.getP() == 1)
        return math::AbsFOp::create(b, l, v);
      return arith::MulFOp::create(b, l, v, v);
    };
    SmallVector<Value> results = rows.build(
        cast<OpResult>(op.getOutput()),
        [&](OpBuilder &b, Location l, ValueRange row,
            ValueRange tiles) -> SmallVector<Value> {
          Value norm = rows.sum(b, l, row, term);
          if (op.getP() == 2)
            norm = math::SqrtOp::create(b, l, norm);
          Value zero = rows.constant(b, l, 0);
          Value isZero = arith::CmpFOp::create(b, l, arith::CmpFPredicate::OEQ,
                                               norm, zero);
          return {rows.map(b, l, row, tiles[0], op.getOutput(),
                           [&](OpBuilder &n, Location nl, Value v,
                               ArrayRef<Value>) -> Value {
                             v = arith::DivFOp::create(n, nl, v, norm);
                             return arith::SelectOp::create(n, nl, isZero, zero,
                                                            v);
                           })};
        });
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// y = x / (bias + alpha / size * (sum of squares over near channels))^beta
struct LowerLRN : OpConversionPattern<LRNOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(LRNOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t rank = *getRank(op.getX());
    if (!isReal(getElementType(op.getX())))
      return rewriter.notifyMatchFailure(
          op, refuseElements(getElementType(op.getX())));
    if (rank < 2 || op.getSize() < 1)
      return rewriter.notifyMatchFailure(
          op, "X must have a dimension of channels, and size must be positive");
    SmallVector<bool> outer(rank, false);
    outer[0] = outer[1] = true;
    Rows rows(rewriter, op, op.getX(), adaptor.getX(), outer);
    int64_t before = (op.getSize() - 1) / 2;
    int64_t after = op.getSize() - before;
    SmallVector<Value> results = rows.build(
        cast<OpResult>(op.getY()),
        [&](OpBuilder &b, Location l, ValueRange row,
            ValueRange tiles) -> SmallVector<Value> {
          AffineExpr channel = b.getAffineDimExpr(0);
          Value zero = arith::ConstantIndexOp::create(b, l, 0);
          Value channels = getValueOrCreateConstantIndexOp(b, l, rows.sizes[1]);
          Value from = arith::MaxSIOp::create(
              b, l, zero, buildIndex(b, l, channel - before, row[1]));
          Value to = arith::MinSIOp::create(
              b, l, channels, buildIndex(b, l, channel + after, row[1]));
          return {rows.map(
              b, l, row, tiles[0], op.getY(),
              [&](OpBuilder &n, Location nl, Value v,
                  ArrayRef<Value> at) -> Value {
                Value squares = buildLoops(
                    n, nl, from, to, rows.constant(n, nl, 0),
                    [&](OpBuilder &m, Location ml, ValueRange ivs,
                        ValueRange kept) -> SmallVector<Value> {
                      SmallVector<Value> near(at);
                      near[1] = ivs[0];
                      Value u =
                          rows.load(m, ml, op.getX(), adaptor.getX(), near);
                      return {buildSum(m, ml, kept[0],
                                       arith::MulFOp::create(m, ml, u, u))};
                    })[0];
                Value factor =
                    rows.constant(n, nl, op.getAlpha() / op.getSize());
                Value base = arith::AddFOp::create(
                    n, nl, arith::MulFOp::create(n, nl, squares, factor),
                    rows.constant(n, nl, op.getBias()));
                Value power = math::PowFOp::create(
                    n, nl, base, rows.constant(n, nl, op.getBeta()));
                return arith::DivFOp::create(n, nl, v, power);
              })};
        });
    rewriter.replaceOp(op, results);
    return success();
  }
};

} // namespace

void onnxc::populateNormalizationLowering(RewritePatternSet &patterns,
                                          TypeConverter &types) {
  patterns.add<LowerLayerNorm, LowerRMSNorm, LowerInstanceNorm, LowerBatchNorm,
               LowerLpNorm, LowerLRN>(types, patterns.getContext());
}
