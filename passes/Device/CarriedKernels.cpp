//===- CarriedKernels.cpp - Which kernels run on a device -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/CarriedKernels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Device/ParallelLoops.h"
#include "passes/Tensor/Contractions.h"

using namespace mlir;
using namespace onnxc;

bool CarriedKernels::isKnownType(Type type) const {
  type = getElementTypeOrSelf(type);
  if (auto integer = dyn_cast<IntegerType>(type))
    return integer.getWidth() <= 64;
  return isa<IndexType, BFloat16Type, Float16Type, Float32Type, Float64Type>(
      type);
}

bool CarriedKernels::isKnown(Operation *op) const {
  if (isa<complex::ComplexDialect>(op->getDialect()))
    return false;
  for (Type type : op->getResultTypes())
    if (!isKnownType(type))
      return false;
  for (Region &region : op->getRegions())
    for (Block &block : region)
      for (Type type : block.getArgumentTypes())
        if (!isKnownType(type))
          return false;
  // Functions in single precision become arithmetic, others are the machine's.
  bool isDouble =
      op->getNumResults() == 1 && op->getResult(0).getType().isF64();
  bool isFunction =
      isa<arith::RemFOp>(op) ||
      (isa<math::MathDialect>(op->getDialect()) &&
       !isa<math::SqrtOp, math::AbsFOp, math::CopySignOp, math::FmaOp,
            math::FloorOp, math::CeilOp, math::TruncOp, math::RoundEvenOp>(op));
  return !isDouble || !isFunction || hasDoubleFunctions;
}

bool CarriedKernels::canCarry(func::FuncOp kernel) {
  auto [it, isNew] = carried.insert({kernel, false});
  if (!isNew)
    return it->second;
  WalkResult result = kernel.walk([&](Operation *op) {
    return isKnown(op) ? WalkResult::advance() : WalkResult::interrupt();
  });
  return carried[kernel] = !result.wasInterrupted();
}

bool CarriedKernels::isSequential(func::FuncOp kernel) {
  auto [it, isNew] = sequential.insert({kernel, false});
  if (!isNew)
    return it->second;
  OwningOpRef<func::FuncOp> copy = kernel.clone();
  findParallelLoops(*copy);
  bool isLoop = false;
  copy->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<scf::ForallOp, linalg::LinalgOp>(op))
      return WalkResult::skip();
    if (!isa<scf::ForOp, scf::WhileOp>(op))
      return WalkResult::advance();
    bool hasTasks = false;
    op->walk([&](Operation *inner) {
      hasTasks |= isa<scf::ForallOp, linalg::LinalgOp>(inner);
    });
    isLoop |= !hasTasks;
    return WalkResult::advance();
  });
  return sequential[kernel] = isLoop;
}

bool CarriedKernels::isContraction(func::FuncOp kernel) {
  WalkResult result = kernel.walk([](Operation *op) {
    return op->hasAttr(kContractionAttr) || op->hasAttr(kConvAttr)
               ? WalkResult::interrupt()
               : WalkResult::advance();
  });
  return result.wasInterrupted();
}
