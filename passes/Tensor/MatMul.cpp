//===- MatMul.cpp - Matrix products become one linalg.generic -------------===//
//
// The maps carry broadcasting and transposition: nothing is moved.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/BlockedOps.h"
#include "dialects/onnx/MatMulOps.h"
#include "passes/Tensor/Contractions.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// How numpy.matmul walks its operands: loops (batch..., m, n, k), where m or
/// n is absent if the operand is a vector.
struct MatMulLoops {
  AffineMap a, b, c;
  SmallVector<utils::IteratorType> kinds;
  AffineExpr m, n;

  MatMulLoops(Value left, Value right, Value result) {
    MLIRContext *context = result.getContext();
    Dims aDims = *getDims(left), bDims = *getDims(right);
    Dims cDims = *getDims(result);
    size_t batch = cDims.size();
    unsigned next = 0;
    bool hasM = aDims.size() > 1, hasN = bDims.size() > 1;
    batch -= hasM + hasN;
    next = batch;
    if (hasM)
      m = getAffineDimExpr(next++, context);
    if (hasN)
      n = getAffineDimExpr(next++, context);
    AffineExpr k = getAffineDimExpr(next++, context);

    auto batchMap = [&](ArrayRef<AffineExpr> dims) {
      if (dims.empty())
        return SmallVector<AffineExpr>();
      return SmallVector<AffineExpr>(
          getBroadcastMap(dims, ArrayRef(cDims).take_front(batch))
              .getResults());
    };
    SmallVector<AffineExpr> aExprs =
        hasM ? batchMap(ArrayRef(aDims).drop_back(2))
             : SmallVector<AffineExpr>();
    if (hasM)
      aExprs.push_back(m);
    aExprs.push_back(k);
    SmallVector<AffineExpr> bExprs =
        hasN ? batchMap(ArrayRef(bDims).drop_back(2))
             : SmallVector<AffineExpr>();
    bExprs.push_back(k);
    if (hasN)
      bExprs.push_back(n);
    a = AffineMap::get(next, 0, aExprs, context);
    b = AffineMap::get(next, 0, bExprs, context);
    c = AffineMap::getMultiDimIdentityMap(next, context).dropResult(next - 1);
    kinds.assign(next - 1, utils::IteratorType::parallel);
    kinds.push_back(utils::IteratorType::reduction);
  }
};

Value createContraction(
    OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes, Type sumType,
    ValueRange inputs, ArrayRef<AffineMap> maps,
    ArrayRef<utils::IteratorType> kinds,
    function_ref<Value(OpBuilder &, Location, ValueRange)> build) {
  Value zeros = createZeros(b, loc, sizes, sumType);
  auto generic = linalg::GenericOp::create(
      b, loc, zeros.getType(), inputs, zeros, maps, kinds,
      [&](OpBuilder &nested, Location l, ValueRange args) {
        linalg::YieldOp::create(nested, l, build(nested, l, args));
      });
  if (inputs.size() == 2)
    setContraction(generic, plan::ProductAttr::get(b.getContext(), /*panels=*/0,
                                                   plan::BytesAttr(),
                                                   plan::QuantsAttr()));
  return generic.getResult(0);
}

struct LowerMatMul : OpConversionPattern<MatMulOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(MatMulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = getElementType(op.getY());
    MatMulLoops loops(op.getA(), op.getB(), op.getY());
    Value sums = createContraction(
        rewriter, loc, getSizes(rewriter, op, op.getY()), getSumType(type),
        {adaptor.getA(), adaptor.getB()}, {loops.a, loops.b, loops.c},
        loops.kinds, [&](OpBuilder &b, Location l, ValueRange args) {
          return buildMultiplyAdd(b, l, loadElement(b, l, args[0], type),
                                  loadElement(b, l, args[1], type), args[2]);
        });
    rewriter.replaceOp(op, roundSums(rewriter, loc, sums, op->getResult(0)));
    return success();
  }
};

struct LowerPackedMatMul : OpConversionPattern<PackedMatMulOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(PackedMatMulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    MLIRContext *context = op.getContext();
    Type type = getElementType(op.getA());
    bool isGrouped = op.getGroup() > 1;
    int64_t panel = cast<RankedTensorType>(op.getB().getType()).getDimSize(2);
    unsigned rank = *getRank(op.getY()), loops = rank + 1 + isGrouped;
    SmallVector<AffineExpr> rows;
    for (unsigned i = 0; i + 1 < rank; ++i)
      rows.push_back(getAffineDimExpr(i, context));
    AffineExpr n = getAffineDimExpr(rank - 1, context);
    AffineExpr k = getAffineDimExpr(rank, context);
    SmallVector<AffineExpr> a(rows), c(rows),
        b = {n.floorDiv(panel), k, n % panel};
    a.push_back(k);
    c.push_back(n);
    SmallVector<utils::IteratorType> kinds(rank, utils::IteratorType::parallel);
    kinds.append(loops - rank, utils::IteratorType::reduction);
    if (isGrouped) {
      a.push_back(getAffineDimExpr(rank + 1, context));
      b.push_back(getAffineDimExpr(rank + 1, context));
    }
    auto build = [&](OpBuilder &b, Location l, ValueRange args) {
      if (!type.isInteger())
        return buildMultiplyAdd(b, l, loadElement(b, l, args[0], type),
                                loadElement(b, l, args[1], type), args[2]);
      Value left = widenInteger(b, l, args[0], type);
      if (op.getOffset())
        left = arith::AddIOp::create(
            b, l, left,
            arith::ConstantOp::create(b, l,
                                      b.getI32IntegerAttr(op.getOffset())));
      Value right = widenInteger(b, l, args[1], getElementType(op.getB()));
      return buildMultiplyAdd(b, l, left, right, args[2]);
    };
    Value sums = createContraction(
        rewriter, loc, getSizes(rewriter, op, op.getY()),
        getSumType(getElementType(op.getY())), {adaptor.getA(), adaptor.getB()},
        {AffineMap::get(loops, 0, a, context),
         AffineMap::get(loops, 0, b, context),
         AffineMap::get(loops, 0, c, context)},
        kinds, build);
    plan::BytesAttr bytes;
    if (isGrouped)
      bytes = plan::BytesAttr::get(context, op.getGroup(), op.getOffset());
    setContraction(
        sums.getDefiningOp(),
        plan::ProductAttr::get(context, panel, bytes, plan::QuantsAttr()));
    rewriter.replaceOp(op, roundSums(rewriter, loc, sums, op->getResult(0)));
    return success();
  }
};

struct LowerGemm : OpConversionPattern<GemmOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(GemmOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    MLIRContext *context = op.getContext();
    Type type = getElementType(op.getY());
    AffineExpr m = getAffineDimExpr(0, context);
    AffineExpr n = getAffineDimExpr(1, context);
    AffineExpr k = getAffineDimExpr(2, context);
    auto map = [&](AffineExpr row, AffineExpr column, bool transposed) {
      if (transposed)
        std::swap(row, column);
      return AffineMap::get(3, 0, {row, column}, context);
    };
    utils::IteratorType parallel = utils::IteratorType::parallel;
    Value sums = createContraction(
        rewriter, loc, getSizes(rewriter, op, op.getY()), getSumType(type),
        {adaptor.getA(), adaptor.getB()},
        {map(m, k, op.getTransA()), map(k, n, op.getTransB()),
         map(m, n, false)},
        {parallel, parallel, utils::IteratorType::reduction},
        [&](OpBuilder &b, Location l, ValueRange args) {
          return buildMultiplyAdd(b, l, loadElement(b, l, args[0], type),
                                  loadElement(b, l, args[1], type), args[2]);
        });
    bool hasC = op.getC() && op.getBeta() != 0.0f;
    if (hasC || op.getAlpha() != 1.0f) {
      SmallVector<Value> inputs = {sums};
      SmallVector<AffineMap> maps = {rewriter.getMultiDimIdentityMap(2)};
      if (hasC) {
        inputs.push_back(adaptor.getC());
        maps.push_back(
            getBroadcastMap(*getDims(op.getC()), *getDims(op.getY())));
      }
      sums = mapElements(rewriter, loc, inputs, maps,
                         createEmpty(rewriter, loc, op->getResult(0)),
                         [&](OpBuilder &b, Location l, ValueRange args) {
                           Value sum = scale(b, l, args[0], op.getAlpha());
                           if (hasC) {
                             Value c = loadElement(b, l, args[1], type);
                             c = scale(b, l, c, op.getBeta());
                             if (isa<FloatType>(c.getType()))
                               sum = arith::AddFOp::create(b, l, sum, c);
                             else
                               sum = arith::AddIOp::create(b, l, sum, c);
                           }
                           return storeElement(b, l, sum, type);
                         });
    }
    rewriter.replaceOp(op, roundSums(rewriter, loc, sums, op->getResult(0)));
    return success();
  }

  static Value scale(OpBuilder &b, Location loc, Value value, float factor) {
    if (factor == 1.0f)
      return value;
    Type type = value.getType();
    if (isa<FloatType>(type)) {
      Value f = arith::ConstantOp::create(b, loc, b.getFloatAttr(type, factor));
      return arith::MulFOp::create(b, loc, value, f);
    }
    // For integers the factors are floats all the same.
    Type f64 = b.getF64Type();
    Value f = arith::ConstantOp::create(b, loc, b.getF64FloatAttr(factor));
    Value real = arith::SIToFPOp::create(b, loc, f64, value);
    return arith::FPToSIOp::create(b, loc, type,
                                   arith::MulFOp::create(b, loc, real, f));
  }
};

/// A zero point or scale: one for all, or one a row (of A) or column (of B).
struct Parameter {
  Value element, tensor;
  AffineMap map;
  /// Where in a generic's inputs the tensor is.
  unsigned position = 0;

  Value get(ValueRange args) const {
    return element ? element : args[position];
  }
};

/// `dims` is the operand's shape, `axis` the loop that a 1-D one runs along.
FailureOr<Parameter> getParameter(OpBuilder &b, Location loc, Value value,
                                  Value onnxValue, AffineExpr axis,
                                  const MatMulLoops &loops,
                                  ArrayRef<AffineExpr> result,
                                  SmallVectorImpl<Value> &inputs,
                                  SmallVectorImpl<AffineMap> &maps) {
  Parameter parameter;
  parameter.element = extractOnlyElement(b, loc, value);
  if (parameter.element)
    return parameter;
  Dims dims = *getDims(onnxValue);
  unsigned numLoops = loops.kinds.size();
  if (dims.size() == 1 && axis)
    parameter.map = AffineMap::get(numLoops, 0, axis);
  else if (dims.size() > 1 && dims.size() <= result.size())
    parameter.map =
        AffineMap::get(numLoops, 0, getBroadcastMap(dims, result).getResults(),
                       b.getContext());
  else
    return failure();
  parameter.position = inputs.size();
  inputs.push_back(value);
  maps.push_back(parameter.map);
  return parameter;
}

/// MatMulInteger and the sums of QLinearMatMul.
FailureOr<Value> createIntegerContraction(OpBuilder &b, Operation *op,
                                          const MatMulLoops &loops, Value a,
                                          Value right, Value aZero, Value bZero,
                                          Value onnxA, Value onnxB,
                                          Value onnxAZero, Value onnxBZero) {
  Location loc = op->getLoc();
  Value result = op->getResult(0);
  SmallVector<Value> inputs = {a, right};
  SmallVector<AffineMap> maps = {loops.a, loops.b};
  Dims dims = *getDims(result);
  std::optional<Parameter> az, bz;
  auto read = [&](Value zero, Value onnxZero, AffineExpr axis,
                  std::optional<Parameter> &parameter) -> LogicalResult {
    if (!zero)
      return success();
    FailureOr<Parameter> found =
        getParameter(b, loc, zero, onnxZero, axis, loops, dims, inputs, maps);
    if (failed(found))
      return failure();
    parameter = *found;
    return success();
  };
  if (failed(read(aZero, onnxAZero, loops.m, az)) ||
      failed(read(bZero, onnxBZero, loops.n, bz)))
    return failure();
  maps.push_back(loops.c);
  Type aType = getElementType(onnxA), bType = getElementType(onnxB);
  auto shifted = [](OpBuilder &nested, Location l, Value x, Type type,
                    const std::optional<Parameter> &zero, ValueRange args) {
    Value wide = widenInteger(nested, l, x, type);
    if (!zero)
      return wide;
    Value z = widenInteger(nested, l, zero->get(args), type);
    return Value(arith::SubIOp::create(nested, l, wide, z));
  };
  return createContraction(
      b, loc, getSizes(b, op, result), b.getI32Type(), inputs, maps,
      loops.kinds, [&](OpBuilder &nested, Location l, ValueRange args) {
        Value x = shifted(nested, l, args[0], aType, az, args);
        Value y = shifted(nested, l, args[1], bType, bz, args);
        return buildMultiplyAdd(nested, l, x, y, args.back());
      });
}

struct LowerMatMulInteger : OpConversionPattern<MatMulIntegerOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(MatMulIntegerOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    MatMulLoops loops(op.getA(), op.getB(), op.getY());
    FailureOr<Value> sums = createIntegerContraction(
        rewriter, op, loops, adaptor.getA(), adaptor.getB(),
        adaptor.getAZeroPoint(), adaptor.getBZeroPoint(), op.getA(), op.getB(),
        op.getAZeroPoint(), op.getBZeroPoint());
    if (failed(sums))
      return rewriter.notifyMatchFailure(
          op, "a zero point is neither one value nor one for each row of A or "
              "column of B");
    rewriter.replaceOp(op, *sums);
    return success();
  }
};

struct LowerQLinearMatMul : OpConversionPattern<QLinearMatMulOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(QLinearMatMulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    for (Value value : {op.getA(), op.getB(), op.getY()})
      if (!getElementType(value).isInteger(8))
        return rewriter.notifyMatchFailure(
            op, "A, B and Y must have elements of 8 bits");
    MatMulLoops loops(op.getA(), op.getB(), op.getY());
    FailureOr<Value> sums = createIntegerContraction(
        rewriter, op, loops, adaptor.getA(), adaptor.getB(),
        adaptor.getAZeroPoint(), adaptor.getBZeroPoint(), op.getA(), op.getB(),
        op.getAZeroPoint(), op.getBZeroPoint());
    if (failed(sums))
      return rewriter.notifyMatchFailure(
          op, "a zero point is neither one value nor one for each row of A or "
              "column of B");

    Dims dims = *getDims(op.getY());
    SmallVector<Value> inputs = {*sums};
    SmallVector<AffineMap> maps;
    auto read = [&](Value value, Value onnxValue, AffineExpr axis) {
      return getParameter(rewriter, loc, value, onnxValue, axis, loops, dims,
                          inputs, maps);
    };
    FailureOr<Parameter> aScale =
        read(adaptor.getAScale(), op.getAScale(), loops.m);
    FailureOr<Parameter> bScale =
        read(adaptor.getBScale(), op.getBScale(), loops.n);
    FailureOr<Parameter> yScale =
        read(adaptor.getYScale(), op.getYScale(), loops.m);
    FailureOr<Parameter> yZero =
        read(adaptor.getYZeroPoint(), op.getYZeroPoint(), loops.m);
    if (failed(aScale) || failed(bScale) || failed(yScale) || failed(yZero))
      return rewriter.notifyMatchFailure(
          op, "a scale or zero point is neither one value nor one for each row "
              "or column");
    // Those maps are over the contraction's loops, of which k is the last.
    SmallVector<AffineMap> all = {rewriter.getMultiDimIdentityMap(dims.size())};
    for (AffineMap map : maps)
      all.push_back(AffineMap::get(dims.size(), 0, map.getResults(),
                                   rewriter.getContext()));
    Type scaleType = getElementType(op.getAScale());
    Type type = getElementType(op.getY());
    Value result = mapElements(
        rewriter, loc, inputs, all,
        createEmpty(rewriter, loc, op->getResult(0)),
        [&](OpBuilder &b, Location l, ValueRange args) {
          auto scale = [&](const Parameter &parameter) {
            return loadElement(b, l, parameter.get(args), scaleType);
          };
          Value factor =
              arith::MulFOp::create(b, l, scale(*aScale), scale(*bScale));
          factor = arith::DivFOp::create(b, l, factor, scale(*yScale));
          return buildRequantize(b, l, args[0], factor, yZero->get(args), type);
        });
    rewriter.replaceOp(op, result);
    return success();
  }
};

} // namespace

void onnxc::populateMatMulLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerMatMul, LowerPackedMatMul, LowerGemm, LowerMatMulInteger,
               LowerQLinearMatMul>(types, patterns.getContext());
}
