//===- GradientShapes.cpp - Derivatives of ops that move elements ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/GradientRules.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/ScatterOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SliceOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace onnxc::onnx;

static Value fillZeros(GraphBuilder &g, Type element,
                       ArrayRef<AffineExpr> dims) {
  return g.expand(g.number(0, element), g.dims(dims));
}

static void differentiateConcat(GradientStep &step, ConcatOp op) {
  GraphBuilder &g = step.g;
  Dims all = *getDims(op.getConcatResult());
  int64_t axis = *normalizeAxis(op.getAxis(), all.size());
  AffineExpr from = getConstant(op.getContext(), 0);
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    AffineExpr to = simplify(from + (*getDims(input))[axis]);
    step.giveWhole(i,
                   g.slice(step.result(), g.dims({from}), g.dims({to}), axis));
    from = to;
  }
}

static void differentiateSplit(GradientStep &step, SplitOp op) {
  GraphBuilder &g = step.g;
  SmallVector<Value> parts;
  for (auto [output, gradient] : llvm::zip(op.getOutputs(), step.results))
    parts.push_back(gradient ? gradient
                             : fillZeros(g, getElementType(op.getInput()),
                                         *getDims(output)));
  int64_t axis = *normalizeAxis(op.getAxis(), getDims(op.getInput())->size());
  step.giveWhole(0, g.concat(parts, axis));
}

/// Zeros around the part. False where it is not cut by known bounds.
static bool differentiateSlice(GradientStep &step, SliceOp op) {
  GraphBuilder &g = step.g;
  Dims data = *getDims(op.getData()), part = *getDims(op.getOutput());
  std::optional<SmallVector<int64_t>> starts = getConstantInts(op.getStarts());
  SmallVector<int64_t> axes;
  if (op.getAxes()) {
    std::optional<SmallVector<int64_t>> known = getConstantInts(op.getAxes());
    if (!known)
      return false;
    axes = *known;
  } else if (starts) {
    llvm::append_range(axes, llvm::seq<int64_t>(0, starts->size()));
  }
  if (!starts || starts->size() != axes.size())
    return false;
  if (op.getSteps()) {
    std::optional<SmallVector<int64_t>> steps = getConstantInts(op.getSteps());
    if (!steps || llvm::any_of(*steps, [](int64_t by) { return by != 1; }))
      return false;
  }
  AffineExpr zero = getConstant(op.getContext(), 0);
  Dims before(data.size(), zero), after(data.size(), zero);
  for (auto [start, axis] : llvm::zip(*starts, axes)) {
    int64_t dim = *normalizeAxis(axis, data.size());
    std::optional<int64_t> size = getConstant(data[dim]);
    // A bound beyond the data is moved there.
    if (start < 0 ? !size : size && start > *size)
      return false;
    before[dim] =
        getConstant(op.getContext(),
                    start < 0 ? std::max<int64_t>(0, *size + start) : start);
    after[dim] = simplify(data[dim] - before[dim] - part[dim]);
  }
  before.append(after.begin(), after.end());
  step.giveWhole(0, PadOp::create(g.b, g.loc, step.result(), g.dims(before),
                                  step.number(0), Value(),
                                  g.b.getStringAttr("constant")));
  return true;
}

static bool differentiatePad(GradientStep &step, PadOp op) {
  std::optional<PadOp::Pads> pads = op.getPadsPerDimension();
  if (op.getMode() != "constant" || !pads || step.needs(2))
    return false;
  GraphBuilder &g = step.g;
  Dims data = *getDims(op.getData());
  Value gradient = step.result();
  for (auto [i, begin] : llvm::enumerate(pads->begins)) {
    if (!isKnownNonNegative(begin) || !isKnownNonNegative(pads->ends[i]))
      return false;
    gradient = g.slice(gradient, g.dims({begin}),
                       g.dims({simplify(begin + data[i])}), i);
  }
  step.giveWhole(0, gradient);
  return true;
}

/// Each index adds its slice to where it came from.
static void differentiateGather(GradientStep &step, GatherOp op) {
  GraphBuilder &g = step.g;
  Dims data = *getDims(op.getData()), indices = *getDims(op.getIndices());
  int64_t rank = data.size(), count = indices.size();
  int64_t axis = *normalizeAxis(op.getAxis(), rank);
  // The dimensions of the indices first, then the others.
  SmallVector<int64_t> order, back;
  for (int64_t i = 0; i < count; ++i)
    order.push_back(axis + i);
  for (int64_t i = 0; i < rank - 1 + count; ++i)
    if (i < axis || i >= axis + count)
      order.push_back(i);
  Dims shape = {data[axis]};
  for (int64_t i = 0; i < rank; ++i) {
    if (i != axis)
      shape.push_back(data[i]);
    back.push_back(i == axis ? 0 : i < axis ? i + 1 : i);
  }
  Dims tuples = indices;
  tuples.push_back(getConstant(op.getContext(), 1));
  Value sum = ScatterNDOp::create(
      g.b, g.loc, fillZeros(g, getElementType(op.getData()), shape),
      g.reshape(g.cast(op.getIndices(), g.b.getI64Type()), g.dims(tuples)),
      g.transpose(step.result(), order), g.b.getStringAttr("add"));
  step.giveWhole(0, g.transpose(sum, back));
}

static void differentiateTranspose(GradientStep &step, TransposeOp op) {
  SmallVector<int64_t> order = op.getPermutation(getDims(op.getData())->size());
  SmallVector<int64_t> inverse(order.size());
  for (auto [i, from] : llvm::enumerate(order))
    inverse[from] = i;
  step.giveWhole(0, step.g.transpose(step.result(), inverse));
}

bool onnxc::onnx::differentiateShapes(GradientStep &step) {
  return TypeSwitch<Operation *, bool>(step.op)
      .Case<ReshapeOp, SqueezeOp, UnsqueezeOp, FlattenOp>([&](auto op) {
        Dims dims = *getDims(op->getOperand(0));
        step.giveWhole(0, step.g.reshape(step.result(), step.g.dims(dims)));
        return true;
      })
      .Case([&](ExpandOp) {
        step.give(0, step.result());
        return true;
      })
      .Case([&](TransposeOp op) {
        differentiateTranspose(step, op);
        return true;
      })
      .Case([&](ConcatOp op) {
        differentiateConcat(step, op);
        return true;
      })
      .Case([&](SplitOp op) {
        differentiateSplit(step, op);
        return true;
      })
      .Case([&](SliceOp op) { return differentiateSlice(step, op); })
      .Case([&](PadOp op) { return differentiatePad(step, op); })
      .Case([&](GatherOp op) {
        differentiateGather(step, op);
        return true;
      })
      .Default([](Operation *) { return false; });
}
