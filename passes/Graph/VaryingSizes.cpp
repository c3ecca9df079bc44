//===- VaryingSizes.cpp - Sizes that branches or iterations give ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/VaryingSizes.h"
#include "dialects/onnx/ConstantOps.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

Value onnxc::buildDims(OpBuilder &b, Location loc, ArrayRef<AffineExpr> exprs) {
  auto type = RankedTensorType::get({int64_t(exprs.size())}, b.getI64Type());
  if (llvm::all_of(exprs, [](AffineExpr e) {
        return onnxc::onnx::getConstant(e).has_value();
      })) {
    SmallVector<int64_t> ints;
    for (AffineExpr expr : exprs)
      ints.push_back(*onnxc::onnx::getConstant(expr));
    return ConstantOp::create(b, loc, ints);
  }
  return DimsOp::create(b, loc, type, DimsAttr::get(b.getContext(), exprs),
                        /*any_sign=*/false);
}

Dims onnxc::selectDims(ArrayRef<AffineExpr> dims, ArrayRef<unsigned> which) {
  Dims result;
  for (unsigned i : which)
    result.push_back(dims[i]);
  return result;
}

void onnxc::appendToYield(Block &block, unsigned at, ValueRange values) {
  block.getTerminator()->insertOperands(at, values);
}

LogicalResult onnxc::checkShape(Operation *op, Value value, StringRef what) {
  if (isa<TensorType>(value.getType()) && getDims(value))
    return success();
  return op->emitError("the shape of ")
         << what << " cannot be inferred; bind the model's dimensions with "
         << "--dim or --shape";
}

Type onnxc::readSizes(OpBuilder &b, Location loc, Type type,
                      ArrayRef<unsigned> which, Value sizes,
                      ShapeInference &inference) {
  Dims dims = *getDims(type);
  for (auto [element, i] : llvm::enumerate(which))
    dims[i] = inference.defineSymbol(b, loc, sizes, element);
  return getTensorType(dims, cast<TensorType>(type).getElementType());
}
