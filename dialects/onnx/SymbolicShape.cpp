//===- SymbolicShape.cpp - Sizes as expressions over symbols --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SymbolicShape.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/PiecewiseExpr.h"

using namespace mlir;

namespace onnxc::onnx {

AffineExpr getConstant(MLIRContext *context, int64_t value) {
  return getAffineConstantExpr(value, context);
}

std::optional<int64_t> getConstant(AffineExpr expr) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  return std::nullopt;
}

unsigned getNumSymbols(ArrayRef<AffineExpr> exprs) {
  unsigned symbols = 0;
  for (AffineExpr expr : exprs)
    expr.walk([&](AffineExpr e) {
      if (auto symbol = dyn_cast<AffineSymbolExpr>(e))
        symbols = std::max(symbols, symbol.getPosition() + 1);
    });
  return symbols;
}

AffineExpr simplify(AffineExpr expr) {
  if (isa<AffineConstantExpr, AffineSymbolExpr>(expr))
    return expr;
  return simplifyAffineExpr(expr, /*numDims=*/0, getNumSymbols(expr));
}

std::optional<Dims> getDims(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return std::nullopt;
  if (auto dims = dyn_cast_or_null<DimsAttr>(tensor.getEncoding()))
    return Dims(dims.getExprs());
  if (!tensor.hasStaticShape())
    return std::nullopt;
  Dims result;
  for (int64_t size : tensor.getShape())
    result.push_back(getConstant(type.getContext(), size));
  return result;
}

RankedTensorType getTensorType(ArrayRef<AffineExpr> dims, Type elementType) {
  SmallVector<int64_t> shape;
  Dims exprs;
  bool isStatic = true;
  for (AffineExpr dim : dims) {
    exprs.push_back(simplify(dim));
    std::optional<int64_t> size = getConstant(exprs.back());
    isStatic &= size.has_value();
    shape.push_back(size.value_or(ShapedType::kDynamic));
  }
  Attribute encoding;
  if (!isStatic)
    encoding = DimsAttr::get(elementType.getContext(), exprs);
  return RankedTensorType::get(shape, elementType, encoding);
}

Type getUnrankedType(Type elementType) {
  return UnrankedTensorType::get(elementType);
}

Type withElementType(Type tensorType, Type elementType) {
  if (auto ranked = dyn_cast<RankedTensorType>(tensorType))
    return RankedTensorType::get(ranked.getShape(), elementType,
                                 ranked.getEncoding());
  return UnrankedTensorType::get(elementType);
}

Type getElementType(Value value) {
  return cast<TensorType>(value.getType()).getElementType();
}

std::optional<int64_t> getRank(Value value) {
  if (auto ranked = dyn_cast<RankedTensorType>(value.getType()))
    return ranked.getRank();
  return std::nullopt;
}

static StringRef getOperator(AffineExprKind kind) {
  switch (kind) {
  case AffineExprKind::Add:
    return " + ";
  case AffineExprKind::Mul:
    return " * ";
  case AffineExprKind::FloorDiv:
    return " / ";
  case AffineExprKind::CeilDiv:
    return " ceildiv ";
  default:
    return " % ";
  }
}

std::string printSize(AffineExpr size,
                      llvm::function_ref<StringRef(unsigned)> name) {
  if (auto constant = dyn_cast<AffineConstantExpr>(size))
    return std::to_string(constant.getValue());
  if (auto symbol = dyn_cast<AffineSymbolExpr>(size))
    return name(symbol.getPosition()).str();
  auto binary = cast<AffineBinaryOpExpr>(size);
  bool isSum = size.getKind() == AffineExprKind::Add;
  auto print = [&](AffineExpr part) {
    std::string text = printSize(part, name);
    return isa<AffineBinaryOpExpr>(part) && !isSum ? "(" + text + ")" : text;
  };
  // x - 1 is a sum with -1.
  if (std::optional<int64_t> right = getConstant(binary.getRHS());
      isSum && right && *right < 0)
    return print(binary.getLHS()) + " - " + std::to_string(-*right);
  return print(binary.getLHS()) + getOperator(size.getKind()).str() +
         print(binary.getRHS());
}

std::optional<int64_t> getRankDifference(Value of, Value to) {
  std::optional<int64_t> rank = getRank(of), other = getRank(to);
  if (!rank || !other || *rank <= *other)
    return std::nullopt;
  return *rank - *other;
}

std::optional<Dims> broadcast(ArrayRef<AffineExpr> a, ArrayRef<AffineExpr> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  Dims result(a);
  size_t offset = a.size() - b.size();
  for (auto [i, right] : llvm::enumerate(b)) {
    AffineExpr &left = result[offset + i];
    std::optional<int64_t> l = getConstant(left), r = getConstant(right);
    if (left == right || r == 1)
      continue;
    if (l && r && l != 1)
      return std::nullopt;
    bool saysMore = r || (isPiecewise(left) && !isPiecewise(right));
    if (l == 1 || (!l && saysMore))
      left = right;
  }
  return result;
}

AffineExpr getProduct(MLIRContext *context, ArrayRef<AffineExpr> dims) {
  AffineExpr product = getConstant(context, 1);
  for (AffineExpr dim : dims)
    product = product * dim;
  return simplify(product);
}

std::optional<Dims> getKnownInts(Value value) {
  if (!value)
    return std::nullopt;
  if (auto dims = value.getDefiningOp<DimsOp>())
    return Dims(dims.getValue().getExprs());
  std::optional<SmallVector<int64_t>> ints = getConstantInts(value);
  if (!ints)
    return std::nullopt;
  Dims result;
  for (int64_t i : *ints)
    result.push_back(getConstant(value.getContext(), i));
  return result;
}

std::optional<SmallVector<int64_t>> getConstantInts(Value value) {
  auto constant = value ? value.getDefiningOp<ConstantOp>() : nullptr;
  if (!constant)
    return std::nullopt;
  ElementsAttr elements = constant.getElements();
  auto type = elements ? dyn_cast<IntegerType>(elements.getElementType())
                       : IntegerType();
  if (!type || elements.getNumElements() > 1024 ||
      isa<DenseResourceElementsAttr>(elements))
    return std::nullopt;
  SmallVector<int64_t> result;
  for (const APInt &i : elements.getValues<APInt>())
    result.push_back(type.isUnsigned() || type.getWidth() == 1
                         ? i.getZExtValue()
                         : i.getSExtValue());
  return result;
}

bool areCompatible(TypeRange a, TypeRange b) {
  if (a.size() != b.size())
    return false;
  for (auto [left, right] : llvm::zip(a, b)) {
    auto l = dyn_cast<TensorType>(left), r = dyn_cast<TensorType>(right);
    if (!l && !r)
      continue;
    if (!l || !r || l.getElementType() != r.getElementType())
      return false;
    if (l.hasRank() && r.hasRank() &&
        failed(verifyCompatibleShape(l.getShape(), r.getShape())))
      return false;
  }
  return true;
}

std::optional<int64_t> normalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return std::nullopt;
  return axis < 0 ? axis + rank : axis;
}

LogicalResult inferElementwise(std::optional<Location> loc, ValueRange operands,
                               Type elementType, SmallVectorImpl<Type> &types) {
  std::optional<Dims> result = Dims();
  for (Value operand : operands) {
    std::optional<Dims> dims = getDims(operand);
    if (!dims) {
      types.push_back(getUnrankedType(elementType));
      return success();
    }
    result = broadcast(*result, *dims);
    if (!result) {
      LogicalResult failed = emitOptionalError(
          loc, "operands cannot be broadcast: ", operands.getTypes());
      return succeeded(OpenTypesScope::recover(operands, 1, types)) ? success()
                                                                    : failed;
    }
  }
  types.push_back(getTensorType(*result, elementType));
  return success();
}

std::optional<Dims> evaluateElementwise(
    Operation *op, ArrayRef<std::optional<Dims>> operands,
    llvm::function_ref<std::optional<AffineExpr>(ArrayRef<AffineExpr>)>
        compute) {
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  SmallVector<SmallVector<int64_t>> strides;
  for (auto [value, elements] : llvm::zip(op->getOperands(), operands)) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!elements || !type || !type.hasStaticShape())
      return std::nullopt;
    // Strides in the result's dimensions, 0 where the operand broadcasts.
    SmallVector<int64_t> &s = strides.emplace_back(result.getRank(), 0);
    int64_t stride = 1, offset = result.getRank() - type.getRank();
    for (int64_t i = type.getRank() - 1; i >= 0; --i) {
      s[offset + i] = type.getDimSize(i) == 1 ? 0 : stride;
      stride *= type.getDimSize(i);
    }
  }
  Dims computed;
  for (int64_t i = 0, e = result.getNumElements(); i < e; ++i) {
    Dims arguments;
    for (auto [elements, s] : llvm::zip(operands, strides)) {
      int64_t rest = i, at = 0;
      for (int64_t d = result.getRank() - 1; d >= 0; --d) {
        at += rest % result.getDimSize(d) * s[d];
        rest /= result.getDimSize(d);
      }
      arguments.push_back((*elements)[at]);
    }
    std::optional<AffineExpr> value = compute(arguments);
    if (!value)
      return std::nullopt;
    computed.push_back(simplify(*value));
  }
  return computed;
}

} // namespace onnxc::onnx
