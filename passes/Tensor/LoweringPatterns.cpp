//===- LoweringPatterns.cpp - From onnx ops to linalg ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/LoweringPatterns.h"
#include "dialects/onnx/OnnxDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace onnxc::onnx;

namespace onnxc {

Type getStorageType(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type)) {
    if (integer.getWidth() < 8)
      return IntegerType::get(type.getContext(), 8);
    return IntegerType::get(type.getContext(), integer.getWidth());
  }
  if (auto real = dyn_cast<FloatType>(type); real && real.getWidth() <= 8)
    return IntegerType::get(type.getContext(), 8);
  if (isa<StringType>(type))
    return IntegerType::get(type.getContext(), 128);
  return type;
}

RankedTensorType getStorageTensorType(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get(tensor.getShape(),
                               getStorageType(tensor.getElementType()));
}

std::string refuseElements(Type type) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "it does not compute with elements of type " << type;
  if (type.isIntOrFloat())
    os << ": Cast them to a wider type";
  return text;
}

bool isComputable(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return integer.getWidth() >= 8 || integer.getWidth() == 1;
  auto real = dyn_cast<FloatType>(type);
  return real && real.getWidth() >= 16;
}

Type getComputeType(Type type) {
  if (type.isF16() || type.isBF16())
    return Float32Type::get(type.getContext());
  if (type.isInteger(1))
    return type;
  return getStorageType(type);
}

Value loadElement(OpBuilder &b, Location loc, Value stored, Type type) {
  if (type.isInteger(1)) {
    Value zero =
        arith::ConstantOp::create(b, loc, b.getZeroAttr(stored.getType()));
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, stored,
                                 zero);
  }
  if (type.isF16() || type.isBF16())
    return arith::ExtFOp::create(b, loc, b.getF32Type(), stored);
  return stored;
}

Value storeElement(OpBuilder &b, Location loc, Value computed, Type type) {
  if (type.isInteger(1))
    return arith::ExtUIOp::create(b, loc, b.getI8Type(), computed);
  if ((type.isF16() || type.isBF16()) && computed.getType().isF32())
    return arith::TruncFOp::create(b, loc, type, computed);
  return computed;
}

OpFoldResult getSize(OpBuilder &b, Operation *op, AffineExpr expr) {
  if (std::optional<int64_t> constant = getConstant(expr))
    return b.getIndexAttr(*constant);
  auto kernel = op->getParentOfType<func::FuncOp>();
  SmallVector<Value> symbols;
  for (BlockArgument arg : kernel.getArguments())
    if (arg.getType().isIndex())
      symbols.push_back(arg);
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto map = AffineMap::get(0, symbols.size(), expr);
  return affine::AffineApplyOp::create(b, op->getLoc(), map, symbols)
      .getResult();
}

SmallVector<OpFoldResult> getSizes(OpBuilder &b, Operation *op, Value value) {
  SmallVector<OpFoldResult> sizes;
  Dims dims = *getDims(value);
  for (AffineExpr dim : dims)
    sizes.push_back(getSize(b, op, dim));
  return sizes;
}

Value createEmpty(OpBuilder &b, Location loc, OpResult result) {
  return tensor::EmptyOp::create(b, loc, getSizes(b, result.getOwner(), result),
                                 getStorageType(getElementType(result)));
}

AffineMap getBroadcastMap(ArrayRef<AffineExpr> operand,
                          ArrayRef<AffineExpr> result) {
  MLIRContext *context = result.empty() ? nullptr : result.front().getContext();
  SmallVector<AffineExpr> exprs;
  size_t offset = result.size() - operand.size();
  for (auto [i, dim] : llvm::enumerate(operand)) {
    bool isBroadcast =
        getConstant(dim) == 1 && getConstant(result[offset + i]) != 1;
    exprs.push_back(isBroadcast ? getConstant(context, 0)
                                : getAffineDimExpr(offset + i, context));
  }
  return AffineMap::get(result.size(), 0, exprs, context);
}

} // namespace onnxc
