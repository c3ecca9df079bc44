//===- WinogradConv.cpp - Transformed convolutions as linalg.generic ------===//
//
// The generic op says what is computed, one product at a time: an element of
// the transformed image is a sum over its square of pixels, one of the result a
// sum over all places. Nobody should run it so, 36 x 36 products for each
// channel; the mark has EmitWinograd.cpp transform tiles as a whole.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/Winograd.h"
#include "dialects/onnx/WinogradOps.h"
#include "passes/Tensor/Contractions.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// The loops.
enum Loop : unsigned {
  Image,
  FilterBlock,
  Row,
  Column,
  Filter,
  PlaceRow,
  PlaceColumn,
  ChannelBlock,
  Channel,
  PixelRow,
  PixelColumn,
  NumLoops
};

AffineMap getMap(MLIRContext *context, ArrayRef<Loop> loops) {
  SmallVector<AffineExpr> exprs;
  for (Loop loop : loops)
    exprs.push_back(getAffineDimExpr(loop, context));
  return AffineMap::get(NumLoops, 0, exprs, context);
}

/// Builds the element of the image and its factors.
class WinogradBody {
public:
  WinogradBody(OpBuilder &b, Location loc, WinogradConvOp op)
      : v(b, loc), op(op), tile(op.getTile()) {}

  Value build(Value image, ArrayRef<Value> sizes) {
    SmallVector<Value> at = {loop(Image), loop(ChannelBlock)};
    Value isInside;
    for (unsigned i : {0, 1}) {
      Value place =
          v.sub(v.add(v.mul(v.div(loop(i ? Column : Row), tile), tile),
                      loop(i ? PixelColumn : PixelRow)),
                op.getPads()[i]);
      // Unsigned, so that a negative place is out of bounds too.
      Value isIn =
          v.create<arith::CmpIOp>(arith::CmpIPredicate::ult, place, sizes[i]);
      at.push_back(v.select(isIn, place, v.index(0)));
      isInside = isInside ? v.both(isInside, isIn) : isIn;
    }
    at.push_back(loop(Channel));
    Value pixel = v.extract(image, at);
    pixel = v.select(isInside, pixel, v.constant(pixel, 0));
    Matrix toImage = getImageTransform(tile),
           toResult = getResultTransform(tile);
    auto factor = [&](const Matrix &matrix, Value row, Value column) {
      return getElement(matrix, row, column, pixel.getType());
    };
    Value factors =
        v.mul(factor(toImage, loop(PlaceRow), loop(PixelRow)),
              factor(toImage, loop(PlaceColumn), loop(PixelColumn)));
    factors = v.mul(
        factors,
        v.mul(factor(toResult, v.rem(loop(Row), tile), loop(PlaceRow)),
              factor(toResult, v.rem(loop(Column), tile), loop(PlaceColumn))));
    return v.mul(factors, pixel);
  }

private:
  Value loop(unsigned i) { return v.create<linalg::IndexOp>(i); }

  Value getElement(const Matrix &matrix, Value row, Value column, Type type) {
    Value element = v.constant(type, 0);
    for (auto [i, list] : llvm::enumerate(matrix))
      for (auto [j, number] : llvm::enumerate(list))
        if (number != 0)
          element =
              v.select(v.both(v.eq(row, v.index(i)), v.eq(column, v.index(j))),
                       v.constant(type, number), element);
    return element;
  }

  TensorBuilder v;
  WinogradConvOp op;
  int64_t tile;
};

plan::ConvolutionAttr getMark(WinogradConvOp op) {
  Builder b(op.getContext());
  DenseI64ArrayAttr ones = b.getDenseI64ArrayAttr({1, 1});
  return plan::ConvolutionAttr::get(
      op.getContext(), ones, ones,
      b.getDenseI64ArrayAttr(op.getPads().take_front(2)),
      b.getDenseI64ArrayAttr(op.getPads().drop_front(2)), /*group=*/1,
      plan::BlocksAttr::get(op.getContext(), /*depthwise=*/false,
                            /*unsignedImage=*/false, /*padding=*/0,
                            /*bytes=*/{}, op.getTile()));
}

struct LowerWinogradConv : OpConversionPattern<WinogradConvOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(WinogradConvOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    MLIRContext *context = op.getContext();
    Dims x = *getDims(op.getX());
    SmallVector<Value> sizes;
    for (unsigned i : {2, 3})
      sizes.push_back(getValueOrCreateConstantIndexOp(
          rewriter, loc, getSize(rewriter, op, x[i])));
    Type type = getElementType(op.getY());
    Value zeros =
        createZeros(rewriter, loc, getSizes(rewriter, op, op.getY()), type);
    // The square of pixels has a size only.
    int64_t places = op.getTile() + kWinogradKernel - 1;
    Value square = tensor::EmptyOp::create(
        rewriter, loc, ArrayRef<int64_t>{places, places}, type);
    SmallVector<AffineMap> maps = {
        getMap(context, {FilterBlock, PlaceRow, PlaceColumn, ChannelBlock,
                         Channel, Filter}),
        getMap(context, {PixelRow, PixelColumn}),
        getMap(context, {Image, FilterBlock, Row, Column, Filter})};
    SmallVector<utils::IteratorType> kinds(NumLoops,
                                           utils::IteratorType::reduction);
    std::fill_n(kinds.begin(), Filter + 1, utils::IteratorType::parallel);
    auto generic = linalg::GenericOp::create(
        rewriter, loc, zeros.getType(), ValueRange{adaptor.getW(), square},
        zeros, maps, kinds, [&](OpBuilder &b, Location l, ValueRange args) {
          Value pixel = WinogradBody(b, l, op).build(adaptor.getX(), sizes);
          linalg::YieldOp::create(
              b, l, buildMultiplyAdd(b, l, pixel, args[0], args.back()));
        });
    setContraction(generic, getMark(op));
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }
};

} // namespace

void onnxc::populateWinogradConvLowering(RewritePatternSet &patterns,
                                         TypeConverter &types) {
  patterns.add<LowerWinogradConv>(types, patterns.getContext());
}
