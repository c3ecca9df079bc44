//===- SizeFunctions.cpp - Sizes as generated code computes them ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Entry/SizeFunctions.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/SymbolicShape.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/DenseMap.h"

using namespace mlir;
using namespace onnxc;
using onnxc::onnx::getConstant;

func::FuncOp onnxc::beginFunction(OpBuilder &b, Location loc, StringRef name,
                                  TypeRange arguments, TypeRange results) {
  auto function =
      func::FuncOp::create(b, loc, name, b.getFunctionType(arguments, results));
  b.setInsertionPointToStart(function.addEntryBlock());
  return function;
}

/// Division as affine expressions have it: rounded down or up, and the rest of
/// rounding down. The divisor is positive, the dividend need not be.
static Value divide(OpBuilder &b, Location loc, AffineExprKind kind, Value l,
                    Value r) {
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(l.getType()));
  // One division: in 128 bits it is a call.
  Value quotient = arith::DivSIOp::create(b, loc, l, r);
  Value rest = arith::SubIOp::create(
      b, loc, l, arith::MulIOp::create(b, loc, quotient, r));
  auto isRest = [&](arith::CmpIPredicate predicate) -> Value {
    return arith::CmpIOp::create(b, loc, predicate, rest, zero);
  };
  if (kind == AffineExprKind::Mod) {
    Value above = arith::AddIOp::create(b, loc, rest, r);
    return arith::SelectOp::create(b, loc, isRest(arith::CmpIPredicate::slt),
                                   above, rest);
  }
  bool isFloor = kind == AffineExprKind::FloorDiv;
  Value one =
      arith::ConstantOp::create(b, loc, b.getIntegerAttr(l.getType(), 1));
  Value next = isFloor
                   ? arith::SubIOp::create(b, loc, quotient, one).getResult()
                   : arith::AddIOp::create(b, loc, quotient, one);
  Value isInexact =
      isRest(isFloor ? arith::CmpIPredicate::slt : arith::CmpIPredicate::sgt);
  return arith::SelectOp::create(b, loc, isInexact, next, quotient);
}

Value onnxc::evaluateSize(OpBuilder &b, Location loc, Type type,
                          AffineExpr expr,
                          llvm::function_ref<Value(AffineSymbolExpr)> leaf) {
  if (std::optional<int64_t> constant = getConstant(expr)) {
    if (type.isIndex())
      return arith::ConstantIndexOp::create(b, loc, *constant);
    // Sign-extended, whatever the width.
    APInt value(type.getIntOrFloatBitWidth(), *constant, /*isSigned=*/true);
    return arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, value));
  }
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return leaf(symbol);
  if (AffineExpr argument = onnx::getSignArgument(expr)) {
    Value x = evaluateSize(b, loc, type, argument, leaf);
    auto constant = [&](int64_t value) {
      return evaluateSize(b, loc, type, getConstant(b.getContext(), value),
                          leaf);
    };
    Value zero = constant(0), minusOne = constant(-1);
    Value isNegative =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, x, zero);
    return arith::SelectOp::create(b, loc, isNegative, minusOne, zero);
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value l = evaluateSize(b, loc, type, binary.getLHS(), leaf);
  Value r = evaluateSize(b, loc, type, binary.getRHS(), leaf);
  // A size of 0 must not stop the program.
  bool divides = expr.getKind() != AffineExprKind::Add &&
                 expr.getKind() != AffineExprKind::Mul;
  if (divides && !getConstant(binary.getRHS()))
    r = arith::MaxSIOp::create(
        b, loc, r,
        evaluateSize(b, loc, type, getConstant(b.getContext(), 1), leaf));
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return arith::AddIOp::create(b, loc, l, r);
  case AffineExprKind::Mul:
    return arith::MulIOp::create(b, loc, l, r);
  case AffineExprKind::FloorDiv:
  case AffineExprKind::CeilDiv:
  case AffineExprKind::Mod:
    return divide(b, loc, expr.getKind(), l, r);
  default:
    llvm_unreachable("no other expressions over symbols");
  }
}

void onnxc::buildArenaBytes(OpBuilder &b, Location loc, AffineExpr total) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  func::FuncOp function =
      beginFunction(b, loc, "onnxc_arena_bytes", pointer, b.getI64Type());
  // In 128 bits, where products of a few sizes below 2^31 do not overflow.
  Type wide = b.getIntegerType(128);
  Value isSmall = arith::ConstantIntOp::create(b, loc, b.getI1Type(), 1);
  Value maxSize =
      arith::ConstantIntOp::create(b, loc, b.getI64Type(), 0x7fffffff);
  llvm::DenseMap<AffineExpr, Value> loaded;
  Value sum = evaluateSize(b, loc, wide, total, [&](AffineSymbolExpr symbol) {
    Value &known = loaded[symbol];
    if (known)
      return known;
    Value address = LLVM::GEPOp::create(
        b, loc, pointer, b.getI64Type(), function.getArgument(0),
        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(symbol.getPosition())});
    Value value = LLVM::LoadOp::create(b, loc, b.getI64Type(), address);
    Value fits = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ule, value,
                                       maxSize);
    isSmall = arith::AndIOp::create(b, loc, isSmall, fits);
    known = arith::ExtSIOp::create(b, loc, wide, value);
    return known;
  });
  Value limit = arith::ConstantOp::create(
      b, loc, b.getIntegerAttr(wide, APInt(128, INT64_MAX)));
  Value fits =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ule, sum, limit);
  fits = arith::AndIOp::create(b, loc, fits, isSmall);
  Value narrow = arith::TruncIOp::create(b, loc, b.getI64Type(), sum);
  Value overflow = arith::ConstantIntOp::create(b, loc, b.getI64Type(), -1);
  func::ReturnOp::create(
      b, loc,
      ValueRange(arith::SelectOp::create(b, loc, fits, narrow, overflow)));
}

void onnxc::buildSizes(OpBuilder &b, Location loc, StringRef name,
                       ArrayRef<AffineExpr> sizes) {
  OpBuilder::InsertionGuard guard(b);
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  func::FuncOp function = beginFunction(b, loc, name, {pointer, pointer}, {});
  Type word = b.getI64Type();
  auto at = [&](unsigned argument, int64_t index) -> Value {
    return LLVM::GEPOp::create(
        b, loc, pointer, word, function.getArgument(argument),
        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)});
  };
  for (auto [i, expr] : llvm::enumerate(sizes)) {
    Value size = evaluateSize(b, loc, word, expr, [&](AffineSymbolExpr symbol) {
      return Value(
          LLVM::LoadOp::create(b, loc, word, at(0, symbol.getPosition())));
    });
    LLVM::StoreOp::create(b, loc, size, at(1, i));
  }
  func::ReturnOp::create(b, loc);
}
