//===- PlanarConvs.cpp - Convolutions that keep their planes --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/PlanarConvs.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/ConvShape.h"
#include "dialects/onnx/SymbolicShape.h"
#include "dialects/plan/Remarks.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

/// The first reason of those that ChooseLayouts goes by.
template <typename ConvLikeOp>
static std::string explain(ConvLikeOp op, func::FuncOp main, int64_t lanes) {
  Value image = op->getOperand(0), kernel = op->getOperand(1);
  std::optional<Dims> x = getDims(image);
  auto weights = dyn_cast<RankedTensorType>(kernel.getType());
  if (op->getParentOp() != main.getOperation())
    return "it is in a branch or a loop";
  if (!kernel.template getDefiningOp<ConstantOp>() || !weights ||
      !weights.hasStaticShape())
    return "its weights are computed while the model runs";
  if (std::is_same_v<ConvLikeOp, ConvOp> && !weights.getElementType().isF32())
    return "only f32 and quantised integers have blocks";
  if (!x || x->size() > 5 || !onnx::getConstant((*x)[1]))
    return "its number of channels is free";
  int64_t filters = weights.getDimSize(0);
  int64_t channels = *onnx::getConstant((*x)[1]);
  int64_t group = op.getGroup();
  if (group > 1 && (group != filters || channels != filters))
    return "its " + std::to_string(group) + " groups have several channels";
  if (filters % lanes)
    return "its " + std::to_string(filters) + " filters are no multiple of " +
           std::to_string(lanes) + ", which a block has";
  if (group > 1)
    return "what it reads is not in blocks";
  return "its padding or its zero point is known only while the model runs";
}

void onnxc::remarkPlanarConvs(func::FuncOp main, int64_t lanes) {
  // Nobody listens: the texts would be for nothing.
  if (!main.getContext()->getRemarkEngine())
    return;
  main.walk([&](Operation *op) {
    std::string why;
    if (auto conv = dyn_cast<ConvOp>(op))
      why = explain(conv, main, lanes);
    else if (auto conv = dyn_cast<ConvIntegerOp>(op))
      why = explain(conv, main, lanes);
    if (!why.empty())
      remarkSlow(op, "layout")
          << "planar convolution, its channels are not side by side: " + why;
  });
}
