//===- RecognizeIdioms.cpp - All idioms in one pass -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/Idioms/Idioms.h"

namespace onnxc {
#define GEN_PASS_DEF_RECOGNIZEIDIOMS
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

struct RecognizeIdioms : onnxc::impl::RecognizeIdiomsBase<RecognizeIdioms> {
  using RecognizeIdiomsBase::RecognizeIdiomsBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
#include "passes/Graph/Idioms/IdiomCalls.inc"
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
