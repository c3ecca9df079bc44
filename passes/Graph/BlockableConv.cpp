//===- BlockableConv.cpp - Convolutions whose channels can lie in blocks --===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/BlockableConv.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ConvShape.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/SliceOps.h"
#include "dialects/plan/MachineModel.h"
#include "passes/Graph/IntegerSums.h"
#include "passes/Graph/Quantization.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

template <typename ConvLikeOp>
static std::optional<BlockableConv> getWindowed(ConvLikeOp op) {
  Value image = op->getOperand(0), kernel = op->getOperand(1);
  std::optional<Dims> x = getDims(image), w = getDims(kernel);
  std::optional<Dims> y = getDims(op->getResult(0));
  auto weights = dyn_cast<RankedTensorType>(kernel.getType());
  if (!x || !y || !weights || !weights.hasStaticShape() || x->size() < 3 ||
      x->size() > 5 || weights.getNumElements() == 0)
    return std::nullopt;
  std::optional<int64_t> channels = onnx::getConstant((*x)[1]);
  int64_t filters = weights.getDimSize(0);
  if (!channels)
    return std::nullopt;
  bool isDepthwise = op.getGroup() > 1;
  if (isDepthwise && (int64_t(op.getGroup()) != filters ||
                      *channels != filters || x->size() > 4))
    return std::nullopt;
  ConvWindow window = getConvWindow(op, x->size() - 2);
  int64_t pixels = 1;
  for (unsigned i = 0; i + 2 < x->size(); ++i) {
    if (!window.getPadBegin(i, (*x)[i + 2], (*w)[i + 2]))
      return std::nullopt;
    pixels *= onnx::getConstant((*y)[i + 2]).value_or(16);
  }
  return BlockableConv{filters, *channels, weights.getNumElements() * pixels,
                       isDepthwise};
}

std::optional<BlockableConv> onnxc::getBlockable(ConvOp op) {
  if (!getElementType(op.getW()).isF32() || !isFoldable(op.getW()))
    return std::nullopt;
  return getWindowed(op);
}

std::optional<BlockableConv> onnxc::getBlockable(ConvIntegerOp op) {
  // What lies outside of the image is the zero point.
  if (!op.getW().getDefiningOp<ConstantOp>() ||
      !getZeroPoint(op.getXZeroPoint()) ||
      !IntegerFactors{op.getX(), op.getXZeroPoint(), op.getW(),
                      op.getWZeroPoint()}
           .isSupported())
    return std::nullopt;
  std::optional<BlockableConv> conv = getWindowed(op);
  if (conv)
    conv->isInteger = true;
  return conv;
}

bool BlockableConv::isWorthFilling(int64_t lanes) const {
  int64_t all = llvm::alignTo(filters, lanes);
  return !isInteger && (all - filters) * 4 <= all;
}

namespace {

/// What the convolutions of a function cost where channels lie in blocks of so
/// many: products, with those of the zeros that fill a block.
class BlocksCost {
public:
  BlocksCost(int64_t lanes, bool fill) : lanes(lanes), fill(fill) {}

  void add(Operation *op, const std::optional<BlockableConv> &conv);
  /// Whether an op computes what a convolution of blocks gives.
  void follow(Operation *op);

  double products = 0;
  bool hasBlocks = false;

private:
  double getFilled(int64_t channels) const {
    return fill ? double(llvm::alignTo(channels, lanes)) / double(channels) : 1;
  }

  /// Planes take that much longer, a guess: rows of an image are no multiple of
  /// a vector, and what is between has to be transposed. It is more than zeros
  /// can add.
  static constexpr double kPlanes = 1.5;

  int64_t lanes;
  bool fill;
  llvm::DenseSet<Value> blocked;
};

void BlocksCost::add(Operation *op, const std::optional<BlockableConv> &conv) {
  bool isBehind = blocked.contains(op->getOperand(0));
  bool takes = conv->takes(lanes) || (fill && conv->isWorthFilling(lanes));
  // One of a channel each is blocked only where its image is.
  if (!takes || (conv->isDepthwise && !isBehind)) {
    products += double(conv->products) * kPlanes;
    return;
  }
  hasBlocks = true;
  blocked.insert(op->getResult(0));
  double filled = getFilled(conv->filters);
  if (isBehind && !conv->isDepthwise)
    filled *= getFilled(conv->channels);
  products += double(conv->products) * filled;
}

void BlocksCost::follow(Operation *op) {
  auto getChannels = [](Value value) {
    std::optional<Dims> dims = getDims(value);
    return dims && dims->size() >= 3 ? (*dims)[1] : AffineExpr();
  };
  for (Value operand : op->getOperands())
    if (blocked.contains(operand))
      for (Value result : op->getResults())
        if (isa<ConcatOp>(op) || getChannels(result) == getChannels(operand))
          blocked.insert(result);
}

} // namespace

int64_t onnxc::chooseBlockLanes(func::FuncOp main, bool fill) {
  MachineModel machine = getMachine(main);
  int64_t lanes = machine.getBlockBits() / 32;
  if (lanes < 4)
    return 0;
  BlocksCost whole(lanes, fill), half(lanes / 2, fill);
  bool halves = true, areIntegers = false;
  for (Operation &op : main.getBody().front()) {
    std::optional<BlockableConv> conv;
    if (auto plain = dyn_cast<ConvOp>(op))
      conv = getBlockable(plain);
    else if (auto quantized = dyn_cast<ConvIntegerOp>(op))
      conv = getBlockable(quantized);
    else
      for (BlocksCost *cost : {&whole, &half})
        cost->follow(&op);
    if (!conv)
      continue;
    if (conv->isInteger) {
      halves &= (lanes / 2) % machine.dot.group == 0;
      areIntegers = true;
    }
    for (BlocksCost *cost : {&whole, &half})
      cost->add(&op, conv);
  }
  if (!halves)
    return whole.hasBlocks ? lanes : 0;
  if (!half.hasBlocks)
    return 0;
  // Half a block is half a vector where that is as long as a block.
  double most = fill && machine.vectorBits >= machine.getBlockBits()   ? 1.5
                : areIntegers && machine.dot.group == 2 && lanes >= 16 ? 1.0
                                                                       : 1.1;
  return whole.products <= most * half.products ? lanes : lanes / 2;
}

template <typename ReduceOp> static bool reduces(ReduceOp op) {
  std::optional<SmallVector<int64_t>> axes =
      op.getAxes() ? getConstantInts(op.getAxes()) : std::nullopt;
  int64_t rank = getRank(op.getData()).value_or(0);
  if (!axes || !op.getKeepdims() || int64_t(axes->size()) != rank - 2)
    return false;
  for (int64_t &axis : *axes)
    axis = axis < 0 ? axis + rank : axis;
  llvm::sort(*axes);
  for (auto [i, axis] : llvm::enumerate(*axes))
    if (axis != int64_t(i) + 2)
      return false;
  return true;
}

bool onnxc::reducesPlanes(Operation *op) {
  if (auto mean = dyn_cast<ReduceMeanOp>(op))
    return reduces(mean);
  if (auto sum = dyn_cast<ReduceSumOp>(op))
    return reduces(sum);
  return false;
}
