//===- JoinVersions.cpp - A kernel takes the version for its sizes --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Kernels.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "passes/Loops/LoopsPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_JOINVERSIONS
#include "passes/Loops/LoopsPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

unsigned countBuffers(func::FuncOp kernel) {
  return llvm::count_if(kernel.getArgumentTypes(),
                        [](Type type) { return !type.isIndex(); });
}

/// Whether the sizes of each pair are equal.
Value buildCondition(OpBuilder &b, func::FuncOp kernel,
                     onnx::DimsAttr whenEqual) {
  Location loc = kernel.getLoc();
  ValueRange symbols =
      ValueRange(kernel.getArguments()).drop_front(countBuffers(kernel));
  auto getValue = [&](AffineExpr size) -> Value {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(size))
      return symbols[symbol.getPosition()];
    return affine::AffineApplyOp::create(
        b, loc, AffineMap::get(0, symbols.size(), size), symbols);
  };
  Value all;
  ArrayRef<AffineExpr> sizes = whenEqual.getExprs();
  for (; !sizes.empty(); sizes = sizes.drop_front(2)) {
    Value equal = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                        getValue(sizes[0]), getValue(sizes[1]));
    all = all ? arith::AndIOp::create(b, loc, all, equal) : equal;
  }
  return all;
}

SmallVector<Operation *> getOps(func::FuncOp kernel) {
  return llvm::map_to_vector(kernel.getBody().front().without_terminator(),
                             [](Operation &op) { return &op; });
}

/// Moves ops into a branch; what is on the stack stays in front of it.
void moveInto(Block *branch, ArrayRef<Operation *> ops) {
  for (Operation *op : ops)
    if (isa<memref::AllocaOp>(op))
      op->moveBefore(branch->getParentOp());
    else
      op->moveBefore(branch->getTerminator());
}

struct JoinVersions : onnxc::impl::JoinVersionsBase<JoinVersions> {
  using JoinVersionsBase::JoinVersionsBase;

  void runOnOperation() override {
    for (auto version :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      auto name = plan::attrs::VersionOf::get(version);
      if (!name)
        continue;
      if (failed(join(getOperation().lookupSymbol<func::FuncOp>(name.getAttr()),
                      version)))
        return signalPassFailure();
      version.erase();
    }
  }

private:
  static LogicalResult join(func::FuncOp kernel, func::FuncOp version) {
    // The version's scratch comes behind the kernel's.
    unsigned shared = 0, end = countBuffers(version);
    while (shared < end && !plan::attrs::Scratch::isOn(version, shared))
      ++shared;
    for (unsigned i = shared; i < end; ++i)
      if (failed(kernel.insertArgument(
              countBuffers(kernel), version.getArgumentTypes()[i],
              version.getArgAttrDict(i), version.getArgument(i).getLoc())))
        return failure();
    unsigned first = countBuffers(kernel) - (end - shared);
    for (auto [i, argument] : llvm::enumerate(version.getArguments())) {
      unsigned at = i < shared ? i : i + first - shared;
      argument.replaceAllUsesWith(kernel.getArgument(at));
    }
    SmallVector<Operation *> ops = getOps(kernel);
    OpBuilder b(kernel.getBody().front().getTerminator());
    Value condition =
        buildCondition(b, kernel, plan::attrs::WhenEqual::get(version));
    auto branch = scf::IfOp::create(b, kernel.getLoc(), condition,
                                    /*withElseRegion=*/true);
    moveInto(branch.thenBlock(), getOps(version));
    moveInto(branch.elseBlock(), ops);
    return success();
  }
};

} // namespace
