//===- SignalOps.cpp - Fourier transforms and spectra ---------------------===//
//
// A transform of known length becomes one of rows, which stays a DFT until
// `choose-transforms` knows the machine. Any other is a product with a matrix
// of cosines and sines (FourierMatrix.h).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SignalOps.h"
#include "dialects/onnx/CheckNumber.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/FourierMatrix.h"
#include "dialects/onnx/FourierPlan.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/RunTimeAxes.h"
#include "dialects/onnx/SizeRequirements.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace onnxc::onnx;

//===----------------------------------------------------------------------===//
// DFT
//===----------------------------------------------------------------------===//

// Tables of longer ones are no longer small beside the signals.
static constexpr int64_t kMostLength = 1 << 20;

/// What a transform along an axis is asked for; none where only a run knows it.
template <typename Op>
static std::optional<FourierForm> getForm(Op op, int64_t axis) {
  Dims dims = *getDims(op.getInput());
  std::optional<int64_t> given = onnxc::onnx::getConstant(dims[axis]),
                         parts = onnxc::onnx::getConstant(dims.back());
  if (!given || !parts)
    return std::nullopt;
  FourierForm form{*given, *parts, op.getInverse() != 0, op.getOnesided() != 0};
  if (form.givesReal())
    form.length = 2 * (*given - 1);
  if (op.getDftLength()) {
    auto length = getConstantInts(op.getDftLength());
    if (!length || length->size() != 1)
      return std::nullopt;
    form.length = length->front();
  }
  if (form.length < 1 || form.length > kMostLength)
    return std::nullopt;
  return form;
}

/// The axis of a transform; none where only a run knows it.
template <typename Op>
static std::optional<int64_t> getAxis(Op op, int64_t rank) {
  if (!op.getAxis())
    return rank - 2;
  auto known = getConstantInts(op.getAxis());
  return known ? normalizeAxis(known->front(), rank) : std::nullopt;
}

template <typename Op> static std::optional<FourierForm> getFormOfRows(Op op) {
  std::optional<Dims> dims = getDims(op.getInput());
  if (!dims || dims->size() != 3 || getAxis(op, 3) != 1)
    return std::nullopt;
  return getForm(op, 1);
}

std::optional<FourierForm> onnxc::onnx::getFourierForm(DFTOp op) {
  return getFormOfRows(op);
}

/// The result's shape where that is one of rows.
static std::optional<Dims> getRowsOfResult(DFTOp::Adaptor op) {
  std::optional<FourierForm> form = getFormOfRows(op);
  if (!form)
    return std::nullopt;
  AffineExpr rows = getDims(op.getInput())->front();
  MLIRContext *context = rows.getContext();
  return Dims{rows, getConstant(context, form->outputLength()),
              getConstant(context, form->resultParts())};
}

namespace {

/// A transform along any axis: one of rows, or a product with a matrix.
class SignalAxis {
public:
  SignalAxis(OpBuilder &b, DFTOp op, Dims dims);
  Value expand();

private:
  void isolate();
  void findLengths();
  /// Of [before, after, signal, parts].
  Value transform(Value signals);
  Value multiply(Value signals);
  Value buildShape();

  GraphBuilder g;
  DFTOp op;
  Dims dims;
  int64_t rank;
  std::optional<int64_t> axis;
  Value x; // [before, signal, after, parts]
  FourierMatrix t;
  /// Where all is known: the transform is one of rows.
  std::optional<FourierForm> form;
};

} // namespace

SignalAxis::SignalAxis(OpBuilder &b, DFTOp op, Dims dims)
    : g{b, op.getLoc()}, op(op), dims(dims), rank(dims.size()),
      axis(getAxis(op, rank)) {
  t.inverse = op.getInverse() != 0, t.onesided = op.getOnesided() != 0;
  t.numParts = *getConstant(dims.back());
  t.numResultParts = t.inverse && t.onesided ? 1 : 2;
  if (axis)
    form = getForm(op, *axis);
}

void SignalAxis::isolate() {
  if (axis) {
    MLIRContext *context = g.b.getContext();
    Dims outer = {
        getProduct(context, ArrayRef(dims).take_front(*axis)), dims[*axis],
        getProduct(context, ArrayRef(dims).slice(*axis + 1, rank - *axis - 2)),
        dims.back()};
    x = g.reshape(op.getInput(), g.dims(outer));
    return;
  }
  Value three = isolateAxis(g.b, g.loc, op.getInput(), op.getAxis());
  Value parts = g.ints(t.numParts);
  x = g.reshape(three, g.concat({g.size(three, 0), g.size(three, 1),
                                 g.div(g.size(three, 2), parts), parts},
                                0));
}

/// What is beyond the length is cut off; what is missing is zero.
void SignalAxis::findLengths() {
  Value whole = axis ? g.dims(dims[*axis]) : g.size(x, 1);
  auto half = [&](Value n) { return g.add(g.div(n, g.ints(2)), g.ints(1)); };
  if (op.getDftLength())
    t.length = g.list(op.getDftLength());
  else if (t.inverse && t.onesided)
    t.length = g.mul(g.sub(whole, g.ints(1)), g.ints(2));
  else
    t.length = whole;
  Value used = t.inverse && t.onesided ? half(t.length) : t.length;
  if (op.getDftLength() && !form)
    x = g.slice(x, g.ints(0), used, 1);
  t.inputLength = g.size(x, 1);
  t.outputLength = t.onesided && !t.inverse ? half(t.length) : t.length;
}

Value SignalAxis::multiply(Value signals) {
  Type real = getFourierType(op.getInput());
  Value size = g.mul(g.size(x, 1), g.ints(t.numParts));
  Value shape = g.concat({g.size(x, 0), g.size(x, 2), size}, 0);
  Value rows = g.reshape(g.cast(signals, real), shape);
  return g.matmul(rows, buildFourierMatrix(g, t, real));
}

Value SignalAxis::transform(Value signals) {
  if (!form)
    return multiply(signals);
  Dims outer = dims;
  outer.erase(outer.begin() + *axis);
  outer.pop_back();
  Value shape =
      g.dims({getProduct(g.b.getContext(), outer), dims[*axis], dims.back()});
  return DFTOp::create(g.b, g.loc, g.reshape(signals, shape),
                       g.integer(form->length), /*axis=*/Value(),
                       op.getInverse(), op.getOnesided());
}

Value SignalAxis::buildShape() {
  Value parts = g.ints(t.numResultParts);
  if (axis) {
    SmallVector<Value> list;
    for (int64_t i = 0; i < rank - 1; ++i)
      list.push_back(i == *axis ? t.outputLength : g.dims(dims[i]));
    list.push_back(parts);
    return g.concat(list, 0);
  }
  Value at = g.mod(g.list(op.getAxis()), g.ints(rank));
  Value outer = g.slice(g.shape(op.getInput()), g.ints(0), g.ints(rank - 1), 0);
  Value isAt = g.equal(g.iota(rank - 1), at);
  return g.concat({g.select(isAt, t.outputLength, outer), parts}, 0);
}

Value SignalAxis::expand() {
  isolate();
  findLengths();
  Value spectrum = transform(g.transpose(x, {0, 2, 1, 3}));
  Value parts = g.ints(t.numResultParts);
  Value shape =
      g.concat({g.size(x, 0), g.size(x, 2), t.outputLength, parts}, 0);
  spectrum = g.transpose(g.reshape(spectrum, shape), {0, 2, 1, 3});
  Type element = onnxc::onnx::getElementType(op.getInput());
  return g.reshape(g.cast(spectrum, element), buildShape());
}

SmallVector<unsigned> DFTOp::getShapeOperands() {
  return getDftLength() ? SmallVector<unsigned>{1} : SmallVector<unsigned>{};
}

LogicalResult DFTOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  if (failed(checkNumber(loc, adaptor.getDftLength(), "dft_length")) ||
      failed(checkNumber(loc, adaptor.getAxis(), "axis")))
    return failure();
  if (std::optional<Dims> dims = getDims(adaptor.getInput())) {
    int64_t rank = dims->size();
    std::optional<int64_t> parts =
        dims->empty() ? 0 : onnxc::onnx::getConstant(dims->back());
    if (rank < 2 || (parts && *parts != 1 && *parts != 2))
      return emitOptionalError(loc, "needs a last dimension of size 1 or 2 "
                                    "behind others");
    if (auto axis = getConstantInts(adaptor.getAxis()))
      if (std::optional<int64_t> at = normalizeAxis(axis->front(), rank);
          !at || *at == rank - 1)
        return emitOptionalError(loc, "axis ", axis->front(),
                                 " is none of a signal of rank ", rank);
  }
  Type element = onnxc::onnx::getElementType(adaptor.getInput());
  if (std::optional<Dims> rows = getRowsOfResult(adaptor))
    types.push_back(getTensorType(*rows, element));
  else
    types.push_back(getUnrankedType(element));
  return success();
}

SmallVector<Value> DFTOp::expand(OpBuilder &b) {
  if (getFourierForm(*this))
    return {};
  std::optional<Dims> dims = getDims(getInput());
  std::optional<int64_t> parts =
      dims ? onnxc::onnx::getConstant(dims->back()) : std::nullopt;
  if (!parts)
    return {};
  return {SignalAxis(b, *this, *dims).expand()};
}

LogicalResult FastDFTOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location>,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  FourierForm form{adaptor.getLength(), adaptor.getParts(),
                   adaptor.getInverse() != 0, adaptor.getOnesided() != 0};
  Type element = onnxc::onnx::getElementType(adaptor.getX());
  std::optional<Dims> dims = getDims(adaptor.getX());
  if (!dims || dims->size() != 2) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  AffineExpr size =
      getConstant(context, form.outputLength() * form.resultParts());
  types.push_back(getTensorType({dims->front(), size}, element));
  return success();
}

/// Half of what is said of transforms: 5 n log2 n operations.
AffineExpr FastDFTOp::getMacs() {
  int64_t length = getLength();
  int64_t macs = length * 5 * int64_t(llvm::Log2_64_Ceil(length)) / 2;
  return onnxc::onnx::multiply(getDim(getX(), 0),
                               onnxc::onnx::getConstant(getContext(), macs));
}

//===----------------------------------------------------------------------===//
// STFT
//===----------------------------------------------------------------------===//

SmallVector<unsigned> STFTOp::getShapeOperands() {
  if (!getFrameLength())
    return {1};
  return {1, getNumOperands() - 1};
}

LogicalResult STFTOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  if (std::optional<int64_t> rank = getRank(adaptor.getSignal());
      rank && *rank != 3 && *rank != 2)
    return emitOptionalError(loc, "needs a signal of rank 3, not ", *rank);
  if (failed(checkNumber(loc, adaptor.getFrameStep(), "frame_step")) ||
      failed(checkNumber(loc, adaptor.getFrameLength(), "frame_length")))
    return failure();
  if (!adaptor.getWindow() && !adaptor.getFrameLength())
    return emitOptionalError(loc, "needs a window or a frame_length");
  if (std::optional<SmallVector<int64_t>> step =
          getConstantInts(adaptor.getFrameStep());
      step && step->size() == 1 && step->front() < 1)
    return emitOptionalError(loc, "frame_step is ", step->front());
  types.push_back(
      getUnrankedType(onnxc::onnx::getElementType(adaptor.getSignal())));
  return success();
}

/// A frame has elements, and lies within the signal; so does the window.
void STFTOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> signal = getDims(getSignal()),
                      window =
                          getWindow() ? getDims(getWindow()) : std::nullopt,
                      length = getKnownInts(getFrameLength());
  if (!signal || signal->size() < 2)
    return;
  r.rank("window", getWindow(), 1);
  bool hasWindow = window && window->size() == 1;
  if (length && length->size() == 1 && hasWindow)
    r.atMost(window->front(), length->front(), "the length of window");
  if (!length && hasWindow)
    length = window;
  if (!length || length->size() != 1)
    return;
  r.positive(length->front(), "the length of a frame");
  r.atMost(length->front(), (*signal)[1], "the length of a frame");
}

SmallVector<Value> STFTOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getSignal());
  if (!dims)
    return {};
  GraphBuilder g{b, getLoc()};
  // PyTorch writes a real signal without its last dimension of 1.
  Value signal = getSignal();
  if (dims->size() == 2) {
    dims->push_back(getConstant(getContext(), 1));
    signal = g.reshape(signal, g.dims(*dims));
  }
  Value step = g.list(getFrameStep());
  Value width = getWindow() ? g.size(getWindow(), 0) : Value();
  Value length = getFrameLength() ? g.list(getFrameLength()) : width;
  if (!width)
    width = length;
  Value room = g.sub(g.size(signal, 1), length);
  Value numFrames = g.add(g.div(room, step), g.ints(1));
  Value begins = g.mul(g.reshape(g.range(numFrames), {-1, 1}), step);
  Value places = g.add(begins, g.reshape(g.range(width), {1, -1}));
  Value frames = g.gather(signal, places, 1);
  if (getWindow())
    frames = g.mul(frames, g.reshape(getWindow(), {-1, 1}));
  return {DFTOp::create(b, getLoc(), frames,
                        getFrameLength() ? length : Value(), g.integer(2),
                        /*inverse=*/0, getOnesided())};
}

//===----------------------------------------------------------------------===//
// MelWeightMatrix
//===----------------------------------------------------------------------===//

SmallVector<unsigned> MelWeightMatrixOp::getShapeOperands() { return {0, 1}; }

LogicalResult MelWeightMatrixOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  const std::pair<Value, StringRef> numbers[] = {
      {adaptor.getNumMelBins(), "num_mel_bins"},
      {adaptor.getDftLength(), "dft_length"},
      {adaptor.getSampleRate(), "sample_rate"},
      {adaptor.getLowerEdgeHertz(), "lower_edge_hertz"},
      {adaptor.getUpperEdgeHertz(), "upper_edge_hertz"}};
  for (auto [number, name] : numbers)
    if (failed(checkNumber(loc, number, name)))
      return failure();
  Type element = getElementTypeOf(context, adaptor.getOutputDatatype());
  if (!element)
    return emitOptionalError(loc, adaptor.getOutputDatatype(),
                             " is no element type");
  types.push_back(getUnrankedType(element));
  return success();
}

/// Edges that lie evenly on the mel scale, as bins of the spectrum, and between
/// each three of them a triangle.
SmallVector<Value> MelWeightMatrixOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Type f64 = b.getF64Type(), i64 = b.getI64Type();
  Value numBins = g.list(getNumMelBins()), length = g.list(getDftLength());
  Value rate = g.cast(getSampleRate(), f64);
  auto f = [&](double x) { return g.number(x, f64); };
  // mel = 2595 log10(1 + hertz / 700)
  double perMel = 2595 / llvm::numbers::ln10;
  auto toMel = [&](Value hertz) {
    return g.mul(f(perMel),
                 g.log(g.add(f(1), g.div(g.cast(hertz, f64), f(700)))));
  };
  Value low = toMel(getLowerEdgeHertz()), high = toMel(getUpperEdgeHertz());
  Value numEdges = g.add(numBins, g.ints(2));
  Value step = g.div(g.sub(high, low), g.cast(numEdges, f64));
  Value mels = g.add(g.mul(g.cast(g.range(numEdges), f64), step), low);
  Value hertz = g.mul(f(700), g.sub(g.exp(g.div(mels, f(perMel))), f(1)));
  Value scaled = g.mul(g.cast(g.add(length, g.ints(1)), f64), hertz);
  Value edges = g.cast(g.floor(g.div(scaled, rate)), i64);

  auto edge = [&](int64_t i) {
    return g.slice(edges, g.ints(i), g.add(numBins, g.ints(i)), 0);
  };
  Value lower = edge(0), center = edge(1), upper = edge(2);
  Value numRows = g.add(g.div(length, g.ints(2)), g.ints(1));
  Value bins = g.reshape(g.range(numRows), {-1, 1});
  Value one = g.ints(1);
  auto ratio = [&](Value part, Value of) {
    return g.div(g.cast(part, f64), g.cast(g.max(of, one), f64));
  };
  Value rise = g.sub(center, lower), fall = g.sub(upper, center);
  Value rising =
      g.select(g.both(g.lessOrEqual(lower, bins), g.lessOrEqual(bins, center)),
               ratio(g.sub(bins, lower), rise), f(0));
  Value peak = g.select(g.equal(bins, center), f(1), f(0));
  Value left = g.select(g.equal(rise, g.ints(0)), peak, rising);
  Value isFalling = g.both(g.lessOrEqual(center, bins), g.less(bins, upper));
  Value weights = g.select(isFalling, ratio(g.sub(upper, bins), fall), left);
  return {g.cast(weights, onnxc::onnx::getElementType(getOutput()))};
}
