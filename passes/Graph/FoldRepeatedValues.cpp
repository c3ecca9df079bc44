//===- FoldRepeatedValues.cpp - Tensors of one value are constants --------===//
//
// A ConstantOfShape of known shape needs nobody to compute it. What is small,
// or read as weights, becomes a constant: what is known of weights is folded
// into them, and they are laid out for the loops that read them. Others stay,
// as their bytes would only make the file larger (the empty cache of a language
// model, say).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "passes/Graph/GraphPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_FOLDREPEATEDVALUES
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

static constexpr int64_t kSmallBytes = 64 << 10;
static constexpr int64_t kWeightsBytes = 1 << 30;

namespace {

struct FoldRepeatedValues
    : onnxc::impl::FoldRepeatedValuesBase<FoldRepeatedValues> {
  using FoldRepeatedValuesBase::FoldRepeatedValuesBase;

  void runOnOperation() override {
    SmallVector<ConstantOfShapeOp> ops;
    getOperation().walk([&](ConstantOfShapeOp op) { ops.push_back(op); });
    for (ConstantOfShapeOp op : ops)
      fold(op);
  }

private:
  static void fold(ConstantOfShapeOp op) {
    auto type = dyn_cast<RankedTensorType>(op.getOutput().getType());
    if (!type || !type.hasStaticShape() ||
        !type.getElementType().isIntOrFloat())
      return;
    int64_t bytes =
        getStorageBytes(type.getElementType()) * type.getNumElements();
    auto readsWeights = [](Operation *user) {
      return isa<ConvOp, ConvTransposeOp, MatMulOp, GemmOp>(user);
    };
    bool isWeights = llvm::any_of(op->getUsers(), readsWeights);
    if (bytes > (isWeights ? kWeightsBytes : kSmallBytes))
      return;
    OpBuilder b(op);
    Attribute element = b.getZeroAttr(type.getElementType());
    if (op.getValue()) {
      auto value = dyn_cast<DenseElementsAttr>(*op.getValue());
      if (!value || !value.isSplat())
        return;
      element = value.getSplatValue<Attribute>();
    }
    Value constant = ConstantOp::create(b, op.getLoc(), type,
                                        DenseElementsAttr::get(type, element));
    op.getOutput().replaceAllUsesWith(constant);
    op.erase();
  }
};

} // namespace
