//===- Cost.cpp - What an op costs ----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/Cost.h"
#include "dialects/onnx/OnnxDialect.h"

using namespace mlir;

namespace onnxc::onnx {

AffineExpr getNumElements(Value value) {
  std::optional<Dims> dims = getDims(value);
  return dims ? getProduct(value.getContext(), *dims) : AffineExpr();
}

AffineExpr getDim(Value value, int64_t index) {
  std::optional<Dims> dims = getDims(value);
  if (!dims)
    return {};
  int64_t rank = dims->size();
  int64_t at = index < 0 ? index + rank : index;
  return at < 0 || at >= rank ? AffineExpr() : (*dims)[at];
}

AffineExpr multiply(AffineExpr a, AffineExpr b) {
  return a && b ? a * b : AffineExpr();
}

AffineExpr add(AffineExpr a, AffineExpr b) {
  return a && b ? a + b : AffineExpr();
}

AffineExpr countMacs(Operation *op) {
  auto costs = dyn_cast<CostOp>(op);
  return costs ? costs.getMacs() : AffineExpr();
}

} // namespace onnxc::onnx
