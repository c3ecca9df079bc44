//===- MatchContraction.cpp - What a marked op multiplies and adds --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/MatchContraction.h"
#include "passes/Loops/VectorBuilder.h"

using namespace mlir;
using namespace onnxc;

namespace {

/// The loops that a value of the op's body depends on.
class Dependence {
public:
  explicit Dependence(linalg::GenericOp op) : op(op) {}
  /// None where it cannot be repeated elsewhere.
  std::optional<llvm::SmallBitVector> get(Value value) {
    llvm::SmallBitVector loops(op.getNumLoops());
    if (!add(value, loops))
      return std::nullopt;
    return loops;
  }

private:
  bool add(Value value, llvm::SmallBitVector &loops) {
    if (value.getParentBlock() != op.getBody())
      return true;
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (llvm::is_contained(op.getRegionOutputArgs(), argument))
        return false;
      AffineMap map =
          op.getMatchingIndexingMap(op.getMatchingOpOperand(argument));
      for (unsigned i = 0; i < map.getNumDims(); ++i)
        if (map.isFunctionOfDim(i))
          loops.set(i);
      return true;
    }
    Operation *inner = value.getDefiningOp();
    if (auto number = dyn_cast<linalg::IndexOp>(inner)) {
      loops.set(number.getDim());
      return true;
    }
    if (inner->getNumRegions() != 0 ||
        !(isMemoryEffectFree(inner) || isa<memref::LoadOp>(inner)))
      return false;
    return llvm::all_of(inner->getOperands(),
                        [&](Value operand) { return add(operand, loops); });
  }

  linalg::GenericOp op;
};

/// Sets the factors of yield(sum + left * right).
bool matchBody(Contraction &c) {
  Block *body = c.op.getBody();
  Value sum = body->getArguments().back();
  Operation *add = body->getTerminator()->getOperand(0).getDefiningOp();
  if (!add || !isa<arith::AddFOp, arith::AddIOp>(add) || !sum.hasOneUse())
    return false;
  Value product = add->getOperand(0) == sum   ? add->getOperand(1)
                  : add->getOperand(1) == sum ? add->getOperand(0)
                                              : Value();
  Operation *mul = product ? product.getDefiningOp() : nullptr;
  if (!mul || !isa<arith::MulFOp, arith::MulIOp>(mul))
    return false;
  c.left = mul->getOperand(0);
  c.right = mul->getOperand(1);
  return true;
}

bool matchRoles(Contraction &c) {
  Dependence dependence(c.op);
  auto left = dependence.get(c.left), right = dependence.get(c.right);
  if (!left || !right)
    return false;
  for (auto [i, kind] : llvm::enumerate(c.op.getIteratorTypesArray())) {
    bool isLeft = left->test(i), isRight = right->test(i);
    c.roles.push_back(kind == utils::IteratorType::reduction ? LoopRole::Depth
                      : isLeft == isRight                    ? LoopRole::Batch
                      : isLeft                               ? LoopRole::Left
                                                             : LoopRole::Right);
  }
  return true;
}

memref::LoadOp findOnlyLoad(Block &body) {
  auto loads = body.getOps<memref::LoadOp>();
  return llvm::hasSingleElement(loads) ? *loads.begin() : memref::LoadOp();
}

} // namespace

std::optional<Contraction> onnxc::matchContraction(linalg::GenericOp op) {
  Contraction c;
  c.op = op;
  c.product = getProduct(op);
  c.convolution = getConvolution(op);
  c.load = findOnlyLoad(*op.getBody());
  if ((!c.product && !c.convolution) || op.getNumDpsInits() != 1 ||
      !matchBody(c) || !matchRoles(c))
    return std::nullopt;
  return c;
}

MemRefType onnxc::getPlainType(Value buffer) {
  auto type = dyn_cast<MemRefType>(buffer.getType());
  return type && type.getLayout().isIdentity() ? type : MemRefType();
}

std::optional<Widening> onnxc::getWidening(VectorBuilder &v, Block *body,
                                           Value leaf, Value factor) {
  if (leaf == factor)
    return Widening();
  SmallVector<Operation *> ops;
  std::function<bool(Value)> collect = [&](Value value) {
    if (value == leaf || value.getParentBlock() != body)
      return true;
    Operation *op = value.getDefiningOp();
    if (!op || op->getNumResults() != 1 || op->getNumRegions() != 0 ||
        !(isa<arith::ConstantOp>(op) ||
          OpTrait::hasElementwiseMappableTraits(op)))
      return false;
    for (Value operand : op->getOperands())
      if (!collect(operand))
        return false;
    if (!llvm::is_contained(ops, op))
      ops.push_back(op);
    return true;
  };
  if (!collect(factor))
    return std::nullopt;
  Widening widening;
  widening.keepsZero = llvm::all_of(ops, [](Operation *op) {
    return isa<arith::ExtFOp, arith::ExtSIOp, arith::ExtUIOp>(op);
  });
  widening.apply = [&v, ops, leaf, factor](Value value) -> Value {
    bool isVector = isa<VectorType>(value.getType());
    IRMapping mapping;
    mapping.map(leaf, value);
    for (Operation *op : ops) {
      if (isVector)
        for (Value operand : op->getOperands())
          if (!mapping.contains(operand))
            mapping.map(operand, v.splat(operand));
      Operation *clone = v.b.clone(*op, mapping);
      if (isVector && isa<arith::ConstantOp>(op))
        mapping.map(op->getResult(0), v.splat(clone->getResult(0)));
      else if (isVector)
        clone->getResult(0).setType(v.vectorType(op->getResult(0).getType()));
    }
    return mapping.lookup(factor);
  };
  return widening;
}
