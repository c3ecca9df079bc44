//===- ProductLoops.cpp - The loops of a matrix product -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/ProductLoops.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "passes/Device/SumFollowers.h"
#include "passes/Loops/MatchContraction.h"

using namespace mlir;
using namespace onnxc;

int64_t MergedLoops::getSize() const {
  int64_t size = 1;
  for (int64_t one : sizes) {
    if (ShapedType::isDynamic(one))
      return ShapedType::kDynamic;
    size *= one;
  }
  return size;
}

Value MergedLoops::getBound(VectorBuilder &v) const {
  Value bound = v.index(1);
  for (Value one : bounds)
    bound = v.mul(bound, one);
  return bound;
}

void MergedLoops::place(VectorBuilder &v, Value merged,
                        MutableArrayRef<Value> indices) const {
  for (size_t i = loops.size(); i-- > 0;) {
    if (i == 0) {
      indices[loops[i]] = merged;
      return;
    }
    indices[loops[i]] =
        v.b.createOrFold<arith::RemUIOp>(v.loc, merged, bounds[i]);
    merged = v.b.createOrFold<arith::DivUIOp>(v.loc, merged, bounds[i]);
  }
}

Run onnxc::findRun(AffineMap map, MemRefType type, const MergedLoops &group) {
  Run run;
  if (!type.getLayout().isIdentity())
    return run;
  int64_t at = int64_t(map.getNumResults()) - 1;
  for (int64_t i = int64_t(group.loops.size()) - 1; i >= 0 && at >= 0;
       --i, --at) {
    auto dim = dyn_cast<AffineDimExpr>(map.getResult(at));
    if (!dim || dim.getPosition() != group.loops[i] || type.isDynamicDim(at))
      break;
    run.size *= type.getDimSize(at);
    ++run.numLoops;
  }
  return run;
}

Value onnxc::emitFactor(OpBuilder &b, linalg::GenericOp op, Value value,
                        ArrayRef<Value> indices, IRMapping &done) {
  if (value.getParentBlock() != op.getBody())
    return value;
  if (Value known = done.lookupOrNull(value))
    return known;
  Location loc = op.getLoc();
  Value result;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    OpOperand *operand = op.getMatchingOpOperand(argument);
    result = loadOperand(b, loc, op, *operand, indices);
  } else if (auto number = value.getDefiningOp<linalg::IndexOp>()) {
    result = indices[number.getDim()];
  } else {
    Operation *inner = value.getDefiningOp();
    IRMapping operands;
    for (Value operand : inner->getOperands())
      operands.map(operand, emitFactor(b, op, operand, indices, done));
    result = b.clone(*inner, operands)
                 ->getResult(cast<OpResult>(value).getResultNumber());
  }
  done.map(value, result);
  return result;
}

namespace {

/// Through the widening of a 16-bit float.
Value getNarrow(Value value) {
  auto extend = value.getDefiningOp<arith::ExtFOp>();
  if (!extend ||
      !(extend.getIn().getType().isF16() || extend.getIn().getType().isBF16()))
    return {};
  return extend.getIn();
}

ProductFactor getFactor(Value value, bool keepsHalf) {
  auto getElement = [&](Value whole) {
    Value narrow = keepsHalf ? getNarrow(whole) : Value();
    return narrow ? narrow : whole;
  };
  if (auto select = value.getDefiningOp<arith::SelectOp>())
    if (matchPattern(select.getFalseValue(), m_AnyZeroFloat()) ||
        matchPattern(select.getFalseValue(), m_Zero()))
      return {select.getCondition(), getElement(select.getTrueValue())};
  return {Value(), getElement(value)};
}

} // namespace

std::optional<ProductLoops> onnxc::findProductLoops(linalg::GenericOp op,
                                                    bool keepsHalf) {
  std::optional<Contraction> matched = matchContraction(op);
  if (!matched || (matched->product && matched->product.getPanels()) ||
      (matched->convolution && matched->convolution.getBlocks()))
    return std::nullopt;
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!result.isProjectedPermutation() || result.getNumResults() == 0)
    return std::nullopt;
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  ProductLoops product;
  if (matched->convolution)
    product.parts = matched->convolution.getGroup();
  MergedLoops ofLeft, ofRight;
  for (auto [i, role] : llvm::enumerate(matched->roles)) {
    MergedLoops *group = role == LoopRole::Depth   ? &product.depth
                         : role == LoopRole::Left  ? &ofLeft
                         : role == LoopRole::Right ? &ofRight
                                                   : &product.batch;
    // Filters, which say which channels are read.
    if (role == LoopRole::Batch && product.parts > 1 && i == 1)
      group = &ofRight;
    group->loops.push_back(i);
    group->sizes.push_back(sizes[i]);
  }
  if (ofLeft.loops.empty() || ofRight.loops.empty() ||
      product.depth.loops.empty())
    return std::nullopt;
  unsigned last = cast<AffineDimExpr>(result.getResults().back()).getPosition();
  bool isLeftLast = llvm::is_contained(ofLeft.loops, last);
  product.columns = isLeftLast ? ofLeft : ofRight;
  product.rows = isLeftLast ? ofRight : ofLeft;
  product.column =
      getFactor(isLeftLast ? matched->left : matched->right, keepsHalf);
  product.row =
      getFactor(isLeftLast ? matched->right : matched->left, keepsHalf);
  Type sum = getElementTypeOrSelf(op.getDpsInits()[0].getType());
  auto isHalf = [](Type type) { return type.isF16() || type.isBF16(); };
  if (keepsHalf) {
    if (!sum.isF32() || !isHalf(product.row.getType()) ||
        product.row.getType() != product.column.getType())
      return std::nullopt;
  } else if (!(sum.isF32() || sum.isInteger(32))) {
    return std::nullopt;
  }
  if (product.parts > 1) {
    if (product.rows.loops != SmallVector<unsigned>{1} ||
        ShapedType::isDynamic(product.rows.sizes[0]) ||
        product.rows.sizes[0] % product.parts != 0)
      return std::nullopt;
    product.rows.sizes[0] /= product.parts;
  }
  return product;
}
