//===- Shape.cpp - Views and tensors of a given shape become linalg -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ShapeOps.h"
#include "dialects/plan/PlanAttrs.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Groups of neighbouring dimensions whose products are equal, one group for
/// each dimension of `few`; none where there are no such groups.
std::optional<SmallVector<ReassociationIndices>>
groupDims(MLIRContext *context, ArrayRef<AffineExpr> few,
          ArrayRef<AffineExpr> many) {
  SmallVector<ReassociationIndices> groups;
  size_t next = 0;
  for (auto [i, dim] : llvm::enumerate(few)) {
    ReassociationIndices &group = groups.emplace_back();
    AffineExpr product = onnxc::onnx::getConstant(context, 1);
    do {
      if (next == many.size())
        return std::nullopt;
      group.push_back(next);
      product = simplify(product * many[next++]);
    } while (product != dim);
    // Sizes of 1 belong to the group before; at the end all must belong.
    while (next < many.size() && onnxc::onnx::getConstant(many[next]) == 1 &&
           (i + 1 == few.size() || onnxc::onnx::getConstant(few[i + 1]) != 1))
      group.push_back(next++);
  }
  if (next != many.size())
    return std::nullopt;
  return groups;
}

Value castTo(OpBuilder &b, Location loc, Value tensor, RankedTensorType type) {
  if (tensor.getType() == type)
    return tensor;
  return tensor::CastOp::create(b, loc, type, tensor);
}

/// All ops that only change the shape.
struct LowerView : ConversionPattern {
  LowerView(TypeConverter &types, MLIRContext *context)
      : ConversionPattern(types, MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult
  matchAndRewrite(Operation *op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op->hasTrait<IsView>() ||
        !isa<RankedTensorType>(op->getResult(0).getType()))
      return rewriter.notifyMatchFailure(op, "not a view of a tensor");
    Location loc = op->getLoc();
    Value source = operands[0];
    Dims from = *getDims(op->getOperand(0)), to = *getDims(op->getResult(0));
    auto sourceType = cast<RankedTensorType>(source.getType());
    RankedTensorType type = getStorageTensorType(op->getResult(0).getType());
    if (from == to) {
      rewriter.replaceOp(op, castTo(rewriter, loc, source, type));
      return success();
    }
    if (from.size() > to.size())
      if (auto groups = groupDims(getContext(), to, from)) {
        auto collapsed =
            tensor::CollapseShapeOp::inferCollapsedType(sourceType, *groups);
        Value result = tensor::CollapseShapeOp::create(
            rewriter, loc, cast<RankedTensorType>(collapsed), source, *groups);
        rewriter.replaceOp(op, castTo(rewriter, loc, result, type));
        return success();
      }
    if (from.size() < to.size())
      if (auto groups = groupDims(getContext(), from, to)) {
        rewriter.replaceOpWithNewOp<tensor::ExpandShapeOp>(
            op, type, source, *groups,
            getSizes(rewriter, op, op->getResult(0)));
        return success();
      }

    Value flat = flatten(rewriter, loc, source, type.getElementType());
    if (to.size() == 1) {
      rewriter.replaceOp(op, castTo(rewriter, loc, flat, type));
      return success();
    }
    int64_t size =
        type.hasStaticShape() ? type.getNumElements() : ShapedType::kDynamic;
    flat = castTo(rewriter, loc, flat,
                  RankedTensorType::get({size}, type.getElementType()));
    if (to.empty())
      rewriter.replaceOpWithNewOp<tensor::CollapseShapeOp>(
          op, type, flat, ArrayRef<ReassociationIndices>());
    else
      rewriter.replaceOpWithNewOp<tensor::ExpandShapeOp>(
          op, type, flat, getGroup(to.size()),
          getSizes(rewriter, op, op->getResult(0)));
    return success();
  }

private:
  /// All dimensions as one.
  static SmallVector<ReassociationIndices> getGroup(int64_t rank) {
    return {llvm::to_vector<2>(llvm::seq<int64_t>(0, rank))};
  }

  static Value flatten(OpBuilder &b, Location loc, Value source, Type element) {
    auto type = cast<RankedTensorType>(source.getType());
    if (type.getRank() == 1)
      return source;
    if (type.getRank() == 0)
      return tensor::ExpandShapeOp::create(
          b, loc, RankedTensorType::get({1}, element), source,
          ArrayRef<ReassociationIndices>());
    int64_t size =
        type.hasStaticShape() ? type.getNumElements() : ShapedType::kDynamic;
    return tensor::CollapseShapeOp::create(
        b, loc, RankedTensorType::get({size}, element), source,
        getGroup(type.getRank()));
  }
};

struct LowerExpand : OpConversionPattern<ExpandOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(ExpandOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto result = cast<OpResult>(op.getOutput());
    if (!op.getSizesToCompare().empty() &&
        !plan::attrs::WhenEqual::isOn(op->getParentOfType<func::FuncOp>())) {
      rewriter.replaceOp(op, expandUnits(op, adaptor.getInput(), rewriter));
      return success();
    }
    Value init = createEmpty(rewriter, op.getLoc(), result);
    Dims dims = *getDims(result);
    int64_t rank = dims.size();
    SmallVector<AffineMap> maps(2, rewriter.getMultiDimIdentityMap(rank));
    if (rank > 0)
      maps[0] = getBroadcastMap(*getDims(op.getInput()), dims);
    SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
    rewriter.replaceOpWithNewOp<linalg::GenericOp>(
        op, init.getType(), adaptor.getInput(), init, maps, loops,
        [](OpBuilder &b, Location loc, ValueRange args) {
          linalg::YieldOp::create(b, loc, args[0]);
        });
    return success();
  }

private:
  /// Which sizes are 1 is decided when the model runs.
  static Value expandUnits(ExpandOp op, Value input, OpBuilder &b) {
    TensorBuilder v(b, op.getLoc());
    Dims from = *getDims(op.getInput()), to = *getDims(op.getOutput());
    SmallVector<Value> sizes = readSizes(b, op, op.getInput()), isUnit;
    for (Value size : sizes)
      isUnit.push_back(v.eq(size, v.index(1)));
    size_t offset = to.size() - from.size();
    return v.generate(cast<OpResult>(op.getOutput()), [&](ValueRange indices) {
      SmallVector<Value> at;
      for (size_t i = 0; i < from.size(); ++i) {
        Value index = indices[offset + i];
        at.push_back(from[i] == to[offset + i]
                         ? index
                         : v.select(isUnit[i], v.index(0), index));
      }
      return v.extract(input, at);
    });
  }
};

struct LowerConstantOfShape : OpConversionPattern<ConstantOfShapeOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(ConstantOfShapeOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value init = createEmpty(rewriter, loc, cast<OpResult>(op.getOutput()));
    Type type = cast<RankedTensorType>(init.getType()).getElementType();
    TypedAttr fill = cast<TypedAttr>(rewriter.getZeroAttr(type));
    if (std::optional<ElementsAttr> value = op.getValue()) {
      auto elements = dyn_cast<DenseElementsAttr>(*value);
      Type held = value->getElementType();
      if (!elements || !held.isIntOrFloat())
        return rewriter.notifyMatchFailure(
            op, "the attribute value is not a number");
      if (isa<FloatType>(type)) {
        fill = *elements.value_begin<FloatAttr>();
      } else {
        APInt bits = isa<FloatType>(held)
                         ? (*elements.value_begin<APFloat>()).bitcastToAPInt()
                         : *elements.value_begin<APInt>();
        bool isSigned = held.isSignlessInteger() && !held.isInteger(1);
        unsigned width = type.getIntOrFloatBitWidth();
        fill = rewriter.getIntegerAttr(
            type, isSigned ? bits.sextOrTrunc(width) : bits.zextOrTrunc(width));
      }
    }
    Value scalar = arith::ConstantOp::create(rewriter, loc, fill);
    rewriter.replaceOpWithNewOp<linalg::FillOp>(op, scalar, init);
    return success();
  }
};

struct LowerRange : OpConversionPattern<RangeOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(RangeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type element = onnxc::onnx::getElementType(op.getOutput());
    Value init = createEmpty(rewriter, loc, cast<OpResult>(op.getOutput()));
    auto getScalar = [&](Value tensor) {
      int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
      SmallVector<Value> zeros;
      if (rank > 0)
        zeros.assign(rank, arith::ConstantIndexOp::create(rewriter, loc, 0));
      Value scalar = tensor::ExtractOp::create(rewriter, loc, tensor, zeros);
      return loadElement(rewriter, loc, scalar, element);
    };
    Value start = getScalar(adaptor.getStart());
    Value delta = getScalar(adaptor.getDelta());
    SmallVector<AffineMap> maps = {rewriter.getMultiDimIdentityMap(1)};
    SmallVector<utils::IteratorType> loops(1, utils::IteratorType::parallel);
    auto body = [&](OpBuilder &b, Location l, ValueRange) {
      Value i = linalg::IndexOp::create(b, l, 0), value;
      Type type = start.getType();
      if (isa<FloatType>(type)) {
        i = arith::IndexCastOp::create(b, l, b.getI64Type(), i);
        i = arith::SIToFPOp::create(b, l, type, i);
        Value offset = arith::MulFOp::create(b, l, i, delta);
        value = arith::AddFOp::create(b, l, start, offset);
      } else {
        i = arith::IndexCastOp::create(b, l, type, i);
        Value offset = arith::MulIOp::create(b, l, i, delta);
        value = arith::AddIOp::create(b, l, start, offset);
      }
      linalg::YieldOp::create(b, l, storeElement(b, l, value, element));
    };
    rewriter.replaceOpWithNewOp<linalg::GenericOp>(
        op, init.getType(), ValueRange(), init, maps, loops, body);
    return success();
  }
};

} // namespace

void onnxc::populateShapeLowering(RewritePatternSet &patterns,
                                  TypeConverter &types) {
  MLIRContext *context = patterns.getContext();
  patterns.add<LowerView>(types, context);
  patterns.add<LowerExpand, LowerConstantOfShape, LowerRange>(types, context);
}
