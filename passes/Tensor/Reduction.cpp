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
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

enum class Kind { Sum, Prod, Mean, Max, Min, L1, L2, LogSum, LogSumExp, Sq };

/// The type sums are kept in.
Type getSumType(Kind kind, Type element) {
  MLIRContext *context = element.getContext();
  if (isa<FloatType>(element))
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

class Reduction {
public:
  Reduction(OpBuilder &b, Operation *op, Kind kind, Value input)
      : v(b, op->getLoc()), op(op), kind(kind), input(input),
        element(getElementType(op->getOperand(0))),
        sumType(getSumType(kind, element)), s(v, element) {}

  /// `isReduced` tells the dimensions that are reduced.
  Value build(ArrayRef<bool> isReduced, bool keepdims);

private:
  using Combine = llvm::function_ref<Value(ValueRange)>;

  int64_t rank() const { return loops.size(); }
  AffineMap resultMap() const {
    return AffineMap::get(rank(), 0, resultExprs, op->getContext());
  }
  Value emptyResult(Type type) const {
    return v.empty(getSizes(v.b, op, op->getResult(0)), type);
  }
  Value map(ValueRange inputs, ArrayRef<AffineMap> maps,
            ArrayRef<utils::IteratorType> kinds, Value init,
            Combine compute) const {
    auto body = [&](OpBuilder &, Location, ValueRange args) {
      v.create<linalg::YieldOp>(compute(args));
    };
    return v
        .create<linalg::GenericOp>(TypeRange{init.getType()}, inputs,
                                   ValueRange{init}, maps, kinds, body)
        .getResult(0);
  }

  /// Combines elements over the reduced dimensions, from `init` on. `extra` is
  /// a tensor of the result's shape that `combine` also sees: (x, extra,
  /// accumulator).
  Value reduce(TypedAttr init, Combine combine, Value extra = {}) const;
  /// Maps the accumulators (and `extra`) to the result's storage type.
  Value finish(Value accumulator, Value extra, Combine compute) const;

  bool isUnsigned() const {
    return element.isUnsignedInteger() || element.isInteger(1);
  }
  Value load(Value x) const {
    return v.convert(loadElement(v.b, v.loc, x, element), sumType,
                     isUnsigned());
  }
  Value store(Value x) const;
  /// The largest or smallest value of the sums.
  TypedAttr getExtreme(bool isUnsigned, bool lowest) const;
  TypedAttr getStart() const;
  /// The sum with another element; `shift` is that of the exponents.
  Value addElement(Value sum, Value x, Value shift) const;
  /// What becomes of a sum of `number` elements.
  Value finishSum(Value sum, Value number, Value shift) const;
  Value finiteOrZero(Value x) const;

  TensorBuilder v;
  Operation *op;
  Kind kind;
  Value input; // converted
  Type element, sumType;
  ScalarBuilder s;
  SmallVector<AffineExpr> resultExprs;
  SmallVector<utils::IteratorType> loops;
};

Value Reduction::reduce(TypedAttr init, Combine combine, Value extra) const {
  Value start = v.create<arith::ConstantOp>(init);
  Value filled =
      v.create<linalg::FillOp>(start, emptyResult(sumType)).getResult(0);
  SmallVector<Value> inputs{input};
  SmallVector<AffineMap> maps{v.b.getMultiDimIdentityMap(rank())};
  if (extra) {
    inputs.push_back(extra);
    maps.push_back(resultMap());
  }
  maps.push_back(resultMap());
  return map(inputs, maps, loops, filled, combine);
}

Value Reduction::finish(Value accumulator, Value extra, Combine compute) const {
  int64_t rank = cast<RankedTensorType>(accumulator.getType()).getRank();
  SmallVector<Value> inputs{accumulator};
  if (extra)
    inputs.push_back(extra);
  SmallVector<AffineMap> maps(inputs.size() + 1,
                              v.b.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> kinds(rank, utils::IteratorType::parallel);
  return map(inputs, maps, kinds, emptyResult(getStorageType(element)),
             compute);
}

Value Reduction::store(Value x) const {
  bool keeps = isa<FloatType>(element) || element.isInteger(1);
  Type computed = keeps ? sumType : getStorageType(element);
  return storeElement(v.b, v.loc, v.convert(x, computed, isUnsigned()),
                      element);
}

TypedAttr Reduction::getExtreme(bool isUnsigned, bool lowest) const {
  if (auto real = dyn_cast<FloatType>(sumType))
    return v.b.getFloatAttr(
        real, APFloat::getInf(real.getFloatSemantics(), /*Negative=*/lowest));
  unsigned width = sumType.getIntOrFloatBitWidth();
  APInt value =
      isUnsigned ? (lowest ? APInt::getZero(width) : APInt::getMaxValue(width))
                 : (lowest ? APInt::getSignedMinValue(width)
                           : APInt::getSignedMaxValue(width));
  return v.b.getIntegerAttr(sumType, value);
}

TypedAttr Reduction::getStart() const {
  if (kind == Kind::Max || kind == Kind::Min)
    return getExtreme(isUnsigned(), kind == Kind::Max);
  return kind == Kind::Prod ? v.b.getOneAttr(sumType)
                            : v.b.getZeroAttr(sumType);
}

/// The shift of the exponents: infinite ones would make NaN of inf - inf.
Value Reduction::finiteOrZero(Value x) const {
  Value infinity = v.constant(x, std::numeric_limits<double>::infinity());
  Value isFinite = v.lt(v.abs(x), infinity);
  return v.select(isFinite, x, v.constant(x, 0));
}

Value Reduction::addElement(Value sum, Value x, Value shift) const {
  switch (kind) {
  case Kind::Max:
    return s.max(sum, x);
  case Kind::Min:
    return s.min(sum, x);
  case Kind::Prod:
    return v.product(sum, x);
  case Kind::L1:
    if (v.isFloat(x))
      x = v.abs(x);
    else if (!isUnsigned())
      x = v.create<math::AbsIOp>(x);
    break;
  case Kind::L2:
  case Kind::Sq:
    x = v.mul(x, x);
    break;
  case Kind::LogSumExp:
    x = v.exp(v.sub(x, finiteOrZero(shift)));
    break;
  default:
    break;
  }
  return v.sum(sum, x);
}

Value Reduction::finishSum(Value sum, Value number, Value shift) const {
  switch (kind) {
  case Kind::Mean:
    return s.div(sum, number);
  case Kind::L2:
    return v.sqrt(sum);
  case Kind::LogSum:
    return v.log(sum);
  case Kind::LogSumExp:
    return v.add(v.log(sum), finiteOrZero(shift));
  default:
    return sum;
  }
}

Value Reduction::build(ArrayRef<bool> isReduced, bool keepdims) {
  AffineExpr count = getConstant(op->getContext(), 1);
  Dims dims = *getDims(op->getOperand(0));
  for (auto [i, reduced] : llvm::enumerate(isReduced)) {
    loops.push_back(reduced ? utils::IteratorType::reduction
                            : utils::IteratorType::parallel);
    if (reduced)
      count = count * dims[i];
    if (!reduced)
      resultExprs.push_back(v.b.getAffineDimExpr(i));
    else if (keepdims)
      resultExprs.push_back(v.b.getAffineConstantExpr(0));
  }

  Value shift;
  if (kind == Kind::LogSumExp)
    shift = reduce(getExtreme(false, true), [&](ValueRange args) {
      return v.max(args[1], load(args[0]));
    });
  Value sums = reduce(
      getStart(),
      [&](ValueRange args) {
        return addElement(args.back(), load(args[0]), args[1]);
      },
      shift);
  if (sumType == getStorageType(element) && kind != Kind::Mean &&
      kind != Kind::L2 && kind != Kind::LogSum && kind != Kind::LogSumExp)
    return sums;
  Value number;
  if (kind == Kind::Mean)
    number = v.convert(v.index(getSize(v.b, op, simplify(count))), sumType);
  return finish(sums, shift, [&](ValueRange args) {
    return store(finishSum(args[0], number, args[1]));
  });
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
    Reduction reduction(rewriter, op, kind, adaptor.getData());
    rewriter.replaceOp(op, reduction.build(*reduced, op.getKeepdims()));
    return success();
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
