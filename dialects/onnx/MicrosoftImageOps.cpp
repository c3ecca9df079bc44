//===- MicrosoftImageOps.cpp - Windows and crops of images ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftImageOps.h"
#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include "dialects/onnx/SliceOps.h"
#include <limits>

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_ELEMENT(MicrosoftUnfoldTensorOp, Input, 1)
ONNXC_INFER_FLOAT(MicrosoftCropAndResizeOp, X, 1)
ONNXC_INFER_FLOAT(MicrosoftMaxpoolWithMaskOp, X, 1)
ONNXC_INFER_FLOAT(MicrosoftConvTransposeWithDynamicPadsOp, X, 1)
ONNXC_INFER_FLOAT(MicrosoftWordConvEmbeddingOp, W, 1)
ONNXC_INFER_ELEMENT(MicrosoftQLinearConvOp, YZeroPoint, 1)

//===----------------------------------------------------------------------===//
// UnfoldTensor
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftUnfoldTensorOp::verify() {
  if (getSize() > 0 && getStep() > 0)
    return success();
  return emitError("size and step must be positive");
}

void MicrosoftUnfoldTensorOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> dims = getDims(getInput());
  if (!dims)
    return;
  std::optional<int64_t> axis = normalizeAxis(getDim(), dims->size());
  if (!axis)
    return r.fail("dim " + Twine(getDim()) + " is out of range for rank " +
                  Twine(dims->size()));
  r.atMost(r.constant(getSize()), (*dims)[*axis], "the size of a slice");
}

SmallVector<Value> MicrosoftUnfoldTensorOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getInput());
  std::optional<int64_t> axis =
      dims ? normalizeAxis(getDim(), dims->size()) : std::nullopt;
  if (!axis)
    return {};
  GraphBuilder g{b, getLoc()};
  AffineExpr count =
      simplify(((*dims)[*axis] - getSize()).floorDiv(getStep()) + 1);
  Value starts = g.mul(g.range(g.dims({count})), g.integer(getStep()));
  Value places = g.add(g.reshape(starts, {-1, 1}), g.iota(getSize()));
  Value slices = g.gather(getInput(), places, *axis);
  SmallVector<int64_t> order;
  for (int64_t i = 0, e = dims->size(); i <= e; ++i)
    if (i != *axis + 1)
      order.push_back(i);
  order.push_back(*axis + 1);
  return {g.transpose(slices, order)};
}

//===----------------------------------------------------------------------===//
// CropAndResize
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftCropAndResizeOp::verify() {
  if (getMode() == "bilinear" || getMode() == "nearest")
    return success();
  return emitError("unknown mode '")
         << getMode() << "': it is bilinear or nearest";
}

void MicrosoftCropAndResizeOp::requireSizes(SizeRequirements &r) {
  r.rank("X", getX(), 4);
  r.rank("rois", getRois(), 2);
  r.size("rois", getRois(), 1, r.constant(4));
  if (std::optional<Dims> rois = getDims(getRois()))
    r.shape("batch_indices", getBatchIndices(), {rois->front()});
  r.shape("crop_size", getCropSize(), {r.constant(2)});
  if (std::optional<Dims> dims = getDims(getX()); dims && dims->size() == 4) {
    r.element((*dims)[2], getY());
    r.element((*dims)[3], getY());
  }
}

namespace {

/// Where the elements of crops are along one dimension of the image, [regions,
/// count] each.
struct CropPlaces {
  Value at, isInside;
};

} // namespace

/// From column `first` of the regions to column `first + 2`. The last place is
/// the region's end itself; a single one is its middle.
static CropPlaces placeCrops(GraphBuilder &g, Value rois, int64_t first,
                             AffineExpr size, Value count) {
  Type element = getElementType(rois);
  Value last = g.cast(g.dims({simplify(size - 1)}), element);
  auto bound = [&](int64_t column) {
    return g.slice(rois, g.ints(column), g.ints(column + 1), 1);
  };
  Value begin = bound(first), end = bound(first + 2);
  Value from = g.mul(begin, last), to = g.mul(end, last);
  Value one = g.number(1, element), places = g.range(count);
  Value steps = g.cast(g.sub(count, g.ints(1)), element);
  Value index = g.cast(places, element);
  Value step = g.div(g.mul(g.sub(end, begin), last), g.max(steps, one));
  Value at = g.add(from, g.mul(index, step));
  Value isLast = g.equal(places, g.sub(count, g.ints(1)));
  at = g.select(isLast, to, at);
  Value middle = g.mul(g.add(from, to), g.number(0.5, element));
  at = g.select(g.equal(count, g.ints(1)), middle, at);
  Value isInside =
      g.both(g.lessOrEqual(g.number(0, element), at), g.lessOrEqual(at, last));
  // NaN is outside.
  return {g.select(isInside, at, g.number(0, element)), isInside};
}

SmallVector<Value> MicrosoftCropAndResizeOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getX());
  if (!dims || dims->size() != 4 || getRank(getRois()) != 2)
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getX());
  Value sizes = g.cast(getCropSize(), b.getI64Type());
  Value rows = g.slice(sizes, g.ints(0), g.ints(1), 0);
  Value columns = g.slice(sizes, g.ints(1), g.ints(2), 0);
  CropPlaces y = placeCrops(g, getRois(), 0, (*dims)[2], rows),
             x = placeCrops(g, getRois(), 1, (*dims)[3], columns);

  // Pixels of all channels, [regions, rows, columns, channels].
  Value image = g.transpose(getX(), {0, 2, 3, 1});
  Value batch =
      g.reshape(g.cast(getBatchIndices(), b.getI64Type()), {-1, 1, 1, 1});
  Value regions = g.size(getRois(), 0);
  Value shape = g.concat({regions, rows, columns, g.ints(1)}, 0);
  auto asRows = [&](Value v) {
    return g.reshape(v, g.concat({regions, rows, g.ints({1, 1})}, 0));
  };
  auto asColumns = [&](Value v) {
    return g.reshape(v, g.concat({regions, g.ints(1), columns, g.ints(1)}, 0));
  };
  auto take = [&](Value row, Value column) -> Value {
    SmallVector<Value> tuple = {batch, asRows(g.cast(row, b.getI64Type())),
                                asColumns(g.cast(column, b.getI64Type()))};
    for (Value &index : tuple)
      index = g.expand(index, shape);
    return GatherNDOp::create(b, getLoc(), image, g.concat(tuple, 3),
                              b.getI64IntegerAttr(0));
  };
  Value crops;
  if (getMode() == "nearest") {
    // Halves go up: no coordinate is negative.
    Value half = g.number(0.5, element);
    crops = take(g.floor(g.add(y.at, half)), g.floor(g.add(x.at, half)));
  } else {
    Value top = g.floor(y.at), left = g.floor(x.at);
    Value bottom = CeilOp::create(b, getLoc(), y.at);
    Value right = CeilOp::create(b, getLoc(), x.at);
    Value down = asRows(g.sub(y.at, top)), along = asColumns(g.sub(x.at, left));
    auto mix = [&](Value from, Value to, Value part) {
      return g.add(from, g.mul(g.sub(to, from), part));
    };
    crops = mix(mix(take(top, left), take(top, right), along),
                mix(take(bottom, left), take(bottom, right), along), down);
  }
  Value isInside = g.both(asRows(y.isInside), asColumns(x.isInside));
  crops = g.select(isInside, crops, g.number(getExtrapolationValue(), element));
  return {g.transpose(crops, {0, 3, 1, 2})};
}

//===----------------------------------------------------------------------===//
// MaxpoolWithMask
//===----------------------------------------------------------------------===//

static LogicalResult refuse(Operation *op, StringRef what) {
  return op->emitError(what) << " is known but not built";
}

LogicalResult MicrosoftMaxpoolWithMaskOp::verify() {
  if (!getKernelShape() || getKernelShape()->empty())
    return emitError("needs a kernel_shape");
  constexpr int64_t kMaxElements = 256;
  int64_t count = 1;
  for (int64_t size : getKernelShapeAttr().asArrayRef()) {
    bool isSmall = size > 0 && size <= kMaxElements;
    count = isSmall ? count * size : kMaxElements + 1;
    if (count > kMaxElements)
      return refuse(*this, "a window of more than 256 elements");
  }
  if (getAutoPad() != "NOTSET")
    return refuse(*this, "auto_pad");
  return success();
}

void MicrosoftMaxpoolWithMaskOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> dims = getDims(getX());
  size_t spatial = getKernelShape()->size();
  if (!dims)
    return;
  if (dims->size() != spatial + 2)
    return r.fail("X has rank " + Twine(dims->size()) + ", its windows " +
                  Twine(spatial));
  if ((getPads() && getPads()->size() != 2 * spatial) ||
      (getStrides() && getStrides()->size() != spatial))
    return r.fail("pads and strides are not of as many dimensions as its "
                  "windows");
  if (getStrides() &&
      llvm::any_of(*getStrides(), [](int64_t step) { return step <= 0; }))
    return r.fail("its strides must be positive");
  // Of several masks onnxruntime takes those of other channels.
  Dims mask = *dims;
  mask[0] = mask[1] = r.constant(1);
  r.shape("M", getM(), mask);
  for (size_t i = 0; i < spatial; ++i) {
    AffineExpr padded = (*dims)[i + 2];
    if (getPads())
      padded = padded + (*getPads())[i] + (*getPads())[i + spatial];
    r.atMost(r.constant((*getKernelShape())[i]), simplify(padded),
             "a size of the window");
  }
}

namespace {

/// The elements at one place of each window.
class WindowReader {
public:
  WindowReader(GraphBuilder &g, MicrosoftMaxpoolWithMaskOp op, const Dims &dims)
      : g(g), op(op), dims(dims), spatial(dims.size() - 2) {}

  Value pad(Value x, double filler) {
    if (!op.getPads())
      return x;
    SmallVector<int64_t> pads(2 * dims.size(), 0);
    for (size_t i = 0; i < spatial; ++i) {
      pads[i + 2] = (*op.getPads())[i];
      pads[dims.size() + i + 2] = (*op.getPads())[spatial + i];
    }
    return PadOp::create(g.b, g.loc, x, g.ints(pads),
                         g.number(filler, getElementType(x)), Value(),
                         g.b.getStringAttr("constant"));
  }

  Value take(Value padded, ArrayRef<int64_t> place) {
    SmallVector<int64_t> axes, steps;
    Dims ends;
    for (size_t i = 0; i < spatial; ++i) {
      axes.push_back(i + 2);
      steps.push_back(op.getStrides() ? (*op.getStrides())[i] : 1);
      AffineExpr size = dims[i + 2];
      if (op.getPads())
        size = size + (*op.getPads())[i] + (*op.getPads())[spatial + i];
      ends.push_back(
          simplify(size - (*op.getKernelShape())[i] + (place[i] + 1)));
    }
    return SliceOp::create(g.b, g.loc, padded, g.ints(place), g.dims(ends),
                           g.ints(axes), g.ints(steps));
  }

private:
  GraphBuilder &g;
  MicrosoftMaxpoolWithMaskOp op;
  const Dims &dims;
  size_t spatial;
};

} // namespace

/// Windows are read place by place. Along their last dimension, a place counts
/// where the mask is not 0 there and before it; that of the image's first
/// element never is.
SmallVector<Value> MicrosoftMaxpoolWithMaskOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getX());
  if (!dims || !getDims(getM()))
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getX());
  WindowReader reader(g, *this, *dims);
  ArrayRef<int64_t> kernel = *getKernelShape();
  double lowest = -double(std::numeric_limits<float>::max());
  Value x = reader.pad(getX(), lowest), mask = getM();
  if (kernel.size() > 1) {
    Value flat = g.reshape(mask, {-1});
    Value one = g.reshape(g.number(1, onnxc::onnx::getElementType(mask)), {1});
    mask = g.reshape(g.scatter(flat, g.ints(0), one), g.shape(getM()));
  }
  mask = reader.pad(mask, 1);
  Value zero = g.number(0, onnxc::onnx::getElementType(mask));
  Value low = g.number(lowest, element), largest, isEnded;
  int64_t count = 1;
  for (int64_t size : kernel)
    count *= size;
  for (int64_t i = 0; i < count; ++i) {
    SmallVector<int64_t> place(kernel.size());
    for (int64_t k = kernel.size() - 1, rest = i; k >= 0; rest /= kernel[k--])
      place[k] = rest % kernel[k];
    Value ends = g.equal(reader.take(mask, place), zero);
    isEnded = place.back() == 0 ? ends : g.either(isEnded, ends);
    Value candidate = g.select(isEnded, low, reader.take(x, place));
    largest = largest ? g.max(largest, candidate) : candidate;
  }
  return {largest};
}

//===----------------------------------------------------------------------===//
// ConvTransposeWithDynamicPads, QLinearConv
//===----------------------------------------------------------------------===//

SmallVector<Value>
MicrosoftConvTransposeWithDynamicPadsOp::expand(OpBuilder &b) {
  DenseI64ArrayAttr pads;
  if (getPads()) {
    std::optional<SmallVector<int64_t>> known = getConstantInts(getPads());
    if (!known)
      return refuseExpansion(
          *this, "its pads are known at run time only: give them with --value, "
                 "or as a constant");
    pads = b.getDenseI64ArrayAttr(*known);
  }
  return {ConvTransposeOp::create(
      b, getLoc(), getX(), getW(), getB(), getAutoPadAttr(), getDilationsAttr(),
      getGroupAttr(), getKernelShapeAttr(), getOutputPaddingAttr(),
      DenseI64ArrayAttr(), pads, getStridesAttr())};
}

SmallVector<Value> MicrosoftQLinearConvOp::expand(OpBuilder &b) {
  std::optional<int64_t> rank = getRank(getX());
  if (!rank || (getChannelsLast() && *rank < 3))
    return {};
  GraphBuilder g{b, getLoc()};
  Value x = getChannelsLast() ? moveChannelsFirst(g, getX(), *rank) : getX();
  Value y = QLinearConvOp::create(
      b, getLoc(), x, getXScale(), getXZeroPoint(), getW(), getWScale(),
      getWZeroPoint(), getYScale(), getYZeroPoint(), getB(), getAutoPadAttr(),
      getDilationsAttr(), getGroupAttr(), getKernelShapeAttr(), getPadsAttr(),
      getStridesAttr());
  return {getChannelsLast() ? moveChannelsLast(g, y, *rank) : y};
}

//===----------------------------------------------------------------------===//
// WordConvEmbedding
//===----------------------------------------------------------------------===//

void MicrosoftWordConvEmbeddingOp::requireSizes(SizeRequirements &r) {
  r.rank("Sequence", getSequence(), 2);
  r.rank("W", getW(), 4);
  r.rank("C", getC(), 2);
  std::optional<Dims> w = getDims(getW()), c = getDims(getC()),
                      words = getDims(getSequence());
  if (!w || w->size() != 4 || !c || c->size() != 2 || !words ||
      words->size() != 2)
    return;
  r.size("W", getW(), 1, r.constant(1));
  r.size("W", getW(), 3, c->back());
  r.shape("B", getB(), {w->front()});
  r.atMost((*w)[2], words->back(), "the window");
  auto check = [&](std::optional<int64_t> stated, AffineExpr size,
                   StringRef what) {
    if (stated)
      r.equal(size, r.constant(*stated), what);
  };
  check(getEmbeddingSize(), w->front(), "embedding_size");
  check(getConvWindowSize(), (*w)[2], "conv_window_size");
  check(getCharEmbeddingSize(), c->back(), "char_embedding_size");
}

SmallVector<Value> MicrosoftWordConvEmbeddingOp::expand(OpBuilder &b) {
  std::optional<Dims> w = getDims(getW()), words = getDims(getSequence());
  if (!w || w->size() != 4 || !words || words->size() != 2)
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getW());
  Value zero = g.number(0, onnxc::onnx::getElementType(getSequence()));
  Value letters = g.gather(getC(), g.max(getSequence(), zero), 0);
  Value image =
      g.reshape(letters, g.concat({g.dims({words->front()}), g.ints(1),
                                   g.size(letters, 1), g.size(letters, 2)},
                                  0));
  DenseI64ArrayAttr none;
  Value conv = ConvOp::create(b, getLoc(), image, getW(), getB(),
                              b.getStringAttr("NOTSET"), none,
                              b.getI64IntegerAttr(1), none, none, none);
  Value y = TanhOp::create(b, getLoc(), conv); // [words, filters, places, 1]

  // Windows behind a word's end do not count.
  Value isLetter = g.less(zero, getSequence());
  Value length = g.sum(g.cast(isLetter, b.getI64Type()), 1, /*keepdims=*/true);
  AffineExpr window = (*w)[2];
  AffineExpr places = simplify(words->back() - window + 1);
  Value last = g.sub(g.max(length, g.dims({window})), g.dims({window}));
  Value counts = g.lessOrEqual(g.range(g.dims({places})), last);
  counts =
      g.reshape(counts, g.dims({words->front(), getConstant(b.getContext(), 1),
                                places, getConstant(b.getContext(), 1)}));
  y = g.select(counts, y, g.number(-1e12, element));
  Value largest = ReduceMaxOp::create(b, getLoc(), y, g.ints({2, 3}),
                                      /*keepdims=*/0,
                                      /*noop_with_empty_axes=*/0);
  Value begins = g.slice(isLetter, g.ints(0), g.ints(1), 1);
  return {g.select(begins, largest, g.number(0, element))};
}
