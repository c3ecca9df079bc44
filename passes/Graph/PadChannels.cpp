//===- PadChannels.cpp - Channels that fill their blocks ------------------===//
//
// A convolution computes a block of channels at a time (ChooseLayouts.cpp). Of
// 24 channels, or of 1000, the last block is not full, and planes would be
// used. Filters of zeros fill it: they give channels of zeros, which the next
// convolution multiplies by zeros.
//
//   %y = Conv(%x, w[24, 16, 3, 3])        %y = Conv(%x, w'[32, 16, 3, 3])
//   %z = Relu(%y)                    ->   %z = Relu(%y)
//   %u = Conv(%z, w[144, 24, 1, 1])       %u = Conv(%z, w'[144, 32, 1, 1])
//
// Sums stay the same to the last bit as long as what is added is zero, or
// finite where it is multiplied by zero: infinity times zero is none of both.
// So ops in between take part where they make zeros of zeros, or gates of at
// most 1. What takes no part reads a Slice.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ActivationOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/PoolingOps.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/ResizeOps.h"
#include "dialects/onnx/SliceOps.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Graph/BlockableConv.h"
#include "passes/Graph/BlockedWeights.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/Quantization.h"
#include "llvm/Support/MathExtras.h"

namespace onnxc {
#define GEN_PASS_DEF_PADCHANNELS
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// A tensor with more channels than the one it stands for.
struct Padded {
  Value value;
  /// What these hold: zeros, else numbers from 0 to 1.
  bool isZero = true;
};

/// An operand as an op of padded tensors takes it.
struct Operand {
  Value value;
  bool isPadded, isZero;
};

struct PadChannels : onnxc::impl::PadChannelsBase<PadChannels> {
  void runOnOperation() override {
    func::FuncOp main = getOperation();
    if (main.getName() != "main")
      return;
    lanes = chooseBlockLanes(main, /*fill=*/true);
    if (!lanes)
      return;
    for (Operation &op : llvm::make_early_inc_range(main.getBody().front())) {
      OpBuilder b(&op);
      if (rewrite(b, &op))
        rewritten.push_back(&op);
    }
    finish();
  }

private:
  int64_t lanes = 0;
  llvm::DenseMap<Value, Padded> padded;
  SmallVector<Operation *> rewritten;

  bool rewrite(OpBuilder &b, Operation *op);
  bool rewriteConv(OpBuilder &b, ConvOp op);
  bool rewriteElementwise(OpBuilder &b, Operation *op);
  std::optional<bool> addsZeros(Operation *op, ArrayRef<Operand> operands);
  std::optional<Operand> getOperand(OpBuilder &b, Value value,
                                    ArrayRef<AffineExpr> result,
                                    int64_t channels);
  template <typename PoolOp> bool rewritePool(OpBuilder &b, PoolOp op);
  bool rewriteResize(OpBuilder &b, ResizeOp op);
  bool rewritePad(OpBuilder &b, PadOp op);
  bool copy(OpBuilder &b, Operation *op);
  void setPadded(Operation *copy, Operation *op, int64_t channels, bool isZero);
  void finish();

  int64_t getChannels(Value value) {
    return *onnxc::onnx::getConstant((*getDims(value))[1]);
  }
};

bool isFinite(Value constant) {
  std::optional<SmallVector<float>> floats = getConstantFloats(constant);
  return floats &&
         llvm::all_of(*floats, [](float x) { return std::isfinite(x); });
}

bool PadChannels::rewrite(OpBuilder &b, Operation *op) {
  if (auto conv = dyn_cast<ConvOp>(op))
    return rewriteConv(b, conv);
  if (llvm::none_of(op->getOperands(),
                    [&](Value operand) { return padded.contains(operand); }))
    return false;
  if (isa<ElementwiseOp>(op))
    return rewriteElementwise(b, op);
  if (auto pool = dyn_cast<MaxPoolOp>(op))
    return pool.getIndices().use_empty() && rewritePool(b, pool);
  if (auto pool = dyn_cast<AveragePoolOp>(op))
    return rewritePool(b, pool);
  if (isa<GlobalAveragePoolOp>(op) || reducesPlanes(op))
    return (!isa<ReduceSumOp>(op) || padded.lookup(op->getOperand(0)).isZero) &&
           copy(b, op);
  if (auto resize = dyn_cast<ResizeOp>(op))
    return rewriteResize(b, resize);
  if (auto pad = dyn_cast<PadOp>(op))
    return rewritePad(b, pad);
  return false;
}

bool PadChannels::rewriteConv(OpBuilder &b, ConvOp op) {
  std::optional<BlockableConv> conv = getBlockable(op);
  if (!conv || !conv->isWorthFilling(lanes))
    return false;
  auto found = padded.find(op.getX());
  bool isPadded = found != padded.end();
  if (conv->isDepthwise ? !isPadded : !isPadded && conv->takes(lanes))
    return false;
  Location loc = op.getLoc();
  Value x = isPadded ? found->second.value : op.getX(), w = op.getW();
  int64_t filters =
      conv->isDepthwise ? getChannels(x) : llvm::alignTo(conv->filters, lanes);
  if (isPadded && !conv->isDepthwise)
    w = appendZeros(b, loc, w, /*dim=*/1, getChannels(x));
  w = appendZeros(b, loc, w, /*dim=*/0, filters);
  Value bias = op.getB();
  if (bias && !isFoldable(bias))
    return false;
  if (bias)
    bias = appendZeros(b, loc, bias, /*dim=*/0, filters);
  IRMapping mapping;
  mapping.map(op.getX(), x);
  auto copy = cast<ConvOp>(b.clone(*op, mapping));
  copy.getWMutable().assign(w);
  if (bias)
    copy.getBMutable().assign(bias);
  if (conv->isDepthwise)
    copy.setGroup(filters);
  if (filters == conv->filters)
    op.getY().replaceAllUsesWith(copy.getY());
  else
    setPadded(copy, op, filters, /*isZero=*/true);
  return true;
}

/// An operand of an elementwise op, with its channels; none where what is added
/// is not known.
std::optional<Operand> PadChannels::getOperand(OpBuilder &b, Value value,
                                               ArrayRef<AffineExpr> result,
                                               int64_t channels) {
  std::optional<Dims> dims = getDims(value);
  if (!dims || dims->size() > result.size() || !getElementType(value).isF32())
    return std::nullopt;
  if (auto found = padded.find(value); found != padded.end()) {
    Value all = found->second.value;
    if (dims->size() != result.size() || getChannels(all) != channels)
      return std::nullopt;
    return Operand{all, true, found->second.isZero};
  }
  if (!isFinite(value))
    return std::nullopt;
  int64_t dim = int64_t(dims->size()) - int64_t(result.size()) + 1;
  if (dim < 0 || (*dims)[dim] == onnxc::onnx::getConstant(&getContext(), 1))
    return Operand{value, false, false};
  return Operand{appendZeros(b, value.getLoc(), value, dim, channels), false,
                 true};
}

/// Whether the channels of a result that are added hold zeros, or numbers from
/// 0 to 1; none where they may hold others.
std::optional<bool> PadChannels::addsZeros(Operation *op,
                                           ArrayRef<Operand> operands) {
  auto areZero = [&] {
    return llvm::all_of(operands, [](const Operand &o) { return o.isZero; });
  };
  // f(0) = 0, whatever the attributes are, as long as they are finite.
  if (isa<ReluOp, LeakyReluOp, PReluOp, HardSwishOp, SwishOp, TanhOp, EluOp,
          SeluOp, GeluOp, MishOp, SoftsignOp, AbsOp, NegOp>(op) &&
      operands[0].isZero)
    return true;
  if (isa<AddOp, SubOp, SumOp, MaxOp, MinOp>(op) && areZero())
    return true;
  if (isa<MulOp>(op) && (operands[0].isZero || operands[1].isZero))
    return true;
  if (isa<MulOp>(op) && operands[0].isPadded && operands[1].isPadded)
    return false;
  if (isa<SigmoidOp, HardSigmoidOp>(op) && operands[0].isPadded)
    return false;
  if (auto clip = dyn_cast<ClipOp>(op)) {
    auto getEnd = [](Value end, float open) -> std::optional<float> {
      if (!end)
        return open;
      std::optional<SmallVector<float>> floats = getConstantFloats(end);
      return floats && floats->size() == 1 ? std::optional(floats->front())
                                           : std::nullopt;
    };
    std::optional<float> least = getEnd(clip.getMin(), -1),
                         most = getEnd(clip.getMax(), 1);
    if (operands[0].isZero && least && most && *least <= 0 && *most >= 0)
      return true;
  }
  return std::nullopt;
}

bool PadChannels::rewriteElementwise(OpBuilder &b, Operation *op) {
  std::optional<Dims> result = getDims(op->getResult(0));
  if (!result || result->size() < 3 ||
      !getElementType(op->getResult(0)).isF32())
    return false;
  for (NamedAttribute attr : op->getAttrs())
    if (auto number = dyn_cast<FloatAttr>(attr.getValue()))
      if (!number.getValue().isFinite())
        return false;
  int64_t channels = 0;
  for (Value operand : op->getOperands())
    if (auto found = padded.find(operand); found != padded.end())
      channels = getChannels(found->second.value);
  SmallVector<Operand> operands;
  IRMapping mapping;
  for (Value value : op->getOperands()) {
    std::optional<Operand> operand = getOperand(b, value, *result, channels);
    if (!operand)
      return false;
    operands.push_back(*operand);
    mapping.map(value, operand->value);
  }
  std::optional<bool> isZero = addsZeros(op, operands);
  if (!isZero)
    return false;
  setPadded(b.clone(*op, mapping), op, channels, *isZero);
  return true;
}

/// A window has an element of the image, so that the maximum is one.
template <typename PoolOp>
bool PadChannels::rewritePool(OpBuilder &b, PoolOp op) {
  ArrayRef<int64_t> kernel = op.getKernelShape();
  if (std::optional<ArrayRef<int64_t>> dilations = op.getDilations())
    if (llvm::any_of(*dilations, [](int64_t d) { return d != 1; }))
      return false;
  if (std::optional<ArrayRef<int64_t>> pads = op.getPads())
    for (auto [i, pad] : llvm::enumerate(*pads))
      if (pad < 0 || pad >= kernel[i % kernel.size()])
        return false;
  return copy(b, op);
}

bool PadChannels::rewriteResize(OpBuilder &b, ResizeOp op) {
  std::optional<SmallVector<ResizeOp::Axis>> axes = op.getResizedAxes();
  auto found = padded.find(op.getX());
  if (!axes || !op.hasScales() || found == padded.end() ||
      op.getCoordinateTransformationMode() == "tf_crop_and_resize" ||
      llvm::any_of(*axes, [](const ResizeOp::Axis &axis) {
        return axis.axis == 1 && axis.scale != 1.0f;
      }))
    return false;
  return found->second.isZero && copy(b, op);
}

bool PadChannels::rewritePad(OpBuilder &b, PadOp op) {
  std::optional<PadOp::Pads> pads = op.getPadsPerDimension();
  auto found = padded.find(op.getData());
  AffineExpr none = onnxc::onnx::getConstant(&getContext(), 0);
  if (!pads || found == padded.end() || !found->second.isZero ||
      pads->begins[1] != none || pads->ends[1] != none)
    return false;
  if (Value number = op.getConstantValue();
      number && op.getMode() == "constant") {
    std::optional<SmallVector<float>> floats = getConstantFloats(number);
    if (!floats || floats->size() != 1 || floats->front() != 0)
      return false;
  }
  return copy(b, op);
}

/// The same op of the padded tensor, which keeps what that holds.
bool PadChannels::copy(OpBuilder &b, Operation *op) {
  auto found = padded.find(op->getOperand(0));
  if (found == padded.end())
    return false;
  auto [x, isZero] = found->second;
  IRMapping mapping;
  mapping.map(op->getOperand(0), x);
  setPadded(b.clone(*op, mapping), op, getChannels(x), isZero);
  return true;
}

void PadChannels::setPadded(Operation *copy, Operation *op, int64_t channels,
                            bool isZero) {
  for (auto [result, plain] : llvm::zip(copy->getResults(), op->getResults())) {
    Dims dims = *getDims(plain);
    dims[1] = onnxc::onnx::getConstant(&getContext(), channels);
    result.setType(getTensorType(dims, getElementType(plain)));
  }
  padded[op->getResult(0)] = {copy->getResult(0), isZero};
}

/// Removes what was rewritten; where it has other users they get a Slice.
void PadChannels::finish() {
  for (Operation *op : llvm::reverse(rewritten)) {
    Value result = op->getResult(0);
    if (!result.use_empty()) {
      OpBuilder b(op);
      b.setInsertionPointAfter(op);
      GraphBuilder g{b, op->getLoc()};
      Value plain = g.slice(padded.lookup(result).value, g.ints(0),
                            g.ints(getChannels(result)), /*axis=*/1);
      plain.setType(result.getType());
      result.replaceAllUsesWith(plain);
    }
    op->erase();
  }
}

} // namespace
