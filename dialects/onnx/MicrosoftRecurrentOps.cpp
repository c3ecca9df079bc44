//===- MicrosoftRecurrentOps.cpp - Layers that become LSTMs ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftRecurrentOps.h"
#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/RecurrentActivation.h"
#include "dialects/onnx/RecurrentOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include "dialects/onnx/SoftmaxOps.h"

using namespace mlir;
using namespace onnxc::onnx;

//===----------------------------------------------------------------------===//
// DynamicQuantizeLSTM
//===----------------------------------------------------------------------===//

ONNXC_INFER_FLOAT(MicrosoftDynamicQuantizeLSTMOp, X, 3)

/// Weights [directions, inputs, gates] as LSTM has them, [directions, gates,
/// inputs]. Scales and zero points are one a direction, or one a gate as well.
static Value getRealWeights(GraphBuilder &g, Value weights, Value scale,
                            Value zeroPoint) {
  Type element = getElementType(scale);
  auto spread = [&](Value x) {
    Dims dims = *getDims(x);
    dims.insert(dims.begin() + 1, getConstant(g.b.getContext(), 1));
    if (dims.size() == 2)
      dims.push_back(getConstant(g.b.getContext(), 1));
    return g.reshape(g.cast(x, element), g.dims(dims));
  };
  Value centered = g.sub(g.cast(weights, element), spread(zeroPoint));
  return g.transpose(g.mul(centered, spread(scale)), {0, 2, 1});
}

SmallVector<Value> MicrosoftDynamicQuantizeLSTMOp::expand(OpBuilder &b) {
  for (Value x : {getWScale(), getWZeroPoint(), getRScale(), getRZeroPoint()})
    if (std::optional<Dims> dims = getDims(x);
        !dims || (dims->size() != 1 && dims->size() != 2))
      return {};
  GraphBuilder g{b, getLoc()};
  auto op = LSTMOp::create(
      b, getLoc(), getX(),
      getRealWeights(g, getW(), getWScale(), getWZeroPoint()),
      getRealWeights(g, getR(), getRScale(), getRZeroPoint()), getB(),
      getSequenceLens(), getInitialH(), getInitialC(), getP(),
      getActivationAlphaAttr(), getActivationBetaAttr(), getActivationsAttr(),
      getClipAttr(), getDirectionAttr(), getHiddenSizeAttr(),
      getInputForgetAttr(), b.getI64IntegerAttr(0));
  return {op.getY(), op.getYH(), op.getYC()};
}

//===----------------------------------------------------------------------===//
// AttnLSTM
//===----------------------------------------------------------------------===//

ONNXC_INFER_FLOAT(MicrosoftAttnLSTMOp, X, 3)

namespace {

/// The sizes of an AttnLSTM's operands.
struct AttnSizes {
  int64_t directions = 1;
  AffineExpr steps, batch, inputs, hidden;
  AffineExpr places, depth, scored; // of the memory, and of its keys
  AffineExpr attention;             // what stands behind an input
};

/// One direction of an AttnLSTM as a Scan over its steps.
class AttnLayer {
public:
  AttnLayer(GraphBuilder &g, MicrosoftAttnLSTMOp op, const AttnSizes &sizes,
            ArrayRef<RecurrentActivation> activations, int64_t direction)
      : g(g), op(op), sizes(sizes), activations(activations),
        direction(direction), element(getElementType(op.getX())) {}

  /// Y, Y_h and Y_c with this direction as the only one.
  SmallVector<Value> build();

private:
  GraphBuilder &g;
  MicrosoftAttnLSTMOp op;
  const AttnSizes &sizes;
  ArrayRef<RecurrentActivation> activations;
  int64_t direction;
  Type element;
  // As each step finds them, without the direction.
  Value queryWeights, v, keys, isInMemory, attentionWeights;
  Value w, r, bias, peepholes; // as LSTM has them

  AffineExpr number(int64_t value) {
    return onnxc::onnx::getConstant(op.getContext(), value);
  }
  bool isBackwards() {
    return direction == 1 || op.getDirection() == "reverse";
  }
  Value cut(Value x);
  Value cut(Value x, ArrayRef<AffineExpr> dims);
  void prepare();
  Value getLengths();
  Value reverse(Value x);
  Value attend(Value state);
  LSTMOp buildCell(Value x, Value lengths, Value h, Value c);
  ScanOp buildScan(Value x, Value lengths);
};

} // namespace

static std::optional<AttnSizes> readSizes(MicrosoftAttnLSTMOp op) {
  std::optional<Dims> x = getDims(op.getX()), r = getDims(op.getR()),
                      memory = getDims(op.getM()), query = getDims(op.getQW()),
                      attention = op.getAW() ? getDims(op.getAW()) : memory;
  for (const std::optional<Dims> &dims : {x, r, memory, query, attention})
    if (!dims || dims->size() != 3)
      return std::nullopt;
  AttnSizes sizes;
  sizes.directions = op.getDirection() == "bidirectional" ? 2 : 1;
  sizes.steps = (*x)[0], sizes.batch = (*x)[1], sizes.inputs = (*x)[2];
  sizes.hidden = (*r)[2];
  if (std::optional<int64_t> stated = op.getHiddenSize())
    sizes.hidden = getConstant(op.getContext(), *stated);
  sizes.places = (*memory)[1], sizes.depth = (*memory)[2];
  sizes.scored = (*query)[2], sizes.attention = (*attention)[2];
  return sizes;
}

/// This direction's part of an operand, null for one left out.
Value AttnLayer::cut(Value x) {
  if (!x || sizes.directions == 1)
    return x;
  return g.slice(x, g.ints(direction), g.ints(direction + 1), 0);
}

Value AttnLayer::cut(Value x, ArrayRef<AffineExpr> dims) {
  return g.reshape(cut(x), g.dims(dims));
}

/// What is the same in all steps.
void AttnLayer::prepare() {
  w = cut(op.getW()), r = cut(op.getR());
  bias = cut(op.getB()), peepholes = cut(op.getP());
  queryWeights = cut(op.getQW(), {sizes.hidden, sizes.scored});
  v = cut(op.getV(), {sizes.scored});
  keys = g.matmul(op.getM(), cut(op.getMW(), {sizes.depth, sizes.scored}));
  if (op.getAW())
    attentionWeights = cut(
        op.getAW(), {simplify(sizes.depth + sizes.hidden), sizes.attention});
  if (op.getMemorySeqLens())
    isInMemory = g.less(
        g.range(g.dims({sizes.places})),
        g.reshape(g.cast(op.getMemorySeqLens(), g.b.getI64Type()), {-1, 1}));
}

/// How long each sequence is, i64.
Value AttnLayer::getLengths() {
  if (op.getSequenceLens())
    return g.cast(op.getSequenceLens(), g.b.getI64Type());
  return g.expand(g.dims({sizes.steps}), g.dims({sizes.batch}));
}

/// The other way round, each sequence within its length.
Value AttnLayer::reverse(Value x) {
  return ReverseSequenceOp::create(g.b, g.loc, x, getLengths(),
                                   /*batch_axis=*/1, /*time_axis=*/0);
}

/// What the state [batch, hidden] reads, [batch, attention].
Value AttnLayer::attend(Value state) {
  Value query = g.reshape(g.matmul(state, queryWeights),
                          g.dims({sizes.batch, number(1), sizes.scored}));
  Value near = TanhOp::create(g.b, g.loc, g.add(keys, query));
  Value scores = g.sum(g.mul(near, v), 2); // [batch, places]
  auto lowest = APFloat::getLargest(
      cast<FloatType>(element).getFloatSemantics(), /*Negative=*/true);
  if (isInMemory)
    scores = g.select(isInMemory, scores,
                      g.number(lowest.convertToDouble(), element));
  Value shares =
      SoftmaxOp::create(g.b, g.loc, scores, g.b.getI64IntegerAttr(-1));
  if (isInMemory)
    shares = g.select(isInMemory, shares, g.number(0, element));
  shares = g.reshape(shares, g.dims({sizes.batch, number(1), sizes.places}));
  Value context = g.reshape(g.matmul(shares, op.getM()),
                            g.dims({sizes.batch, sizes.depth}));
  if (!op.getAW())
    return context;
  return g.matmul(g.concat({state, context}, 1), attentionWeights);
}

/// An LSTM of one step. A length of at most 0 leaves the states as they are.
LSTMOp AttnLayer::buildCell(Value x, Value lengths, Value h, Value c) {
  SmallVector<StringRef> names;
  SmallVector<float> alpha, beta;
  for (const RecurrentActivation &activation : activations) {
    names.push_back(activation.name);
    if (activation.hasAlpha)
      alpha.push_back(activation.alpha);
    if (activation.hasBeta)
      beta.push_back(activation.beta);
  }
  OpBuilder &b = g.b;
  return LSTMOp::create(
      b, g.loc, x, w, r, bias, lengths, h, c, peepholes,
      b.getDenseF32ArrayAttr(alpha), b.getDenseF32ArrayAttr(beta),
      b.getStrArrayAttr(names), op.getClipAttr(), b.getStringAttr("forward"),
      op.getHiddenSizeAttr(), op.getInputForgetAttr(), b.getI64IntegerAttr(0));
}

/// From H, C and what was read to those of the next step, and to an element of
/// Y. `lengths` are [steps, batch]: how much of a sequence is still to come.
ScanOp AttnLayer::buildScan(Value x, Value lengths) {
  Dims state = {number(1), sizes.batch, sizes.hidden};
  Dims read = {sizes.batch, sizes.attention};
  Value zero = g.number(0, element);
  auto start = [&](Value initial) {
    return initial ? cut(initial) : g.expand(zero, g.dims(state));
  };
  SmallVector<Value> operands = {start(op.getInitialH()),
                                 start(op.getInitialC()),
                                 g.expand(zero, g.dims(read)), x};
  Dims step = {sizes.batch, sizes.hidden};
  SmallVector<Type> types = {
      getTensorType(state, element), getTensorType(state, element),
      getTensorType(read, element),
      getTensorType({sizes.steps, sizes.batch, sizes.hidden}, element)};
  SmallVector<Type> arguments(ArrayRef(types).take_front(3));
  arguments.push_back(getTensorType({sizes.batch, sizes.inputs}, element));
  if (lengths) {
    operands.push_back(lengths);
    arguments.push_back(getTensorType({sizes.batch}, getElementType(lengths)));
  }
  auto scan =
      ScanOp::create(g.b, g.loc, types, operands, /*num_scan_inputs=*/
                     lengths ? 2 : 1, nullptr, nullptr, nullptr, nullptr);
  OpBuilder::InsertionGuard guard(g.b);
  SmallVector<Location> locations(arguments.size(), g.loc);
  Block *body = g.b.createBlock(&scan.getBody(), {}, arguments, locations);
  Value input = g.concat({body->getArgument(3), body->getArgument(2)}, 1);
  AffineExpr width = simplify(sizes.inputs + sizes.attention);
  LSTMOp cell =
      buildCell(g.reshape(input, g.dims({number(1), sizes.batch, width})),
                lengths ? body->getArgument(4) : Value(), body->getArgument(0),
                body->getArgument(1));
  Value y = g.reshape(cell.getY(), g.dims(step));
  YieldOp::create(g.b, g.loc,
                  ValueRange{cell.getYH(), cell.getYC(), attend(y), y});
  return scan;
}

SmallVector<Value> AttnLayer::build() {
  prepare();
  Value x = isBackwards() ? reverse(op.getX()) : op.getX();
  Value lengths;
  if (op.getSequenceLens()) {
    Value steps = g.reshape(g.range(g.dims({sizes.steps})), {-1, 1});
    lengths = g.cast(g.sub(getLengths(), steps), g.b.getI32Type());
  }
  ScanOp scan = buildScan(x, lengths);
  Value y = scan.getResult(3);
  if (isBackwards())
    y = reverse(y);
  y = g.reshape(y, g.dims({sizes.steps, number(1), sizes.batch, sizes.hidden}));
  return {y, scan.getResult(0), scan.getResult(1)};
}

void MicrosoftAttnLSTMOp::requireSizes(SizeRequirements &r) {
  for (auto [name, x] :
       {std::pair(StringRef("X"), getX()), std::pair(StringRef("R"), getR()),
        std::pair(StringRef("M"), getM()), std::pair(StringRef("QW"), getQW()),
        std::pair(StringRef("AW"), getAW())})
    r.rank(name, x, 3);
  std::optional<AttnSizes> s = readSizes(*this);
  if (!s)
    return;
  AffineExpr d = r.constant(s->directions);
  r.shape("W", getW(), {d, s->hidden * 4, s->inputs + s->attention});
  r.shape("R", getR(), {d, s->hidden * 4, s->hidden});
  r.shape("B", getB(), {d, s->hidden * 8});
  r.shape("sequence_lens", getSequenceLens(), {s->batch});
  r.shape("initial_h", getInitialH(), {d, s->batch, s->hidden});
  r.shape("initial_c", getInitialC(), {d, s->batch, s->hidden});
  r.shape("P", getP(), {d, s->hidden * 3});
  r.shape("QW", getQW(), {d, s->hidden, s->scored});
  r.shape("MW", getMW(), {d, s->depth, s->scored});
  r.shape("V", getV(), {d, s->scored});
  r.shape("M", getM(), {s->batch, s->places, s->depth});
  r.shape("memory_seq_lens", getMemorySeqLens(), {s->batch});
  r.shape("AW", getAW(), {d, s->depth + s->hidden, s->attention});
}

SmallVector<Value> MicrosoftAttnLSTMOp::expand(OpBuilder &b) {
  std::optional<AttnSizes> sizes = readSizes(*this);
  if (!sizes)
    return {};
  auto activations = parseRecurrentActivations(
      getActivations().value_or(ArrayAttr()),
      getActivationAlpha().value_or(ArrayRef<float>()),
      getActivationBeta().value_or(ArrayRef<float>()),
      {"Sigmoid", "Tanh", "Tanh"}, sizes->directions);
  if (!activations)
    return refuseExpansion(*this, "activations must name functions of the "
                                  "specification, three for each direction");
  GraphBuilder g{b, getLoc()};
  SmallVector<Value> results =
      AttnLayer(g, *this, *sizes, ArrayRef(*activations).take_front(3), 0)
          .build();
  if (sizes->directions == 1)
    return results;
  SmallVector<Value> others =
      AttnLayer(g, *this, *sizes, ArrayRef(*activations).drop_front(3), 1)
          .build();
  return {g.concat({results[0], others[0]}, 1),
          g.concat({results[1], others[1]}, 0),
          g.concat({results[2], others[2]}, 0)};
}
