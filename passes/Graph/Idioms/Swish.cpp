//===- Swish.cpp - x Sigmoid(alpha x) -------------------------------------===//
//
//   Mul(x, Sigmoid(x)), Mul(x, Sigmoid(Mul(x, alpha)))
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ActivationOps.h"
#include "passes/Graph/Idioms/Idioms.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct RecognizeSwish : OpRewritePattern<MulOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(MulOp op, PatternRewriter &b) const override {
    for (auto [x, gate] :
         {std::pair(op.getA(), op.getB()), std::pair(op.getB(), op.getA())}) {
      auto sigmoid = gate.getDefiningOp<SigmoidOp>();
      if (!sigmoid || !isFloat(x))
        continue;
      Factors inner =
          sigmoid.getX() == x ? Factors{1, {x}} : getFactors(sigmoid.getX());
      if (!inner.isPower(x, 1) || !fitsAttribute(inner.constant, x))
        continue;
      return replaceIdiom(b, op, x, [&, x = x](Location loc) -> Value {
        return SwishOp::create(b, loc, x, float(inner.constant));
      });
    }
    return b.notifyMatchFailure(op, "not x and a sigmoid of it");
  }
};

} // namespace

void onnxc::populateSwishIdiom(RewritePatternSet &patterns) {
  patterns.add<RecognizeSwish>(patterns.getContext());
}
