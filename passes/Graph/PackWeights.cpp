//===- PackWeights.cpp - Constant matrices in the order they are read -----===//
//
// A matrix product walks B in panels of a few vectors of columns, k by k. A
// constant B is brought into that order here, [N/c, K, c] with zeros behind the
// last column, by ops on constants, which are folded: nothing is copied at run
// time, and every load is next to the one before it.
//
//   B [3, 5], c = 4:  b00 b01 b02 b03  b10 b11 ..   b04 0 0 0  b14 0 0 0 ...
//
// Of bytes, a group of rows that a dot product takes lies side by side: [N/c,
// K/g, c, g].
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/BlockedOps.h"
#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SliceOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/IntegerSums.h"
#include "passes/Graph/ReshapeTo.h"

namespace onnxc {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

// Below this many elements there is nothing to gain.
constexpr int64_t kFewElements = 1024;

/// Whether a matrix is a constant, and worth the work.
bool isWorthPacking(Value matrix, bool isTransposed, int64_t panel) {
  auto constant = matrix.getDefiningOp<ConstantOp>();
  auto type = dyn_cast<RankedTensorType>(matrix.getType());
  return constant && constant.getElements() && type && type.getRank() == 2 &&
         type.getNumElements() >= kFewElements &&
         type.getDimSize(isTransposed ? 0 : 1) >= panel / 2;
}

/// The matrix with `rows` rows of zeros below.
Value addZeroRows(PatternRewriter &b, Location loc, Value matrix,
                  int64_t rows) {
  auto type = cast<RankedTensorType>(matrix.getType());
  auto zeros = type.clone({rows, type.getDimSize(1)});
  Value none = ConstantOp::create(
      b, loc, zeros,
      DenseElementsAttr::get(zeros, b.getZeroAttr(type.getElementType())));
  return ConcatOp::create(b, loc, ValueRange{matrix, none}, 0);
}

/// The matrix as panels, `group` of its rows side by side.
Value packMatrix(PatternRewriter &b, Location loc, Value matrix,
                 bool isTransposed, int64_t panel, int64_t group = 1) {
  auto type = cast<RankedTensorType>(matrix.getType());
  int64_t k = type.getDimSize(isTransposed ? 1 : 0);
  int64_t n = type.getDimSize(isTransposed ? 0 : 1);
  int64_t panels = llvm::divideCeil(n, panel);
  if (n % panel) {
    int64_t rest = panels * panel - n;
    auto zeros = RankedTensorType::get(
        isTransposed ? ArrayRef<int64_t>{rest, k} : ArrayRef<int64_t>{k, rest},
        type.getElementType());
    Value none = ConstantOp::create(
        b, loc, zeros,
        DenseElementsAttr::get(zeros, b.getZeroAttr(type.getElementType())));
    matrix = ConcatOp::create(b, loc, ValueRange{matrix, none},
                              isTransposed ? 0 : 1);
  }
  SmallVector<int64_t> cut = {k, panels, panel}, order = {1, 0, 2};
  if (isTransposed) {
    cut = {panels, panel, k};
    order = {0, 2, 1};
  } else if (group > 1) {
    cut = {k / group, group, panels, panel};
    order = {2, 0, 3, 1};
  }
  Value rows =
      ReshapeOp::create(b, loc, matrix, ConstantOp::create(b, loc, cut));
  return TransposeOp::create(b, loc, rows, b.getDenseI64ArrayAttr(order));
}

struct PackMatMul : OpRewritePattern<MatMulOp> {
  PackMatMul(MLIRContext *context, int64_t panel)
      : OpRewritePattern(context), panel(panel) {}
  LogicalResult matchAndRewrite(MatMulOp op,
                                PatternRewriter &rewriter) const override {
    if (getRank(op.getA()).value_or(0) < 2 ||
        !getElementType(op.getB()).isF32() ||
        !isWorthPacking(op.getB(), /*isTransposed=*/false, panel))
      return rewriter.notifyMatchFailure(op, "B is no large constant of f32");
    Value packed = packMatrix(rewriter, op.getLoc(), op.getB(),
                              /*isTransposed=*/false, panel);
    int64_t n = cast<RankedTensorType>(op.getB().getType()).getDimSize(1);
    rewriter.replaceOpWithNewOp<PackedMatMulOp>(op, op.getA(), packed, n, 1, 0);
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
    if (!isWorthPacking(op.getB(), op.getTransB(), panel))
      return rewriter.notifyMatchFailure(op, "B is no large constant");
    Value packed =
        packMatrix(rewriter, op.getLoc(), op.getB(), op.getTransB(), panel);
    int64_t n = cast<RankedTensorType>(op.getB().getType())
                    .getDimSize(op.getTransB() ? 0 : 1);
    Value product = PackedMatMulOp::create(rewriter, op.getLoc(), op.getA(),
                                           packed, n, 1, 0);
    if (op.getC())
      product = AddOp::create(rewriter, op.getLoc(), product, op.getC());
    rewriter.replaceOp(op, product);
    return success();
  }
  int64_t panel;
};

struct PackMatMulInteger : OpRewritePattern<MatMulIntegerOp> {
  PackMatMulInteger(MLIRContext *context, int64_t panel, DotInstruction dot)
      : OpRewritePattern(context), panel(panel), dot(std::move(dot)) {}
  LogicalResult matchAndRewrite(MatMulIntegerOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Dims> a = getDims(op.getA());
    if (!a || a->size() < 2 ||
        !isWorthPacking(op.getB(), /*isTransposed=*/false, panel))
      return rewriter.notifyMatchFailure(op, "B is no large constant");
    auto b = cast<RankedTensorType>(op.getB().getType());
    int64_t k = b.getDimSize(0), n = b.getDimSize(1);
    // Rows of zeros fill the last group; what they are multiplied by is
    // anything.
    int64_t missing = llvm::alignTo(k, dot.group) - k;
    Location loc = op.getLoc();
    IntegerFactors factors{op.getA(), op.getAZeroPoint(), op.getB(),
                           op.getBZeroPoint()};
    if (!factors.isSupported())
      return rewriter.notifyMatchFailure(op, "zero points of rows");
    Value weights = factors.getSignedWeights(rewriter, loc);
    Value filled =
        missing ? addZeroRows(rewriter, loc, weights, missing) : weights;
    Value packed = packMatrix(rewriter, loc, filled, /*isTransposed=*/false,
                              panel, dot.group);
    int64_t offset = getLeftOffset(dot, getElementType(op.getA()));
    Value left = op.getA();
    if (missing) {
      left = PadOp::create(
          rewriter, loc, left,
          ConstantOp::create(rewriter, loc, ArrayRef<int64_t>{0, missing}),
          Value(), ConstantOp::create(rewriter, loc, ArrayRef<int64_t>{-1}),
          "constant");
    }
    if (dot.group == 2)
      left = CastOp::create(rewriter, loc, left, rewriter.getIntegerType(16));
    if (dot.group > 1) {
      a->back() = onnx::getConstant(op.getContext(), (k + missing) / dot.group);
      a->push_back(onnx::getConstant(op.getContext(), dot.group));
      left = reshapeTo(rewriter, loc, left, *a);
    }
    Value sums = PackedMatMulOp::create(rewriter, loc, left, packed, n,
                                        dot.group, offset);
    // The sums over a row of A, where B is not symmetric.
    auto sumOfLeft = [&]() -> Value {
      Value wide =
          CastOp::create(rewriter, loc, op.getA(), rewriter.getI32Type());
      return ReduceSumOp::create(
          rewriter, loc, wide,
          ConstantOp::create(rewriter, loc, ArrayRef<int64_t>{-1}));
    };
    rewriter.replaceOp(op, factors.correct(rewriter, loc, sums, weights,
                                           /*weightAxes=*/{0}, offset, k,
                                           sumOfLeft, {}));
    return success();
  }
  int64_t panel;
  DotInstruction dot;
};

/// Words, scales and zero points in panels, each as it was otherwise.
struct PackNBitsMatMul : OpRewritePattern<NBitsMatMulOp> {
  PackNBitsMatMul(MLIRContext *context, int64_t panel)
      : OpRewritePattern(context), panel(panel) {}
  LogicalResult matchAndRewrite(NBitsMatMulOp op,
                                PatternRewriter &rewriter) const override {
    auto isConstant = [](Value list) {
      return !list || (list.getDefiningOp<ConstantOp>() &&
                       getRank(list).value_or(0) == 2);
    };
    if (!isConstant(op.getWords()) || !isConstant(op.getScales()) ||
        !isConstant(op.getZeroPoints()))
      return rewriter.notifyMatchFailure(op, "packed, or no constants");
    auto pack = [&](Value list) {
      return list ? packMatrix(rewriter, op.getLoc(), list,
                               /*isTransposed=*/true, panel)
                  : list;
    };
    rewriter.replaceOpWithNewOp<NBitsMatMulOp>(
        op, op.getA(), pack(op.getWords()), pack(op.getScales()),
        pack(op.getZeroPoints()), op.getColumns(), op.getBits(),
        op.getBlockSize());
    return success();
  }
  int64_t panel;
};

struct PackWeights : onnxc::impl::PackWeightsBase<PackWeights> {
  using PackWeightsBase::PackWeightsBase;

  void runOnOperation() override {
    MachineModel machine = getMachine(getOperation());
    // Two vectors of what a block holds.
    int64_t panelColumns = int64_t(2) * (machine.getBlockBits() / 32);
    if (panelColumns < 2)
      return;
    RewritePatternSet patterns(&getContext());
    patterns.add<PackMatMul, PackGemm, PackNBitsMatMul>(&getContext(),
                                                        panelColumns);
    patterns.add<PackMatMulInteger>(&getContext(), panelColumns, machine.dot);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
