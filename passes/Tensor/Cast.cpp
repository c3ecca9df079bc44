//===- Cast.cpp - BitCast becomes a generic op over the stored bits -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/CastOps.h"
#include "passes/Tensor/LoweringPatterns.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct LowerBitCast : OpConversionPattern<BitCastOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(BitCastOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type from = onnxc::onnx::getElementType(op.getInput());
    Type to = onnxc::onnx::getElementType(op.getOutput());
    if (!from.isIntOrFloat() || !to.isIntOrFloat())
      return rewriter.notifyMatchFailure(
          op, refuseElements(from.isIntOrFloat() ? to : from));
    Value init =
        createEmpty(rewriter, op.getLoc(), cast<OpResult>(op.getOutput()));
    int64_t rank = *getRank(op.getOutput());
    SmallVector<AffineMap> maps(2, rewriter.getMultiDimIdentityMap(rank));
    SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
    unsigned width = to.getIntOrFloatBitWidth();
    auto body = [&](OpBuilder &b, Location l, ValueRange args) {
      Value x = args[0];
      if (x.getType() != args[1].getType())
        x = arith::BitcastOp::create(b, l, args[1].getType(), x);
      // Below eight bits the stored byte is extended by the new type's rule.
      if (width < 8 && width > 1) {
        Value shift =
            arith::ConstantOp::create(b, l, b.getI8IntegerAttr(8 - width));
        x = arith::ShLIOp::create(b, l, x, shift);
        if (to.isSignlessInteger())
          x = arith::ShRSIOp::create(b, l, x, shift);
        else
          x = arith::ShRUIOp::create(b, l, x, shift);
      }
      linalg::YieldOp::create(b, l, x);
    };
    rewriter.replaceOpWithNewOp<linalg::GenericOp>(
        op, init.getType(), adaptor.getInput(), init, maps, loops, body);
    return success();
  }
};

} // namespace

void onnxc::populateCastLowering(RewritePatternSet &patterns,
                                 TypeConverter &types) {
  patterns.add<LowerBitCast>(types, patterns.getContext());
}
