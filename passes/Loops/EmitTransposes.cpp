//===- EmitTransposes.cpp - Copies that change which elements are neighbours
//===//
//
// y[..., i, j] = x[..., j, i], with any loops around: neighbours in memory are
// read along i and written along j, so that one of the two jumps. Squares of T
// x T elements are read as T vectors along i, transposed in registers, and
// written as T vectors along j:
//
//   for each J elements along j, for each T along i:
//     for each of J / T squares:  T loads, T log2(T) shuffles
//     for each of T rows of y:    J / T stores, one after the other
//
// J elements are a cache line, which is written once and whole: rows a power of
// two apart share few places of the cache, and would drive out each other's
// halves. What is left at the ends is copied one by one.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Kernels.h"
#include "passes/Loops/LoopNests.h"
#include "passes/Loops/LoopsPasses.h"
#include "passes/Loops/MatchContraction.h"
#include "passes/Loops/RegisterFile.h"
#include "passes/Loops/Tasks.h"

namespace onnxc {
#define GEN_PASS_DEF_EMITTRANSPOSES
#include "passes/Loops/LoopsPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

/// A copy whose last dimension is another one of its source.
struct TransposeLoops {
  Value source, target;
  /// Of each dimension of the source and the target, its loop.
  SmallVector<unsigned> sourceLoops, targetLoops;
  SmallVector<int64_t> sizes;
  unsigned along() const { return sourceLoops.back(); }
  unsigned across() const { return targetLoops.back(); }
};

std::optional<SmallVector<unsigned>> getLoops(AffineMap map) {
  if (!map.isProjectedPermutation() || map.getNumResults() != map.getNumDims())
    return std::nullopt;
  SmallVector<unsigned> loops;
  for (AffineExpr expr : map.getResults())
    loops.push_back(cast<AffineDimExpr>(expr).getPosition());
  return loops;
}

std::optional<TransposeLoops> matchTranspose(linalg::GenericOp op) {
  Block *body = op.getBody();
  if (op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 ||
      op.getNumReductionLoops() != 0 || op.getNumLoops() < 2 ||
      body->getTerminator()->getOperand(0) != body->getArgument(0) ||
      !llvm::hasSingleElement(*body))
    return std::nullopt;
  TransposeLoops loops;
  loops.source = op.getDpsInputs()[0];
  loops.target = op.getDpsInits()[0];
  auto from = getLoops(op.getIndexingMapsArray()[0]);
  auto to = getLoops(op.getIndexingMapsArray()[1]);
  if (!getPlainType(loops.source) || !getPlainType(loops.target) || !from ||
      !to || from->back() == to->back())
    return std::nullopt;
  loops.sourceLoops = *from;
  loops.targetLoops = *to;
  loops.sizes = op.getStaticLoopRanges();
  return loops;
}

class TransposeEmitter {
public:
  TransposeEmitter(VectorBuilder &v, const TransposeLoops &loops,
                   int64_t lineElements)
      : v(v), loops(loops), line(lineElements) {}

  void emit();

private:
  /// The distance of a loop's iterations in a buffer.
  Value getStride(ArrayRef<unsigned> order, unsigned loop) {
    Value stride = v.index(1);
    for (unsigned other : llvm::reverse(order)) {
      if (other == loop)
        return stride;
      stride = v.mul(stride, sizes[other]);
    }
    return stride;
  }
  void emitLine(Value from, Value to);
  void copyElements(Value from, Value to, Value firstAlong, Value firstAcross,
                    Value lastAcross);

  VectorBuilder &v;
  const TransposeLoops &loops;
  int64_t line;
  SmallVector<Value> sizes;
  Value source, target, sourceStep, targetStep;
};

/// The rectangle from these places on, to the end along the source's rows.
void TransposeEmitter::copyElements(Value from, Value to, Value firstAlong,
                                    Value firstAcross, Value lastAcross) {
  v.loop(firstAlong, sizes[loops.along()], 1, [&](Value i) {
    v.loop(firstAcross, lastAcross, 1, [&](Value j) {
      Value element =
          v.loadScalar(source, v.add(from, v.add(v.mul(j, sourceStep), i)));
      memref::StoreOp::create(v.b, v.loc, element, target,
                              v.add(to, v.add(v.mul(i, targetStep), j)));
    });
  });
}

/// A line of each of the target's rows.
void TransposeEmitter::emitLine(Value from, Value to) {
  Value size = sizes[loops.along()];
  Value whole = v.mul(v.div(size, v.width), v.width);
  v.loop(v.index(0), whole, v.width, [&](Value i) {
    SmallVector<SmallVector<Value>> squares;
    for (int64_t first = 0; first < line; first += v.width) {
      SmallVector<Value> rows;
      for (int64_t j = 0; j < v.width; ++j)
        rows.push_back(
            v.load(source, v.add(v.add(from, i), v.mul(sourceStep, first + j)),
                   v.all()));
      squares.push_back(v.transpose(rows));
    }
    for (int64_t row = 0; row < v.width; ++row)
      for (auto [square, columns] : llvm::enumerate(squares))
        v.store(columns[row], target,
                v.add(v.add(to, v.mul(v.add(i, row), targetStep)),
                      int64_t(square) * v.width),
                v.all());
  });
  copyElements(from, to, whole, v.index(0), v.index(line));
}

void TransposeEmitter::emit() {
  for (unsigned loop = 0; loop < loops.sizes.size(); ++loop) {
    unsigned dim =
        llvm::find(loops.targetLoops, loop) - loops.targetLoops.begin();
    sizes.push_back(v.getSize(loops.target, dim));
  }
  source = v.flatten(loops.source);
  target = v.flatten(loops.target);
  sourceStep = getStride(loops.sourceLoops, loops.across());
  targetStep = getStride(loops.targetLoops, loops.along());
  SmallVector<unsigned> outer;
  SmallVector<Value> counts;
  for (unsigned loop : loops.targetLoops)
    if (loop != loops.along() && loop != loops.across()) {
      outer.push_back(loop);
      counts.push_back(sizes[loop]);
    }
  Value size = sizes[loops.across()];
  counts.push_back(v.ceilDiv(size, line));
  buildTasks(v, counts, [&](ValueRange at) {
    Value across = v.mul(at.back(), line);
    Value from = v.mul(across, sourceStep), to = across;
    for (auto [place, loop] : llvm::zip(at, outer)) {
      from = v.add(from, v.mul(place, getStride(loops.sourceLoops, loop)));
      to = v.add(to, v.mul(place, getStride(loops.targetLoops, loop)));
    }
    std::optional<int64_t> known = getConstantIntValue(size);
    if (known && *known % line == 0)
      return emitLine(from, to);
    Value left = v.sub(size, across);
    auto branch = scf::IfOp::create(v.b, v.loc, v.ge(left, v.index(line)),
                                    /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(v.b);
    v.b.setInsertionPoint(branch.thenBlock()->getTerminator());
    emitLine(from, to);
    v.b.setInsertionPoint(branch.elseBlock()->getTerminator());
    copyElements(from, to, v.index(0), v.index(0), left);
  });
}

struct EmitTransposes : onnxc::impl::EmitTransposesBase<EmitTransposes> {
  using EmitTransposesBase::EmitTransposesBase;

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    MachineModel machine = getMachine(kernel);
    if (!isKernel(kernel) || machine.vectorBits == 0 || machine.isDevice())
      return;
    SmallVector<linalg::GenericOp> ops;
    kernel.walk([&](linalg::GenericOp op) {
      if (op->getParentOp() == kernel.getOperation() && matchTranspose(op))
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (linalg::GenericOp op : ops) {
      rewriter.setInsertionPoint(op);
      emit(rewriter, collapseLoops(rewriter, op), machine);
    }
  }

private:
  static void emit(IRRewriter &rewriter, linalg::GenericOp op,
                   const MachineModel &machine) {
    std::optional<TransposeLoops> loops = matchTranspose(op);
    Type type = getPlainType(op.getDpsInits()[0]).getElementType();
    if (!loops || !type.isIntOrFloat())
      return;
    int64_t bits = type.getIntOrFloatBitWidth();
    if (bits < 8 || bits > 64)
      return;
    constexpr int64_t kMostRows = 16, kLineBits = 512;
    int64_t rows = std::min<int64_t>(machine.vectorBits / bits, kMostRows);
    int64_t line = std::max(rows, std::min(kLineBits / bits, kMostRows));
    auto isShort = [&](unsigned loop, int64_t least) {
      int64_t size = loops->sizes[loop];
      return !ShapedType::isDynamic(size) && size < least;
    };
    if (rows < 2 || isShort(loops->along(), rows) ||
        isShort(loops->across(), line))
      return;
    rewriter.setInsertionPoint(op);
    VectorBuilder v(rewriter, op.getLoc(), rows);
    TransposeEmitter(v, *loops, line).emit();
    rewriter.eraseOp(op);
  }
};

} // namespace
