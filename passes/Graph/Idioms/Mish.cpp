//===- Mish.cpp - x Tanh(Softplus(x)) -------------------------------------===//
//
// Softplus may be Log(Add(Exp(x), 1)).
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

/// Of log(1 + e^x), x.
Value matchSoftplus(Value value) {
  if (auto softplus = value.getDefiningOp<SoftplusOp>())
    return softplus.getX();
  auto log = value.getDefiningOp<LogOp>();
  Value power = log ? matchPlus(log.getInput(), 1) : Value();
  auto exp = power ? power.getDefiningOp<ExpOp>() : ExpOp();
  return exp ? exp.getInput() : Value();
}

struct RecognizeMish : OpRewritePattern<MulOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(MulOp op, PatternRewriter &b) const override {
    for (auto [x, gate] :
         {std::pair(op.getA(), op.getB()), std::pair(op.getB(), op.getA())}) {
      auto tanh = gate.getDefiningOp<TanhOp>();
      if (!tanh || !isFloat(x) || matchSoftplus(tanh.getInput()) != x)
        continue;
      return replaceIdiom(b, op, x, [&, x = x](Location loc) -> Value {
        return MishOp::create(b, loc, x);
      });
    }
    return b.notifyMatchFailure(op, "not x and its Tanh(Softplus(x))");
  }
};

} // namespace

void onnxc::populateMishIdiom(RewritePatternSet &patterns) {
  patterns.add<RecognizeMish>(patterns.getContext());
}
