//===- GradientSums.cpp - Derivatives of products and reductions ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/ConvShape.h"
#include "dialects/onnx/GradientRules.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/PoolingOps.h"
#include "dialects/onnx/Reduction.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/SoftmaxOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include <numeric>

using namespace mlir;
using namespace onnxc::onnx;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static Value transposeMatrix(GraphBuilder &g, Value x, size_t rank) {
  SmallVector<int64_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[rank - 1], order[rank - 2]);
  return g.transpose(x, order);
}

/// Vectors become matrices of one row or column.
static void differentiateMatMul(GradientStep &step, MatMulOp op) {
  GraphBuilder &g = step.g;
  Dims a = *getDims(op.getA()), b = *getDims(op.getB());
  Dims batch = *getDims(op.getY());
  AffineExpr one = getConstant(op.getContext(), 1);
  if (a.size() > 1)
    batch.pop_back();
  if (b.size() > 1)
    batch.pop_back();
  Dims left = a, right = b;
  if (left.size() == 1)
    left.insert(left.begin(), one);
  if (right.size() == 1)
    right.push_back(one);
  auto withMatrix = [&](AffineExpr rows, AffineExpr columns) {
    Dims dims = batch;
    dims.append({rows, columns});
    return dims;
  };
  AffineExpr m = left[left.size() - 2], k = left.back(), n = right.back();
  Value r = g.reshape(step.result(), g.dims(withMatrix(m, n)));
  auto give = [&](unsigned i, Value product, const Dims &from, const Dims &to,
                  const Dims &own) {
    if (Value sum = step.sumTo(product, from, to))
      step.giveWhole(i, g.reshape(sum, g.dims(own)));
  };
  if (step.needs(0)) {
    Value other =
        transposeMatrix(g, g.reshape(op.getB(), g.dims(right)), right.size());
    give(0, g.matmul(r, other), withMatrix(m, k), left, a);
  }
  if (step.needs(1)) {
    Value other =
        transposeMatrix(g, g.reshape(op.getA(), g.dims(left)), left.size());
    give(1, g.matmul(other, r), withMatrix(k, n), right, b);
  }
}

static void differentiateGemm(GradientStep &step, GemmOp op) {
  GraphBuilder &g = step.g;
  auto scale = [&](float factor) {
    return factor == 1 ? step.result()
                       : g.mul(step.result(), step.number(factor));
  };
  auto turn = [&](Value x, bool isTurned) {
    return isTurned ? g.transpose(x, {1, 0}) : x;
  };
  Value r = scale(op.getAlpha());
  if (step.needs(0)) {
    Value a = g.matmul(r, turn(op.getB(), !op.getTransB()));
    step.giveWhole(0, turn(a, op.getTransA()));
  }
  if (step.needs(1)) {
    Value b = g.matmul(turn(op.getA(), !op.getTransA()), r);
    step.giveWhole(1, turn(b, op.getTransB()));
  }
  if (op.getC())
    step.give(2, scale(op.getBeta()));
}

//===----------------------------------------------------------------------===//
// Conv
//===----------------------------------------------------------------------===//

namespace {

/// The derivatives of a convolution of one group.
struct ConvParts {
  GraphBuilder &g;
  const ConvWindow &window;
  /// Rows that no window reaches, in each spatial dimension.
  SmallVector<int64_t> rest;
  SmallVector<int64_t> pads;

  DenseI64ArrayAttr list(ArrayRef<int64_t> values) const {
    return g.b.getDenseI64ArrayAttr(values);
  }

  Value ofImage(Value gradient, Value weights) const {
    return ConvTransposeOp::create(
        g.b, g.loc, gradient, weights, Value(), g.b.getStringAttr("NOTSET"),
        list(window.dilations), g.b.getI64IntegerAttr(1), DenseI64ArrayAttr(),
        list(rest), DenseI64ArrayAttr(), list(pads), list(window.strides));
  }

  /// A convolution of the image by the gradient, in which batch and channels
  /// have changed places.
  Value ofWeights(Value image, Value gradient, const Dims &weights) const {
    SmallVector<int64_t> order(weights.size());
    std::iota(order.begin(), order.end(), 0);
    std::swap(order[0], order[1]);
    Value sums = ConvOp::create(
        g.b, g.loc, g.transpose(image, order), g.transpose(gradient, order),
        Value(), g.b.getStringAttr("NOTSET"), list(window.strides),
        g.b.getI64IntegerAttr(1), DenseI64ArrayAttr(), list(pads),
        list(window.dilations));
    for (size_t i = 2; i < weights.size(); ++i)
      sums = g.slice(sums, g.ints(0), g.dims({weights[i]}), i);
    return g.transpose(sums, order);
  }
};

} // namespace

/// None, with an error, where sizes are free that decide it.
static std::optional<ConvParts> getConvParts(GradientStep &step, ConvOp op,
                                             const ConvWindow &window) {
  Dims x = *getDims(op.getX()), w = *getDims(op.getW());
  ConvParts parts{step.g, window, {}, {}};
  SmallVector<int64_t> ends;
  for (unsigned i = 0; i < x.size() - 2; ++i) {
    int64_t begin = window.padBegin[i], end = window.padEnd[i];
    AffineExpr kernel = simplify((w[i + 2] - 1) * window.dilations[i] + 1);
    AffineExpr left =
        simplify((x[i + 2] + (begin + end) - kernel) % window.strides[i]);
    std::optional<int64_t> rest = getConstant(left);
    if (!rest || window.isSame()) {
      step.error = "whose windows depend on a free size or on auto_pad; bind "
                   "sizes with --dim, and give pads";
      return std::nullopt;
    }
    parts.rest.push_back(*rest);
    parts.pads.push_back(begin);
    ends.push_back(end);
  }
  parts.pads.append(ends);
  return parts;
}

static void differentiateConv(GradientStep &step, ConvOp op) {
  GraphBuilder &g = step.g;
  Dims x = *getDims(op.getX()), w = *getDims(op.getW());
  ConvWindow window = getConvWindow(op, x.size() - 2);
  std::optional<ConvParts> parts = getConvParts(step, op, window);
  if (!parts)
    return;
  int64_t groups = op.getGroup();
  AffineExpr filters = simplify(w[0].floorDiv(groups));
  auto cut = [&](Value v, AffineExpr size, int64_t group, int64_t axis) {
    return groups == 1 ? v
                       : g.slice(v, g.dims({simplify(size * group)}),
                                 g.dims({simplify(size * (group + 1))}), axis);
  };
  Dims one = w;
  one[0] = filters;
  SmallVector<Value> images, weights;
  for (int64_t i = 0; i < groups; ++i) {
    Value r = cut(step.result(), filters, i, 1);
    if (step.needs(0))
      images.push_back(parts->ofImage(r, cut(op.getW(), filters, i, 0)));
    if (step.needs(1))
      weights.push_back(parts->ofWeights(cut(op.getX(), w[1], i, 1), r, one));
  }
  auto join = [&](ArrayRef<Value> parts, int64_t axis) {
    return parts.size() == 1 ? parts.front() : g.concat(parts, axis);
  };
  if (step.needs(0))
    step.giveWhole(0, join(images, 1));
  if (step.needs(1))
    step.giveWhole(1, join(weights, 0));
  if (op.getB() && step.needs(2)) {
    SmallVector<int64_t> axes = {0};
    for (size_t i = 2; i < x.size(); ++i)
      axes.push_back(i);
    step.giveWhole(2, ReduceSumOp::create(g.b, g.loc, step.result(),
                                          g.ints(axes), /*keepdims=*/0,
                                          /*noop_with_empty_axes=*/0));
  }
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// What a reduction hands on, given its derivative and its result along the
/// dimensions of the data; null for another op.
static Value getReductionSlope(GradientStep &step, Value x, Value r, Value y,
                               Value count) {
  GraphBuilder &g = step.g;
  Value zero = step.number(0);
  return TypeSwitch<Operation *, Value>(step.op)
      .Case([&](ReduceSumOp) { return r; })
      .Case([&](ReduceMeanOp) { return g.div(r, count); })
      .Case(
          [&](ReduceSumSquareOp) { return g.mul(r, g.mul(step.number(2), x)); })
      .Case([&](ReduceL1Op) {
        return g.mul(r, Value(SignOp::create(g.b, g.loc, x)));
      })
      .Case([&](ReduceL2Op) {
        Value slope = g.select(g.equal(y, zero), zero, g.div(x, y));
        return g.mul(r, slope);
      })
      .Case([&](ReduceLogSumOp) { return g.div(r, g.exp(y)); })
      .Case([&](ReduceLogSumExpOp) { return g.mul(r, g.exp(g.sub(x, y))); })
      .Case<ReduceMaxOp, ReduceMinOp>([&](auto) {
        // Equal extremes share it.
        return g.select(g.equal(x, y), r, zero);
      })
      .Default([](Operation *) { return Value(); });
}

template <typename Op>
static bool differentiateReduction(GradientStep &step, Op op) {
  GraphBuilder &g = step.g;
  Value x = op.getData();
  Dims dims = *getDims(x);
  std::optional<SmallVector<bool>> reduced =
      getReducedDims(x, op.getAxes(), op.getNoopWithEmptyAxes());
  if (!reduced)
    return false;
  Dims kept = dims;
  SmallVector<int64_t> axes;
  AffineExpr count = getConstant(op.getContext(), 1);
  for (auto [i, isReduced] : llvm::enumerate(*reduced))
    if (isReduced) {
      axes.push_back(i);
      count = simplify(count * dims[i]);
      kept[i] = getConstant(op.getContext(), 1);
    }
  auto spread = [&](Value v) {
    return g.expand(g.reshape(v, g.dims(kept)), g.dims(dims));
  };
  Value number = g.reshape(g.cast(g.dims({count}), getElementType(x)),
                           ArrayRef<int64_t>());
  Value r = spread(step.result()), y = spread(op.getReduced());
  if (isa<ReduceMaxOp, ReduceMinOp>(step.op) && !axes.empty()) {
    Value ties = g.cast(g.equal(x, y), getElementType(x));
    r = g.div(r, Value(ReduceSumOp::create(g.b, g.loc, ties, g.ints(axes),
                                           /*keepdims=*/1,
                                           /*noop_with_empty_axes=*/0)));
  }
  Value slope = getReductionSlope(step, x, r, y, number);
  if (slope)
    step.giveWhole(0, slope);
  return bool(slope);
}

static void differentiateSoftmax(GradientStep &step, int64_t axis,
                                 bool isLogarithm) {
  GraphBuilder &g = step.g;
  Value y = step.op->getResult(0), r = step.result();
  int64_t dim = *normalizeAxis(axis, getDims(y)->size());
  if (isLogarithm) {
    Value sum = g.sum(r, dim, /*keepdims=*/true);
    step.giveWhole(0, g.sub(r, g.mul(g.exp(y), sum)));
    return;
  }
  Value sum = g.sum(g.mul(r, y), dim, /*keepdims=*/true);
  step.giveWhole(0, g.mul(y, g.sub(r, sum)));
}

static void differentiateGlobalAverage(GradientStep &step,
                                       GlobalAveragePoolOp op) {
  GraphBuilder &g = step.g;
  Dims dims = *getDims(op.getX());
  AffineExpr count = getProduct(op.getContext(), ArrayRef(dims).drop_front(2));
  Value number = g.reshape(g.cast(g.dims({count}), getElementType(op.getX())),
                           ArrayRef<int64_t>());
  step.giveWhole(0, g.expand(g.div(step.result(), number), g.dims(dims)));
}

bool onnxc::onnx::differentiateSums(GradientStep &step) {
  return TypeSwitch<Operation *, bool>(step.op)
      .Case([&](MatMulOp op) {
        differentiateMatMul(step, op);
        return true;
      })
      .Case([&](GemmOp op) {
        differentiateGemm(step, op);
        return true;
      })
      .Case([&](ConvOp op) {
        differentiateConv(step, op);
        return true;
      })
      .Case([&](SoftmaxOp op) {
        differentiateSoftmax(step, op.getAxis(), /*isLogarithm=*/false);
        return true;
      })
      .Case([&](LogSoftmaxOp op) {
        differentiateSoftmax(step, op.getAxis(), /*isLogarithm=*/true);
        return true;
      })
      .Case([&](GlobalAveragePoolOp op) {
        differentiateGlobalAverage(step, op);
        return true;
      })
      .Case<ReduceSumOp, ReduceMeanOp, ReduceSumSquareOp, ReduceL1Op,
            ReduceL2Op, ReduceLogSumOp, ReduceLogSumExpOp, ReduceMaxOp,
            ReduceMinOp>(
          [&](auto op) { return differentiateReduction(step, op); })
      .Default([](Operation *) { return false; });
}
