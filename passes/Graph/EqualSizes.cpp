//===- EqualSizes.cpp - What sizes have to agree, and where ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/SizeRequirements.h"
#include "dialects/plan/Kernels.h"
#include "dialects/plan/Plan.h"
#include "passes/Graph/ReshapeTo.h"
#include "passes/Graph/ShapeInference.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

/// Checked right before `op` where that is in a sub-graph, which may not run.
void ShapeInference::noteEqual(Operation *op, AffineExpr l, AffineExpr r) {
  if (l == r || !l.isSymbolicOrConstant() || !r.isSymbolicOrConstant())
    return;
  OpBuilder b(op);
  if (isInMain(op)) {
    equalSizes.try_emplace({l, r}, b.getStringAttr(getNodeNames(op->getLoc())));
    return;
  }
  auto map = AffineMap::get(0, getNumSymbols({l, r}), {l, r}, getContext());
  auto isSame = [&](Operation &other) {
    auto require = dyn_cast<plan::RequireOp>(other);
    return require && require.getMap() == map;
  };
  if (equalSizes.contains({l, r}) ||
      llvm::any_of(llvm::make_range(op->getBlock()->begin(), op->getIterator()),
                   isSame))
    return;
  plan::RequireOp::create(b, op->getLoc(), AffineMapAttr::get(map));
}

LogicalResult ShapeInference::checkRequirements(Operation *op) {
  auto needs = dyn_cast<SizeRequirementsOp>(op);
  if (!needs)
    return success();
  auto note = [&](AffineExpr l, AffineExpr r) {
    noteEqual(op, simplify(l), simplify(r));
  };
  SizeRequirements requirements(op, /*mayNotRun=*/!isInMain(op), note);
  needs.requireSizes(requirements);
  return failure(requirements.hasFailed());
}

/// A slice of at most one element has a size of 0 or 1. Where the other operand
/// has another size, it has to be 1, and is that from here on: else it would be
/// taken to equal the other.
void ShapeInference::pinUnitSizes(Operation *op) {
  unsigned numMatrixDims = isa<MatMulOp>(op) ? 2 : 0;
  if (!isa<ElementwiseOp, MatMulOp>(op) || op->getNumOperands() < 2)
    return;
  SmallVector<Dims> shapes;
  for (Value operand : op->getOperands()) {
    std::optional<Dims> dims = getDims(operand);
    if (!dims)
      return;
    dims->truncate(dims->size() -
                   std::min<size_t>(numMatrixDims, dims->size()));
    shapes.push_back(*dims);
  }
  AffineExpr one = getConstant(getContext(), 1);
  auto isUnit = [&](AffineExpr size, size_t fromEnd) {
    auto differs = [&](const Dims &other) {
      if (fromEnd >= other.size())
        return false;
      AffineExpr otherSize = other[other.size() - 1 - fromEnd];
      return otherSize != size && otherSize != one;
    };
    return isPiecewise(size) && llvm::any_of(shapes, differs) &&
           isKnownNonNegative(simplify(1 - size));
  };
  for (auto [operand, shape] : llvm::zip(op->getOpOperands(), shapes)) {
    Dims dims = *getDims(operand.get());
    bool changes = false;
    for (size_t i = 0; i < shape.size(); ++i)
      if (isUnit(shape[i], shape.size() - 1 - i)) {
        noteEqual(op, shape[i], one);
        dims[i] = one;
        changes = true;
      }
    if (!changes)
      continue;
    OpBuilder b(op);
    operand.set(reshapeTo(b, op->getLoc(), operand.get(), dims));
  }
}

/// What a broadcast takes for granted.
void ShapeInference::noteEqualSizes(Operation *op) {
  if (!isa<ElementwiseOp>(op) || !getDims(op->getResult(0)) ||
      !llvm::all_of(op->getOperands(),
                    [](Value operand) { return getDims(operand).has_value(); }))
    return;
  Dims result = *getDims(op->getResult(0));
  for (Value operand : op->getOperands()) {
    Dims dims = *getDims(operand);
    for (auto [size, needed] :
         llvm::zip(dims, ArrayRef(result).take_back(dims.size())))
      if (onnxc::onnx::getConstant(size) != 1)
        noteEqual(op, size, needed);
  }
}
