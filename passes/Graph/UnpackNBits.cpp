//===- UnpackNBits.cpp - Weights of a few bits become floats for devices --===//
//
// What a device multiplies in tiles are numbers of its own types.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/BlockedOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/plan/MachineModel.h"
#include "passes/Graph/Quantization.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct UnpackNBitsMatMul : OpRewritePattern<NBitsMatMulOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(NBitsMatMulOp op,
                                PatternRewriter &rewriter) const override {
    auto words = cast<RankedTensorType>(op.getWords().getType());
    if (!getMachine(op).isDevice() || words.getRank() != 2)
      return rewriter.notifyMatchFailure(op, "the machine reads words");
    GraphBuilder g{rewriter, op.getLoc()};
    Type element = getElementType(op.getA()), real = rewriter.getF32Type();
    int64_t rows = words.getDimSize(0), size = op.getBlockSize();
    int64_t blocks = words.getDimSize(1) * 32 / op.getBits() / size;
    auto constant = [&](int64_t x) { return getConstant(op.getContext(), x); };
    Value q = unpack(g, op.getWords(), op.getBits(),
                     {constant(rows), constant(blocks), constant(size)});
    auto spread = [&](Value list) {
      return g.cast(g.reshape(list, {rows, blocks, 1}), real);
    };
    Value zero = op.getZeroPoints() ? spread(op.getZeroPoints())
                                    : g.number(1 << (op.getBits() - 1), real);
    Value weights = g.mul(g.sub(g.cast(q, real), zero), spread(op.getScales()));
    std::optional<int64_t> depth = getConstant(getDims(op.getA())->back());
    weights = g.slice(g.reshape(weights, {rows, blocks * size}), g.ints(0),
                      g.ints(*depth), 1);
    Value right = g.cast(g.transpose(weights, {1, 0}), element);
    rewriter.replaceOp(op, g.matmul(op.getA(), right));
    return success();
  }
};

} // namespace

void onnxc::populateUnpackNBits(RewritePatternSet &patterns) {
  patterns.add<UnpackNBitsMatMul>(patterns.getContext());
}
