//===- FoldEmptyTensors.cpp - Tensors without elements are constants ------===//
//
// A tensor one of whose sizes is 0 needs no computation, whatever op it comes
// from, so that kernels need not expect any: a softmax over no elements has no
// maximum.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "passes/Graph/GraphPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_FOLDEMPTYTENSORS
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

bool isEmpty(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && type.getNumElements() == 0 &&
         !isa<onnx::StringType>(type.getElementType());
}

struct FoldEmptyTensors : onnxc::impl::FoldEmptyTensorsBase<FoldEmptyTensors> {
  using FoldEmptyTensorsBase::FoldEmptyTensorsBase;

  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (!isa<onnx::OnnxDialect>(op->getDialect()) ||
          isa<onnx::ConstantOp>(op) || op->getNumRegions())
        return;
      OpBuilder b(op);
      for (Value result : op->getResults())
        if (isEmpty(result) && !result.use_empty())
          result.replaceAllUsesWith(onnx::ConstantOp::create(
              b, op->getLoc(),
              DenseElementsAttr::get(cast<ShapedType>(result.getType()),
                                     ArrayRef<Attribute>())));
      if (isOpTriviallyDead(op))
        op->erase();
    });
  }
};

} // namespace
