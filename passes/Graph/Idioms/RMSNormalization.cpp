//===- RMSNormalization.cpp - Root mean squares of rows -------------------===//
//
//   root = Sqrt(Add(ReduceMean(Pow(x, 2)), epsilon))
//   Mul(Div(x, root), scale)
//
// over the last dimensions; the scale may be missing.
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

struct RecognizeRMSNormalization : OpRewritePattern<SqrtOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(SqrtOp root,
                                PatternRewriter &b) const override {
    std::optional<RootMeanSquare> squares = matchRootMeanSquare(root);
    if (!squares)
      return b.notifyMatchFailure(root, "not of a mean of squares");
    Value x = squares->data;
    Operation *quotient = findQuotient(root, x);
    if (!quotient)
      return b.notifyMatchFailure(root, "x is not divided by it");
    Affine affine = findAffine(quotient, squares->axis, /*hasBias=*/false);
    return replaceIdiom(b, affine.last, {x, affine.scale},
                        [&](Location loc) -> Value {
                          return RMSNormalizationOp::create(
                              b, loc, x, getScaleOrOne(b, loc, affine.scale, x),
                              squares->axis, float(squares->epsilon));
                        });
  }
};

} // namespace

void onnxc::populateRMSNormalizationIdiom(RewritePatternSet &patterns) {
  patterns.add<RecognizeRMSNormalization>(patterns.getContext());
}
