//===- SplitLoops.cpp - The parallel loops of a nest become tasks ---------===//
//
// The outer parallel loops are a scf.forall; the innermost loop stays whole for
// LLVM's vectoriser, or is cut in parts of kPart elements where there are not
// enough iterations around it:
//
//   for i < 1, for j < 100000        forall part < 25: for j in part
//   for k < 16, for j < 100000       the same, with the sum over k inside
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "passes/Loops/LoopNests.h"

using namespace mlir;
using namespace onnxc;

namespace {

// Whole vectors and cache lines of any element type; some microseconds.
constexpr int64_t kPart = 4096;
// As many iterations around the innermost loop need no parts of it.
constexpr int64_t kEnoughTasks = 32;
// Nests with fewer iterations are over before a thread is awake.
constexpr int64_t kLeastIterations = 1 << 14;

} // namespace

void onnxc::splitLoops(RewriterBase &rewriter, ArrayRef<Operation *> loops,
                       ArrayRef<utils::IteratorType> iterators,
                       ArrayRef<int64_t> sizes) {
  if (loops.empty())
    return;
  size_t numLoops = loops.size();
  int64_t total = 1, outer = 1;
  bool isKnown = true;
  for (int64_t size : sizes) {
    isKnown &= !ShapedType::isDynamic(size);
    total *= isKnown ? size : 1;
  }
  if (isKnown && total < kLeastIterations)
    return;
  size_t numOuter = 0;
  while (numOuter + 1 < numLoops &&
         iterators[numOuter] == utils::IteratorType::parallel) {
    int64_t size = sizes[numOuter++];
    outer *= ShapedType::isDynamic(size) ? 1 : size;
  }
  bool isCut = iterators.back() == utils::IteratorType::parallel &&
               outer < kEnoughTasks &&
               (ShapedType::isDynamic(sizes.back()) || sizes.back() > kPart);
  if (numOuter == 0 && !isCut)
    return;

  auto first = cast<scf::ForOp>(loops.front());
  auto innermost = cast<scf::ForOp>(loops.back());
  Location loc = first.getLoc();
  rewriter.setInsertionPoint(first);
  SmallVector<OpFoldResult> bounds;
  for (Operation *loop : loops.take_front(numOuter))
    bounds.push_back(getAsOpFoldResult(cast<scf::ForOp>(loop).getUpperBound()));
  Value part = arith::ConstantIndexOp::create(rewriter, loc, kPart);
  Value end = innermost.getUpperBound();
  if (isCut)
    bounds.push_back(getAsOpFoldResult(
        rewriter.createOrFold<arith::CeilDivUIOp>(loc, end, part)));
  auto forall =
      scf::ForallOp::create(rewriter, loc, bounds, ValueRange(), std::nullopt);

  // What is left of the nest moves in.
  Operation *rest = loops[numOuter];
  rewriter.moveOpBefore(rest, forall.getTerminator());
  for (auto [loop, index] :
       llvm::zip(loops.take_front(numOuter), forall.getInductionVars()))
    rewriter.replaceAllUsesWith(cast<scf::ForOp>(loop).getInductionVar(),
                                index);
  if (isCut) {
    rewriter.setInsertionPointToStart(forall.getBody());
    Value from = arith::MulIOp::create(rewriter, loc,
                                       forall.getInductionVars().back(), part);
    Value to = arith::AddIOp::create(rewriter, loc, from, part);
    int64_t size = sizes.back();
    if (ShapedType::isDynamic(size) || size % kPart)
      to = arith::MinSIOp::create(rewriter, loc, to, end);
    rewriter.modifyOpInPlace(innermost, [&] {
      innermost.setLowerBound(from);
      innermost.setUpperBound(to);
    });
  }
  if (numOuter > 0)
    rewriter.eraseOp(first);
}
