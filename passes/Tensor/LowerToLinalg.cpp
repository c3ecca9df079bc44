//===- LowerToLinalg.cpp - A kernel's onnx ops become linalg --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/plan/Kernels.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "passes/Tensor/LoweringPatterns.h"
#include "passes/Tensor/Refusals.h"

namespace onnxc {
#define GEN_PASS_DEF_LOWERTOLINALG
#include "passes/Tensor/TensorPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

/// onnx.Constant inside a kernel: a small value that came along.
struct LowerConstant : OpConversionPattern<onnx::ConstantOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(onnx::ConstantOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto elements = dyn_cast_or_null<DenseElementsAttr>(op.getElements());
    if (!elements)
      return rewriter.notifyMatchFailure(op, "its elements are not numbers");
    RankedTensorType type = getStorageTensorType(op.getType());
    Type from = elements.getElementType();
    if (from != type.getElementType()) {
      auto toBits = [&](const APInt &value) {
        unsigned width = type.getElementTypeBitWidth();
        return from.isUnsignedInteger() || from.isInteger(1)
                   ? value.zextOrTrunc(width)
                   : value.sextOrTrunc(width);
      };
      if (auto ints = dyn_cast<DenseIntElementsAttr>(elements))
        elements = ints.mapValues(type.getElementType(), toBits);
      else if (auto reals = dyn_cast<DenseFPElementsAttr>(elements))
        elements =
            reals.mapValues(type.getElementType(), [&](const APFloat &value) {
              return toBits(value.bitcastToAPInt());
            });
      else
        return rewriter.notifyMatchFailure(op, "its elements are not numbers");
    }
    elements = elements.reshape(type);
    if (elements.getNumElements() <= 1) {
      rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, type, elements);
      return success();
    }
    // A dense constant would become a global of the module, which a kernel on
    // its own must not add to.
    SmallVector<Value> values;
    for (Attribute element : elements.getValues<Attribute>())
      values.push_back(arith::ConstantOp::create(rewriter, op.getLoc(),
                                                 cast<TypedAttr>(element)));
    rewriter.replaceOpWithNewOp<tensor::FromElementsOp>(op, type, values);
    return success();
  }
};

/// onnx.Dims inside a kernel.
struct LowerDims : OpConversionPattern<onnx::DimsOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(onnx::DimsOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    RankedTensorType type = getStorageTensorType(op.getType());
    SmallVector<Value> elements;
    for (AffineExpr expr : op.getValue().getExprs()) {
      Value index = getValueOrCreateConstantIndexOp(
          rewriter, loc, getSize(rewriter, op, expr));
      elements.push_back(arith::IndexCastOp::create(
          rewriter, loc, type.getElementType(), index));
    }
    rewriter.replaceOpWithNewOp<tensor::FromElementsOp>(op, type, elements);
    return success();
  }
};

struct LowerToLinalg : onnxc::impl::LowerToLinalgBase<LowerToLinalg> {
  using LowerToLinalgBase::LowerToLinalgBase;

  void runOnOperation() override {
    if (!isKernel(getOperation()))
      return;
    MLIRContext *context = &getContext();
    TypeConverter types;
    types.addConversion([](Type type) { return type; });
    types.addConversion([](TensorType type) -> std::optional<Type> {
      if (auto ranked = dyn_cast<RankedTensorType>(type))
        return getStorageTensorType(ranked);
      return std::nullopt;
    });
    // Constants are converted after their users.
    auto materialize = [](OpBuilder &b, TensorType type, ValueRange inputs,
                          Location loc) -> Value {
      return UnrealizedConversionCastOp::create(b, loc, type, inputs)
          .getResult(0);
    };
    types.addTargetMaterialization(materialize);
    types.addSourceMaterialization(materialize);

    RewritePatternSet patterns(context);
#include "passes/Tensor/LoweringCalls.inc"
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                   types);
    populateReturnOpTypeConversionPattern(patterns, types);

    // An op of ours is neither legal nor illegal: one that no pattern takes
    // stays, and refuse-forms reports it.
    ConversionTarget target(*context);
    target.markUnknownOpDynamicallyLegal(
        [](Operation *op) -> std::optional<bool> {
          if (isa<onnx::OnnxDialect>(op->getDialect()))
            return std::nullopt;
          return true;
        });
    // Patterns read axes and sizes off them: they go last.
    target.addLegalOp<onnx::ConstantOp, onnx::DimsOp>();
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
      return types.isSignatureLegal(op.getFunctionType());
    });
    target.addDynamicallyLegalOp<func::ReturnOp>(
        [&](func::ReturnOp op) { return types.isLegal(op); });

    ConversionConfig config;
    config.allowPatternRollback = false;
    explainPatterns(patterns);
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns), config)))
      return signalPassFailure();

    RewritePatternSet constants(context);
    constants.add<LowerConstant, LowerDims>(types, context);
    explainPatterns(constants);
    ConversionTarget values(*context);
    values.markUnknownOpDynamicallyLegal(
        [](Operation *op) -> std::optional<bool> {
          if (isa<onnx::ConstantOp, onnx::DimsOp>(op))
            return std::nullopt;
          return true;
        });
    if (failed(applyPartialConversion(getOperation(), values,
                                      std::move(constants), config)))
      return signalPassFailure();
    SmallVector<UnrealizedConversionCastOp> casts;
    getOperation().walk(
        [&](UnrealizedConversionCastOp cast) { casts.push_back(cast); });
    reconcileUnrealizedCasts(casts);
  }
};

} // namespace
