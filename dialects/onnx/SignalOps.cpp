//===- SignalOps.cpp - Fourier transforms and spectra ---------------------===//
//
// A transform of length L is a product with a matrix of cosines and sines. For
// a complex signal x[m], m < M, of which K frequencies are wanted, with
// t = 2 pi (m k mod L) / L,
//
//   X[k, re] = sum over m of  x[m, re] cos t + x[m, im] sin t
//   X[k, im] = sum over m of -x[m, re] sin t + x[m, im] cos t
//
// is one product of a row of 2 M elements with a matrix of 2 M x 2 K. The
// inverse has the other sign and is divided by L; the inverse of a one-sided
// spectrum counts all frequencies but the first and the middle one twice and
// has no imaginary part. The matrix is a constant where sizes are known. The
// product is O(L K) where a fast transform is O(L log L), but of the kind that
// runs at a CPU's peak, for all lengths alike.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SignalOps.h"
#include "dialects/onnx/CheckNumber.h"
#include "dialects/onnx/ElementTypes.h"
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

namespace {

/// What a transform is asked for, and what its sizes are: lists of one.
struct Transform {
  bool inverse, onesided;
  Value inputLength, length, outputLength;
  int64_t numParts;       // of the input: real, or real and imaginary
  int64_t numResultParts; // of the result
};

/// The matrix [M * parts, K * result parts]. The angles are exact where the
/// matrix is a constant.
Value buildMatrix(GraphBuilder &g, const Transform &t, Type real) {
  Type angleType = isa<Float64Type>(real) || (getConstantInts(t.length) &&
                                              getConstantInts(t.inputLength))
                       ? Type(g.b.getF64Type())
                       : Type(g.b.getF32Type());
  Value m = g.reshape(g.range(t.inputLength), {-1, 1});
  Value k = g.reshape(g.range(t.outputLength), {1, -1});
  Value turns = g.cast(g.mod(g.mul(m, k), t.length), angleType);
  Value length = g.cast(t.length, angleType);
  Value angles =
      g.mul(turns, g.div(g.number(2 * llvm::numbers::pi, angleType), length));
  Value cos = g.cos(angles), sin = g.sin(angles);
  if (t.inverse) {
    Value weight = g.div(g.number(1, angleType), length);
    if (t.onesided) {
      // 1 for the first frequency and the middle one of an even length.
      Value twice = g.mul(m, g.ints(2));
      Value isOnce = g.either(g.equal(m, g.ints(0)), g.equal(twice, t.length));
      weight = g.mul(weight, g.select(isOnce, g.number(1, angleType),
                                      g.number(2, angleType)));
    }
    cos = g.mul(cos, weight);
    sin = g.neg(g.mul(sin, weight));
  }
  // Rows and columns of both parts, beside each other.
  auto expand = [&](Value x) {
    Value shape =
        g.concat({t.inputLength, g.ints(1), t.outputLength, g.ints(1)}, 0);
    return g.reshape(x, shape);
  };
  Value c = expand(cos), s = expand(sin), minusS = expand(g.neg(sin));
  Value fromReal = t.numResultParts == 2 ? g.concat({c, minusS}, 3) : c;
  Value matrix = fromReal;
  if (t.numParts == 2) {
    Value fromImaginary = t.numResultParts == 2 ? g.concat({s, c}, 3) : s;
    matrix = g.concat({fromReal, fromImaginary}, 1);
  }
  Value rows = g.mul(t.inputLength, g.ints(t.numParts));
  return g.cast(g.reshape(matrix, g.concat({rows, g.ints(-1)}, 0)), real);
}

} // namespace

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
  types.push_back(
      getUnrankedType(onnxc::onnx::getElementType(adaptor.getInput())));
  return success();
}

SmallVector<Value> DFTOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getInput());
  std::optional<int64_t> parts =
      dims ? onnxc::onnx::getConstant(dims->back()) : std::nullopt;
  if (!parts)
    return {};
  GraphBuilder g{b, getLoc()};
  int64_t rank = dims->size();
  std::optional<int64_t> axis = rank - 2;
  if (getAxis()) {
    auto known = getConstantInts(getAxis());
    axis = known ? normalizeAxis(known->front(), rank) : std::nullopt;
  }

  // [before, signal, after, parts].
  Value sizes = g.shape(getInput()), x;
  if (axis) {
    Dims outer = {getProduct(getContext(), ArrayRef(*dims).take_front(*axis)),
                  (*dims)[*axis],
                  getProduct(getContext(), ArrayRef(*dims).slice(
                                               *axis + 1, rank - *axis - 2)),
                  dims->back()};
    x = g.reshape(getInput(), g.dims(outer));
  } else {
    Value three = isolateAxis(b, getLoc(), getInput(), getAxis());
    Value shape =
        g.concat({g.size(three, 0), g.size(three, 1),
                  g.div(g.size(three, 2), g.ints(*parts)), g.ints(*parts)},
                 0);
    x = g.reshape(three, shape);
  }

  Transform t;
  t.inverse = getInverse() != 0, t.onesided = getOnesided() != 0;
  t.numParts = *parts, t.numResultParts = t.inverse && t.onesided ? 1 : 2;
  Value whole = axis ? g.dims((*dims)[*axis]) : g.size(x, 1);
  auto half = [&](Value n) { return g.add(g.div(n, g.ints(2)), g.ints(1)); };
  if (getDftLength())
    t.length = g.list(getDftLength());
  else if (t.inverse && t.onesided)
    t.length = g.mul(g.sub(whole, g.ints(1)), g.ints(2));
  else
    t.length = whole;
  // What is beyond the length is cut off; what is missing is zero.
  Value used = t.inverse && t.onesided ? half(t.length) : t.length;
  if (getDftLength())
    x = g.slice(x, g.ints(0), used, 1);
  t.inputLength = g.size(x, 1);
  t.outputLength = t.onesided && !t.inverse ? half(t.length) : t.length;

  // In double, as sums of one sign and the other nearly cancel at most
  // frequencies of a smooth signal.
  Type element = onnxc::onnx::getElementType(getInput());
  Type real = element.getIntOrFloatBitWidth() >= 32 ? Type(b.getF64Type())
                                                    : Type(b.getF32Type());
  Value matrix = buildMatrix(g, t, real);
  Value before = g.size(x, 0), after = g.size(x, 2);
  Value rows = g.transpose(g.cast(x, real), {0, 2, 1, 3});
  rows = g.reshape(rows, g.concat({before, after, g.ints(-1)}, 0));
  Value spectrum = g.matmul(rows, matrix);
  Value resultParts = g.ints(t.numResultParts);
  spectrum = g.reshape(
      spectrum, g.concat({before, after, t.outputLength, resultParts}, 0));
  spectrum = g.cast(g.transpose(spectrum, {0, 2, 1, 3}), element);

  Value shape;
  if (axis) {
    SmallVector<Value> list;
    for (int64_t i = 0; i < rank - 1; ++i)
      list.push_back(i == *axis ? t.outputLength : g.dims((*dims)[i]));
    list.push_back(resultParts);
    shape = g.concat(list, 0);
  } else {
    Value at = g.mod(g.list(getAxis()), g.ints(rank));
    Value outer = g.slice(sizes, g.ints(0), g.ints(rank - 1), 0);
    shape = g.concat(
        {g.select(g.equal(g.iota(rank - 1), at), t.outputLength, outer),
         resultParts},
        0);
  }
  return {g.reshape(spectrum, shape)};
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
