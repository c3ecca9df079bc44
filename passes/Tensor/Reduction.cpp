//===- Reduction.cpp - Reductions over axes -------------------------------===//
//
// Each is one linalg.generic that combines the elements into an accumulator
// tensor, and where needed an elementwise one that makes the result of it:
//
//   ReduceL2 = sqrt(sum(x * x)), with f32 sums for float16
//
// Integers whose reduction is not an integer (ReduceL2, ReduceLogSum) are
// computed in f64 and truncated.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/Reduction.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/ScalarBuilder.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "passes/Tensor/LoweringPatterns.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

enum class Kind { Sum, Prod, Mean, Max, Min, L1, L2, LogSum, LogSumExp, Sq };

using ElementFn = llvm::function_ref<Value(OpBuilder &, Location, Value)>;
using CombineFn = llvm::function_ref<Value(OpBuilder &, Location, ValueRange)>;

/// What all steps of one lowering know.
struct Reduction {
  ConversionPatternRewriter &rewriter;
  Operation *op;
  Value input; // converted
  SmallVector<AffineExpr> resultExprs;
  SmallVector<utils::IteratorType> loops;

  Location loc() const { return op->getLoc(); }
  int64_t rank() const { return loops.size(); }
  AffineMap resultMap() const {
    return AffineMap::get(rank(), 0, resultExprs, rewriter.getContext());
  }

  Value emptyResult(Type element) const {
    return tensor::EmptyOp::create(
        rewriter, loc(), getSizes(rewriter, op, op->getResult(0)), element);
  }

  /// Combines `element(x)` over the reduced dimensions, from `init` on.
  /// `extra` is a tensor of the result's shape that `combine` also sees:
  /// (x, extra, accumulator).
  Value reduce(TypedAttr init, CombineFn combine, Value extra = {}) const {
    Value start = arith::ConstantOp::create(rewriter, loc(), init);
    Value empty = emptyResult(init.getType());
    Value filled =
        linalg::FillOp::create(rewriter, loc(), start, empty).getResult(0);
    SmallVector<Value> inputs{input};
    SmallVector<AffineMap> maps{rewriter.getMultiDimIdentityMap(rank())};
    if (extra) {
      inputs.push_back(extra);
      maps.push_back(resultMap());
    }
    maps.push_back(resultMap());
    return linalg::GenericOp::create(
               rewriter, loc(), empty.getType(), inputs, filled, maps, loops,
               [&](OpBuilder &b, Location l, ValueRange args) {
                 linalg::YieldOp::create(b, l, combine(b, l, args));
               })
        .getResult(0);
  }

  /// Maps the accumulators (and `extra`) to the result's storage type.
  Value finish(Value accumulator, Value extra, CombineFn compute) const {
    auto type = cast<RankedTensorType>(accumulator.getType());
    Value init = emptyResult(getStorageType(getElementType(op->getResult(0))));
    SmallVector<Value> inputs{accumulator};
    if (extra)
      inputs.push_back(extra);
    SmallVector<AffineMap> maps(
        inputs.size() + 1, rewriter.getMultiDimIdentityMap(type.getRank()));
    SmallVector<utils::IteratorType> parallel(type.getRank(),
                                              utils::IteratorType::parallel);
    return linalg::GenericOp::create(
               rewriter, loc(), init.getType(), inputs, init, maps, parallel,
               [&](OpBuilder &b, Location l, ValueRange args) {
                 linalg::YieldOp::create(b, l, compute(b, l, args));
               })
        .getResult(0);
  }
};

/// The type sums are kept in.
Type getSumType(Kind kind, Type element) {
  MLIRContext *context = element.getContext();
  bool isFloat = isa<FloatType>(element);
  if (isFloat)
    return getComputeType(element);
  bool isReal =
      kind == Kind::L2 || kind == Kind::LogSum || kind == Kind::LogSumExp;
  if (isReal)
    return Float64Type::get(context);
  if (kind == Kind::Mean)
    return IntegerType::get(context, 64);
  if (element.isInteger(1))
    return IntegerType::get(context, 1);
  return getStorageType(element);
}

TypedAttr getExtreme(OpBuilder &b, Type type, bool isUnsigned, bool lowest) {
  if (auto real = dyn_cast<FloatType>(type))
    return b.getFloatAttr(
        real, APFloat::getInf(real.getFloatSemantics(), /*Negative=*/lowest));
  unsigned width = type.getIntOrFloatBitWidth();
  APInt value =
      isUnsigned ? (lowest ? APInt::getZero(width) : APInt::getMaxValue(width))
                 : (lowest ? APInt::getSignedMinValue(width)
                           : APInt::getSignedMaxValue(width));
  return b.getIntegerAttr(type, value);
}

template <typename Op, Kind kind>
struct LowerReduction : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value data = op.getData();
    Type element = getElementType(data);
    if (!isComputable(element))
      return rewriter.notifyMatchFailure(op, refuseElements(element));
    std::optional<SmallVector<bool>> reduced =
        getReducedDims(data, op.getAxes(), op.getNoopWithEmptyAxes());
    if (!reduced)
      return rewriter.notifyMatchFailure(
          op, "the axes are known at run time only: make them a constant");

    Reduction r{rewriter, op, adaptor.getData(), {}, {}};
    AffineExpr count = getConstant(rewriter.getContext(), 1);
    Dims dims = *getDims(data);
    for (auto [i, isReduced] : llvm::enumerate(*reduced)) {
      r.loops.push_back(isReduced ? utils::IteratorType::reduction
                                  : utils::IteratorType::parallel);
      if (isReduced)
        count = count * dims[i];
      if (!isReduced)
        r.resultExprs.push_back(rewriter.getAffineDimExpr(i));
      else if (op.getKeepdims())
        r.resultExprs.push_back(rewriter.getAffineConstantExpr(0));
    }
    rewriter.replaceOp(op, lower(r, element, simplify(count)));
    return success();
  }

private:
  static Value lower(Reduction &r, Type element, AffineExpr count) {
    OpBuilder &rewriter = r.rewriter;
    Type sumType = getSumType(kind, element);
    bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
    auto load = [&](OpBuilder &b, Location l, Value x) {
      return ValueBuilder(b, l).convert(loadElement(b, l, x, element), sumType,
                                        isUnsigned);
    };
    auto store = [&](OpBuilder &b, Location l, Value x) {
      Type computed = isa<FloatType>(element) ? sumType
                      : element.isInteger(1)  ? sumType
                                              : getStorageType(element);
      return storeElement(
          b, l, ValueBuilder(b, l).convert(x, computed, isUnsigned), element);
    };

    Value shift;
    TypedAttr init = cast<TypedAttr>(rewriter.getZeroAttr(sumType));
    if (kind == Kind::Prod)
      init = cast<TypedAttr>(rewriter.getOneAttr(sumType));
    if (kind == Kind::Max || kind == Kind::Min)
      init = getExtreme(rewriter, sumType, isUnsigned, kind == Kind::Max);
    if (kind == Kind::LogSumExp)
      shift = r.reduce(getExtreme(rewriter, sumType, false, true),
                       [&](OpBuilder &b, Location l, ValueRange args) {
                         return ScalarBuilder(b, l, sumType)
                             .max(args[1], load(b, l, args[0]));
                       });

    Value sums = r.reduce(
        init,
        [&](OpBuilder &b, Location l, ValueRange args) -> Value {
          ScalarBuilder s(b, l, element);
          Value x = load(b, l, args[0]), sum = args.back();
          switch (kind) {
          case Kind::Max:
            return s.max(sum, x);
          case Kind::Min:
            return s.min(sum, x);
          case Kind::Prod:
            return s.product(sum, x);
          case Kind::L1:
            if (s.isFloat(x))
              x = s.abs(x);
            else if (!isUnsigned)
              x = math::AbsIOp::create(b, l, x);
            break;
          case Kind::L2:
          case Kind::Sq:
            x = s.mul(x, x);
            break;
          case Kind::LogSumExp:
            x = s.exp(s.sub(x, finiteOrZero(s, args[1])));
            break;
          default:
            break;
          }
          return s.sum(sum, x);
        },
        shift);

    if (sumType == getStorageType(element) && kind != Kind::Mean &&
        kind != Kind::L2 && kind != Kind::LogSum && kind != Kind::LogSumExp)
      return sums;
    Value number;
    if (kind == Kind::Mean) {
      ValueBuilder v(rewriter, r.loc());
      number = v.convert(v.index(getSize(rewriter, r.op, count)), sumType);
    }
    return r.finish(sums, shift,
                    [&](OpBuilder &b, Location l, ValueRange args) {
                      ScalarBuilder s(b, l, element);
                      Value x = args[0];
                      switch (kind) {
                      case Kind::Mean:
                        x = s.div(x, number);
                        break;
                      case Kind::L2:
                        x = s.sqrt(x);
                        break;
                      case Kind::LogSum:
                        x = s.log(x);
                        break;
                      case Kind::LogSumExp:
                        x = s.add(s.log(x), finiteOrZero(s, args[1]));
                        break;
                      default:
                        break;
                      }
                      return store(b, l, x);
                    });
  }

  /// The shift of the exponents: infinite ones would make NaN of inf - inf.
  static Value finiteOrZero(ScalarBuilder &s, Value x) {
    Value infinity = s.constant(x, std::numeric_limits<double>::infinity());
    Value isFinite = s.lt(s.abs(x), infinity);
    return s.select(isFinite, x, s.constant(x, 0));
  }
};

} // namespace

void onnxc::populateReductionLowering(RewritePatternSet &patterns,
                                      TypeConverter &types) {
  patterns.add<LowerReduction<ReduceSumOp, Kind::Sum>,
               LowerReduction<ReduceProdOp, Kind::Prod>,
               LowerReduction<ReduceMeanOp, Kind::Mean>,
               LowerReduction<ReduceMaxOp, Kind::Max>,
               LowerReduction<ReduceMinOp, Kind::Min>,
               LowerReduction<ReduceL1Op, Kind::L1>,
               LowerReduction<ReduceL2Op, Kind::L2>,
               LowerReduction<ReduceLogSumOp, Kind::LogSum>,
               LowerReduction<ReduceLogSumExpOp, Kind::LogSumExp>,
               LowerReduction<ReduceSumSquareOp, Kind::Sq>>(
      types, patterns.getContext());
}
