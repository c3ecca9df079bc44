//===- ProductGeometry.cpp - The loops of a marked product ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ProductGeometry.h"

using namespace mlir;
using namespace onnxc;

static std::optional<unsigned> find(AffineMap map, unsigned loop) {
  return map.getResultPosition(getAffineDimExpr(loop, map.getContext()));
}

Size ProductOperand::getStride(ArrayRef<unsigned> loops) const {
  std::optional<unsigned> at;
  if (!loops.empty())
    at = find(map, loops.back());
  if (!at)
    return 0;
  Size stride = 1;
  for (int64_t size :
       cast<MemRefType>(buffer.getType()).getShape().drop_front(*at + 1))
    stride = multiply(stride, asSize(size));
  return stride;
}

Value ProductOperand::getStride(VectorBuilder &v,
                                ArrayRef<unsigned> loops) const {
  std::optional<unsigned> at;
  if (!loops.empty())
    at = find(map, loops.back());
  if (!at)
    return v.index(0);
  Value stride = v.index(1);
  for (unsigned i = *at + 1, e = cast<MemRefType>(buffer.getType()).getRank();
       i < e; ++i)
    stride = v.mul(stride, v.getSize(buffer, i));
  return stride;
}

Type ProductGeometry::getSumType() const {
  return cast<MemRefType>(result.getType()).getElementType();
}

LoopGroups ProductGeometry::getGroups() const {
  LoopGroups groups;
  for (unsigned loop : batch)
    groups.push_back({loop});
  groups.push_back(m);
  groups.push_back(n);
  return groups;
}

Value ProductGeometry::getDepth(VectorBuilder &v) const {
  return v.getSize(left.buffer, *find(left.map, k));
}

ProductShape ProductGeometry::getShape(Value output) const {
  auto type = cast<MemRefType>(output.getType());
  auto getExtent = [&](ArrayRef<unsigned> loops) {
    Size size = 1;
    for (unsigned loop : loops)
      size = multiply(size, asSize(type.getDimSize(loop)));
    return size;
  };
  ProductShape shape;
  shape.rows = getExtent(m);
  shape.columns = getExtent(n);
  shape.depth = asSize(
      cast<MemRefType>(left.buffer.getType()).getDimSize(*find(left.map, k)));
  shape.panelColumns = panelColumns;
  shape.quantBits = quants ? quants.getBits() : 0;
  bool isMatrix = panelColumns == 0;
  shape.isRowMajor = isMatrix && right.getStride(n) == 1;
  shape.isColumnMajor =
      isMatrix && !shape.isRowMajor && right.getStride(k) == 1;
  shape.isLeftRowMajor = left.getStride(k) == 1;
  shape.isInteger = getSumType().isInteger();
  shape.elementBits = getSumType().getIntOrFloatBitWidth();
  return shape;
}

/// The operands' maps; that of panels as if they were the matrix, and those of
/// groups as if they were elements.
static SmallVector<AffineMap> getMatrixMaps(const Contraction &c,
                                            unsigned numLoops) {
  linalg::GenericOp op = c.op;
  SmallVector<AffineMap> all = op.getIndexingMapsArray();
  SmallVector<AffineMap> maps = {all[0], all[1], all.back()};
  MLIRContext *context = op.getContext();
  if (c.product.getBytes())
    for (AffineMap &map : maps) {
      ArrayRef<AffineExpr> exprs = map.getResults();
      map = AffineMap::get(
          numLoops, 0, &map == &maps[2] ? exprs : exprs.drop_back(), context);
    }
  if (c.product.getPanels())
    maps[1] = AffineMap::get(numLoops, 0,
                             {getAffineDimExpr(numLoops - 1, context),
                              getAffineDimExpr(numLoops - 2, context)},
                             context);
  return maps;
}

namespace {

/// Runs of loops that only one operand has, walked backwards from the last.
class RunFinder {
public:
  RunFinder(const Contraction &c, ArrayRef<AffineMap> maps, unsigned next)
      : c(c), maps(maps), next(next) {}

  bool isOnlyIn(unsigned loop, unsigned operand) const {
    LoopRole role = operand == 0 ? LoopRole::Left : LoopRole::Right;
    return c.roles[loop] == role && find(maps[operand], loop);
  }
  /// Neighbours in the buffer.
  SmallVector<unsigned> take(unsigned operand) {
    SmallVector<unsigned> run;
    while (next > 0 && isOnlyIn(next - 1, operand)) {
      unsigned at = *find(maps[operand], next - 1);
      if (!run.empty() && at + 1 != *find(maps[operand], run.front()))
        break;
      run.insert(run.begin(), --next);
    }
    return run;
  }
  unsigned getNext() const { return next; }

private:
  const Contraction &c;
  ArrayRef<AffineMap> maps;
  unsigned next;
};

} // namespace

/// Whether the op has the inputs that its mark tells of.
static bool findFactors(linalg::GenericOp op, ProductGeometry &g) {
  unsigned count = op.getNumDpsInputs();
  if (!g.quants)
    return count == 2;
  if (count != 3 && count != 4)
    return false;
  g.scales = op.getDpsInputs()[2];
  g.zeros = count == 4 ? op.getDpsInputs()[3] : Value();
  return getPlainType(g.scales) && (!g.zeros || getPlainType(g.zeros));
}

std::optional<ProductGeometry> onnxc::matchProduct(const Contraction &c) {
  linalg::GenericOp op = c.op;
  if (!c.product)
    return std::nullopt;
  ProductGeometry g;
  g.bytes = c.product.getBytes();
  g.quants = c.product.getQuants();
  if (!findFactors(op, g))
    return std::nullopt;
  g.panelColumns = c.product.getPanels();
  g.result = c.getResult();
  unsigned numReductions = g.bytes ? 2 : 1;
  if (op.getNumReductionLoops() != numReductions ||
      op.getNumLoops() <= numReductions || !getPlainType(g.result))
    return std::nullopt;
  unsigned numParallel = op.getNumLoops() - numReductions;
  g.k = numParallel;
  SmallVector<AffineMap> maps = getMatrixMaps(c, numParallel + 1);
  for (AffineMap map : maps)
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
      return std::nullopt;
  if (op.getIteratorTypesArray().back() != utils::IteratorType::reduction ||
      maps[2] !=
          AffineMap::getMultiDimIdentityMap(numParallel + 1, op.getContext())
              .dropResult(numParallel) ||
      !find(maps[0], g.k) || !find(maps[1], g.k))
    return std::nullopt;

  RunFinder runs(c, maps, numParallel);
  unsigned left = runs.isOnlyIn(numParallel - 1, 0) ? 1 : 0;
  if (!runs.isOnlyIn(numParallel - 1, 1 - left))
    return std::nullopt;
  g.n = runs.take(1 - left);
  g.m = runs.take(left);
  for (unsigned i = 0; i < runs.getNext(); ++i)
    g.batch.push_back(i);
  for (unsigned i : {0, 1}) {
    Value buffer = op.getDpsInputs()[i];
    if (!getPlainType(buffer))
      return std::nullopt;
    (i == left ? g.left : g.right) = {buffer, maps[i],
                                      op.getBody()->getArgument(i),
                                      i == 0 ? c.left : c.right};
  }
  return g;
}
