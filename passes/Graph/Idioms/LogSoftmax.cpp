//===- LogSoftmax.cpp - The logarithm of Softmax --------------------------===//
//
//   Log(Softmax(x))
//
// Where Softmax is 0, the logarithm of what it was rounded from is kept.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SoftmaxOps.h"
#include "passes/Graph/Idioms/Idioms.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct RecognizeLogSoftmax : OpRewritePattern<LogOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(LogOp op, PatternRewriter &b) const override {
    auto softmax = op.getInput().getDefiningOp<SoftmaxOp>();
    if (!softmax || !isFloat(softmax.getInput()))
      return b.notifyMatchFailure(op, "not of Softmax");
    Value x = softmax.getInput();
    return replaceIdiom(b, op, x, [&](Location loc) -> Value {
      return LogSoftmaxOp::create(b, loc, x, softmax.getAxis());
    });
  }
};

} // namespace

void onnxc::populateLogSoftmaxIdiom(RewritePatternSet &patterns) {
  patterns.add<RecognizeLogSoftmax>(patterns.getContext());
}
