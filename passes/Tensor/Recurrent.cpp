//===- Recurrent.cpp - LSTM, GRU and RNN ----------------------------------===//
//
// Sequences are independent: a forall runs over the batch, one for each
// direction. A step computes the gates, row by row of the weights, each a dot
// product over contiguous memory, and from them the new state:
//
//   for t: for j in gates * hidden: g[j] = bias[j] + W[j] x[t] + R[j] h
//          for j in hidden: h[j] = cell(g[j], g[hidden + j], ...)
//
// The states live in the results Y_h and Y_c themselves.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RecurrentOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "passes/Tensor/RecurrentActivation.h"
#include "passes/Tensor/RowLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

using RowFn = llvm::function_ref<Value(OpBuilder &, Location, Value)>;

/// One direction of a layer. Operands are converted ones; absent ones null.
struct Layer {
  Operation *op;
  Type element;
  int64_t hidden = 0, gates = 0, direction = 0;
  bool batchFirst = false, backwards = false;
  std::optional<float> clip;
  ArrayRef<RecurrentActivation> activations;
  Value x, w, r, bias, lengths, initialH, initialC, peepholes;
  Value steps, inputs; // sequence length, input size

  Type computed() const { return getComputeType(element); }
  Value index(OpBuilder &b, Location l, int64_t value) const {
    return arith::ConstantIndexOp::create(b, l, value);
  }
  Value constant(OpBuilder &b, Location l, double value) const {
    return arith::ConstantOp::create(b, l, b.getFloatAttr(computed(), value));
  }
  Value load(OpBuilder &b, Location l, Value tensor, ValueRange at) const {
    return loadElement(b, l, tensor::ExtractOp::create(b, l, tensor, at),
                       element);
  }
  Value insert(OpBuilder &b, Location l, Value value, Value tensor,
               ValueRange at) const {
    return tensor::InsertOp::create(b, l, storeElement(b, l, value, element),
                                    tensor, at);
  }
  Value add(OpBuilder &b, Location l, Value v, int64_t offset) const {
    return buildIndex(b, l, b.getAffineDimExpr(0) + offset, v);
  }
  Value activate(OpBuilder &b, Location l, size_t which, Value v) const {
    if (clip) {
      v = arith::MinimumFOp::create(b, l, v, constant(b, l, *clip));
      v = arith::MaximumFOp::create(b, l, v, constant(b, l, -*clip));
    }
    return activations[which].build(b, l, v);
  }

  /// A tensor of the computed type on the stack.
  Value buffer(OpBuilder &b, Location l, int64_t size) const {
    return tensor::EmptyOp::create(b, l, ArrayRef<int64_t>{size}, computed());
  }

  /// sum + weights[direction, row] . vector, both read along `size`.
  Value dot(OpBuilder &b, Location l, Value sum, Value weights, Value row,
            Value size, RowFn vector) const {
    Value d = index(b, l, direction), zero = index(b, l, 0);
    return buildLoops(b, l, zero, size, sum,
                      [&](OpBuilder &n, Location nl, ValueRange k,
                          ValueRange kept) -> SmallVector<Value> {
                        Value factor = load(n, nl, weights, {d, row, k[0]});
                        Value v = vector(n, nl, k[0]);
                        return {
                            buildSum(n, nl, kept[0],
                                     arith::MulFOp::create(n, nl, factor, v))};
                      })[0];
  }

  Value dotInput(OpBuilder &b, Location l, Value sum, Value row, Value t,
                 Value sequence) const {
    return dot(b, l, sum, w, row, inputs,
               [&](OpBuilder &n, Location nl, Value k) {
                 SmallVector<Value> at{t, sequence, k};
                 if (batchFirst)
                   std::swap(at[0], at[1]);
                 return load(n, nl, x, at);
               });
  }

  Value dotState(OpBuilder &b, Location l, Value sum, Value row,
                 Value state) const {
    return dot(b, l, sum, r, row, index(b, l, hidden),
               [&](OpBuilder &n, Location nl, Value k) {
                 return load(n, nl, state, k);
               });
  }

  /// Bias of W (first = 0) or R (first = gates * hidden) at a row.
  Value loadBias(OpBuilder &b, Location l, Value row, int64_t first) const {
    if (!bias)
      return constant(b, l, 0);
    return load(b, l, bias, {index(b, l, direction), add(b, l, row, first)});
  }

  /// For rows [from, to) of the gates: rows of `into` become compute(row).
  Value forRows(OpBuilder &b, Location l, int64_t from, int64_t to, Value into,
                RowFn compute) const {
    return buildLoops(b, l, index(b, l, from), index(b, l, to), into,
                      [&](OpBuilder &n, Location nl, ValueRange j,
                          ValueRange kept) -> SmallVector<Value> {
                        return {tensor::InsertOp::create(
                            n, nl, compute(n, nl, j[0]), kept[0], j)};
                      })[0];
  }

  /// The states' start, from an operand or zero.
  Value initialize(OpBuilder &b, Location l, Value initial, Value sequence,
                   Value tile) const {
    return buildLoops(b, l, OpFoldResult(b.getIndexAttr(hidden)), tile,
                      [&](OpBuilder &n, Location nl, ValueRange j,
                          ValueRange kept) -> SmallVector<Value> {
                        Value v = constant(n, nl, 0);
                        if (initial) {
                          SmallVector<Value> at{index(n, nl, direction),
                                                sequence, j[0]};
                          if (batchFirst)
                            std::swap(at[0], at[1]);
                          v = load(n, nl, initial, at);
                        }
                        return {insert(n, nl, v, kept[0], j)};
                      })[0];
  }
};

/// One step: from the states (h, and c for an LSTM) to the next ones.
using StepFn = llvm::function_ref<SmallVector<Value>(
    OpBuilder &, Location, Value t, Value sequence, ValueRange states)>;

/// All gates of one step with all their products.
Value buildGates(const Layer &layer, OpBuilder &b, Location l, int64_t gates,
                 Value t, Value sequence, Value h, Value into) {
  return layer.forRows(
      b, l, 0, gates * layer.hidden, into,
      [&](OpBuilder &n, Location nl, Value j) {
        Value sum = arith::AddFOp::create(
            n, nl, layer.loadBias(n, nl, j, 0),
            layer.loadBias(n, nl, j, layer.gates * layer.hidden));
        sum = layer.dotInput(n, nl, sum, j, t, sequence);
        return layer.dotState(n, nl, sum, j, h);
      });
}

SmallVector<Value> stepLSTM(const Layer &layer, bool inputForget, OpBuilder &b,
                            Location l, Value t, Value sequence,
                            ValueRange states) {
  int64_t hidden = layer.hidden;
  Value gates = buildGates(layer, b, l, 4, t, sequence, states[0],
                           layer.buffer(b, l, 4 * hidden));
  return buildLoops(
      b, l, OpFoldResult(b.getIndexAttr(hidden)), states,
      [&](OpBuilder &n, Location nl, ValueRange j,
          ValueRange s) -> SmallVector<Value> {
        auto gate = [&](int64_t number) -> Value {
          return tensor::ExtractOp::create(
              n, nl, gates, layer.add(n, nl, j[0], number * hidden));
        };
        auto peep = [&](Value sum, int64_t number, Value c) -> Value {
          if (!layer.peepholes)
            return sum;
          Value p = layer.load(n, nl, layer.peepholes,
                               {layer.index(n, nl, layer.direction),
                                layer.add(n, nl, j[0], number * hidden)});
          return arith::AddFOp::create(n, nl, sum,
                                       arith::MulFOp::create(n, nl, p, c));
        };
        Value c = layer.load(n, nl, s[1], j);
        Value i = layer.activate(n, nl, 0, peep(gate(0), 0, c));
        Value f;
        if (inputForget)
          f = arith::SubFOp::create(n, nl, layer.constant(n, nl, 1), i);
        else
          f = layer.activate(n, nl, 0, peep(gate(2), 2, c));
        Value candidate = layer.activate(n, nl, 1, gate(3));
        c = arith::AddFOp::create(n, nl, arith::MulFOp::create(n, nl, f, c),
                                  arith::MulFOp::create(n, nl, i, candidate));
        Value o = layer.activate(n, nl, 0, peep(gate(1), 1, c));
        Value h = arith::MulFOp::create(n, nl, o,
                                        layer.activations[2].build(n, nl, c));
        return {layer.insert(n, nl, h, s[0], j),
                layer.insert(n, nl, c, s[1], j)};
      });
}

SmallVector<Value> stepGRU(const Layer &layer, bool linearBeforeReset,
                           OpBuilder &b, Location l, Value t, Value sequence,
                           ValueRange states) {
  int64_t hidden = layer.hidden;
  Value h = states[0];
  auto at = [&](OpBuilder &n, Location nl, Value tensor, Value j,
                int64_t offset) -> Value {
    return tensor::ExtractOp::create(n, nl, tensor,
                                     layer.add(n, nl, j, offset));
  };
  // Update and reset gates, activated.
  Value gates = layer.forRows(
      b, l, 0, 2 * hidden, layer.buffer(b, l, 2 * hidden),
      [&](OpBuilder &n, Location nl, Value j) {
        Value sum = arith::AddFOp::create(n, nl, layer.loadBias(n, nl, j, 0),
                                          layer.loadBias(n, nl, j, 3 * hidden));
        sum = layer.dotInput(n, nl, sum, j, t, sequence);
        sum = layer.dotState(n, nl, sum, j, h);
        return layer.activate(n, nl, 0, sum);
      });
  Value reset;
  if (!linearBeforeReset)
    reset = buildLoops(b, l, OpFoldResult(b.getIndexAttr(hidden)),
                       tensor::EmptyOp::create(b, l, ArrayRef<int64_t>{hidden},
                                               getStorageType(layer.element))
                           .getResult(),
                       [&](OpBuilder &n, Location nl, ValueRange j,
                           ValueRange kept) -> SmallVector<Value> {
                         Value v = arith::MulFOp::create(
                             n, nl, at(n, nl, gates, j[0], hidden),
                             layer.load(n, nl, h, j));
                         return {layer.insert(n, nl, v, kept[0], j)};
                       })[0];
  Value candidates = layer.forRows(
      b, l, 0, hidden, layer.buffer(b, l, hidden),
      [&](OpBuilder &n, Location nl, Value j) {
        Value row = layer.add(n, nl, j, 2 * hidden);
        Value input = layer.dotInput(n, nl, layer.loadBias(n, nl, row, 0), row,
                                     t, sequence);
        Value fromState =
            layer.dotState(n, nl, layer.loadBias(n, nl, row, 3 * hidden), row,
                           linearBeforeReset ? h : reset);
        if (linearBeforeReset)
          fromState = arith::MulFOp::create(n, nl, fromState,
                                            at(n, nl, gates, j, hidden));
        return layer.activate(n, nl, 1,
                              arith::AddFOp::create(n, nl, input, fromState));
      });
  return buildLoops(
      b, l, OpFoldResult(b.getIndexAttr(hidden)), h,
      [&](OpBuilder &n, Location nl, ValueRange j,
          ValueRange s) -> SmallVector<Value> {
        Value z = at(n, nl, gates, j[0], 0);
        Value kept =
            arith::MulFOp::create(n, nl, z, layer.load(n, nl, s[0], j));
        Value rest = arith::SubFOp::create(n, nl, layer.constant(n, nl, 1), z);
        Value fresh =
            arith::MulFOp::create(n, nl, rest, at(n, nl, candidates, j[0], 0));
        return {layer.insert(n, nl, arith::AddFOp::create(n, nl, fresh, kept),
                             s[0], j)};
      });
}

SmallVector<Value> stepRNN(const Layer &layer, OpBuilder &b, Location l,
                           Value t, Value sequence, ValueRange states) {
  Value gates = buildGates(layer, b, l, 1, t, sequence, states[0],
                           layer.buffer(b, l, layer.hidden));
  return buildLoops(
      b, l, OpFoldResult(b.getIndexAttr(layer.hidden)), states,
      [&](OpBuilder &n, Location nl, ValueRange j,
          ValueRange s) -> SmallVector<Value> {
        Value v = tensor::ExtractOp::create(n, nl, gates, j);
        return {layer.insert(n, nl, layer.activate(n, nl, 0, v), s[0], j)};
      });
}

/// Runs one direction; `results` are Y and the last states.
SmallVector<Value> buildDirection(const Layer &layer, OpBuilder &b,
                                  Location loc, Value onnxX, ValueRange results,
                                  StepFn step) {
  SmallVector<OpFoldResult> sizes = getSizes(b, layer.op, onnxX);
  OpFoldResult batch = sizes[layer.batchFirst ? 0 : 1];
  OpFoldResult length = sizes[layer.batchFirst ? 1 : 0];
  return buildParallel(
      b, loc, batch, results,
      [&](OpBuilder &n, ValueRange ivs, unsigned number) {
        OpFoldResult zero = n.getIndexAttr(0), one = n.getIndexAttr(1);
        OpFoldResult d = n.getIndexAttr(layer.direction);
        OpFoldResult hidden = n.getIndexAttr(layer.hidden);
        Tile tile;
        // [sequence,] direction, batch, hidden, or with the batch in front.
        tile.offsets = {d, ivs[0], zero};
        tile.sizes = {one, one, hidden};
        tile.kept = {false, false, true};
        if (layer.batchFirst)
          std::swap(tile.offsets[0], tile.offsets[1]);
        if (number == 0) {
          unsigned at = layer.batchFirst ? 1 : 0;
          tile.offsets.insert(tile.offsets.begin() + at, zero);
          tile.sizes.insert(tile.sizes.begin() + at, length);
          tile.kept.insert(tile.kept.begin() + at, true);
        }
        return tile;
      },
      [&](OpBuilder &n, Location l, ValueRange ivs,
          ValueRange tiles) -> SmallVector<Value> {
        Value sequence = ivs[0], y = tiles[0], steps = layer.steps;
        if (layer.lengths) {
          Value zero = arith::ConstantOp::create(
              n, l, n.getZeroAttr(getStorageType(layer.element)));
          y = linalg::FillOp::create(n, l, zero, y).getResult(0);
          steps = arith::IndexCastOp::create(
              n, l, n.getIndexType(),
              tensor::ExtractOp::create(n, l, layer.lengths, sequence));
          steps = arith::MinSIOp::create(n, l, steps, layer.steps);
        }
        SmallVector<Value> carried{y};
        Value initial[] = {layer.initialH, layer.initialC};
        for (auto [start, tile] : llvm::zip(initial, tiles.drop_front()))
          carried.push_back(layer.initialize(n, l, start, sequence, tile));
        return buildLoops(
            n, l, layer.index(n, l, 0), steps, carried,
            [&](OpBuilder &m, Location ml, ValueRange ts, ValueRange kept) {
              Value t = ts[0];
              if (layer.backwards)
                t = buildIndex(
                    m, ml, m.getAffineDimExpr(0) - m.getAffineDimExpr(1) - 1,
                    {steps, t});
              SmallVector<Value> states =
                  step(m, ml, t, sequence, kept.drop_front());
              Value all = buildLoops(
                  m, ml, OpFoldResult(m.getIndexAttr(layer.hidden)), kept[0],
                  [&](OpBuilder &c, Location cl, ValueRange j,
                      ValueRange out) -> SmallVector<Value> {
                    Value v = tensor::ExtractOp::create(c, cl, states[0], j);
                    return {tensor::InsertOp::create(c, cl, v, out[0],
                                                     ValueRange{t, j[0]})};
                  })[0];
              states.insert(states.begin(), all);
              return states;
            });
      });
}

template <typename Op> struct LowerRecurrent : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    constexpr bool isLSTM = std::is_same_v<Op, LSTMOp>;
    constexpr bool isGRU = std::is_same_v<Op, GRUOp>;
    Layer layer;
    layer.op = op;
    layer.element = getElementType(op.getX());
    if (!isa<FloatType>(layer.element) || !isComputable(layer.element))
      return rewriter.notifyMatchFailure(op, refuseElements(layer.element));
    std::optional<int64_t> hidden = getConstant((*getDims(op.getR()))[2]);
    if (!hidden)
      return rewriter.notifyMatchFailure(
          op,
          "the hidden size is free: bind the last dimension of R with --dim");
    layer.hidden = *hidden;
    layer.gates = isLSTM ? 4 : isGRU ? 3 : 1;
    layer.batchFirst = op.getLayout() != 0;
    layer.clip = op.getClip();
    layer.x = adaptor.getX();
    layer.w = adaptor.getW();
    layer.r = adaptor.getR();
    layer.bias = adaptor.getB();
    layer.lengths = adaptor.getSequenceLens();
    layer.initialH = adaptor.getInitialH();
    if constexpr (isLSTM) {
      layer.initialC = adaptor.getInitialC();
      layer.peepholes = adaptor.getP();
    }
    Location loc = op.getLoc();
    SmallVector<OpFoldResult> sizes = getSizes(rewriter, op, op.getX());
    layer.steps = getValueOrCreateConstantIndexOp(
        rewriter, loc, sizes[layer.batchFirst ? 1 : 0]);
    layer.inputs = getValueOrCreateConstantIndexOp(rewriter, loc, sizes[2]);

    size_t directions = op.getDirection() == "bidirectional" ? 2 : 1;
    SmallVector<StringRef> defaults{"Tanh"};
    if (isLSTM)
      defaults = {"Sigmoid", "Tanh", "Tanh"};
    if (isGRU)
      defaults = {"Sigmoid", "Tanh"};
    auto activations = parseRecurrentActivations(
        op.getActivations().value_or(ArrayAttr()),
        op.getActivationAlpha().value_or(ArrayRef<float>()),
        op.getActivationBeta().value_or(ArrayRef<float>()), defaults,
        directions);
    if (!activations)
      return rewriter.notifyMatchFailure(
          op, "activations must name functions of the specification, one for "
              "each gate and direction");

    SmallVector<Value> results;
    for (OpResult result : op->getResults())
      results.push_back(createEmpty(rewriter, loc, result));
    for (size_t d = 0; d < directions; ++d) {
      layer.direction = d;
      layer.backwards = d == 1 || op.getDirection() == "reverse";
      layer.activations =
          ArrayRef(*activations).slice(d * defaults.size(), defaults.size());
      results = buildDirection(
          layer, rewriter, loc, op.getX(), results,
          [&](OpBuilder &b, Location l, Value t, Value sequence,
              ValueRange states) {
            if constexpr (isLSTM)
              return stepLSTM(layer, op.getInputForget() != 0, b, l, t,
                              sequence, states);
            else if constexpr (isGRU)
              return stepGRU(layer, op.getLinearBeforeReset() != 0, b, l, t,
                             sequence, states);
            else
              return stepRNN(layer, b, l, t, sequence, states);
          });
    }
    rewriter.replaceOp(op, results);
    return success();
  }
};

} // namespace

void onnxc::populateRecurrentLowering(RewritePatternSet &patterns,
                                      TypeConverter &types) {
  patterns.add<LowerRecurrent<LSTMOp>, LowerRecurrent<GRUOp>,
               LowerRecurrent<RNNOp>>(types, patterns.getContext());
}
