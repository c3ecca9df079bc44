//===- HardSwish.cpp - x min(max(x + 3, 0), 6) / 6 ------------------------===//
//
//   Div(Mul(x, Clip(Add(x, 3), 0, 6)), 6), with the sixth at any factor
//   Mul(x, HardSigmoid<alpha = 1/6, beta = 0.5>(x))
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

/// Whether the gate, times `constant`, is that of HardSwish.
bool isGate(Value gate, Value x, double constant) {
  Type element = getElementType(x);
  if (auto clip = gate.getDefiningOp<ClipOp>())
    return isScalar(clip.getMin(), 0) && isScalar(clip.getMax(), 6) &&
           matchPlus(clip.getInput(), 3) == x &&
           isNear(constant, 1.0 / 6, element);
  auto sigmoid = gate.getDefiningOp<HardSigmoidOp>();
  // Attributes have 32 bits.
  return sigmoid && !element.isF64() && sigmoid.getX() == x &&
         isNear(double(sigmoid.getAlpha()), 1.0 / 6, element) &&
         isNear(double(sigmoid.getBeta()), 0.5, element) && constant == 1;
}

template <typename Op> struct RecognizeHardSwish : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &b) const override {
    Factors factors = getFactors(op.getC());
    if (factors.values.size() != 2)
      return b.notifyMatchFailure(op, "not a product of two");
    for (Value x : factors.values) {
      if (!isFloat(x) || !isGate(factors.getOther(x), x, factors.constant))
        continue;
      return replaceIdiom(b, op, x, [&](Location loc) -> Value {
        return HardSwishOp::create(b, loc, x);
      });
    }
    return b.notifyMatchFailure(op, "not x and its gate");
  }
};

} // namespace

void onnxc::populateHardSwishIdiom(RewritePatternSet &patterns) {
  patterns.add<RecognizeHardSwish<MulOp>, RecognizeHardSwish<DivOp>>(
      patterns.getContext());
}
