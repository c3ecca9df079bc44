//===- Einsum.cpp - Contractions given by an equation ---------------------===//
//
// One linalg.generic: a loop for each subscript, those the output lacks are
// reductions.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/EinsumEquation.h"
#include "dialects/onnx/EinsumOps.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct LowerEinsum : OpConversionPattern<EinsumOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(EinsumOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type element = getElementType(op.getOutput());
    if (!isComputable(element) || element.isInteger(1))
      return rewriter.notifyMatchFailure(op, refuseElements(element));
    SmallVector<Dims> operands;
    std::optional<EinsumEquation> equation = parseEquation(op, operands);
    if (!equation)
      return rewriter.notifyMatchFailure(op, "the equation does not fit");

    unsigned numLoops = equation->sizes.size();
    SmallVector<AffineMap> maps;
    for (auto [labels, dims] : llvm::zip(equation->inputs, operands)) {
      SmallVector<AffineExpr> exprs;
      for (auto [label, dim] : llvm::zip(labels, dims)) {
        bool isBroadcast =
            getConstant(dim) == 1 && getConstant(equation->sizes[label]) != 1;
        exprs.push_back(isBroadcast ? rewriter.getAffineConstantExpr(0)
                                    : rewriter.getAffineDimExpr(label));
      }
      maps.push_back(AffineMap::get(numLoops, 0, exprs, rewriter.getContext()));
    }
    SmallVector<AffineExpr> outputs;
    SmallVector<utils::IteratorType> loops;
    for (unsigned i = 0; i < numLoops; ++i) {
      if (i < equation->numOutputs)
        outputs.push_back(rewriter.getAffineDimExpr(i));
      loops.push_back(i < equation->numOutputs
                          ? utils::IteratorType::parallel
                          : utils::IteratorType::reduction);
    }
    maps.push_back(AffineMap::get(numLoops, 0, outputs, rewriter.getContext()));

    Type computed = getComputeType(element);
    SmallVector<OpFoldResult> sizes = getSizes(rewriter, op, op.getOutput());
    TensorBuilder v(rewriter, op.getLoc());
    Value init = v.filled(sizes, v.zero(computed));
    auto body = [&](OpBuilder &b, Location l, ValueRange args) {
      Value product;
      for (Value arg : args.drop_back()) {
        Value factor = loadElement(b, l, arg, element);
        product = product ? v.mul(product, factor) : factor;
      }
      v.create<linalg::YieldOp>(v.sum(args.back(), product));
    };
    Value result = v.create<linalg::GenericOp>(
                        TypeRange{init.getType()}, adaptor.getInputs(),
                        ValueRange{init}, maps, loops, body)
                       .getResult(0);
    if (computed != getStorageType(element))
      result = v.narrow(result, op->getResult(0));
    rewriter.replaceOp(op, result);
    return success();
  }
};

} // namespace

void onnxc::populateEinsumLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerEinsum>(types, patterns.getContext());
}
