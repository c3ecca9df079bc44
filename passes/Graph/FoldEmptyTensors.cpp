//===- FoldEmptyTensors.cpp - Tensors without elements are constants ------===//
//
// A tensor one of whose sizes is 0 needs no computation, whatever op it comes
// from, so that kernels need not expect any: a softmax over no elements has no
// maximum. Where other sizes are free, it is a constant of no elements in that
// shape.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/ReshapeTo.h"

namespace onnxc {
#define GEN_PASS_DEF_FOLDEMPTYTENSORS
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

bool isEmpty(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && llvm::is_contained(type.getShape(), 0) &&
         onnx::getDims(type) && !isa<onnx::StringType>(type.getElementType());
}

Value buildEmpty(OpBuilder &b, Location loc, Value like) {
  auto type = cast<RankedTensorType>(like.getType());
  auto constant = [&](RankedTensorType type) -> Value {
    return onnx::ConstantOp::create(
        b, loc, DenseElementsAttr::get(type, ArrayRef<Attribute>()));
  };
  if (type.hasStaticShape())
    return constant(type);
  Value nothing = constant(RankedTensorType::get({0}, type.getElementType()));
  return reshapeTo(b, loc, nothing, *onnx::getDims(type));
}

struct FoldEmptyTensors : onnxc::impl::FoldEmptyTensorsBase<FoldEmptyTensors> {
  using FoldEmptyTensorsBase::FoldEmptyTensorsBase;

  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (!isa<onnx::OnnxDialect>(op->getDialect()) ||
          isa<onnx::ConstantOp, onnx::ReshapeOp>(op) || op->getNumRegions())
        return;
      OpBuilder b(op);
      for (Value result : op->getResults())
        if (isEmpty(result) && !result.use_empty())
          result.replaceAllUsesWith(buildEmpty(b, op->getLoc(), result));
      if (isOpTriviallyDead(op))
        op->erase();
    });
  }
};

} // namespace
