//===- RowStatistics.cpp - Means over the last dimensions -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/Idioms/RowStatistics.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/Reduction.h"
#include "dialects/onnx/ReductionOps.h"
#include "passes/Graph/Idioms/Idioms.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

std::optional<RowMean> onnxc::matchRowMean(Value value) {
  auto mean = value.getDefiningOp<ReduceMeanOp>();
  if (!mean || !mean.getKeepdims() || !isFloat(mean.getData()))
    return std::nullopt;
  std::optional<SmallVector<bool>> reduced = getReducedDims(
      mean.getData(), mean.getAxes(), mean.getNoopWithEmptyAxes());
  if (!reduced || reduced->empty() || !reduced->back())
    return std::nullopt;
  auto *first = llvm::find(*reduced, true);
  if (std::find(first, reduced->end(), false) != reduced->end())
    return std::nullopt;
  return RowMean{mean.getData(), first - reduced->begin()};
}

static Value matchSquare(Value value) {
  if (auto power = value.getDefiningOp<PowOp>())
    return isScalar(power.getY(), 2) ? power.getX() : Value();
  auto product = value.getDefiningOp<MulOp>();
  return product && product.getA() == product.getB() ? product.getA() : Value();
}

std::optional<RootMeanSquare> onnxc::matchRootMeanSquare(SqrtOp root) {
  auto sum = root.getX().getDefiningOp<AddOp>();
  if (!sum)
    return std::nullopt;
  for (auto [mean, constant] :
       {std::pair(sum.getA(), sum.getB()), std::pair(sum.getB(), sum.getA())}) {
    std::optional<RowMean> squares = matchRowMean(mean);
    std::optional<double> epsilon = getScalar(constant);
    Value data = squares ? matchSquare(squares->data) : Value();
    if (data && epsilon && *epsilon >= 0 && fitsAttribute(*epsilon, data))
      return RootMeanSquare{data, squares->axis, *epsilon};
  }
  return std::nullopt;
}

Operation *onnxc::getOnlyUser(Value value) {
  return value.hasOneUse() ? *value.user_begin() : nullptr;
}

Value onnxc::findInverse(SqrtOp root) {
  Operation *user = getOnlyUser(root.getY());
  if (auto inverse = dyn_cast_or_null<ReciprocalOp>(user))
    return inverse.getY();
  auto quotient = dyn_cast_or_null<DivOp>(user);
  if (quotient && quotient.getB() == root.getY() &&
      isScalar(quotient.getA(), 1))
    return quotient.getC();
  return {};
}

Operation *onnxc::findQuotient(SqrtOp root, Value data) {
  if (auto quotient = dyn_cast_or_null<DivOp>(getOnlyUser(root.getY())))
    if (quotient.getA() == data && quotient.getB() == root.getY())
      return quotient;
  Value inverse = findInverse(root);
  auto product =
      inverse ? dyn_cast_or_null<MulOp>(getOnlyUser(inverse)) : MulOp();
  if (product && getOtherOperand(product, inverse) == data)
    return product;
  return nullptr;
}

Value onnxc::getOtherOperand(Operation *op, Value operand) {
  return op->getOperand(op->getOperand(0) == operand ? 1 : 0);
}

bool onnxc::isPerRow(Value value, int64_t rank, int64_t axis) {
  std::optional<Dims> dims = getDims(value);
  if (!dims || int64_t(dims->size()) > rank)
    return false;
  int64_t outer = int64_t(dims->size()) - (rank - axis);
  return llvm::all_of(ArrayRef(*dims).take_front(std::max<int64_t>(outer, 0)),
                      [](AffineExpr dim) { return getConstant(dim) == 1; });
}

Affine onnxc::findAffine(Operation *normalized, int64_t axis, bool hasBias) {
  Affine affine{{}, {}, normalized};
  int64_t rank = *getRank(normalized->getResult(0));
  auto follow = [&](Operation *user) -> Value {
    Value result = affine.last->getResult(0);
    if (!user || user->getBlock() != affine.last->getBlock() ||
        user->getResult(0).getType() != result.getType())
      return {};
    Value other = getOtherOperand(user, result);
    if (!isPerRow(other, rank, axis))
      return {};
    affine.last = user;
    return other;
  };
  if (auto product =
          dyn_cast_or_null<MulOp>(getOnlyUser(affine.last->getResult(0))))
    affine.scale = follow(product);
  auto sum = dyn_cast_or_null<AddOp>(getOnlyUser(affine.last->getResult(0)));
  if (sum && hasBias)
    affine.bias = follow(sum);
  return affine;
}

Value onnxc::getScaleOrOne(OpBuilder &b, Location loc, Value scale,
                           Value data) {
  if (scale)
    return scale;
  return GraphBuilder{b, loc}.number(1, getElementType(data));
}
