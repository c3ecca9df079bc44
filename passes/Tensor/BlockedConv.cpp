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

/// Builds the body: a pixel times a weight, added to the sum.
class BlockedBody {
public:
  BlockedBody(OpBuilder &b, Location l, BlockedConvOp op,
              const BlockedLoops &loops)
      : b(b), l(l), op(op), loops(loops),
        isImage(onnxc::onnx::getConstant(getDims(op.getX())->back()) == 1),
        type(getElementType(op.getX())) {}

  /// The image's element that the loops take; `sizes` are its spatial ones.
  Value loadPixel(Value image, ArrayRef<Value> sizes) {
    SmallVector<Value> at = {loop(0), loop(loops.channelBlock())};
    Value inside = findPlaces(sizes, at);
    at.push_back(loops.isGrouped && !isImage ? walk(loops.channel())
                                             : loop(loops.channel()));
    Value pixel = tensor::ExtractOp::create(b, l, image, at);
    pixel = type.isInteger() ? widenInteger(b, l, pixel, type)
                             : loadElement(b, l, pixel, type);
    Value none = type.isInteger() ? integer(op.getPadding())
                                  : Value(arith::ConstantOp::create(
                                        b, l, b.getZeroAttr(pixel.getType())));
    pixel = arith::SelectOp::create(b, l, inside, pixel, none);
    if (op.getOffset())
      pixel = arith::AddIOp::create(b, l, pixel, integer(op.getOffset()));
    return pixel;
  }
  Value loadWeight(Value stored) {
    Type weightType = getElementType(op.getW());
    return type.isInteger() ? widenInteger(b, l, stored, weightType)
                            : loadElement(b, l, stored, weightType);
  }

private:
  Value loop(unsigned i) { return linalg::IndexOp::create(b, l, i); }
  Value number(int64_t value) {
    return arith::ConstantIndexOp::create(b, l, value);
  }
  Value integer(int64_t value) {
    return arith::ConstantOp::create(b, l, b.getI32IntegerAttr(value));
  }
  /// A loop over groups and one over their members.
  Value walk(unsigned outer) {
    Value first =
        arith::MulIOp::create(b, l, loop(outer), number(op.getGroup()));
    return arith::AddIOp::create(b, l, first, loop(loops.member()));
  }
  /// Adds the places in the spatial dimensions; whether all are in the image.
  Value findPlaces(ArrayRef<Value> sizes, SmallVectorImpl<Value> &at) {
    Value inside;
    for (unsigned i = 0; i < loops.spatial; ++i) {
      Value place = arith::MulIOp::create(b, l, loop(loops.output(i)),
                                          number(op.getStrides()[i]));
      Value tap = loops.isGrouped && isImage && i + 1 == loops.spatial
                      ? walk(loops.kernel(i))
                      : loop(loops.kernel(i));
      Value step =
          arith::MulIOp::create(b, l, tap, number(op.getDilations()[i]));
      place = arith::AddIOp::create(b, l, place, step);
      place = arith::SubIOp::create(b, l, place, number(op.getPads()[i]));
      // Unsigned, so that a negative place is out of bounds too.
      Value isIn = arith::CmpIOp::create(b, l, arith::CmpIPredicate::ult, place,
                                         sizes[i]);
      at.push_back(arith::SelectOp::create(b, l, isIn, place, number(0)));
      inside = inside ? Value(arith::AndIOp::create(b, l, inside, isIn)) : isIn;
    }
    return inside;
  }

  OpBuilder &b;
  Location l;
  BlockedConvOp op;
  const BlockedLoops &loops;
  bool isImage;
  Type type;
};

plan::ConvolutionAttr getMark(BlockedConvOp op) {
  Builder b(op.getContext());
  unsigned spatial = op.getStrides().size();
  plan::BytesAttr bytes;
  if (op.getGroup() > 1 || op.getOffset())
    bytes =
        plan::BytesAttr::get(op.getContext(), op.getGroup(), op.getOffset());
  return plan::ConvolutionAttr::get(
      op.getContext(), b.getDenseI64ArrayAttr(op.getStrides()),
      b.getDenseI64ArrayAttr(op.getDilations()),
      b.getDenseI64ArrayAttr(op.getPads().take_front(spatial)),
      b.getDenseI64ArrayAttr(op.getPads().drop_front(spatial)), /*group=*/1,
      plan::BlocksAttr::get(op.getContext(), op.getDepthwise(),
                            getElementType(op.getX()).isUnsignedInteger(),
                            op.getPadding(), bytes, /*winograd=*/0));
}

struct LowerBlockedConv : OpConversionPattern<BlockedConvOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(BlockedConvOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    MLIRContext *context = op.getContext();
    BlockedLoops loops(op);
    Dims x = *getDims(op.getX());
    SmallVector<Value> sizes;
    for (unsigned i = 0; i < loops.spatial; ++i)
      sizes.push_back(getValueOrCreateConstantIndexOp(
          rewriter, loc, getSize(rewriter, op, x[i + 2])));
    Value zeros = createZeros(rewriter, loc, getSizes(rewriter, op, op.getY()),
                              getSumType(getElementType(op.getY())));
    auto generic = linalg::GenericOp::create(
        rewriter, loc, zeros.getType(), adaptor.getW(), zeros,
        {loops.weightMap(context), loops.resultMap(context)}, loops.kinds(),
        [&](OpBuilder &b, Location l, ValueRange args) {
          BlockedBody body(b, l, op, loops);
          Value pixel = body.loadPixel(adaptor.getX(), sizes);
          Value weight = body.loadWeight(args[0]);
          linalg::YieldOp::create(
              b, l, buildMultiplyAdd(b, l, pixel, weight, args.back()));
        });
    // Nothing is added to the image of a depthwise one but by plain loops.
    if (!op.getOffset() || !loops.isDepthwise)
      setContraction(generic, getMark(op));
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
