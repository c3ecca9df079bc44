//===- FuseLinalg.cpp - Elementwise producers join their consumers --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Kernels.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Tensor/TensorPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_FUSELINALG
#include "passes/Tensor/TensorPasses.h.inc"
} // namespace onnxc

using namespace mlir;

namespace {

/// A producer whose value has one user is computed there. One with several
/// stays, unless it does next to nothing.
bool shouldFuse(OpOperand *operand) {
  Operation *producer = operand->get().getDefiningOp();
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  auto generic = dyn_cast_or_null<linalg::GenericOp>(producer);
  if (!generic || !consumer)
    return true;
  if (!generic->hasOneUse() &&
      !llvm::all_equal(llvm::to_vector(generic->getUsers())))
    return false;
  // Into a contraction's or a reduction's body only what it reads once.
  if (consumer.getNumReductionLoops() == 0)
    return true;
  return consumer.getMatchingIndexingMap(operand).getNumDims() ==
         consumer.getMatchingIndexingMap(operand).getNumResults();
}

struct FuseLinalg : onnxc::impl::FuseLinalgBase<FuseLinalg> {
  using FuseLinalgBase::FuseLinalgBase;

  void runOnOperation() override {
    if (!onnxc::isKernel(getOperation()))
      return;
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    linalg::populateElementwiseOpsFusionPatterns(patterns, shouldFuse);
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    linalg::populateConstantFoldLinalgOperations(
        patterns, [](OpOperand *) { return true; });
    memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
    tensor::EmptyOp::getCanonicalizationPatterns(patterns, context);
    tensor::DimOp::getCanonicalizationPatterns(patterns, context);
    tensor::ExtractOp::getCanonicalizationPatterns(patterns, context);
    affine::AffineApplyOp::getCanonicalizationPatterns(patterns, context);
    linalg::GenericOp::getCanonicalizationPatterns(patterns, context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
