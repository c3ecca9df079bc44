//===- Elementwise.cpp - Elementwise ops become one linalg.generic --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/LogicOps.h"
#include "passes/Tensor/LoweringPatterns.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Any op that knows its scalar body. Operands whose dimension may or may not
/// be 1 at run time are read through an index chosen there.
struct LowerElementwise : OpInterfaceConversionPattern<ElementwiseOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(ElementwiseOp op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    for (Value value :
         llvm::concat<Value>(SmallVector<Value>(op->getOperands()),
                             SmallVector<Value>(op->getResults())))
      if (!onnxc::onnx::getElementType(value).isIntOrFloat() &&
          !isa<WhereOp>(op))
        return rewriter.notifyMatchFailure(
            op, refuseElements(onnxc::onnx::getElementType(value)));
    Location loc = op.getLoc();
    OpResult result = op->getResult(0);
    Dims dims = *getDims(result);
    int64_t rank = dims.size();
    Value init = createEmpty(rewriter, loc, result);

    SmallVector<Value> inputs;
    SmallVector<AffineMap> maps;
    for (auto [value, operand] : llvm::zip(op->getOperands(), operands)) {
      inputs.push_back(operand);
      maps.push_back(rank == 0 ? AffineMap::get(rewriter.getContext())
                               : getBroadcastMap(*getDims(value), dims));
    }
    maps.push_back(rewriter.getMultiDimIdentityMap(rank));
    SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
    auto body = [&](OpBuilder &b, Location l, ValueRange args) {
      SmallVector<Value> elements;
      for (auto [arg, operand] : llvm::zip(args, op->getOperands()))
        elements.push_back(loadElement(b, l, arg, getElementType(operand)));
      Value computed = op.buildScalar(b, l, elements);
      linalg::YieldOp::create(
          b, l, storeElement(b, l, computed, getElementType(result)));
    };
    rewriter.replaceOpWithNewOp<linalg::GenericOp>(op, init.getType(), inputs,
                                                   init, maps, loops, body);
    return success();
  }
};

} // namespace

void onnxc::populateElementwiseLowering(RewritePatternSet &patterns,
                                        TypeConverter &types) {
  patterns.add<LowerElementwise>(types, patterns.getContext());
}
