//===- LayerNormalization.cpp - Mean and deviation of rows ----------------===//
//
//   mean = ReduceMean(x), d = Sub(x, mean)
//   root = Sqrt(Add(ReduceMean(Pow(d, 2)), epsilon))
//   Add(Mul(Div(d, root), scale), bias)                     PyTorch's
//
//   g = Mul(Reciprocal(root), scale)
//   Add(Mul(x, g), Sub(bias, Mul(mean, g)))                 TensorFlow's
//
// over the last dimensions; scale and bias may be missing in the first.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/NormalizationOps.h"
#include "passes/Graph/Idioms/Idioms.h"
#include "passes/Graph/Idioms/RowStatistics.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// TensorFlow's scale, bias and last op.
std::optional<Affine> findMoments(SqrtOp root, Value x, Value mean,
                                  int64_t axis) {
  Value inverse = findInverse(root);
  auto scaled =
      inverse ? dyn_cast_or_null<MulOp>(getOnlyUser(inverse)) : MulOp();
  if (!scaled)
    return std::nullopt;
  int64_t rank = *getRank(x);
  Value factor = scaled.getC(), scale = getOtherOperand(scaled, inverse);
  MulOp product, shift;
  for (Operation *user : factor.getUsers()) {
    auto next = dyn_cast<MulOp>(user);
    Value other = next ? getOtherOperand(next, factor) : Value();
    (other == mean ? shift : product) = next;
    if (other != mean && other != x)
      return std::nullopt;
  }
  if (!product || !shift || !isPerRow(scale, rank, axis))
    return std::nullopt;
  auto rest = dyn_cast_or_null<SubOp>(getOnlyUser(shift.getC()));
  auto sum = dyn_cast_or_null<AddOp>(getOnlyUser(product.getC()));
  if (!rest || !sum || rest.getB() != shift.getC() ||
      getOtherOperand(sum, product.getC()) != rest.getC() ||
      !isPerRow(rest.getA(), rank, axis))
    return std::nullopt;
  return Affine{scale, rest.getA(), sum};
}

struct RecognizeLayerNormalization : OpRewritePattern<SqrtOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(SqrtOp root,
                                PatternRewriter &b) const override {
    std::optional<RootMeanSquare> deviation = matchRootMeanSquare(root);
    if (!deviation)
      return b.notifyMatchFailure(root, "not of a mean of squares");
    auto difference = deviation->data.getDefiningOp<SubOp>();
    std::optional<RowMean> mean =
        difference ? matchRowMean(difference.getB()) : std::nullopt;
    if (!mean || mean->data != difference.getA() ||
        mean->axis != deviation->axis)
      return b.notifyMatchFailure(root, "not of differences to the mean");
    Value x = mean->data;
    std::optional<Affine> affine;
    if (Operation *quotient = findQuotient(root, deviation->data))
      affine = findAffine(quotient, mean->axis, /*hasBias=*/true);
    else
      affine = findMoments(root, x, difference.getB(), mean->axis);
    if (!affine)
      return b.notifyMatchFailure(root, "nothing is divided by it");
    return replaceIdiom(
        b, affine->last, {x, affine->scale, affine->bias},
        [&](Location loc) -> Value {
          return LayerNormalizationOp::create(
                     b, loc, x, getScaleOrOne(b, loc, affine->scale, x),
                     affine->bias, mean->axis, float(deviation->epsilon))
              .getY();
        });
  }
};

} // namespace

void onnxc::populateLayerNormalizationIdiom(RewritePatternSet &patterns) {
  // Before RMSNormalization, which would take the differences.
  patterns.add<RecognizeLayerNormalization>(patterns.getContext(),
                                            /*benefit=*/2);
}
