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

#include "dialects/onnx/RecurrentActivation.h"
#include "dialects/onnx/RecurrentOps.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// One direction of a layer. Operands are converted ones; absent ones null.
struct Layer {
  TensorBuilder v;
  Operation *op;
  Type element;
  int64_t hidden = 0, gates = 0, direction = 0;
  bool batchFirst = false, backwards = false;
  /// An LSTM's forget gate is 1 less the input gate; a GRU resets the state's
  /// product instead of the state.
  bool inputForget = false, linearBeforeReset = false;
  std::optional<float> clip;
  ArrayRef<RecurrentActivation> activations;
  Value x, w, r, bias, lengths, initialH, initialC, peepholes;
  Value steps, inputs; // sequence length, input size

  Layer(OpBuilder &b, Operation *op, Type element)
      : v(b, op->getLoc()), op(op), element(element) {}

  Type computed() const { return getComputeType(element); }
  Value constant(double value) const { return v.constant(computed(), value); }
  Value load(Value tensor, ValueRange at) const {
    return v.load(tensor, at, element);
  }
  Value insert(Value value, Value tensor, ValueRange at) const {
    return v.store(value, tensor, at, element);
  }
  Value offset(Value index, int64_t by) const {
    return v.apply(v.b.getAffineDimExpr(0) + by, index);
  }
  Value activate(size_t which, Value value) const {
    if (clip) {
      value = v.min(value, constant(*clip));
      value = v.max(value, constant(-*clip));
    }
    return activations[which].build(v, value);
  }
  /// A tensor on the stack.
  Value buffer(int64_t size, Type type) const {
    return v.empty(OpFoldResult(v.b.getIndexAttr(size)), type);
  }
  /// compute(j, carried) for all j of the hidden size.
  SmallVector<Value>
  forHidden(ValueRange carried,
            llvm::function_ref<SmallVector<Value>(Value j, ValueRange)> compute)
      const {
    return v.loops(
        OpFoldResult(v.b.getIndexAttr(hidden)), carried,
        [&](ValueRange j, ValueRange kept) { return compute(j[0], kept); });
  }

  using RowBody = llvm::function_ref<Value(Value row)>;
  /// sum + weights[direction, row] . vector, both read along `size`.
  Value dot(Value sum, Value weights, Value row, Value size,
            RowBody vector) const {
    Value d = v.index(direction);
    return v.loop(v.index(0), size, sum, [&](Value k, Value kept) {
      Value factor = load(weights, {d, row, k});
      return v.sum(kept, v.mul(factor, vector(k)));
    });
  }
  Value dotInput(Value sum, Value row, Value t, Value sequence) const {
    return dot(sum, w, row, inputs, [&](Value k) {
      SmallVector<Value> at{t, sequence, k};
      if (batchFirst)
        std::swap(at[0], at[1]);
      return load(x, at);
    });
  }
  Value dotState(Value sum, Value row, Value state) const {
    return dot(sum, r, row, v.index(hidden),
               [&](Value k) { return load(state, k); });
  }
  /// Bias of W (first = 0) or R (first = gates * hidden) at a row.
  Value loadBias(Value row, int64_t first) const {
    if (!bias)
      return constant(0);
    return load(bias, {v.index(direction), offset(row, first)});
  }

  /// A buffer of `count` rows of compute(row).
  Value buildRows(int64_t count, RowBody compute) const {
    return v.loop(v.index(0), v.index(count), buffer(count, computed()),
                  [&](Value row, Value into) {
                    return v.insert(compute(row), into, row);
                  });
  }
  /// bias + W[row] x[t] + R[row] h
  Value buildGate(Value row, Value t, Value sequence, Value h) const {
    Value sum = v.add(loadBias(row, 0), loadBias(row, gates * hidden));
    sum = dotInput(sum, row, t, sequence);
    return dotState(sum, row, h);
  }
  /// Gate `number` of hidden unit j.
  Value getGate(Value rows, Value j, int64_t number) const {
    return v.extract(rows, offset(j, number * hidden));
  }

  /// The states' start, from an operand or zero.
  Value initialize(Value initial, Value sequence, Value tile) const {
    return forHidden(tile, [&](Value j, ValueRange kept) {
      Value start = constant(0);
      if (initial) {
        SmallVector<Value> at{v.index(direction), sequence, j};
        if (batchFirst)
          std::swap(at[0], at[1]);
        start = load(initial, at);
      }
      return SmallVector<Value>{insert(start, kept[0], j)};
    })[0];
  }

  // One step: from the states (h, and c for an LSTM) to the next ones.
  SmallVector<Value> stepLSTM(Value t, Value sequence, ValueRange states) const;
  SmallVector<Value> stepGRU(Value t, Value sequence, ValueRange states) const;
  SmallVector<Value> stepRNN(Value t, Value sequence, ValueRange states) const;
  SmallVector<Value> step(Value t, Value sequence, ValueRange states) const {
    return isa<LSTMOp>(op)  ? stepLSTM(t, sequence, states)
           : isa<GRUOp>(op) ? stepGRU(t, sequence, states)
                            : stepRNN(t, sequence, states);
  }

  /// Runs the direction; `results` are Y and the last states.
  SmallVector<Value> build(Value onnxX, ValueRange results) const;

private:
  Value buildCandidates(Value rows, Value t, Value sequence, Value h) const;
  Tile getTile(OpFoldResult length, Value sequence, bool isWhole) const;
  SmallVector<Value> buildSteps(Value sequence, ValueRange tiles) const;
};

SmallVector<Value> Layer::stepLSTM(Value t, Value sequence,
                                   ValueRange states) const {
  Value rows = buildRows(4 * hidden, [&](Value row) {
    return buildGate(row, t, sequence, states[0]);
  });
  return forHidden(states, [&](Value j, ValueRange s) -> SmallVector<Value> {
    // Gates are input, output, forget and candidate.
    auto gate = [&](int64_t number, Value c) {
      Value sum = getGate(rows, j, number);
      if (!peepholes)
        return activate(0, sum);
      Value p =
          load(peepholes, {v.index(direction), offset(j, number * hidden)});
      return activate(0, v.add(sum, v.mul(p, c)));
    };
    Value c = load(s[1], j);
    Value i = gate(0, c);
    Value f = inputForget ? v.sub(constant(1), i) : gate(2, c);
    Value candidate = activate(1, getGate(rows, j, 3));
    c = v.add(v.mul(f, c), v.mul(i, candidate));
    Value o = gate(1, c);
    Value h = v.mul(o, activations[2].build(v, c));
    return {insert(h, s[0], j), insert(c, s[1], j)};
  });
}

/// What the state might become.
Value Layer::buildCandidates(Value rows, Value t, Value sequence,
                             Value h) const {
  Value state = h;
  if (!linearBeforeReset)
    state = forHidden(buffer(hidden, getStorageType(element)),
                      [&](Value j, ValueRange kept) {
                        Value reset = v.mul(getGate(rows, j, 1), load(h, j));
                        return SmallVector<Value>{insert(reset, kept[0], j)};
                      })[0];
  return buildRows(hidden, [&](Value j) {
    Value row = offset(j, 2 * hidden);
    Value input = dotInput(loadBias(row, 0), row, t, sequence);
    Value fromState = dotState(loadBias(row, 3 * hidden), row, state);
    if (linearBeforeReset)
      fromState = v.mul(fromState, getGate(rows, j, 1));
    return activate(1, v.add(input, fromState));
  });
}

SmallVector<Value> Layer::stepGRU(Value t, Value sequence,
                                  ValueRange states) const {
  Value h = states[0];
  // Update and reset gates.
  Value rows = buildRows(2 * hidden, [&](Value row) {
    return activate(0, buildGate(row, t, sequence, h));
  });
  Value candidates = buildCandidates(rows, t, sequence, h);
  return forHidden(h, [&](Value j, ValueRange s) -> SmallVector<Value> {
    Value z = getGate(rows, j, 0);
    Value kept = v.mul(z, load(s[0], j));
    Value rest = v.sub(constant(1), z);
    Value fresh = v.mul(rest, getGate(candidates, j, 0));
    return {insert(v.add(fresh, kept), s[0], j)};
  });
}

SmallVector<Value> Layer::stepRNN(Value t, Value sequence,
                                  ValueRange states) const {
  Value rows = buildRows(hidden, [&](Value row) {
    return buildGate(row, t, sequence, states[0]);
  });
  return forHidden(states, [&](Value j, ValueRange s) -> SmallVector<Value> {
    return {insert(activate(0, v.extract(rows, j)), s[0], j)};
  });
}

/// Of a sequence in [sequence,] direction, batch, hidden, or with the batch in
/// front.
Tile Layer::getTile(OpFoldResult length, Value sequence, bool isWhole) const {
  OpFoldResult zero = v.b.getIndexAttr(0), one = v.b.getIndexAttr(1);
  Tile tile{{v.b.getIndexAttr(direction), sequence, zero},
            {one, one, v.b.getIndexAttr(hidden)},
            {false, false, true}};
  if (batchFirst)
    std::swap(tile.offsets[0], tile.offsets[1]);
  if (isWhole) {
    unsigned at = batchFirst ? 1 : 0;
    tile.offsets.insert(tile.offsets.begin() + at, zero);
    tile.sizes.insert(tile.sizes.begin() + at, length);
    tile.kept.insert(tile.kept.begin() + at, true);
  }
  return tile;
}

/// All steps of one sequence; the tiles are its Y and its states.
SmallVector<Value> Layer::buildSteps(Value sequence, ValueRange tiles) const {
  Value y = tiles[0], count = steps;
  if (lengths) {
    Value zero = v.zero(getStorageType(element));
    y = v.create<linalg::FillOp>(zero, y).getResult(0);
    count = v.min(v.fromInteger(v.extract(lengths, sequence)), steps);
  }
  SmallVector<Value> carried{y};
  Value initial[] = {initialH, initialC};
  for (auto [start, tile] : llvm::zip(initial, tiles.drop_front()))
    carried.push_back(initialize(start, sequence, tile));
  auto body = [&](ValueRange ts, ValueRange kept) {
    Value t = ts[0];
    if (backwards)
      t = v.apply(v.b.getAffineDimExpr(0) - v.b.getAffineDimExpr(1) - 1,
                  {count, t});
    SmallVector<Value> states = step(t, sequence, kept.drop_front());
    Value all = forHidden(kept[0], [&](Value j, ValueRange out) {
      Value h = v.extract(states[0], j);
      return SmallVector<Value>{v.insert(h, out[0], {t, j})};
    })[0];
    states.insert(states.begin(), all);
    return states;
  };
  return v.loops(v.index(0), count, carried, body);
}

SmallVector<Value> Layer::build(Value onnxX, ValueRange results) const {
  SmallVector<OpFoldResult> sizes = getSizes(v.b, op, onnxX);
  OpFoldResult batch = sizes[batchFirst ? 0 : 1];
  OpFoldResult length = sizes[batchFirst ? 1 : 0];
  return v.forall(
      batch, results,
      [&](ValueRange sequence, unsigned result) {
        return getTile(length, sequence[0], result == 0);
      },
      [&](ValueRange sequence, ValueRange tiles) {
        return buildSteps(sequence[0], tiles);
      });
}

template <typename Op> struct LowerRecurrent : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;
  static constexpr bool isLSTM = std::is_same_v<Op, LSTMOp>;
  static constexpr bool isGRU = std::is_same_v<Op, GRUOp>;

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type element = getElementType(op.getX());
    if (!isa<FloatType>(element) || !isComputable(element))
      return rewriter.notifyMatchFailure(op, refuseElements(element));
    std::optional<int64_t> hidden = getConstant(getDims(op.getYH())->back());
    if (!hidden)
      return rewriter.notifyMatchFailure(
          op, "the hidden size is free: state hidden_size, or bind the last "
              "dimension of R with --dim");
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

    Layer layer = getLayer(op, adaptor, rewriter, *hidden);
    SmallVector<Value> results;
    for (OpResult result : op->getResults())
      results.push_back(createEmpty(rewriter, op.getLoc(), result));
    for (size_t d = 0; d < directions; ++d) {
      layer.direction = d;
      layer.backwards = d == 1 || op.getDirection() == "reverse";
      layer.activations =
          ArrayRef(*activations).slice(d * defaults.size(), defaults.size());
      results = layer.build(op.getX(), results);
    }
    rewriter.replaceOp(op, results);
    return success();
  }

private:
  static Layer getLayer(Op op, typename Op::Adaptor adaptor, OpBuilder &b,
                        int64_t hidden) {
    Layer layer(b, op, getElementType(op.getX()));
    layer.hidden = hidden;
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
      layer.inputForget = op.getInputForget() != 0;
    }
    if constexpr (isGRU)
      layer.linearBeforeReset = op.getLinearBeforeReset() != 0;
    SmallVector<OpFoldResult> sizes = getSizes(b, op, op.getX());
    layer.steps = layer.v.index(sizes[layer.batchFirst ? 1 : 0]);
    layer.inputs = layer.v.index(sizes[2]);
    return layer;
  }
};

} // namespace

void onnxc::populateRecurrentLowering(RewritePatternSet &patterns,
                                      TypeConverter &types) {
  patterns.add<LowerRecurrent<LSTMOp>, LowerRecurrent<GRUOp>,
               LowerRecurrent<RNNOp>>(types, patterns.getContext());
}
