//===- CarriedKernels.cpp - Which kernels run on a device -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/CarriedKernels.h"
#include "dialects/plan/Contractions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "passes/Device/ParallelLoops.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace onnxc;

bool CarriedKernels::isKnownType(Type type) const {
  type = getElementTypeOrSelf(type);
  if (auto integer = dyn_cast<IntegerType>(type))
    return integer.getWidth() <= 64;
  return isa<IndexType, BFloat16Type, Float16Type, Float32Type, Float64Type>(
      type);
}

/// Whether the op has a constant index of more than 32 bits. Devices compute
/// indices in 32 bits.
static bool hasLongIndex(Operation *op) {
  APInt number;
  if (op->getNumResults() == 1 && op->getResult(0).getType().isIndex() &&
      matchPattern(op, m_ConstantInt(&number)) && !number.isSignedIntN(32))
    return true;
  bool isLong = false;
  if (auto view = dyn_cast<OffsetSizeAndStrideOpInterface>(op))
    for (ArrayRef<int64_t> numbers :
         {view.getStaticOffsets(), view.getStaticStrides()})
      for (int64_t number : numbers)
        isLong |= !ShapedType::isDynamic(number) && !llvm::isInt<32>(number);
  for (NamedAttribute attr : op->getAttrs())
    if (auto map = dyn_cast<AffineMapAttr>(attr.getValue()))
      map.getValue().walkExprs([&](AffineExpr expr) {
        if (auto constant = dyn_cast<AffineConstantExpr>(expr))
          isLong |= !llvm::isInt<32>(constant.getValue());
      });
  return isLong;
}

/// Whether each of a kernel's threads would need much memory of its own.
static bool isLargeInTask(Operation *op) {
  constexpr int64_t kMostElements = 1024;
  auto alloca = dyn_cast<memref::AllocaOp>(op);
  return alloca && op->getParentOfType<scf::ForallOp>() &&
         alloca.getType().hasStaticShape() &&
         alloca.getType().getNumElements() > kMostElements;
}

bool CarriedKernels::isKnown(Operation *op) const {
  if (isa<complex::ComplexDialect>(op->getDialect()))
    return false;
  if (isLargeInTask(op) ||
      isa<vector::TransferReadOp, vector::TransferWriteOp>(op))
    return false;
  // A device's threads get no memory from the arena.
  if (hasLongIndex(op) || isa<memref::ViewOp>(op))
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
  return !isDouble || !isFunction;
}

/// Iterations of the loops that one thread runs. Sizes that are not known are
/// taken to be small.
static int64_t countIterations(Block &block, int64_t rowThreads);

static int64_t countIterations(Operation &op, int64_t rowThreads) {
  constexpr int64_t kUnknown = 16;
  int64_t count = 1;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
    for (auto [size, kind] : llvm::zip(linalgOp.getStaticLoopRanges(),
                                       linalgOp.getIteratorTypesArray()))
      if (kind == utils::IteratorType::reduction &&
          !ShapedType::isDynamic(size))
        count = std::min<int64_t>(count, INT32_MAX) *
                std::min<int64_t>(size, INT32_MAX);
    return count / rowThreads;
  }
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    std::optional<APInt> trips = loop.getStaticTripCount();
    count = trips ? trips->getLimitedValue(INT32_MAX) : kUnknown;
  } else if (isa<scf::WhileOp>(op)) {
    count = kUnknown;
  }
  int64_t inside = 0;
  for (Region &region : op.getRegions())
    for (Block &block : region)
      inside += countIterations(block, rowThreads);
  return std::min<int64_t>(count, INT32_MAX) *
         std::min<int64_t>(std::max<int64_t>(inside, count > 1), INT32_MAX);
}

static int64_t countIterations(Block &block, int64_t rowThreads) {
  int64_t sum = 0;
  for (Operation &op : block)
    if (op.getNumRegions() > 0)
      sum += countIterations(op, rowThreads);
  return sum;
}

/// The same for the launch that has most. What loops around tasks is the
/// host's.
static int64_t countIterationsOfLaunch(Block &block, int64_t rowThreads) {
  int64_t most = 0;
  for (Operation &op : block) {
    bool hasTasks = false;
    if (isa<scf::ForOp, scf::WhileOp, scf::IfOp>(op))
      op.walk([&](Operation *inner) {
        hasTasks |= isa<scf::ForallOp, linalg::LinalgOp>(inner);
      });
    if (!hasTasks)
      most = std::max(most, countIterations(op, rowThreads));
    else
      for (Region &region : op.getRegions())
        for (Block &inner : region)
          most = std::max(most, countIterationsOfLaunch(inner, rowThreads));
  }
  return most;
}

// Most devices take as many of each; sizes are 32 bits and push constants 128
// bytes.
static constexpr unsigned kMostBuffers = 64, kMostSizes = 32;

/// Whether a launch has room for all buffers and sizes of the kernel.
static bool takesFewArguments(func::FuncOp kernel) {
  unsigned numBuffers = 0, numSizes = 0;
  for (Type type : kernel.getArgumentTypes()) {
    auto buffer = dyn_cast<MemRefType>(type);
    numBuffers += buffer != nullptr;
    // A row's length is not asked for.
    numSizes += !buffer                ? 1
                : buffer.getRank() > 1 ? buffer.getNumDynamicDims()
                                       : 0;
  }
  return numBuffers <= kMostBuffers && numSizes <= kMostSizes;
}

// A driver may end a thread that loops for longer than this (Mesa's llvmpipe
// does, without a word), and no device is fast so.
static constexpr int64_t kMostIterations = 65535;

bool CarriedKernels::canCarry(func::FuncOp kernel) {
  auto [it, isNew] = carried.insert({kernel, false});
  if (!isNew)
    return it->second;
  if (!takesFewArguments(kernel))
    return false;
  WalkResult result = kernel.walk([&](Operation *op) {
    return isKnown(op) ? WalkResult::advance() : WalkResult::interrupt();
  });
  if (result.wasInterrupted())
    return false;
  OwningOpRef<func::FuncOp> copy = kernel.clone();
  findParallelLoops(*copy);
  return carried[kernel] =
             countIterationsOfLaunch(copy->getBody().front(), rowThreads) <=
             kMostIterations;
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
    return onnxc::isContraction(op) ? WalkResult::interrupt()
                                    : WalkResult::advance();
  });
  return result.wasInterrupted();
}
