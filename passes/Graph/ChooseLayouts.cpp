//===- ChooseLayouts.cpp - Channels side by side around convolutions ------===//
//
// A convolution is fastest where a vector holds channels of one pixel: no row
// of an image is a multiple of a vector long, but channels nearly always are.
// So what convolutions compute becomes [N, C/c, H, W, c], and everything
// between them that works on such tensors as well (elementwise ops, pooling,
// Concat of channels, Resize and Pad of planes) is rewritten to do so:
//
//   Conv -> Relu -> MaxPool -> Conv -> GlobalAveragePool -> Flatten
//
// is blocked from the first Conv's result (it reads the image as it is) to the
// mean, which is a view of the plain one. What takes no part reads a value
// through Transpose and Reshape, made where it is needed, once. Weights get
// their order by Reshape and Transpose of constants, which are folded.
//
// c is the number of lanes of a block, or half of it where more convolutions
// can be blocked by that, or have less to be filled (BlockableConv.cpp). Of
// integers that are multiplied in pairs any more are enough, but for short
// vectors: their long blocks gain little.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/BlockedOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/ConvShape.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/PoolingOps.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/ResizeOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SliceOps.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Graph/BlockableConv.h"
#include "passes/Graph/BlockedWeights.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/IntegerSums.h"
#include "passes/Graph/PlanarConvs.h"
#include "passes/Graph/Quantization.h"
#include "passes/Graph/ReshapeTo.h"

namespace onnxc {
#define GEN_PASS_DEF_CHOOSELAYOUTS
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// A convolution as it becomes one of blocked tensors.
struct BlockedForm {
  Location loc;
  BlockableConv candidate;
  ConvWindow window;
  /// Padding before the image, then behind it.
  SmallVector<int64_t> pads = {};
  Value image = {};
  /// Channels that lie side by side in it.
  int64_t inner = 1;
  /// Elements of the weights that a dot product takes together.
  int64_t group = 1;
  /// Of the kernel, with those that fill its last group.
  int64_t columns = 1;
};

struct ChooseLayouts : onnxc::impl::ChooseLayoutsBase<ChooseLayouts> {
  using ChooseLayoutsBase::ChooseLayoutsBase;

  void runOnOperation() override {
    func::FuncOp main = getOperation();
    MachineModel machine = getMachine(main);
    dot = machine.dot;
    int64_t vectorLanes = machine.getBlockBits() / 32;
    if (main.getName() != "main" || vectorLanes < 4)
      return;
    lanes = chooseBlockLanes(main, fill);
    if (!lanes)
      return remarkPlanarConvs(main, vectorLanes / 2);
    for (Operation &op : llvm::make_early_inc_range(main.getBody().front())) {
      OpBuilder b(&op);
      if (rewrite(b, &op))
        rewritten.push_back(&op);
    }
    finish();
    remarkPlanarConvs(main, lanes);
  }

private:
  DotInstruction dot;
  int64_t lanes = 0;
  /// From plain values to what holds the same blocked.
  llvm::DenseMap<Value, Value> blocked;
  SmallVector<Operation *> rewritten;

  bool rewrite(OpBuilder &b, Operation *op);
  template <typename ConvLikeOp> bool rewriteConv(OpBuilder &b, ConvLikeOp op);
  bool chooseImage(OpBuilder &b, Value x, BlockedForm &form);
  Value convolve(OpBuilder &b, const BlockedForm &form, Value weights,
                 int64_t padding, int64_t offset);
  Value alignFilters(OpBuilder &b, const BlockedForm &form, Value vector);
  Value buildConv(OpBuilder &b, ConvOp op, const BlockedForm &form);
  Value buildConv(OpBuilder &b, ConvIntegerOp op, const BlockedForm &form);
  bool rewriteElementwise(OpBuilder &b, Operation *op);
  template <typename PoolOp> bool rewritePool(OpBuilder &b, PoolOp op);
  template <typename MeanOp>
  bool rewriteGlobalPool(OpBuilder &b, Operation *op);
  bool rewriteConcat(OpBuilder &b, ConcatOp op);
  bool rewriteResize(OpBuilder &b, ResizeOp op);
  bool rewritePad(OpBuilder &b, PadOp op);
  void setBlocked(Operation *copy, Value plain);
  Value getOperand(OpBuilder &b, Value value, ArrayRef<AffineExpr> result);
  Value block(OpBuilder &b, Value value);
  Value unblock(OpBuilder &b, Value value, Value plain);
  void finish();

  bool isBlocked(Value value) const { return blocked.count(value); }
  Dims getBlockedDims(ArrayRef<AffineExpr> dims) const {
    Dims result(dims);
    result[1] = simplify(dims[1].floorDiv(lanes));
    result.push_back(onnx::getConstant(dims[1].getContext(), lanes));
    return result;
  }
  bool hasBlocks(ArrayRef<AffineExpr> dims) const {
    std::optional<int64_t> channels;
    if (dims.size() >= 3)
      channels = onnx::getConstant(dims[1]);
    return channels && *channels > 0 && *channels % lanes == 0;
  }
};

Value transpose(OpBuilder &b, Location loc, Value value,
                ArrayRef<int64_t> order) {
  return TransposeOp::create(b, loc, value, b.getDenseI64ArrayAttr(order));
}

/// [N, C, ...] to [N, C/size, ..., size] as an order of the dimensions
/// [N, C/size, size, ...], and back.
SmallVector<int64_t> getBlockingOrder(int64_t rank, bool back) {
  SmallVector<int64_t> order = {0, 1};
  if (back)
    order.push_back(rank);
  for (int64_t i = 2; i < rank; ++i)
    order.push_back(back ? i : i + 1);
  if (!back)
    order.push_back(2);
  return order;
}

bool ChooseLayouts::rewrite(OpBuilder &b, Operation *op) {
  if (auto conv = dyn_cast<ConvOp>(op))
    return rewriteConv(b, conv);
  if (auto conv = dyn_cast<ConvIntegerOp>(op))
    return rewriteConv(b, conv);
  if (llvm::none_of(op->getOperands(),
                    [&](Value operand) { return isBlocked(operand); }))
    return false;
  if (isa<ElementwiseOp>(op))
    return rewriteElementwise(b, op);
  if (auto pool = dyn_cast<MaxPoolOp>(op))
    return pool.getIndices().use_empty() && rewritePool(b, pool);
  if (auto pool = dyn_cast<AveragePoolOp>(op))
    return rewritePool(b, pool);
  if (auto pool = dyn_cast<SumPoolOp>(op))
    return rewritePool(b, pool);
  if (isa<GlobalAveragePoolOp>(op))
    return rewriteGlobalPool<ReduceMeanOp>(b, op);
  if (isa<GlobalMaxPoolOp>(op))
    return rewriteGlobalPool<ReduceMaxOp>(b, op);
  if (isa<ReduceMeanOp>(op))
    return reducesPlanes(op) && rewriteGlobalPool<ReduceMeanOp>(b, op);
  if (isa<ReduceSumOp>(op))
    return reducesPlanes(op) && rewriteGlobalPool<ReduceSumOp>(b, op);
  if (auto concat = dyn_cast<ConcatOp>(op))
    return rewriteConcat(b, concat);
  if (auto resize = dyn_cast<ResizeOp>(op))
    return rewriteResize(b, resize);
  if (auto pad = dyn_cast<PadOp>(op))
    return rewritePad(b, pad);
  return false;
}

/// The padding of each spatial dimension before the image, then behind it.
SmallVector<int64_t> getPads(const ConvWindow &window, ArrayRef<AffineExpr> x,
                             ArrayRef<AffineExpr> w) {
  SmallVector<int64_t> before, after;
  for (unsigned i = 0; i + 2 < x.size(); ++i) {
    AffineExpr in = x[i + 2], kernel = w[i + 2];
    before.push_back(*window.getPadBegin(i, in, kernel));
    int64_t end = window.padEnd[i];
    if (window.isSame()) {
      AffineExpr total =
          (window.getOutputSize(i, in, kernel) - 1) * window.strides[i] +
          (kernel - 1) * window.dilations[i] + 1 - in;
      end = std::max<int64_t>(
          *onnx::getConstant(simplify(total)) - before.back(), 0);
    }
    after.push_back(end);
  }
  llvm::append_range(before, after);
  return before;
}

/// Sets the image and how many of its channels lie side by side: a plain image
/// is one of blocks of a single channel. False where it has no blocks and needs
/// them.
bool ChooseLayouts::chooseImage(OpBuilder &b, Value x, BlockedForm &form) {
  Dims dims = *getDims(x);
  // A kernel of one column, or one with gaps, has no groups of columns.
  if (form.group > 1 && !isBlocked(x) &&
      (form.columns < form.group / 2 + 1 ||
       form.window.dilations.back() != 1)) {
    if (!hasBlocks(dims))
      return false;
    block(b, x);
  }
  if (isBlocked(x)) {
    form.image = blocked.lookup(x);
    form.inner = lanes;
    return true;
  }
  dims.push_back(onnx::getConstant(&getContext(), 1));
  form.image = reshapeTo(b, form.loc, x, dims);
  form.inner = 1;
  return true;
}

/// The sums of an image and weights in their plain order.
Value ChooseLayouts::convolve(OpBuilder &b, const BlockedForm &form,
                              Value weights, int64_t padding, int64_t offset) {
  int64_t last = *getRank(weights) - 1;
  Value ordered = blockWeights(
      b, form.loc, appendZeros(b, form.loc, weights, last, form.columns), lanes,
      form.inner, form.group, form.candidate.isDepthwise);
  return BlockedConvOp::create(
      b, form.loc, form.image, ordered,
      b.getDenseI64ArrayAttr(form.window.strides),
      b.getDenseI64ArrayAttr(form.window.dilations),
      b.getDenseI64ArrayAttr(form.pads),
      form.candidate.isDepthwise ? b.getUnitAttr() : UnitAttr(),
      b.getI64IntegerAttr(form.group), b.getI64IntegerAttr(padding),
      b.getI64IntegerAttr(offset));
}

/// A vector of filters in the order of the result's channels.
Value ChooseLayouts::alignFilters(OpBuilder &b, const BlockedForm &form,
                                  Value vector) {
  Dims dims(form.window.strides.size() + 2,
            onnx::getConstant(&getContext(), 1));
  dims[1] = onnx::getConstant(&getContext(), form.candidate.filters);
  return reshapeTo(b, form.loc, vector, getBlockedDims(dims));
}

Value ChooseLayouts::buildConv(OpBuilder &b, ConvOp op,
                               const BlockedForm &form) {
  Value sums = convolve(b, form, op.getW(), /*padding=*/0, /*offset=*/0);
  if (!op.getB())
    return sums;
  return AddOp::create(b, form.loc, sums, alignFilters(b, form, op.getB()));
}

Value ChooseLayouts::buildConv(OpBuilder &b, ConvIntegerOp op,
                               const BlockedForm &form) {
  Location loc = form.loc;
  Value x = op.getX();
  IntegerFactors factors{x, op.getXZeroPoint(), op.getW(), op.getWZeroPoint()};
  int64_t padding = *getZeroPoint(op.getXZeroPoint());
  int64_t offset = form.group > 1 ? getLeftOffset(dot, getElementType(x)) : 0;
  Value weights = factors.getSignedWeights(b, loc);
  int64_t numProducts = 1;
  SmallVector<int64_t> axes;
  Dims w = *getDims(op.getW());
  for (unsigned i = 1; i < w.size(); ++i) {
    numProducts *= *onnx::getConstant(w[i]);
    axes.push_back(i);
  }
  auto sumOfLeft = [&]() -> Value {
    Value ones =
        onesLike(b, loc, weights,
                 form.candidate.isDepthwise ? form.candidate.filters : lanes);
    Value sum = convolve(b, form, ones, padding, offset);
    auto type = RankedTensorType::get({}, b.getI32Type());
    Value more = ConstantOp::create(
        b, loc, type,
        DenseElementsAttr::get(
            type, b.getI32IntegerAttr(int32_t(offset * numProducts))));
    return offset ? SubOp::create(b, loc, sum, more) : sum;
  };
  auto align = [&](Value vector) { return alignFilters(b, form, vector); };
  return factors.correct(b, loc, convolve(b, form, weights, padding, offset),
                         weights, axes, offset, numProducts, sumOfLeft, align);
}

template <typename ConvLikeOp>
bool ChooseLayouts::rewriteConv(OpBuilder &b, ConvLikeOp op) {
  constexpr bool isInteger = std::is_same_v<ConvLikeOp, ConvIntegerOp>;
  std::optional<BlockableConv> candidate = getBlockable(op);
  if (!candidate || !candidate->takes(lanes))
    return false;
  Value x = op->getOperand(0);
  if (candidate->isDepthwise && !isBlocked(x))
    return false;
  Dims xDims = *getDims(x), wDims = *getDims(op->getOperand(1));
  BlockedForm form{op.getLoc(), *candidate,
                   getConvWindow(op, xDims.size() - 2)};
  form.columns = *onnx::getConstant(wDims.back());
  if (isInteger && !candidate->isDepthwise)
    form.group = dot.group;
  if (!chooseImage(b, x, form))
    return false;
  form.pads = getPads(form.window, xDims, wDims);
  // Columns of zeros fill the last group.
  if (form.group > 1 && form.inner == 1) {
    int64_t filled = llvm::alignTo(form.columns, form.group);
    form.pads.back() += filled - form.columns;
    form.columns = filled;
  }
  blocked[op->getResult(0)] = buildConv(b, op, form);
  return true;
}

/// An operand of an elementwise op whose result has these dims, so that it
/// broadcasts with blocked ones; null where that takes more than it saves.
Value ChooseLayouts::getOperand(OpBuilder &b, Value value,
                                ArrayRef<AffineExpr> result) {
  if (Value found = blocked.lookup(value))
    return found;
  std::optional<Dims> dims = getDims(value);
  if (!dims || dims->size() > result.size())
    return {};
  AffineExpr one = onnx::getConstant(&getContext(), 1);
  dims->insert(dims->begin(), result.size() - dims->size(), one);
  if (llvm::all_of(*dims, [&](AffineExpr e) { return e == one; }))
    return value;
  Location loc = value.getLoc();
  if ((*dims)[1] == one) {
    dims->push_back(one);
    return reshapeTo(b, loc, value, *dims);
  }
  if (!hasBlocks(*dims))
    return {};
  if (llvm::all_of(ArrayRef(*dims).drop_front(2),
                   [&](AffineExpr e) { return e == one; }))
    return reshapeTo(b, loc, value, getBlockedDims(*dims));
  return *dims == Dims(result) && getRank(value) == int64_t(result.size())
             ? block(b, value)
             : Value();
}

bool ChooseLayouts::rewriteElementwise(OpBuilder &b, Operation *op) {
  std::optional<Dims> result = getDims(op->getResult(0));
  if (!result || !hasBlocks(*result))
    return false;
  IRMapping mapping;
  for (Value operand : op->getOperands()) {
    if (isBlocked(operand) && getRank(operand) != int64_t(result->size()))
      return false;
    Value found = getOperand(b, operand, *result);
    if (!found)
      return false;
    mapping.map(operand, found);
  }
  Operation *copy = b.clone(*op, mapping);
  copy->getResult(0).setType(
      getTensorType(getBlockedDims(*result), getElementType(op->getResult(0))));
  blocked[op->getResult(0)] = copy->getResult(0);
  return true;
}

/// Pooling of [N, C/c, H, W, c] is one over (H, W, c) with a window of 1 along
/// the last.
template <typename PoolOp>
bool ChooseLayouts::rewritePool(OpBuilder &b, PoolOp op) {
  Dims dims = *getDims(op.getY());
  auto extended = [&](std::optional<ArrayRef<int64_t>> list,
                      int64_t value) -> DenseI64ArrayAttr {
    if (!list)
      return {};
    SmallVector<int64_t> result(*list);
    result.push_back(value);
    return b.getDenseI64ArrayAttr(result);
  };
  IRMapping mapping;
  mapping.map(op.getX(), blocked.lookup(op.getX()));
  auto copy = cast<PoolOp>(b.clone(*op, mapping));
  copy.setKernelShapeAttr(extended(op.getKernelShape(), 1));
  if (auto dilations = extended(op.getDilations(), 1))
    copy.setDilationsAttr(dilations);
  if (auto strides = extended(op.getStrides(), 1))
    copy.setStridesAttr(strides);
  if (std::optional<ArrayRef<int64_t>> pads = op.getPads()) {
    size_t half = pads->size() / 2;
    SmallVector<int64_t> both(pads->take_front(half));
    both.push_back(0);
    both.append(pads->begin() + half, pads->end());
    both.push_back(0);
    copy.setPadsAttr(b.getDenseI64ArrayAttr(both));
  }
  for (OpResult result : copy->getResults())
    result.setType(getTensorType(getBlockedDims(dims), getElementType(result)));
  blocked[op.getY()] = copy.getY();
  return true;
}

template <typename MeanOp>
bool ChooseLayouts::rewriteGlobalPool(OpBuilder &b, Operation *op) {
  SmallVector<int64_t> axes;
  for (int64_t i = 2, e = *getRank(op->getOperand(0)); i < e; ++i)
    axes.push_back(i);
  Location loc = op->getLoc();
  blocked[op->getResult(0)] =
      MeanOp::create(b, loc, blocked.lookup(op->getOperand(0)),
                     ConstantOp::create(b, loc, axes));
  return true;
}

bool ChooseLayouts::rewriteConcat(OpBuilder &b, ConcatOp op) {
  std::optional<Dims> result = getDims(op.getConcatResult());
  if (!result || !hasBlocks(*result) ||
      normalizeAxis(op.getAxis(), result->size()) != 1)
    return false;
  // A transposition of a part is worth it where most of it is blocked.
  int64_t there = 0, all = 0;
  for (Value operand : op.getInputs()) {
    std::optional<Dims> dims = getDims(operand);
    if (!dims || !hasBlocks(*dims))
      return false;
    int64_t channels = *onnx::getConstant((*dims)[1]);
    all += channels;
    there += isBlocked(operand) ? channels : 0;
  }
  if (2 * there < all)
    return false;
  SmallVector<Value> operands;
  for (Value operand : op.getInputs())
    operands.push_back(isBlocked(operand) ? blocked.lookup(operand)
                                          : block(b, operand));
  blocked[op.getConcatResult()] =
      ConcatOp::create(b, op.getLoc(), operands, /*axis=*/1);
  return true;
}

/// The copy has the result's blocks.
void ChooseLayouts::setBlocked(Operation *copy, Value plain) {
  Value result = copy->getResult(0);
  result.setType(
      getTensorType(getBlockedDims(*getDims(plain)), getElementType(plain)));
  blocked[plain] = result;
}

/// Spatial axes have the same numbers among blocks.
bool ChooseLayouts::rewriteResize(OpBuilder &b, ResizeOp op) {
  std::optional<SmallVector<ResizeOp::Axis>> axes = op.getResizedAxes();
  Dims x = *getDims(op.getX());
  if (!axes || axes->empty() || op.keepsAspectRatio() ||
      op.getCoordinateTransformationMode() == "tf_crop_and_resize" ||
      !isBlocked(op.getX()))
    return false;
  SmallVector<int64_t> numbers;
  SmallVector<float> scales;
  Dims sizes;
  for (const ResizeOp::Axis &axis : *axes) {
    if (axis.axis < 2 && axis.size == x[axis.axis] && axis.scale == 1.0f)
      continue;
    if (axis.axis < 2 || (op.hasScales() && !axis.scale))
      return false;
    numbers.push_back(axis.axis);
    scales.push_back(axis.scale.value_or(1));
    sizes.push_back(axis.size);
  }
  if (numbers.empty())
    return false;
  auto copy = cast<ResizeOp>(b.clone(*op));
  b.setInsertionPoint(copy);
  GraphBuilder g{b, op.getLoc()};
  copy.getXMutable().assign(blocked.lookup(op.getX()));
  copy.getRoiMutable().clear();
  copy.setAxesAttr(b.getDenseI64ArrayAttr(numbers));
  if (op.hasScales())
    copy.getScalesMutable().assign(
        g.floats(scales, {int64_t(scales.size())}, b.getF32Type()));
  else
    copy.getSizesMutable().assign(g.dims(sizes));
  b.setInsertionPointAfter(copy);
  setBlocked(copy, op.getY());
  return true;
}

bool ChooseLayouts::rewritePad(OpBuilder &b, PadOp op) {
  std::optional<PadOp::Pads> pads = op.getPadsPerDimension();
  AffineExpr none = onnx::getConstant(&getContext(), 0);
  if (!pads || !isBlocked(op.getData()) || pads->begins.size() < 3)
    return false;
  Dims all;
  for (Dims *list : {&pads->begins, &pads->ends}) {
    if ((*list)[0] != none || (*list)[1] != none)
      return false;
    llvm::append_range(all, *list);
    all.push_back(none);
  }
  auto copy = cast<PadOp>(b.clone(*op));
  b.setInsertionPoint(copy);
  GraphBuilder g{b, op.getLoc()};
  copy.getDataMutable().assign(blocked.lookup(op.getData()));
  copy.getPadsMutable().assign(g.dims(all));
  copy.getAxesMutable().clear();
  b.setInsertionPointAfter(copy);
  setBlocked(copy, op.getOutput());
  return true;
}

Value ChooseLayouts::block(OpBuilder &b, Value value) {
  Dims dims = *getDims(value);
  Dims cut = getBlockedDims(dims);
  cut.pop_back();
  cut.insert(cut.begin() + 2, onnx::getConstant(&getContext(), lanes));
  Location loc = value.getLoc();
  Value result = transpose(b, loc, reshapeTo(b, loc, value, cut),
                           getBlockingOrder(dims.size(), /*back=*/false));
  return blocked[value] = result;
}

Value ChooseLayouts::unblock(OpBuilder &b, Value value, Value plain) {
  Dims dims = *getDims(plain);
  Location loc = plain.getLoc();
  bool isPixel = llvm::all_of(ArrayRef(dims).drop_front(2), [](AffineExpr e) {
    return onnx::getConstant(e) == 1;
  });
  if (!isPixel)
    value =
        transpose(b, loc, value, getBlockingOrder(dims.size(), /*back=*/true));
  return reshapeTo(b, loc, value, dims);
}

/// Removes what was rewritten, from its end; where it has other users they get
/// a plain copy.
void ChooseLayouts::finish() {
  for (Operation *op : llvm::reverse(rewritten)) {
    for (Value result : op->getResults()) {
      if (result.use_empty())
        continue;
      OpBuilder b(op);
      b.setInsertionPointAfter(op);
      result.replaceAllUsesWith(unblock(b, blocked.lookup(result), result));
    }
    op->erase();
  }
}

} // namespace
