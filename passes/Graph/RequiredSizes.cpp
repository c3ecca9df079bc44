//===- RequiredSizes.cpp - Sizes that an operator needs to agree ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/RequiredSizes.h"
#include "dialects/onnx/AttentionOps.h"
#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/NormalizationOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/PoolingOps.h"
#include "dialects/onnx/QuantizeOps.h"
#include "dialects/onnx/RecurrentOps.h"
#include "dialects/onnx/ResizeOps.h"
#include "dialects/onnx/SamplingOps.h"
#include "dialects/onnx/ScatterOps.h"
#include "dialects/onnx/SearchOps.h"
#include "dialects/onnx/SelectOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SliceOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

void SizeRequirements::fail(const Twine &message) {
  if (mayNotRun)
    return note(constant(0), constant(1));
  if (!failed)
    op->emitError(message);
  failed = true;
}

AffineExpr SizeRequirements::constant(int64_t value) const {
  return onnxc::onnx::getConstant(op->getContext(), value);
}

void SizeRequirements::rank(StringRef name, Value value, size_t rank) {
  std::optional<Dims> dims = value ? getDims(value) : std::nullopt;
  if (dims && dims->size() != rank)
    fail(name + " has rank " + Twine(dims->size()) + ", not " + Twine(rank));
}

void SizeRequirements::equal(AffineExpr size, AffineExpr needed,
                             const Twine &what) {
  std::optional<int64_t> is = onnxc::onnx::getConstant(size),
                         has = onnxc::onnx::getConstant(needed);
  if (!is || !has)
    note(size, needed);
  else if (*is != *has)
    fail(what + " is " + Twine(*is) + ", not " + Twine(*has));
}

void SizeRequirements::size(StringRef name, Value value, unsigned dim,
                            AffineExpr needed) {
  std::optional<Dims> dims = value ? getDims(value) : std::nullopt;
  if (dims && dim < dims->size())
    equal((*dims)[dim], needed,
          "the size of " + name + " in dimension " + Twine(dim));
}

void SizeRequirements::shape(StringRef name, Value value,
                             ArrayRef<AffineExpr> needed) {
  rank(name, value, needed.size());
  for (auto [i, dim] : llvm::enumerate(needed))
    size(name, value, i, dim);
}

void SizeRequirements::broadcast(StringRef name, Value value,
                                 ArrayRef<AffineExpr> shape) {
  std::optional<Dims> dims = value ? getDims(value) : std::nullopt;
  if (!dims)
    return;
  if (dims->size() > shape.size())
    return fail(name + " has rank " + Twine(dims->size()) + ", more than " +
                Twine(shape.size()));
  for (auto [i, pair] :
       llvm::enumerate(llvm::zip(*dims, shape.take_back(dims->size()))))
    if (onnxc::onnx::getConstant(std::get<0>(pair)) != 1)
      size(name, value, i, std::get<1>(pair));
}

void SizeRequirements::atMost(AffineExpr size, AffineExpr limit,
                              const Twine &what) {
  std::optional<int64_t> is = onnxc::onnx::getConstant(size),
                         most = onnxc::onnx::getConstant(limit);
  if (is && most && *is > *most)
    fail(what + " is " + Twine(*is) + ", more than " + Twine(*most));
  else if (!isKnownNonNegative(simplify(limit - size)))
    note(size, getMin(size, limit));
}

void SizeRequirements::notNegative(AffineExpr size, const Twine &what) {
  std::optional<int64_t> is = onnxc::onnx::getConstant(size);
  if (is && *is < 0)
    fail(what + " is " + Twine(*is));
  else if (!isKnownNonNegative(size))
    note(getMin(size, constant(0)), constant(0));
}

namespace {

/// LSTM, GRU and RNN.
template <typename Op>
void requireRecurrent(Op op, int64_t gates, SizeRequirements &r) {
  std::optional<Dims> x = getDims(op.getX()), weights = getDims(op.getR());
  if (!x || !weights || x->size() != 3 || weights->size() != 3)
    return;
  AffineExpr directions = (*weights)[0], hidden = (*weights)[2];
  bool batchFirst = op.getLayout() != 0;
  AffineExpr batch = (*x)[batchFirst ? 0 : 1];
  if (std::optional<int64_t> stated = op.getHiddenSize())
    r.size("R", op.getR(), 2, r.constant(*stated));
  r.shape("W", op.getW(), {directions, hidden * gates, (*x)[2]});
  r.shape("R", op.getR(), {directions, hidden * gates, hidden});
  r.shape("B", op.getB(), {directions, hidden * (2 * gates)});
  r.shape("sequence_lens", op.getSequenceLens(), {batch});
  Dims state = batchFirst ? Dims{batch, directions, hidden}
                          : Dims{directions, batch, hidden};
  r.shape("initial_h", op.getInitialH(), state);
  if constexpr (std::is_same_v<Op, LSTMOp>) {
    r.shape("initial_c", op.getInitialC(), state);
    r.shape("P", op.getP(), {directions, hidden * 3});
  }
}

/// Statistics and scales that have one element a channel.
void requirePerChannel(Value x, ArrayRef<std::pair<StringRef, Value>> values,
                       SizeRequirements &r) {
  std::optional<Dims> dims = getDims(x);
  if (!dims || dims->empty())
    return;
  AffineExpr channels = dims->size() == 1 ? r.constant(1) : (*dims)[1];
  for (auto [name, value] : values)
    r.shape(name, value, {channels});
}

/// Conv, ConvInteger and QLinearConv.
template <typename Op>
void requireConv(Op op, Value input, Value weights, Value bias, Value result,
                 SizeRequirements &r) {
  std::optional<Dims> x = getDims(input), w = getDims(weights);
  if (!x || !w || x->size() != w->size() || x->size() < 3)
    return;
  r.equal((*x)[1], (*w)[1] * op.getGroup(), "the number of channels");
  r.shape("B", bias, {(*w)[0]});
  if (auto kernel = op.getKernelShape(); kernel && !kernel->empty()) {
    if (kernel->size() + 2 != w->size())
      return r.fail("kernel_shape has " + Twine(kernel->size()) +
                    " values, W has rank " + Twine(w->size()));
    for (auto [i, size] : llvm::enumerate(*kernel))
      r.size("W", weights, i + 2, r.constant(size));
  }
  if (std::optional<Dims> y = getDims(result))
    for (AffineExpr dim : *y)
      r.notNegative(dim, "a size of the result");
}

void requireConvTranspose(ConvTransposeOp op, SizeRequirements &r) {
  std::optional<Dims> x = getDims(op.getX()), w = getDims(op.getW());
  if (!x || !w || x->size() != w->size() || x->size() < 3)
    return;
  r.equal((*x)[1], (*w)[0], "the number of channels");
  r.shape("B", op.getB(), {(*w)[1] * op.getGroup()});
  if (std::optional<Dims> y = getDims(op.getY()))
    for (AffineExpr dim : *y)
      r.notNegative(dim, "a size of the result");
}

void requireNotNegative(Value result, SizeRequirements &r) {
  if (std::optional<Dims> dims = getDims(result))
    for (AffineExpr dim : *dims)
      r.notNegative(dim, "a size of the result");
}

/// The result has no elements, or the dimension it is computed from has.
void requireElement(AffineExpr size, Value result, SizeRequirements &r) {
  std::optional<Dims> dims = getDims(result);
  if (!dims)
    return;
  AffineExpr count = getProduct(size.getContext(), *dims);
  if (onnxc::onnx::getConstant(count) == 0)
    return;
  if (onnxc::onnx::getConstant(size) == 0 &&
      onnxc::onnx::getConstant(count).value_or(0) > 0)
    return r.fail("a dimension it takes elements from has none");
  r.atMost(getMin(count, r.constant(1)), size, "the number of elements needed");
}

void requireElements(Value data, unsigned from, Value result,
                     SizeRequirements &r) {
  if (std::optional<Dims> dims = getDims(data))
    for (AffineExpr size : ArrayRef(*dims).drop_front(from))
      requireElement(size, result, r);
}

void requirePad(PadOp op, SizeRequirements &r) {
  requireNotNegative(op.getOutput(), r);
  std::optional<Dims> dims = getDims(op.getData());
  std::optional<PadOp::Pads> pads = op.getPadsPerDimension();
  if (!dims || !pads || op.getMode() == "constant")
    return;
  for (auto [size, begin, end] : llvm::zip(*dims, pads->begins, pads->ends))
    if (onnxc::onnx::getConstant(begin) != 0 ||
        onnxc::onnx::getConstant(end) != 0)
      requireElement(size, op.getOutput(), r);
}

void requireMatrices(Value left, Value right, SizeRequirements &r) {
  std::optional<Dims> a = getDims(left), b = getDims(right);
  if (!a || !b || a->empty() || b->empty())
    return;
  r.equal(a->back(), (*b)[b->size() == 1 ? 0 : b->size() - 2],
          "the inner size of the product");
}

void requireGemm(GemmOp op, SizeRequirements &r) {
  std::optional<Dims> a = getDims(op.getA()), b = getDims(op.getB()),
                      y = getDims(op.getY());
  if (!a || !b || a->size() != 2 || b->size() != 2)
    return;
  r.equal((*a)[op.getTransA() ? 0 : 1], (*b)[op.getTransB() ? 1 : 0],
          "the inner size of the product");
  if (op.getC() && y)
    r.broadcast("C", op.getC(), *y);
}

void requireDivides(StringRef name, AffineExpr size, int64_t heads,
                    SizeRequirements &r) {
  std::optional<int64_t> known = onnxc::onnx::getConstant(size);
  if (known && *known % heads != 0)
    r.fail(name + "'s last size of " + Twine(*known) +
           " does not divide into " + Twine(heads) + " heads");
  else
    r.equal(simplify(size % heads), r.constant(0), name);
}

void requireAttention(AttentionOp op, SizeRequirements &r) {
  std::optional<Dims> q = getDims(op.getQ()), k = getDims(op.getK()),
                      v = getDims(op.getV());
  if (!q || !k || !v || q->size() != k->size() || q->size() != v->size())
    return;
  r.equal((*k)[0], (*q)[0], "the batch size of K");
  r.equal((*v)[0], (*q)[0], "the batch size of V");
  std::optional<int64_t> heads = op.getQNumHeads(),
                         kvHeads = op.getKvNumHeads();
  if (q->size() == 4) {
    r.equal((*k)[3], (*q)[3], "the head size of K");
    r.equal((*v)[1], (*k)[1], "the number of heads of V");
    r.equal((*v)[2], (*k)[2], "the length of V");
    heads = onnxc::onnx::getConstant((*q)[1]);
    kvHeads = onnxc::onnx::getConstant((*k)[1]);
  } else if (q->size() == 3 && heads.value_or(0) > 0 &&
             kvHeads.value_or(0) > 0) {
    r.equal((*v)[1], (*k)[1], "the length of V");
    for (auto [name, size, count] :
         {std::tuple(StringRef("Q"), (*q)[2], *heads),
          std::tuple(StringRef("K"), (*k)[2], *kvHeads),
          std::tuple(StringRef("V"), (*v)[2], *kvHeads)})
      requireDivides(name, size, count, r);
    r.equal(simplify((*k)[2].floorDiv(*kvHeads)),
            simplify((*q)[2].floorDiv(*heads)), "the head size of K");
  }
  if (heads && kvHeads && *kvHeads > 0 && *heads % *kvHeads != 0)
    r.fail("Q has " + Twine(*heads) + " heads, no multiple of the " +
           Twine(*kvHeads) + " of K and V");
}

/// The dimensions but that of `axis`: indices reach no further than the data.
void requireWithin(Value data, Value indices, int64_t axis,
                   SizeRequirements &r) {
  std::optional<Dims> whole = getDims(data), part = getDims(indices);
  if (!whole || !part || whole->size() != part->size())
    return;
  for (auto [i, pair] : llvm::enumerate(llvm::zip(*part, *whole)))
    if (int64_t(i) != axis)
      r.atMost(std::get<0>(pair), std::get<1>(pair),
               "the size of indices in dimension " + Twine(i));
}

void requireScatterElements(ScatterElementsOp op, SizeRequirements &r) {
  std::optional<int64_t> rank = getRank(op.getData());
  if (!rank || *rank == 0)
    return;
  requireWithin(op.getData(), op.getIndices(),
                *normalizeAxis(op.getAxis(), *rank), r);
  if (std::optional<Dims> indices = getDims(op.getIndices()))
    r.shape("updates", op.getUpdates(), *indices);
}

void requireScatterND(ScatterNDOp op, SizeRequirements &r) {
  std::optional<Dims> data = getDims(op.getData()),
                      indices = getDims(op.getIndices());
  std::optional<int64_t> tuple =
      indices ? onnxc::onnx::getConstant(indices->back()) : std::nullopt;
  if (!data || !tuple || *tuple < 0 || *tuple > int64_t(data->size()))
    return;
  Dims shape(indices->begin(), indices->end() - 1);
  shape.append(data->begin() + *tuple, data->end());
  r.shape("updates", op.getUpdates(), shape);
}

void requireGatherND(GatherNDOp op, SizeRequirements &r) {
  std::optional<Dims> data = getDims(op.getData());
  for (int64_t i = 0; data && i < op.getBatchDims(); ++i)
    r.size("indices", op.getIndices(), i, (*data)[i]);
}

/// A scalar, or a list of one.
void requireOne(StringRef name, Value value, SizeRequirements &r) {
  std::optional<Dims> dims = value ? getDims(value) : std::nullopt;
  if (!dims)
    return;
  AffineExpr count = getProduct(value.getContext(), *dims);
  r.equal(count, r.constant(1), "the number of elements of " + name);
}

/// Heads of pairs, and one angle a pair.
void requireRotary(RotaryEmbeddingOp op, SizeRequirements &r) {
  std::optional<Dims> dims = getDims(op.getX()),
                      cosines = getDims(op.getCosCache()),
                      sines = getDims(op.getSinCache());
  if (!dims || !cosines || !sines)
    return;
  int64_t heads = dims->size() == 3 ? op.getNumHeads().value_or(1) : 1;
  requireDivides("X", dims->back(), heads, r);
  std::optional<int64_t> width = onnxc::onnx::getConstant(dims->back());
  if (!width || *width % heads != 0)
    return;
  int64_t size = *width / heads, rotated = op.getRotaryEmbeddingDim();
  if (rotated < 0 || rotated > size)
    return r.fail("rotary_embedding_dim is " + Twine(rotated) +
                  ", a head has " + Twine(size) + " features");
  if (rotated == 0)
    rotated = size;
  if (rotated % 2 != 0)
    return r.fail("rotates " + Twine(rotated) +
                  " features a head, which are not pairs");
  for (auto [name, cache, shape] :
       {std::tuple(StringRef("cos_cache"), op.getCosCache(), *cosines),
        std::tuple(StringRef("sin_cache"), op.getSinCache(), *sines)}) {
    size_t rank = op.getPositionIds() ? 2 : 3;
    r.rank(name, cache, rank);
    if (shape.size() != rank)
      return;
    r.size(name, cache, rank - 1, r.constant(rotated / 2));
    if (op.getPositionIds())
      continue;
    r.size(name, cache, 0, dims->front());
    r.size(name, cache, 1, (*dims)[dims->size() - 2]);
  }
}

void requireSplit(SplitOp op, SizeRequirements &r) {
  std::optional<Dims> dims = getDims(op.getInput());
  if (!dims)
    return;
  int64_t axis = *normalizeAxis(op.getAxis(), dims->size());
  AffineExpr sum = r.constant(0);
  for (Value output : op.getOutputs()) {
    std::optional<Dims> part = getDims(output);
    if (!part)
      return;
    r.notNegative((*part)[axis], "the size of a part");
    sum = sum + (*part)[axis];
  }
  r.equal(simplify(sum), (*dims)[axis], "the sum of the parts' sizes");
}

void requireReshape(ReshapeOp op, SizeRequirements &r) {
  std::optional<Dims> from = getDims(op.getData()),
                      to = getDims(op.getReshaped());
  if (!from || !to)
    return;
  for (AffineExpr dim : *to)
    r.notNegative(dim, "a size of the shape");
  MLIRContext *context = op.getContext();
  AffineExpr have = simplify(getProduct(context, *from)),
             want = simplify(getProduct(context, *to));
  // What is not decided because of a product that overflows has a message of
  // its own.
  if (!isPiecewise(have) && !isPiecewise(want))
    r.equal(want, have, "the number of elements");
}

/// What is left has as many elements.
void requireSqueeze(SqueezeOp op, SizeRequirements &r) {
  std::optional<Dims> from = getDims(op.getData()),
                      to = getDims(op.getSqueezed());
  if (!from || !to || !op.getAxes())
    return;
  std::optional<SmallVector<int64_t>> axes = getConstantInts(op.getAxes());
  for (int64_t axis : axes.value_or(SmallVector<int64_t>()))
    r.size("data", op.getData(), *normalizeAxis(axis, from->size()),
           r.constant(1));
}

/// Sizes of the shape are the result's, or 1.
void requireExpand(ExpandOp op, SizeRequirements &r) {
  std::optional<Dims> shape = getKnownInts(op.getShape()),
                      result = getDims(op.getOutput());
  if (!shape || !result || shape->size() > result->size())
    return;
  r.broadcast("input", op.getInput(), *result);
  for (auto [given, size] :
       llvm::zip(*shape, ArrayRef(*result).take_back(shape->size())))
    if (given != size)
      r.equal(simplify((given - 1) * (given - size)), r.constant(0),
              "a size of the shape");
}

void requireSuppression(NonMaxSuppressionOp op, SizeRequirements &r) {
  std::optional<Dims> boxes = getDims(op.getBoxes()),
                      scores = getDims(op.getScores());
  if (!boxes || !scores || boxes->size() != 3 || scores->size() != 3)
    return;
  r.size("boxes", op.getBoxes(), 2, r.constant(4));
  r.size("scores", op.getScores(), 0, (*boxes)[0]);
  r.size("scores", op.getScores(), 2, (*boxes)[1]);
}

void requireGridSample(GridSampleOp op, SizeRequirements &r) {
  requireElements(op.getX(), 2, op.getY(), r);
  std::optional<Dims> x = getDims(op.getX()), grid = getDims(op.getGrid());
  if (!x || !grid || x->size() != grid->size())
    return;
  r.size("grid", op.getGrid(), 0, (*x)[0]);
  r.size("grid", op.getGrid(), x->size() - 1, r.constant(x->size() - 2));
}

void requireRoiAlign(RoiAlignOp op, SizeRequirements &r) {
  requireElements(op.getX(), 2, op.getY(), r);
  std::optional<Dims> rois = getDims(op.getRois());
  if (!rois || rois->size() != 2)
    return;
  r.size("rois", op.getRois(), 1, r.constant(4));
  r.shape("batch_indices", op.getBatchIndices(), {(*rois)[0]});
}

/// One scale a slice of the axis, or one for each block.
void requireScale(Value x, Value scale, Value zeroPoint, int64_t axis,
                  int64_t block, SizeRequirements &r) {
  std::optional<Dims> dims = getDims(x), scales = getDims(scale);
  if (!dims || !scales || scales->empty() ||
      (scales->size() == 1 && onnxc::onnx::getConstant((*scales)[0]) == 1))
    return;
  std::optional<int64_t> at = normalizeAxis(axis, dims->size());
  if (!at)
    return;
  if (block == 0) {
    r.shape("the scale", scale, {(*dims)[*at]});
  } else {
    (*dims)[*at] = simplify((*dims)[*at].ceilDiv(block));
    r.shape("the scale", scale, *dims);
  }
  if (zeroPoint)
    r.shape("the zero point", zeroPoint, *scales);
}

} // namespace

void onnxc::requireSizes(Operation *op, SizeRequirements &r) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](LSTMOp o) { requireRecurrent(o, 4, r); })
      .Case([&](GRUOp o) { requireRecurrent(o, 3, r); })
      .Case([&](RNNOp o) { requireRecurrent(o, 1, r); })
      .Case([&](BatchNormalizationOp o) {
        requirePerChannel(o.getX(),
                          {{"scale", o.getScale()},
                           {"B", o.getB()},
                           {"input_mean", o.getInputMean()},
                           {"input_var", o.getInputVar()}},
                          r);
      })
      .Case([&](InstanceNormalizationOp o) {
        requirePerChannel(o.getInput(),
                          {{"scale", o.getScale()}, {"B", o.getB()}}, r);
      })
      .Case([&](LayerNormalizationOp o) {
        if (std::optional<Dims> dims = getDims(o.getX())) {
          r.broadcast("Scale", o.getScale(), *dims);
          r.broadcast("B", o.getB(), *dims);
        }
      })
      .Case([&](RMSNormalizationOp o) {
        if (std::optional<Dims> dims = getDims(o.getX()))
          r.broadcast("scale", o.getScale(), *dims);
      })
      .Case([&](ConvOp o) {
        requireConv(o, o.getX(), o.getW(), o.getB(), o.getY(), r);
      })
      .Case([&](ConvIntegerOp o) {
        requireConv(o, o.getX(), o.getW(), Value(), o.getY(), r);
      })
      .Case([&](QLinearConvOp o) {
        requireConv(o, o.getX(), o.getW(), o.getB(), o.getY(), r);
      })
      .Case([&](ConvTransposeOp o) { requireConvTranspose(o, r); })
      .Case<MaxPoolOp, AveragePoolOp, SumPoolOp, LpPoolOp>(
          [&](auto o) { requireNotNegative(o.getY(), r); })
      .Case([&](PadOp o) { requirePad(o, r); })
      .Case([&](ResizeOp o) { requireElements(o.getX(), 0, o.getY(), r); })
      .Case<ArgMaxOp, ArgMinOp>([&](auto o) {
        if (std::optional<Dims> dims = getDims(o.getData()))
          requireElement((*dims)[*normalizeAxis(o.getAxis(), dims->size())],
                         o.getReduced(), r);
      })
      .Case<MatMulIntegerOp, QLinearMatMulOp>(
          [&](auto o) { requireMatrices(o.getA(), o.getB(), r); })
      .Case([&](GemmOp o) { requireGemm(o, r); })
      .Case([&](AttentionOp o) { requireAttention(o, r); })
      .Case([&](RotaryEmbeddingOp o) { requireRotary(o, r); })
      .Case([&](IfOp o) { requireOne("cond", o.getCond(), r); })
      .Case([&](LoopOp o) {
        requireOne("M", o.getM(), r);
        requireOne("cond", o.getCond(), r);
      })
      .Case([&](GatherElementsOp o) {
        if (std::optional<int64_t> rank = getRank(o.getData()); rank && *rank)
          requireWithin(o.getData(), o.getIndices(),
                        *normalizeAxis(o.getAxis(), *rank), r);
      })
      .Case([&](GatherNDOp o) { requireGatherND(o, r); })
      .Case([&](ScatterElementsOp o) { requireScatterElements(o, r); })
      .Case([&](ScatterNDOp o) { requireScatterND(o, r); })
      .Case([&](TopKOp o) {
        std::optional<Dims> from = getDims(o.getX()),
                            to = getDims(o.getValues());
        if (!from || !to || from->size() != to->size())
          return;
        int64_t axis = *normalizeAxis(o.getAxis(), from->size());
        r.notNegative((*to)[axis], "K");
        r.atMost((*to)[axis], (*from)[axis], "K");
      })
      .Case([&](SplitOp o) { requireSplit(o, r); })
      .Case([&](SqueezeOp o) { requireSqueeze(o, r); })
      .Case([&](ExpandOp o) { requireExpand(o, r); })
      .Case([&](ReshapeOp o) { requireReshape(o, r); })
      .Case([&](NonMaxSuppressionOp o) { requireSuppression(o, r); })
      .Case([&](GridSampleOp o) { requireGridSample(o, r); })
      .Case([&](RoiAlignOp o) { requireRoiAlign(o, r); })
      .Case([&](ReverseSequenceOp o) {
        std::optional<Dims> dims = getDims(o.getInput());
        if (dims && dims->size() >= 2)
          r.shape("sequence_lens", o.getSequenceLens(),
                  {(*dims)[o.getBatchAxis()]});
      })
      .Case([&](QuantizeLinearOp o) {
        requireScale(o.getX(), o.getYScale(), o.getYZeroPoint(), o.getAxis(),
                     o.getBlockSize(), r);
      })
      .Case([&](DequantizeLinearOp o) {
        requireScale(o.getX(), o.getXScale(), o.getXZeroPoint(), o.getAxis(),
                     o.getBlockSize(), r);
      });
}
