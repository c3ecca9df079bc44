//===- TileOperand.cpp - A factor's tile in the memory of a group ---------===//
//
// Rows and columns beyond the end are clamped to the last, as nobody stores
// what comes of them. What is beyond the depth has to be 0 in both factors: a
// copy of no bytes fills its target with zeros.
//
// A convolution's image is copied element by element, as the body of its op
// computes the place of each: column n is a pixel, depth k a channel and a
// place of the filter, and where that is outside of the image nothing is
// copied, either. Where the filter has one place and moves by one, pixels are
// neighbours and the image is a matrix like others.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/TileOperand.h"
#include "dialects/plan/Contractions.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "passes/Device/SumFollowers.h"
#include "passes/Loops/ChooseDeviceTile.h"

using namespace mlir;
using namespace onnxc;

TileOperand::TileOperand(linalg::GenericOp op, const ProductFactor &factor,
                         const MergedLoops &along, const MergedLoops &depth)
    : op(op), factor(factor), along(along), depth(depth) {
  findBuffer();
}

/// The place in the image of a convolution that has no padding, steps by one
/// and has filters of one place; null where it is none.
static AffineMap getPointwiseMap(linalg::GenericOp op, memref::LoadOp load) {
  plan::ConvolutionAttr conv = getPlainConvolution(op);
  if (!conv || conv.getGroup() != 1)
    return {};
  auto areAll = [](ArrayRef<int64_t> list, int64_t value) {
    return llvm::all_of(list, [&](int64_t each) { return each == value; });
  };
  if (!areAll(conv.getStrides(), 1) || !areAll(conv.getPads(), 0) ||
      !areAll(conv.getEnds(), 0))
    return {};
  unsigned spatial = op.getNumParallelLoops() - 2;
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  for (unsigned i = 3 + spatial; i < sizes.size(); ++i)
    if (sizes[i] != 1)
      return {};
  SmallVector<unsigned> loops = {0, 2 + spatial};
  for (unsigned i = 0; i < spatial; ++i)
    loops.push_back(2 + i);
  if (loops.size() != load.getIndices().size())
    return {};
  return AffineMap::getMultiDimMapWithTargets(sizes.size(), loops,
                                              op.getContext());
}

void TileOperand::findBuffer() {
  if (auto load = factor.element.getDefiningOp<memref::LoadOp>()) {
    isDirect = load->getBlock() == op.getBody();
    buffer = load.getMemRef();
    if (AffineMap pointwise = getPointwiseMap(op, load)) {
      factor.condition = Value();
      setMap(pointwise);
    }
    return;
  }
  // Through what the body makes of it, for the order of the elements.
  Value leaf = factor.element;
  while (Operation *inner = leaf.getDefiningOp()) {
    if (inner->getNumOperands() == 0 || inner->getBlock() != op.getBody())
      return;
    leaf = inner->getOperand(0);
  }
  auto argument = cast<BlockArgument>(leaf);
  if (argument.getOwner() != op.getBody())
    return;
  OpOperand *operand = op.getMatchingOpOperand(argument);
  if (!isa<MemRefType>(operand->get().getType()))
    return;
  isDirect = leaf == factor.element && !factor.condition;
  buffer = operand->get();
  setMap(op.getMatchingIndexingMap(operand));
}

void TileOperand::setMap(AffineMap newMap) {
  map = newMap;
  auto type = cast<MemRefType>(buffer.getType());
  if (map.getNumResults() == 0)
    return;
  auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
  if (!last)
    return;
  alongDepth = llvm::is_contained(depth.loops, last.getPosition());
  run = findRun(map, type, alongDepth ? depth : along);
}

void TileOperand::chooseCopies(int64_t newSize, int64_t newDepth,
                               int64_t newThreads) {
  tileSize = newSize;
  tileDepth = newDepth;
  threads = newThreads;
  vector = isDirect ? chooseCopy(run.size, getBytes()) : 0;
  isDirect = vector > 0;
  vector = std::max<int64_t>(vector, 1);
}

Value TileOperand::getOffset(VectorBuilder &v, Value place, Value k) const {
  return alongDepth ? v.add(v.mul(place, getPitch()), k)
                    : v.add(v.mul(k, getPitch()), place);
}

std::pair<Value, Value> TileOperand::getChunk(VectorBuilder &v, Value thread,
                                              int64_t i) {
  Value chunk = v.add(thread, i * threads);
  int64_t inRow = (alongDepth ? tileDepth : tileSize) / vector;
  // With as many threads as a row has chunks or more, each stays in its place
  // of the row.
  Value inner =
      threads % inRow == 0 ? v.rem(thread, inRow) : v.rem(chunk, inRow);
  Value outer = threads % inRow == 0
                    ? v.add(v.div(thread, inRow), i * (threads / inRow))
                    : v.div(chunk, inRow);
  inner = v.mul(inner, vector);
  return alongDepth ? std::make_pair(outer, inner)
                    : std::make_pair(inner, outer);
}

void TileOperand::ifHasChunk(VectorBuilder &v, Value thread,
                             function_ref<void()> body) {
  if (getChunks() >= threads)
    return body();
  v.ifThen(v.less(thread, v.index(getChunks())), body);
}

void TileOperand::prepare(VectorBuilder &v, const MergedLoops &newAlong,
                          const MergedLoops &newDepth) {
  along = newAlong;
  depth = newDepth;
  if (!isDirect || run.numLoops < 2)
    return;
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0; i < type.getRank(); ++i) {
    if (i > type.getRank() - int64_t(run.numLoops))
      groups.back().push_back(i);
    else
      groups.push_back({i});
  }
  merged = memref::CollapseShapeOp::create(v.b, v.loc, buffer, groups);
}

/// A place along a group of loops; beyond the end it is the last again.
static Value clampPlace(VectorBuilder &v, Value place, const MergedLoops &loops,
                        int64_t tile, int64_t together) {
  int64_t size = loops.getSize();
  if (!ShapedType::isDynamic(size) && size % tile == 0)
    return place;
  return v.min(place, v.sub(loops.getBound(v), v.index(together)));
}

/// Where the body's element is in the buffer, or in the merged one.
SmallVector<Value> TileOperand::getSource(VectorBuilder &v,
                                          ArrayRef<Value> loops, Value inRun,
                                          IRMapping &done) {
  SmallVector<Value> indices;
  if (!map) {
    auto load = factor.element.getDefiningOp<memref::LoadOp>();
    for (Value index : load.getIndices())
      indices.push_back(emitFactor(v.b, op, index, loops, done));
    return indices;
  }
  unsigned kept = map.getNumResults() - std::max<unsigned>(run.numLoops, 1) + 1;
  indices = getIndices(v.b, v.loc, map.getMajorSubMap(kept), loops);
  if (run.numLoops > 1) {
    const MergedLoops &group = alongDepth ? depth : along;
    indices.back() =
        run.numLoops == group.loops.size() ? inRun : v.rem(inRun, run.size);
  }
  return indices;
}

/// Chunk number `i` of the thread: the place in the tile, and the op's loops.
TileOperand::Chunk TileOperand::findChunk(VectorBuilder &v, Value thread,
                                          int64_t i, Value origin,
                                          Value firstDepth,
                                          ArrayRef<Value> indices) {
  Chunk chunk;
  auto [place, k] = getChunk(v, thread, i);
  chunk.place = place;
  chunk.k = k;
  Value row = v.add(origin, place), at = v.add(firstDepth, k);
  int64_t whole = depth.getSize();
  if (ShapedType::isDynamic(whole) || whole % tileDepth != 0)
    chunk.isThere = v.less(at, depth.getBound(v));
  Value clampedRow =
      clampPlace(v, row, along, tileSize, alongDepth ? 1 : vector);
  Value clampedDepth =
      clampPlace(v, at, depth, tileDepth, alongDepth ? vector : 1);
  chunk.inRun = alongDepth ? clampedDepth : clampedRow;
  chunk.loops.assign(indices.begin(), indices.end());
  for (Value &loop : chunk.loops)
    if (!loop)
      loop = v.index(0);
  along.place(v, clampedRow, chunk.loops);
  depth.place(v, clampedDepth, chunk.loops);
  // The filters of one part of the channels.
  for (auto [number, first] : llvm::enumerate(indices))
    if (first && llvm::is_contained(along.loops, number))
      chunk.loops[number] = v.add(chunk.loops[number], first);
  if (factor.condition) {
    Value condition =
        emitFactor(v.b, op, factor.condition, chunk.loops, chunk.done);
    chunk.isThere =
        chunk.isThere
            ? Value(arith::AndIOp::create(v.b, v.loc, chunk.isThere, condition))
            : condition;
  }
  return chunk;
}

Value TileOperand::loadChunk(VectorBuilder &v, Chunk &chunk) {
  Value value = emitFactor(v.b, op, factor.element, chunk.loops, chunk.done);
  if (!chunk.isThere)
    return value;
  return arith::SelectOp::create(
      v.b, v.loc, chunk.isThere, value,
      arith::ConstantOp::create(v.b, v.loc, v.b.getZeroAttr(value.getType())));
}

void TileOperand::copyChunk(VectorBuilder &v, Chunk &chunk, Value to) {
  Value from = merged ? merged : buffer;
  SmallVector<Value> indices =
      getSource(v, chunk.loops, chunk.inRun, chunk.done);
  Value count;
  if (chunk.isThere)
    count = arith::SelectOp::create(v.b, v.loc, chunk.isThere, v.index(vector),
                                    v.index(0));
  Value target = v.add(to, getOffset(v, chunk.place, chunk.k));
  UnitAttr bypass = vector * getBytes() == 16 ? v.b.getUnitAttr() : UnitAttr();
  nvgpu::DeviceAsyncCopyOp::create(
      v.b, v.loc, nvgpu::DeviceAsyncTokenType::get(v.b.getContext()), shared,
      ValueRange{target}, from, indices, v.b.getIndexAttr(vector), count,
      bypass);
}

SmallVector<Value> TileOperand::load(VectorBuilder &v, Value thread,
                                     Value origin, Value step,
                                     ArrayRef<Value> indices, Value to) {
  SmallVector<Value> results;
  Value firstDepth = v.mul(step, tileDepth);
  auto find = [&](int64_t i) {
    return findChunk(v, thread, i, origin, firstDepth, indices);
  };
  if (isDirect) {
    ifHasChunk(v, thread, [&] {
      for (int64_t i = 0; i < getNumCopies(); ++i) {
        Chunk chunk = find(i);
        copyChunk(v, chunk, to);
      }
    });
    return results;
  }
  for (int64_t i = 0; i < getNumCopies(); ++i) {
    Chunk chunk = find(i);
    results.push_back(loadChunk(v, chunk));
  }
  return results;
}

void TileOperand::store(VectorBuilder &v, Value thread, ValueRange values,
                        Value to) {
  if (isDirect)
    return;
  ifHasChunk(v, thread, [&] {
    for (auto [i, value] : llvm::enumerate(values)) {
      auto [place, k] = getChunk(v, thread, i);
      memref::StoreOp::create(v.b, v.loc, value, shared,
                              v.add(to, getOffset(v, place, k)));
    }
  });
}
