//===- LowerVectors.cpp - Vectors to LLVM with an index of any width ------===//
//
// MLIR's own pass takes `index` to have 64 bits.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/LowerVectors.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace {

struct LowerVectors : PassWrapper<LowerVectors, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LowerVectors)

  explicit LowerVectors(unsigned indexBits) : indexBits(indexBits) {}

  StringRef getArgument() const override { return "lower-vectors"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry
        .insert<LLVM::LLVMDialect, arith::ArithDialect, vector::VectorDialect,
                memref::MemRefDialect, ub::UBDialect>();
  }

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    constexpr bool masksOf32Bits = true;
    RewritePatternSet simpler(context);
    vector::populateVectorBitCastLoweringPatterns(simpler);
    vector::populateVectorBroadcastLoweringPatterns(simpler);
    vector::populateVectorMaskOpLoweringPatterns(simpler);
    vector::populateVectorShapeCastLoweringPatterns(simpler);
    vector::populateVectorTransferLoweringPatterns(simpler,
                                                   /*maxTransferRank=*/1);
    vector::populateVectorMaskMaterializationPatterns(simpler, masksOf32Bits);
    vector::populateVectorInsertExtractStridedSliceTransforms(simpler);
    vector::populateVectorStepLoweringPatterns(simpler);
    vector::populateVectorFromElementsUnrollPatterns(simpler);
    if (failed(applyPatternsGreedily(getOperation(), std::move(simpler))))
      return signalPassFailure();

    LowerToLLVMOptions options(context);
    options.overrideIndexBitwidth(indexBits);
    LLVMTypeConverter types(context, options);
    RewritePatternSet patterns(context);
    vector::populateVectorTransferLoweringPatterns(patterns);
    populateVectorToLLVMConversionPatterns(
        types, patterns, /*reassociateFPReductions=*/false, masksOf32Bits);
    LLVMConversionTarget target(*context);
    target.addLegalDialect<arith::ArithDialect, memref::MemRefDialect,
                           ub::UBDialect>();
    target.addLegalOp<UnrealizedConversionCastOp>();
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }

  unsigned indexBits;
};

} // namespace

std::unique_ptr<Pass> onnxc::createLowerVectors(unsigned indexBits) {
  return std::make_unique<LowerVectors>(indexBits);
}
