//===- BlockedConv.cpp - Blocked convolutions become one linalg.generic ---===//
//
// As in Conv.cpp the image is read inside the body, 0 outside of its bounds.
// The loops are (n, filter block, o..., filter; channel block, k..., channel),
// without those of the channels for a depthwise one. Where weights lie in
// groups for a dot product, one more loop walks a group: of channels, or of the
// kernel's columns.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/BlockedOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "passes/Tensor/Contractions.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct BlockedLoops {
  bool isDepthwise;
  unsigned spatial;
  bool isGrouped;

  explicit BlockedLoops(BlockedConvOp op)
      : isDepthwise(op.getDepthwise()), spatial(op.getStrides().size()),
        isGrouped(op.getGroup() > 1) {}

  unsigned output(unsigned i) const { return 2 + i; }
  unsigned filter() const { return 2 + spatial; }
  unsigned numParallel() const { return 3 + spatial; }
  unsigned channelBlock() const { return isDepthwise ? 1 : numParallel(); }
  unsigned kernel(unsigned i) const {
    return numParallel() + (isDepthwise ? 0 : 1) + i;
  }
  unsigned channel() const { return isDepthwise ? filter() : kernel(spatial); }
  unsigned member() const { return size() - 1; }
  unsigned size() const {
    return numParallel() + spatial + (isDepthwise ? 0 : 2) + isGrouped;
  }

  AffineMap resultMap(MLIRContext *context) const {
    SmallVector<AffineExpr> exprs;
    for (unsigned i = 0; i < numParallel(); ++i)
      exprs.push_back(getAffineDimExpr(i, context));
    return AffineMap::get(size(), 0, exprs, context);
  }
  AffineMap weightMap(MLIRContext *context) const {
    SmallVector<AffineExpr> exprs = {getAffineDimExpr(1, context)};
    for (unsigned i = numParallel(); i < size() - isGrouped; ++i)
      exprs.push_back(getAffineDimExpr(i, context));
    exprs.push_back(getAffineDimExpr(filter(), context));
    if (isGrouped)
      exprs.push_back(getAffineDimExpr(member(), context));
    return AffineMap::get(size(), 0, exprs, context);
  }
  SmallVector<utils::IteratorType> kinds() const {
    SmallVector<utils::IteratorType> result(numParallel(),
                                            utils::IteratorType::parallel);
    result.append(size() - numParallel(), utils::IteratorType::reduction);
    return result;
  }
};

struct LowerBlockedConv : OpConversionPattern<BlockedConvOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(BlockedConvOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    MLIRContext *context = op.getContext();
    BlockedLoops loops(op);
    Type type = getElementType(op.getX());
    ArrayRef<int64_t> strides = op.getStrides(), dilations = op.getDilations();
    ArrayRef<int64_t> pads = op.getPads().take_front(loops.spatial);
    Dims x = *getDims(op.getX());
    int64_t group = op.getGroup();
    bool isImage = onnxc::onnx::getConstant(x.back()) == 1;
    SmallVector<Value> sizes;
    for (unsigned i = 0; i < loops.spatial; ++i)
      sizes.push_back(getValueOrCreateConstantIndexOp(
          rewriter, loc, getSize(rewriter, op, x[i + 2])));
    Value zeros = createZeros(rewriter, loc, getSizes(rewriter, op, op.getY()),
                              getSumType(getElementType(op.getY())));

    auto body = [&](OpBuilder &b, Location l, ValueRange args) {
      auto loop = [&](unsigned i) -> Value {
        return linalg::IndexOp::create(b, l, i);
      };
      auto number = [&](int64_t value) -> Value {
        return arith::ConstantIndexOp::create(b, l, value);
      };
      auto walk = [&](unsigned outer) -> Value {
        Value first = arith::MulIOp::create(b, l, loop(outer), number(group));
        return arith::AddIOp::create(b, l, first, loop(loops.member()));
      };
      SmallVector<Value> at = {loop(0), loop(loops.channelBlock())};
      Value inside;
      for (unsigned i = 0; i < loops.spatial; ++i) {
        Value place = arith::MulIOp::create(b, l, loop(loops.output(i)),
                                            number(strides[i]));
        Value tap = loops.isGrouped && isImage && i + 1 == loops.spatial
                        ? walk(loops.kernel(i))
                        : loop(loops.kernel(i));
        Value step = arith::MulIOp::create(b, l, tap, number(dilations[i]));
        place = arith::AddIOp::create(b, l, place, step);
        place = arith::SubIOp::create(b, l, place, number(pads[i]));
        // Unsigned, so that a negative place is out of bounds too.
        Value isIn = arith::CmpIOp::create(b, l, arith::CmpIPredicate::ult,
                                           place, sizes[i]);
        at.push_back(arith::SelectOp::create(b, l, isIn, place, number(0)));
        inside =
            inside ? Value(arith::AndIOp::create(b, l, inside, isIn)) : isIn;
      }
      at.push_back(loops.isGrouped && !isImage ? walk(loops.channel())
                                               : loop(loops.channel()));
      Value pixel = tensor::ExtractOp::create(b, l, adaptor.getX(), at);
      pixel = type.isInteger() ? widenInteger(b, l, pixel, type)
                               : loadElement(b, l, pixel, type);
      auto integer = [&](int64_t value) -> Value {
        return arith::ConstantOp::create(b, l, b.getI32IntegerAttr(value));
      };
      Value none = type.isInteger()
                       ? integer(op.getPadding())
                       : Value(arith::ConstantOp::create(
                             b, l, b.getZeroAttr(pixel.getType())));
      pixel = arith::SelectOp::create(b, l, inside, pixel, none);
      if (op.getOffset())
        pixel = arith::AddIOp::create(b, l, pixel, integer(op.getOffset()));
      Type weightType = getElementType(op.getW());
      Value weight = type.isInteger() ? widenInteger(b, l, args[0], weightType)
                                      : loadElement(b, l, args[0], weightType);
      linalg::YieldOp::create(
          b, l, buildMultiplyAdd(b, l, pixel, weight, args.back()));
    };
    auto generic = linalg::GenericOp::create(
        rewriter, loc, zeros.getType(), adaptor.getW(), zeros,
        {loops.weightMap(context), loops.resultMap(context)}, loops.kinds(),
        body);
    plan::BytesAttr bytes;
    if (loops.isGrouped || op.getOffset())
      bytes = plan::BytesAttr::get(context, group, op.getOffset());
    // Nothing is added to the image of a depthwise one but by plain loops.
    if (!bytes || !loops.isDepthwise)
      setContraction(generic,
                     plan::ConvolutionAttr::get(
                         context, rewriter.getDenseI64ArrayAttr(strides),
                         rewriter.getDenseI64ArrayAttr(dilations),
                         rewriter.getDenseI64ArrayAttr(pads),
                         rewriter.getDenseI64ArrayAttr(
                             op.getPads().drop_front(loops.spatial)),
                         /*group=*/1,
                         plan::BlocksAttr::get(context, loops.isDepthwise,
                                               type.isUnsignedInteger(),
                                               op.getPadding(), bytes)));
    rewriter.replaceOp(
        op, roundSums(rewriter, loc, generic.getResult(0), op->getResult(0)));
    return success();
  }
};

} // namespace

void onnxc::populateBlockedConvLowering(RewritePatternSet &patterns,
                                        TypeConverter &types) {
  patterns.add<LowerBlockedConv>(types, patterns.getContext());
}
