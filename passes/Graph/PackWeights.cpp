//===- PackWeights.cpp - Constant matrices in the order they are read -----===//
//
// A matrix product walks B in panels of a few vectors of columns, k by k. A
// constant B is brought into that order here, [N/c, K, c] with zeros behind the
// last column, by ops on constants, which are folded: nothing is copied at run
// time, and every load is next to the one before it.
//
//   B [3, 5], c = 4:  b00 b01 b02 b03  b10 b11 ..   b04 0 0 0  b14 0 0 0 ...
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/BlockedOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SliceOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Passes.h"

namespace onnxc {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "passes/Passes.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

// Below this many elements there is nothing to gain.
constexpr int64_t kFewElements = 1024;

/// The matrix as panels; fails where it is not a constant worth the work.
FailureOr<Value> packMatrix(PatternRewriter &b, Operation *op, Value matrix,
                            bool isTransposed, int64_t panel) {
  auto constant = matrix.getDefiningOp<ConstantOp>();
  auto type = dyn_cast<RankedTensorType>(matrix.getType());
  if (!constant || !constant.getElements() || !type || type.getRank() != 2 ||
      !type.getElementType().isF32())
    return b.notifyMatchFailure(op, "B is no constant matrix of f32");
  int64_t k = type.getDimSize(isTransposed ? 1 : 0);
  int64_t n = type.getDimSize(isTransposed ? 0 : 1);
  if (n < panel / 2 || k * n < kFewElements)
    return b.notifyMatchFailure(op, "B is small");
  Location loc = op->getLoc();
  int64_t panels = llvm::divideCeil(n, panel);
  if (n % panel) {
    int64_t rest = panels * panel - n;
    auto zeros = RankedTensorType::get(
        isTransposed ? ArrayRef<int64_t>{rest, k} : ArrayRef<int64_t>{k, rest},
        type.getElementType());
    Value none = ConstantOp::create(
        b, loc, zeros, DenseElementsAttr::get(zeros, b.getF32FloatAttr(0)));
    matrix = ConcatOp::create(b, loc, ValueRange{matrix, none},
                              isTransposed ? 0 : 1);
  }
  SmallVector<int64_t> cut = {k, panels, panel}, order = {1, 0, 2};
  if (isTransposed) {
    cut = {panels, panel, k};
    order = {0, 2, 1};
  }
  Value rows =
      ReshapeOp::create(b, loc, matrix, ConstantOp::create(b, loc, cut));
  return Value(
      TransposeOp::create(b, loc, rows, b.getDenseI64ArrayAttr(order)));
}

struct PackMatMul : OpRewritePattern<MatMulOp> {
  PackMatMul(MLIRContext *context, int64_t panel)
      : OpRewritePattern(context), panel(panel) {}
  LogicalResult matchAndRewrite(MatMulOp op,
                                PatternRewriter &rewriter) const override {
    if (getRank(op.getA()).value_or(0) < 2)
      return rewriter.notifyMatchFailure(op, "A is no matrix");
    FailureOr<Value> packed =
        packMatrix(rewriter, op, op.getB(), /*isTransposed=*/false, panel);
    if (failed(packed))
      return failure();
    int64_t n = cast<RankedTensorType>(op.getB().getType()).getDimSize(1);
    rewriter.replaceOpWithNewOp<PackedMatMulOp>(op, op.getA(), *packed, n);
    return success();
  }
  int64_t panel;
};

struct PackGemm : OpRewritePattern<GemmOp> {
  PackGemm(MLIRContext *context, int64_t panel)
      : OpRewritePattern(context), panel(panel) {}
  LogicalResult matchAndRewrite(GemmOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getTransA() || op.getAlpha() != 1.0f ||
        (op.getC() && op.getBeta() != 1.0f) ||
        !getElementType(op.getY()).isF32())
      return rewriter.notifyMatchFailure(op, "scaled, or A is transposed");
    FailureOr<Value> packed =
        packMatrix(rewriter, op, op.getB(), op.getTransB(), panel);
    if (failed(packed))
      return failure();
    int64_t n = cast<RankedTensorType>(op.getB().getType())
                    .getDimSize(op.getTransB() ? 0 : 1);
    Value product =
        PackedMatMulOp::create(rewriter, op.getLoc(), op.getA(), *packed, n);
    if (op.getC())
      product = AddOp::create(rewriter, op.getLoc(), product, op.getC());
    rewriter.replaceOp(op, product);
    return success();
  }
  int64_t panel;
};

struct PackWeights : onnxc::impl::PackWeightsBase<PackWeights> {
  using PackWeightsBase::PackWeightsBase;

  void runOnOperation() override {
    if (panelColumns < 2)
      return;
    RewritePatternSet patterns(&getContext());
    patterns.add<PackMatMul, PackGemm>(&getContext(), panelColumns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
