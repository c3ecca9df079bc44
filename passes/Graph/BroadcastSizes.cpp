//===- BroadcastSizes.cpp - Free dimensions that broadcast each other -----===//
//
// Of two free dimensions that an operator broadcasts each may be 1 when the
// model runs. The result's size is a symbol of its own, which stands for the
// one of its parts that is not 1:
//
//   Add(%x: [s0, 8], %y: [s1, 8])     s2 = s0 == 1 ? s1 : s0
//
// Sizes that depend on one symbol, as s0 and min(s0, 512), are taken to be
// equal and checked. An operand with another size is expanded to it, so that
// all else sees equal sizes. `resolve-sizes` puts the expression in the
// symbol's place once the graph is cut into kernels. An Expand that finds its
// operand as large as its result does nothing (`version-kernels`).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/AttentionOps.h"
#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/EinsumEquation.h"
#include "dialects/onnx/EinsumOps.h"
#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/ModelAttrs.h"
#include "dialects/onnx/NormalizationOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "passes/Graph/ReshapeTo.h"
#include "passes/Graph/ShapeInference.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

/// The sizes that a size is the broadcast of, itself alone for others.
Dims ShapeInference::getParts(AffineExpr size) const {
  const auto *found = broadcastSizes.find(size);
  return found == broadcastSizes.end() ? Dims{size} : found->second;
}

static bool shareSymbol(AffineExpr a, AffineExpr b) {
  bool share = false;
  a.walk([&](AffineExpr expr) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
      share |= b.isFunctionOfSymbol(symbol.getPosition());
  });
  return share;
}

/// Neither is a broadcast, and one is computed from what the other is.
bool ShapeInference::areTakenAsEqual(AffineExpr a, AffineExpr b) const {
  return !broadcastSizes.contains(a) && !broadcastSizes.contains(b) &&
         shareSymbol(a, b);
}

AffineExpr ShapeInference::broadcastSize(AffineExpr a, AffineExpr b) {
  std::optional<int64_t> l = onnxc::onnx::getConstant(a),
                         r = onnxc::onnx::getConstant(b);
  if (a == b || r == 1 || (l && l != 1))
    return a;
  if (l == 1 || r)
    return b;
  if (areTakenAsEqual(a, b))
    return isPiecewise(a) ? b : a;
  Dims left = getParts(a), right = getParts(b), parts = left;
  for (AffineExpr part : right)
    if (!llvm::is_contained(parts, part))
      parts.push_back(part);
  if (parts.size() == left.size())
    return a;
  auto isSame = [&](const Dims &others) {
    return others.size() == parts.size() &&
           llvm::all_of(parts, [&](AffineExpr part) {
             return llvm::is_contained(others, part);
           });
  };
  if (isSame(right))
    return b;
  for (auto &[symbol, others] : broadcastSizes)
    if (isSame(others))
      return symbol;
  AffineExpr symbol = addSymbol("broadcast_" + Twine(symbols.size()));
  broadcastSizes[symbol] = parts;
  return symbol;
}

void ShapeInference::forgetSymbols(size_t number) {
  symbols.truncate(number);
  broadcastSizes.remove_if([&](auto &entry) {
    return cast<AffineSymbolExpr>(entry.first).getPosition() >= number;
  });
}

AffineExpr ShapeInference::getDefinition(AffineExpr size) const {
  for (auto &[symbol, parts] : llvm::reverse(broadcastSizes)) {
    AffineExpr chosen = parts.back(),
               one = onnxc::onnx::getConstant(getContext(), 1);
    for (AffineExpr part : llvm::reverse(ArrayRef(parts).drop_back()))
      chosen = getSelect(isEqual(part, one), chosen, part);
    size = simplify(size.replace(symbol, chosen));
  }
  return size;
}

/// Symbols of broadcast sizes, which nothing else defines, and what has to be
/// equal.
void ShapeInference::writeEqualSizes() {
  SmallVector<Attribute> all;
  auto add = [&](AffineExpr l, AffineExpr r, StringAttr node) {
    all.push_back(EqualAttr::get(getContext(), l, r, node));
  };
  for (auto &[symbol, parts] : broadcastSizes)
    add(symbol, getDefinition(symbol), StringAttr::get(getContext()));
  for (auto &[sizes, node] : equalSizes)
    add(sizes.first, sizes.second, node);
  if (!all.empty())
    onnx::attrs::EqualSizes::set(function, ArrayAttr::get(getContext(), all));
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// Makes `shape` the broadcast of itself and the sizes.
void ShapeInference::addTo(Dims &shape, ArrayRef<AffineExpr> sizes) {
  if (sizes.size() > shape.size())
    shape.insert(shape.begin(), sizes.size() - shape.size(),
                 onnxc::onnx::getConstant(getContext(), 1));
  for (auto [common, size] :
       llvm::zip(MutableArrayRef(shape).take_back(sizes.size()), sizes))
    common = broadcastSize(common, size);
}

/// Expands the operand where its size may be 1 and the target's is another.
LogicalResult ShapeInference::alignOperand(OpOperand &operand,
                                           ArrayRef<AffineExpr> target) {
  std::optional<Dims> dims = getDims(operand.get());
  if (!dims)
    return success();
  bool changes = false;
  size_t count = std::min(dims->size(), target.size());
  for (auto [dim, size] : llvm::zip(MutableArrayRef(*dims).take_back(count),
                                    target.take_back(count)))
    if (!onnxc::onnx::getConstant(dim) && dim != size &&
        !areTakenAsEqual(dim, size)) {
      dim = size;
      changes = true;
    }
  if (!changes)
    return success();
  Operation *op = operand.getOwner(), *before = op->getPrevNode();
  OpBuilder b(op);
  operand.set(ExpandOp::create(b, op->getLoc(), operand.get(),
                               buildInts(b, op->getLoc(), *dims)));
  return inferBetween(before, op);
}

/// The result of an Expand is what shape and operand broadcast to.
void ShapeInference::alignShape(ExpandOp op) {
  std::optional<Dims> dims = getDims(op.getInput()),
                      shape = getKnownInts(op.getShape());
  if (!dims || !shape)
    return;
  bool changes = false;
  size_t count = std::min(dims->size(), shape->size());
  for (auto [dim, size] : llvm::zip(ArrayRef(*dims).take_back(count),
                                    MutableArrayRef(*shape).take_back(count))) {
    AffineExpr both = broadcastSize(dim, size);
    if (both == size || onnxc::onnx::getConstant(size))
      continue;
    noteEqual(op, simplify((size - 1) * (size - both)),
              onnxc::onnx::getConstant(getContext(), 0));
    size = both;
    changes = true;
  }
  if (!changes)
    return;
  OpBuilder b(op);
  op.getShapeMutable().assign(buildInts(b, op->getLoc(), *shape));
}

/// The batch of a matrix product: all but the last two dimensions.
LogicalResult ShapeInference::alignBatch(Operation *op,
                                         ArrayRef<OpOperand *> factors) {
  std::optional<Dims> left = getDims(factors[0]->get()),
                      right = getDims(factors[1]->get());
  if (!left || !right)
    return success();
  Dims batch;
  for (const Dims &dims : {*left, *right}) {
    if (dims.size() < 2)
      return success();
    ArrayRef<AffineExpr> sizes = ArrayRef(dims).drop_back(2);
    addTo(batch, sizes);
  }
  for (auto [factor, dims] :
       {std::pair(factors[0], *left), std::pair(factors[1], *right)}) {
    Dims target(batch);
    target.append(dims.end() - 2, dims.end());
    if (failed(alignOperand(*factor, target)))
      return failure();
  }
  return success();
}

/// Where an operand has a letter twice, both dimensions are of one size.
void ShapeInference::pinDiagonal(OpOperand &operand, Dims &dims,
                                 ArrayRef<unsigned> labels) {
  Operation *einsum = operand.getOwner();
  Dims pinned = dims;
  for (auto [i, label] : llvm::enumerate(labels)) {
    AffineExpr &first = pinned[llvm::find(labels, label) - labels.begin()];
    bool isKnown = onnxc::onnx::getConstant(pinned[i]).has_value();
    if (first == pinned[i] || (isKnown && onnxc::onnx::getConstant(first)))
      continue;
    noteEqual(einsum, first, pinned[i]);
    if (isKnown)
      first = pinned[i];
  }
  for (auto [i, label] : llvm::enumerate(labels))
    if (!onnxc::onnx::getConstant(pinned[i]))
      pinned[i] = pinned[llvm::find(labels, label) - labels.begin()];
  if (pinned == dims)
    return;
  OpBuilder b(einsum);
  operand.set(reshapeTo(b, einsum->getLoc(), operand.get(), pinned));
  dims = pinned;
}

/// Dimensions of a letter that several operands have.
LogicalResult ShapeInference::alignSubscripts(Operation *einsum) {
  SmallVector<Dims> operands;
  std::optional<EinsumEquation> equation =
      parseEquation(cast<EinsumOp>(einsum), operands);
  if (!equation)
    return success();
  Dims common(equation->sizes.size(),
              onnxc::onnx::getConstant(getContext(), 1));
  for (auto [operand, dims, labels] :
       llvm::zip(einsum->getOpOperands(), operands, equation->inputs)) {
    pinDiagonal(operand, dims, labels);
    for (auto [label, size] : llvm::zip(labels, dims))
      common[label] = broadcastSize(common[label], size);
  }
  for (auto [operand, labels] :
       llvm::zip(einsum->getOpOperands(), equation->inputs)) {
    Dims target = llvm::map_to_vector(
        labels, [&](unsigned label) { return common[label]; });
    if (failed(alignOperand(operand, target)))
      return failure();
  }
  return success();
}

/// Scales and zero points of a product's rows and columns, or of filters, lists
/// of which one element may be for all.
static SmallVector<std::pair<OpOperand *, Dims>>
getQuantizationTargets(Operation *op) {
  SmallVector<std::pair<OpOperand *, Dims>> targets;
  auto add = [&](ArrayRef<unsigned> numbers, Value matrix, unsigned fromEnd) {
    std::optional<Dims> dims = getDims(matrix);
    if (!dims || dims->size() < 2)
      return;
    for (unsigned number : numbers)
      if (number < op->getNumOperands() && getRank(op->getOperand(number)) == 1)
        targets.push_back(
            {&op->getOpOperand(number), Dims{*(dims->end() - fromEnd)}});
  };
  if (auto product = dyn_cast<MatMulIntegerOp>(op)) {
    unsigned next = 2;
    if (product.getAZeroPoint())
      add({next++}, product.getA(), 2);
    if (product.getBZeroPoint())
      add({next}, product.getB(), 1);
  } else if (auto product = dyn_cast<QLinearMatMulOp>(op)) {
    add({1, 2, 6, 7}, product.getA(), 2);
    add({4, 5}, product.getB(), 1);
  } else if (auto conv = dyn_cast<ConvIntegerOp>(op)) {
    if (conv.getWZeroPoint())
      add({op->getNumOperands() - 1}, conv.getW(),
          getRank(conv.getW()).value_or(2));
  } else if (auto conv = dyn_cast<QLinearConvOp>(op)) {
    add({4, 5}, conv.getW(), getRank(conv.getW()).value_or(2));
  }
  return targets;
}

/// The operands of an op that only broadcast to a shape.
static SmallVector<std::pair<OpOperand *, Dims>> getTargets(Operation *op) {
  SmallVector<std::pair<OpOperand *, Dims>> targets;
  auto add = [&](MutableOperandRange range, ArrayRef<AffineExpr> shape) {
    for (OpOperand &operand : range)
      targets.push_back({&operand, Dims(shape)});
  };
  if (auto gemm = dyn_cast<GemmOp>(op)) {
    std::optional<Dims> a = getDims(gemm.getA()), b = getDims(gemm.getB());
    if (a && b && a->size() == 2 && b->size() == 2)
      add(gemm.getCMutable(),
          {(*a)[gemm.getTransA() ? 1 : 0], (*b)[gemm.getTransB() ? 0 : 1]});
  } else if (auto norm = dyn_cast<LayerNormalizationOp>(op)) {
    if (std::optional<Dims> dims = getDims(norm.getX())) {
      add(MutableOperandRange(norm.getScaleMutable()), *dims);
      add(norm.getBMutable(), *dims);
    }
  } else if (auto attention = dyn_cast<AttentionOp>(op)) {
    std::optional<Dims> mask = attention.getAttnMask()
                                   ? getDims(attention.getAttnMask())
                                   : std::nullopt;
    std::optional<Dims> q = getDims(attention.getQ());
    // Keys that the mask does not cover are another matter.
    if (mask && !mask->empty() && q && q->size() == 4)
      add(attention.getAttnMaskMutable(),
          {(*q)[0], (*q)[1], (*q)[2], mask->back()});
    else if (mask && !mask->empty() && q && q->size() == 3)
      add(attention.getAttnMaskMutable(),
          {(*q)[0],
           onnxc::onnx::getConstant(op->getContext(),
                                    attention.getQNumHeads().value_or(1)),
           (*q)[1], mask->back()});
  } else if (auto norm = dyn_cast<RMSNormalizationOp>(op)) {
    if (std::optional<Dims> dims = getDims(norm.getX()))
      add(MutableOperandRange(norm.getScaleMutable()), *dims);
  }
  return targets;
}

LogicalResult ShapeInference::alignOperands(Operation *op) {
  if (auto expand = dyn_cast<ExpandOp>(op))
    return alignShape(expand), success();
  for (auto &[operand, shape] : getQuantizationTargets(op))
    if (failed(alignOperand(*operand, shape)))
      return failure();
  if (isa<MatMulOp, MatMulIntegerOp>(op))
    return alignBatch(op, {&op->getOpOperand(0), &op->getOpOperand(1)});
  if (isa<QLinearMatMulOp>(op))
    return alignBatch(op, {&op->getOpOperand(0), &op->getOpOperand(3)});
  if (isa<EinsumOp>(op))
    return alignSubscripts(op);
  for (auto &[operand, shape] : getTargets(op))
    if (failed(alignOperand(*operand, shape)))
      return failure();
  if (!isa<ElementwiseOp>(op))
    return success();
  Dims common;
  for (Value operand : op->getOperands()) {
    std::optional<Dims> dims = getDims(operand);
    if (!dims)
      return success();
    addTo(common, *dims);
  }
  for (OpOperand &operand : op->getOpOperands())
    if (failed(alignOperand(operand, common)))
      return failure();
  return success();
}
