//===- ConvTranspose.cpp - Transposed convolutions ------------------------===//
//
// Each element of the result gathers what was scattered to it: the pixel that
// element k of the window came from is at (o + pad - k * dilation) / stride,
// where that is an integer within the image.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/ConvShape.h"
#include "passes/Tensor/Contractions.h"
#include "passes/Tensor/ConvLoops.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// The padding before spatial dimension i of a transposed convolution, as the
/// specification derives it from the result's size where that is given.
AffineExpr getTransposedPadBegin(ConvTransposeOp op, const ConvWindow &window,
                                 unsigned i, AffineExpr in, AffineExpr kernel,
                                 AffineExpr out) {
  if (!op.getOutputShape() && !window.isSame())
    return onnxc::onnx::getConstant(op.getContext(), window.padBegin[i]);
  int64_t extra = op.getOutputPadding() ? (*op.getOutputPadding())[i] : 0;
  AffineExpr total = simplify((in - 1) * window.strides[i] + extra +
                              (kernel - 1) * window.dilations[i] + 1 - out);
  if (window.autoPad == "SAME_UPPER")
    return simplify(total.floorDiv(2));
  return simplify(total - total.floorDiv(2));
}

class TransposedConv {
public:
  TransposedConv(OpBuilder &b, ConvTransposeOp op,
                 ConvTransposeOp::Adaptor adaptor)
      : v(b, op.getLoc()), op(op), adaptor(adaptor),
        type(getElementType(op.getY())), x(*getDims(op.getX())),
        w(*getDims(op.getW())), window(getConvWindow(op, x.size() - 2)),
        loops(x.size(), op.getContext()) {
    Dims y = *getDims(op.getY());
    for (unsigned i = 0; i < loops.spatial; ++i) {
      pads.push_back(read(
          getTransposedPadBegin(op, window, i, x[i + 2], w[i + 2], y[i + 2])));
      sizes.push_back(read(x[i + 2]));
    }
    perGroup = read(x[1].floorDiv(op.getGroup()));
    filtersPerGroup = read(w[1]);
  }

  Value buildSums() {
    Value zeros =
        createZeros(v.b, v.loc, getSizes(v.b, op, op.getY()), getSumType(type));
    // An operand that is not read gives the sizes of the last loops.
    MLIRContext *context = op.getContext();
    SmallVector<OpFoldResult> windowSizes = {
        getSize(v.b, op, simplify(x[1].floorDiv(op.getGroup())))};
    SmallVector<AffineExpr> windowExprs = {
        getAffineDimExpr(loops.channel(), context)};
    for (unsigned i = 0; i < loops.spatial; ++i) {
      windowSizes.push_back(getSize(v.b, op, w[i + 2]));
      windowExprs.push_back(getAffineDimExpr(loops.kernel(i), context));
    }
    Value bounds = v.empty(windowSizes, v.b.getI8Type());
    SmallVector<AffineMap> maps{
        AffineMap::get(loops.numLoops, 0, windowExprs, context),
        loops.resultMap()};
    return v
        .create<linalg::GenericOp>(
            TypeRange{zeros.getType()}, ValueRange{bounds}, ValueRange{zeros},
            maps, loops.kinds(),
            [&](OpBuilder &, Location, ValueRange args) {
              v.create<linalg::YieldOp>(addProduct(args[1]));
            })
        .getResult(0);
  }

private:
  Value read(AffineExpr expr) {
    return v.index(getSize(v.b, op, simplify(expr)));
  }
  Value loop(unsigned i) { return v.create<linalg::IndexOp>(i); }

  /// sum + the product at the loops' indices.
  Value addProduct(Value sum) {
    Value filter = loop(1), channel = loop(loops.channel());
    if (op.getGroup() != 1) {
      Value group = v.div(filter, filtersPerGroup);
      filter = v.rem(filter, filtersPerGroup);
      channel = v.add(channel, v.mul(group, perGroup));
    }
    SmallVector<Value> xAt = {loop(0), channel}, wAt = {channel, filter};
    Value inside;
    for (unsigned i = 0; i < loops.spatial; ++i) {
      Value kernel = loop(loops.kernel(i));
      auto [place, isIn] = getPlace(i, kernel);
      xAt.push_back(place);
      wAt.push_back(kernel);
      inside = inside ? v.both(inside, isIn) : isIn;
    }
    Value pixel = v.load(adaptor.getX(), xAt, type);
    Value weight = v.load(adaptor.getW(), wAt, type);
    pixel = v.select(inside, pixel, v.zero(pixel.getType()));
    return buildMultiplyAdd(v.b, v.loc, pixel, weight, sum);
  }

  struct Place {
    Value at, isIn;
  };
  /// The pixel's place in spatial dimension i, 0 where there is none.
  Place getPlace(unsigned i, Value kernel) {
    Value zero = v.index(0);
    Value padded = v.add(loop(loops.output(i)), pads[i]);
    Value from = v.sub(padded, v.mul(kernel, window.dilations[i]));
    Value isIn = v.ge(from, zero);
    Value place = v.select(isIn, from, zero);
    if (window.strides[i] != 1) {
      Value rest = v.rem(place, window.strides[i]);
      isIn = v.both(isIn, v.eq(rest, zero));
      place = v.div(place, window.strides[i]);
    }
    Value isBelow =
        v.fold<arith::CmpIOp>(arith::CmpIPredicate::ult, place, sizes[i]);
    isIn = v.both(isIn, isBelow);
    return {v.select(isIn, place, zero), isIn};
  }

  TensorBuilder v;
  ConvTransposeOp op;
  ConvTransposeOp::Adaptor adaptor;
  Type type;
  Dims x, w;
  ConvWindow window;
  ConvLoops loops;
  SmallVector<Value> pads, sizes; // of the spatial dimensions
  Value perGroup, filtersPerGroup;
};

struct LowerConvTranspose : OpConversionPattern<ConvTransposeOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(ConvTransposeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value sums = TransposedConv(rewriter, op, adaptor).buildSums();
    rewriter.replaceOp(op, addBias(rewriter, op.getLoc(), sums, adaptor.getB(),
                                   op->getResult(0)));
    return success();
  }
};

} // namespace

void onnxc::populateConvTransposeLowering(RewritePatternSet &patterns,
                                          TypeConverter &types) {
  patterns.add<LowerConvTranspose>(types, patterns.getContext());
}
