//===- InterleaveLoops.cpp - Long bodies of loops, side by side -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/InterleaveLoops.h"
#include "dialects/plan/MachineModel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace onnxc {

namespace {

constexpr unsigned kCount = 4;
/// Operations on floats; what takes less does not wait long.
constexpr unsigned kLongBody = 12;
/// What is left behind groups of vectors is computed in smaller ones.
constexpr unsigned kLeastGroups = 8;

/// The most iterations, where a loop of constant bounds, or a piece of such a
/// length, has them.
std::optional<int64_t> getLength(scf::ForOp loop) {
  std::optional<int64_t> from = getConstantIntValue(loop.getLowerBound());
  std::optional<int64_t> to = getConstantIntValue(loop.getUpperBound());
  if (from && to)
    return *to - *from;
  // from + length, or what is less.
  SmallVector<Value> ends = {loop.getUpperBound()};
  if (auto least = ends.front().getDefiningOp<arith::MinSIOp>())
    ends.assign({least.getLhs(), least.getRhs()});
  for (Value end : ends)
    if (auto sum = end.getDefiningOp<arith::AddIOp>())
      if (sum.getLhs() == loop.getLowerBound())
        if (std::optional<int64_t> length = getConstantIntValue(sum.getRhs()))
          return length;
  return std::nullopt;
}

/// Each iteration stores what is a long way from what it loads, and needs
/// nothing of the one before.
bool isLongChain(scf::ForOp loop) {
  if (loop.getNumResults() != 0 ||
      getConstantIntValue(loop.getStep()) != int64_t(1))
    return false;
  unsigned computes = 0, stores = 0;
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (isa<memref::StoreOp>(op))
      ++stores;
    else if (!isa<memref::LoadOp>(op) && !isMemoryEffectFree(&op))
      return false;
    if (op.getNumRegions() != 0 || op.getNumResults() > 1)
      return false;
    if (op.getNumResults() == 1 && isa<VectorType>(op.getResult(0).getType()))
      return false;
    if (isa<arith::ArithDialect>(op.getDialect()) &&
        isa<FloatType>(op.getResult(0).getType()))
      ++computes;
  }
  return stores == 1 && computes >= kLongBody;
}

struct InterleaveLoops : PassWrapper<InterleaveLoops, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(InterleaveLoops)

  StringRef getArgument() const override { return "interleave-loops"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<LLVM::LLVMDialect>();
  }
  void runOnOperation() override {
    unsigned bits = getMachine(getOperation()).vectorBits;
    if (bits == 0)
      return;
    Builder b(&getContext());
    auto interleave = LLVM::LoopInterleaveAttr::get(
        b.getContext(), b.getI32IntegerAttr(kCount));
    auto annotation = LLVM::LoopAnnotationAttr::get(
        b.getContext(), {}, {}, interleave, {}, {}, {}, {}, {}, {}, {}, {}, {},
        {}, {}, {});
    int64_t least = int64_t(kLeastGroups) * kCount * (bits / 32);
    getOperation()->walk([&](scf::ForOp loop) {
      if (getLength(loop).value_or(0) >= least && isLongChain(loop))
        loop->setAttr("loop_annotation", annotation);
    });
  }
};

} // namespace

std::unique_ptr<Pass> createInterleaveLoops() {
  return std::make_unique<InterleaveLoops>();
}

} // namespace onnxc
