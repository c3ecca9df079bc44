//===- MicrosoftConvStateOps.cpp - Convolutions that go on ----------------===//
//
// y[t] = bias + sum over k of weight[k] * x[t - (taps - 1 - k) * dilation]
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftConvStateOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/MicrosoftStates.h"
#include "dialects/onnx/PackedRows.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(MicrosoftCausalConvWithStateOp, Input, 3)
ONNXC_INFER_FLOAT(MicrosoftVarlenCausalConvWithStateOp, Input, 3)

/// Each tap is a product of its own.
static constexpr int64_t kMostTaps = 64;

static LogicalResult verifyConv(Operation *op, StringRef activation,
                                int64_t dilation) {
  if (activation != "none" && activation != "silu" && activation != "swish")
    return op->emitError("unknown activation ") << activation;
  if (dilation < 1)
    return op->emitError("dilation is ") << dilation << ", not positive";
  return success();
}

/// How many taps the weights, [channels, 1, taps], have; none where that is
/// not known, or too many.
static std::optional<int64_t> countTaps(Value weight) {
  std::optional<Dims> dims = getDims(weight);
  std::optional<int64_t> taps =
      dims && dims->size() == 3 ? getConstant(dims->back()) : std::nullopt;
  return taps && *taps >= 1 && *taps <= kMostTaps ? taps : std::nullopt;
}

static void requireWeights(SizeRequirements &r, Value weight, Value bias,
                           AffineExpr channels) {
  r.rank("weight", weight, 3);
  r.size("weight", weight, 0, channels);
  r.size("weight", weight, 1, r.constant(1));
  if (bias)
    r.shape("bias", bias, {channels});
}

static SmallVector<Value> refuseTaps(Operation *op) {
  return refuseExpansion(
      op, "the number of taps, the last size of weight, has to be known and at "
          "most " +
              Twine(kMostTaps) + ": bind it with --dim");
}

/// bias + the sum of weight[k] * tap(k), in float32; `spread` makes a factor a
/// channel broadcast to the taps.
static Value addTaps(GraphBuilder &g, Value weight, Value bias, int64_t taps,
                     bool isSwish, llvm::function_ref<Value(int64_t)> tap,
                     llvm::function_ref<Value(Value)> spread) {
  Type real = g.b.getF32Type();
  Value sum = bias ? spread(g.cast(bias, real)) : g.number(0, real);
  for (int64_t k = 0; k < taps; ++k) {
    Value factor = g.slice(g.cast(weight, real), g.ints(k), g.ints(k + 1), 2);
    sum = g.add(sum, g.mul(spread(factor), g.cast(tap(k), real)));
  }
  return isSwish ? swish(g, sum, 1) : sum;
}

//===----------------------------------------------------------------------===//
// CausalConvWithState
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftCausalConvWithStateOp::verify() {
  auto refuse = [&](StringRef what) {
    return emitError(what) << " is known but not built";
  };
  if (getNdim() != 1)
    return refuse("an ndim other than 1");
  if (getStateWindow() != 0)
    return refuse("state_window");
  if (getInputChannels() || getInputChannelOffset())
    return refuse("a part of the input's channels");
  if (getStateLength() || getStateChannelsLast() != -1)
    return refuse("another layout of the state");
  if (getStateUpdateCapacity())
    return refuse("state_update_capacity");
  return verifyConv(*this, getActivation(), getDilation());
}

/// [batch, channels, length], or [batch, length, channels...].
static AffineExpr getChannels(MicrosoftCausalConvWithStateOp op,
                              ArrayRef<AffineExpr> dims) {
  return op.getChannelsLast()
             ? simplify(getProduct(op.getContext(), dims.drop_front(2)))
             : dims[1];
}

void MicrosoftCausalConvWithStateOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> input = getDims(getInput());
  if (!input)
    return;
  if (!getChannelsLast() || input->size() < 3)
    r.rank("input", getInput(), 3);
  if (input->size() < 3)
    return;
  requireWeights(r, getWeight(), getBias(), getChannels(*this, *input));
  std::optional<int64_t> taps = countTaps(getWeight());
  if (!getPastState() || !taps)
    return;
  Dims state = *input;
  state[getChannelsLast() ? 1 : 2] = r.constant((*taps - 1) * getDilation());
  r.shape("past_state", getPastState(), state);
}

SmallVector<Value> MicrosoftCausalConvWithStateOp::expand(OpBuilder &b) {
  std::optional<Dims> input = getDims(getInput());
  if (!input || input->size() < 3 || !getDims(getWeight()))
    return {};
  std::optional<int64_t> taps = countTaps(getWeight());
  if (!taps)
    return refuseTaps(*this);
  if (!getStateUpdate().use_empty())
    return refuseExpansion(*this, "its output state_update is known but not "
                                  "built");
  GraphBuilder g{b, getLoc()};
  MLIRContext *context = b.getContext();
  Type element = onnxc::onnx::getElementType(getInput());
  bool isLast = getChannelsLast() != 0;
  int64_t axis = isLast ? 1 : 2;
  AffineExpr before =
                 onnxc::onnx::getConstant(context, (*taps - 1) * getDilation()),
             length = (*input)[axis];
  Dims state = *input;
  state[axis] = before;
  Value past = getPastState() ? getPastState()
                              : g.expand(g.number(0, element), g.dims(state));
  Value all = g.concat({past, getInput()}, axis);
  auto cut = [&](AffineExpr from, AffineExpr size) {
    return g.slice(all, g.dims({from}), g.dims({simplify(from + size)}), axis);
  };
  Dims factor = {(*input)[1], onnxc::onnx::getConstant(context, 1)};
  if (isLast)
    factor.assign(input->begin() + 2, input->end());
  Value y = addTaps(
      g, getWeight(), getBias(), *taps, getActivation() != "none",
      [&](int64_t k) {
        return cut(onnxc::onnx::getConstant(context, k * getDilation()),
                   length);
      },
      [&](Value x) { return g.reshape(x, g.dims(factor)); });
  return {g.cast(y, element), cut(length, before), Value()};
}

//===----------------------------------------------------------------------===//
// VarlenCausalConvWithState
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftVarlenCausalConvWithStateOp::verify() {
  if (getKernelDelta() || getPreviousMask())
    return emitError("kernel_delta and previous_mask are known but not built");
  if (failed(verifyCaptures(*this)))
    return failure();
  return verifyConv(*this, getActivation(), getDilation());
}

void MicrosoftVarlenCausalConvWithStateOp::requireSizes(SizeRequirements &r) {
  r.rank("input", getInput(), 2);
  r.rank("initial_state", getInitialState(), 3);
  std::optional<Dims> input = getDims(getInput()),
                      state = getDims(getInitialState());
  if (!input || input->size() != 2 || !state || state->size() != 3)
    return;
  requireWeights(r, getWeight(), getBias(), input->back());
  if (std::optional<int64_t> taps = countTaps(getWeight()))
    r.shape("initial_state", getInitialState(),
            {state->front(), input->back(),
             r.constant((*taps - 1) * getDilation())});
  r.shape("cumulative_sequence_length", getCumulativeSequenceLength(),
          {simplify(state->front() + 1)});
  if (getCaptureCount())
    r.shape("capture_count", getCaptureCount(), {state->front()});
  r.element(state->front(), getInput());
}

SmallVector<Value> MicrosoftVarlenCausalConvWithStateOp::expand(OpBuilder &b) {
  std::optional<Dims> input = getDims(getInput()),
                      state = getDims(getInitialState());
  if (!input || input->size() != 2 || !state || state->size() != 3 ||
      !getDims(getWeight()))
    return {};
  std::optional<int64_t> taps = countTaps(getWeight());
  if (!taps)
    return refuseTaps(*this);
  if (!getStateUpdate().use_empty() && !getStateUpdateCapacity())
    return refuseExpansion(*this, "its output state_update needs a "
                                  "state_update_capacity");
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getInput());
  int64_t count = (*taps - 1) * getDilation();
  AffineExpr before = onnxc::onnx::getConstant(b.getContext(), count);
  PackedRows rows(g, getCumulativeSequenceLength(), input->front(),
                  state->front());
  Value all = rows.join(g.transpose(getInitialState(), {0, 2, 1}), getInput(),
                        {input->back()}, before);
  auto tap = [&](int64_t k) {
    Value place = g.sub(rows.place, g.integer(count - k * getDilation()));
    Value x = rows.take(all, before, rows.sequence, place);
    return g.reshape(x, g.dims(*input));
  };
  Value y =
      addTaps(g, getWeight(), getBias(), *taps, getActivation() != "none", tap,
              [&](Value x) { return g.reshape(x, g.dims({input->back()})); });
  Value last = g.sub(g.add(rows.length, g.iota(count)), g.integer(count));
  Value final =
      g.transpose(rows.take(all, before, rows.number, last), {0, 2, 1});
  SmallVector<Value> results = {g.cast(y, element), final, Value()};
  if (int64_t capacity = getStateUpdateCapacity()) {
    Value taken = rows.take(all, before, rows.number, g.iota(capacity));
    AffineExpr one = onnxc::onnx::getConstant(b.getContext(), 1);
    Value isCaptured = g.reshape(
        rows.isCaptured(getCaptureCount(), capacity),
        g.dims({state->front(),
                onnxc::onnx::getConstant(b.getContext(), capacity), one}));
    results[2] = g.select(isCaptured, taken, g.number(0, element));
  }
  return results;
}
