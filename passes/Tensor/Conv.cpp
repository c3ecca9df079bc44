//===- Conv.cpp - Convolutions become one linalg.generic ------------------===//
//
// The image is read inside the body, 0 outside of its bounds: no padded copy,
// and one form for any rank, stride and group.
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

/// The padding before each spatial dimension; computed where SAME meets a
/// symbolic size.
SmallVector<Value> getPadBegin(const TensorBuilder &v, Operation *op,
                               const ConvWindow &window, ArrayRef<AffineExpr> x,
                               ArrayRef<AffineExpr> w) {
  SmallVector<Value> pads;
  for (unsigned i = 0; i + 2 < x.size(); ++i) {
    AffineExpr in = x[i + 2], kernel = w[i + 2];
    if (auto constant = window.getPadBegin(i, in, kernel)) {
      pads.push_back(v.index(*constant));
      continue;
    }
    AffineExpr out = window.getOutputSize(i, in, kernel);
    AffineExpr total = simplify((out - 1) * window.strides[i] +
                                (kernel - 1) * window.dilations[i] + 1 - in);
    Value all = v.max(v.index(getSize(v.b, op, total)), v.index(0));
    if (window.autoPad == "SAME_LOWER")
      all = v.add(all, 1);
    pads.push_back(v.div(all, 2));
  }
  return pads;
}

/// What the three convolutions differ in.
struct Image {
  Value tensor;
  /// Turns a loaded element into the factor; what is outside the image counts
  /// as 0 after it.
  llvm::function_ref<Value(OpBuilder &, Location, Value)> load;
};

/// Where a convolution reads its image.
struct ImagePlace {
  const TensorBuilder &v;
  const ConvLoops &loops;
  const ConvWindow &window;
  int64_t group;
  SmallVector<Value> pads, sizes; // of the spatial dimensions
  Value perGroup, filters;

  /// The element at the loops' indices as `image` loads it, 0 outside of it.
  Value load(const Image &image) const {
    Value channel = loop(loops.channel());
    if (group != 1) {
      Value filtersPerGroup = v.div(filters, group);
      Value number = v.div(loop(1), filtersPerGroup);
      channel = v.add(channel, v.mul(number, perGroup));
    }
    SmallVector<Value> at = {loop(0), channel};
    Value inside, zero = v.index(0);
    for (unsigned i = 0; i < loops.spatial; ++i) {
      Value output = scale(loop(loops.output(i)), window.strides[i]);
      Value kernel = scale(loop(loops.kernel(i)), window.dilations[i]);
      Value place = v.sub(v.add(output, kernel), pads[i]);
      // Unsigned, so that a negative place is out of bounds too.
      Value isIn =
          v.fold<arith::CmpIOp>(arith::CmpIPredicate::ult, place, sizes[i]);
      inside = inside ? v.both(inside, isIn) : isIn;
      at.push_back(v.select(isIn, place, zero));
    }
    Value pixel = image.load(v.b, v.loc, v.extract(image.tensor, at));
    return v.select(inside, pixel, v.zero(pixel.getType()));
  }

private:
  Value loop(unsigned i) const { return v.create<linalg::IndexOp>(i); }
  Value scale(Value index, int64_t by) const {
    return by == 1 ? index : v.mul(index, by);
  }
};

Value createConv(
    OpBuilder &b, Operation *op, const ConvWindow &window, Value onnxX,
    Value onnxW, Image image, Value weights, int64_t group, Type sumType,
    ArrayRef<std::pair<Value, AffineMap>> more,
    function_ref<Value(OpBuilder &, Location, ValueRange)> loadWeight) {
  TensorBuilder v(b, op->getLoc());
  MLIRContext *context = op->getContext();
  Dims x = *getDims(onnxX), w = *getDims(onnxW);
  ConvLoops loops(x.size(), context);
  SmallVector<Value> pads = getPadBegin(v, op, window, x, w);
  SmallVector<Value> sizes;
  for (unsigned i = 0; i < loops.spatial; ++i)
    sizes.push_back(v.index(getSize(b, op, x[i + 2])));
  Value perGroup = v.index(getSize(b, op, w[1]));
  Value filters = v.index(getSize(b, op, w[0]));
  ImagePlace place{v, loops, window, group, pads, sizes, perGroup, filters};

  SmallVector<AffineExpr> weightExprs = {loops.filter()};
  for (unsigned i = loops.channel(); i < loops.numLoops; ++i)
    weightExprs.push_back(getAffineDimExpr(i, context));
  SmallVector<Value> inputs = {weights};
  SmallVector<AffineMap> maps = {
      AffineMap::get(loops.numLoops, 0, weightExprs, context)};
  for (auto [value, map] : more) {
    inputs.push_back(value);
    maps.push_back(map);
  }
  maps.push_back(loops.resultMap());

  auto body = [&](OpBuilder &n, Location l, ValueRange args) {
    Value pixel = place.load(image), weight = loadWeight(n, l, args);
    v.create<linalg::YieldOp>(
        buildMultiplyAdd(n, l, pixel, weight, args.back()));
  };
  Value zeros =
      createZeros(b, v.loc, getSizes(b, op, op->getResult(0)), sumType);
  auto generic =
      v.create<linalg::GenericOp>(TypeRange{zeros.getType()}, inputs,
                                  ValueRange{zeros}, maps, loops.kinds(), body);
  SmallVector<int64_t> constantPads;
  for (Value pad : pads)
    if (auto constant = getConstantIntValue(pad))
      constantPads.push_back(*constant);
  if (constantPads.size() == pads.size() && more.empty())
    setContraction(generic, plan::ConvolutionAttr::get(
                                context, b.getDenseI64ArrayAttr(window.strides),
                                b.getDenseI64ArrayAttr(window.dilations),
                                b.getDenseI64ArrayAttr(constantPads),
                                b.getDenseI64ArrayAttr(window.padEnd), group,
                                plan::BlocksAttr()));
  return generic.getResult(0);
}

struct LowerConv : OpConversionPattern<ConvOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(ConvOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = getElementType(op.getY());
    ConvWindow window = getConvWindow(op, *getRank(op.getX()) - 2);
    auto load = [&](OpBuilder &b, Location l, Value x) {
      return loadElement(b, l, x, type);
    };
    Value sums = createConv(rewriter, op, window, op.getX(), op.getW(),
                            {adaptor.getX(), load}, adaptor.getW(),
                            op.getGroup(), getSumType(type), {},
                            [&](OpBuilder &b, Location l, ValueRange args) {
                              return loadElement(b, l, args[0], type);
                            });
    rewriter.replaceOp(
        op, addBias(rewriter, loc, sums, adaptor.getB(), op->getResult(0)));
    return success();
  }
};

/// ConvInteger and the sums of QLinearConv. Zero points of the weights may
/// differ by filter.
template <typename Op>
FailureOr<Value> createIntegerConv(OpBuilder &b, Op op, Value x, Value w,
                                   Value xZero, Value wZero) {
  Location loc = op.getLoc();
  unsigned rank = *getRank(op.getX());
  ConvWindow window = getConvWindow(op, rank - 2);
  Type xType = getElementType(op.getX()), wType = getElementType(op.getW());
  ConvLoops loops(rank, b.getContext());
  SmallVector<std::pair<Value, AffineMap>> more;
  Value xElement = xZero ? extractOnlyElement(b, loc, xZero) : Value();
  Value wElement = wZero ? extractOnlyElement(b, loc, wZero) : Value();
  if (xZero && !xElement)
    return failure();
  if (wZero && !wElement)
    more.push_back({wZero, getChannelMap(b.getContext(), loops.numLoops)});
  auto shifted = [](OpBuilder &n, Location l, Value v, Value zero, Type type) {
    Value wide = widenInteger(n, l, v, type);
    if (!zero)
      return wide;
    return Value(
        arith::SubIOp::create(n, l, wide, widenInteger(n, l, zero, type)));
  };
  auto load = [&](OpBuilder &n, Location l, Value v) {
    return shifted(n, l, v, xElement, xType);
  };
  return createConv(b, op, window, op.getX(), op.getW(), {x, load}, w,
                    op.getGroup(), b.getI32Type(), more,
                    [&](OpBuilder &n, Location l, ValueRange args) {
                      Value zero = more.empty() ? wElement : args[1];
                      return shifted(n, l, args[0], zero, wType);
                    });
}

struct LowerConvInteger : OpConversionPattern<ConvIntegerOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(ConvIntegerOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    FailureOr<Value> sums =
        createIntegerConv(rewriter, op, adaptor.getX(), adaptor.getW(),
                          adaptor.getXZeroPoint(), adaptor.getWZeroPoint());
    if (failed(sums))
      return rewriter.notifyMatchFailure(op,
                                         "x_zero_point must have one element");
    rewriter.replaceOp(op, *sums);
    return success();
  }
};

struct LowerQLinearConv : OpConversionPattern<QLinearConvOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(QLinearConvOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    FailureOr<Value> sums =
        createIntegerConv(rewriter, op, adaptor.getX(), adaptor.getW(),
                          adaptor.getXZeroPoint(), adaptor.getWZeroPoint());
    unsigned rank = *getRank(op.getY());
    AffineMap byFilter = getChannelMap(op.getContext(), rank);
    SmallVector<AffineMap> maps = {rewriter.getMultiDimIdentityMap(rank)};
    Value xScale = extractOnlyElement(rewriter, loc, adaptor.getXScale());
    Value yScale = extractOnlyElement(rewriter, loc, adaptor.getYScale());
    Value yZero = extractOnlyElement(rewriter, loc, adaptor.getYZeroPoint());
    Value wScale = extractOnlyElement(rewriter, loc, adaptor.getWScale());
    if (failed(sums) || !xScale || !yScale || !yZero)
      return rewriter.notifyMatchFailure(
          op, "x_scale, x_zero_point, y_scale and y_zero_point must each have "
              "one element");
    SmallVector<Value> inputs = {*sums};
    unsigned biasAt = 0, scaleAt = 0;
    if (op.getB()) {
      biasAt = inputs.size();
      inputs.push_back(adaptor.getB());
      maps.push_back(byFilter);
    }
    if (!wScale) {
      scaleAt = inputs.size();
      inputs.push_back(adaptor.getWScale());
      maps.push_back(byFilter);
    }
    Type type = getElementType(op.getY());
    rewriter.replaceOp(
        op,
        mapElements(rewriter, loc, inputs, maps,
                    createEmpty(rewriter, loc, op->getResult(0)),
                    [&](OpBuilder &b, Location l, ValueRange args) {
                      Value sum = args[0];
                      if (biasAt)
                        sum = arith::AddIOp::create(b, l, sum, args[biasAt]);
                      Value factor = arith::MulFOp::create(
                          b, l, xScale, wScale ? wScale : args[scaleAt]);
                      factor = arith::DivFOp::create(b, l, factor, yScale);
                      return buildRequantize(b, l, sum, factor, yZero, type);
                    }));
    return success();
  }
};

} // namespace

void onnxc::populateConvLowering(RewritePatternSet &patterns,
                                 TypeConverter &types) {
  patterns.add<LowerConv, LowerConvInteger, LowerQLinearConv>(
      types, patterns.getContext());
}
