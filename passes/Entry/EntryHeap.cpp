//===- EntryHeap.cpp - Memory that the generated entry point allocates ----===//
//
// Buffers whose sizes depend on data. The entry holds their addresses in a list
// on its stack, so that branches and loops may allocate them anew.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "passes/Entry/EntryBuilder.h"
#include "passes/Entry/SizeFunctions.h"
#include "targets/RuntimeABI.h"

using namespace mlir;
using namespace onnxc;
using onnxc::onnx::getConstant;

Value EntryBuilder::getHeapSlot(int64_t buffer) {
  return LLVM::GEPOp::create(
      b, loc, arena.getType(), arena.getType(), heap,
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(buffer)});
}

Value EntryBuilder::getCapacity(int64_t buffer) {
  return LLVM::GEPOp::create(
      b, loc, arena.getType(), b.getI64Type(), capacities,
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(buffer)});
}

Value EntryBuilder::getByteCount(AffineExpr bytes) {
  if (getConstant(bytes))
    return getSymbol(bytes);
  // In 128 bits, where products of a few numbers below 2^31 do not overflow.
  Type wide = b.getIntegerType(128);
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(
        b, loc, b.getIntegerAttr(wide, APInt(128, value, /*isSigned=*/true)));
  };
  Value fits = arith::ConstantIntOp::create(b, loc, b.getI1Type(), 1);
  auto require = [&](arith::CmpIPredicate predicate, Value l, Value r) {
    Value holds = arith::CmpIOp::create(b, loc, predicate, l, r);
    fits = arith::AndIOp::create(b, loc, fits, holds);
  };
  Value sum =
      evaluateSize(b, loc, wide, bytes, [&](AffineSymbolExpr symbol) -> Value {
        Value value =
            arith::IndexCastOp::create(b, loc, wide, getSymbol(symbol));
        require(arith::CmpIPredicate::slt, value, number(int64_t(1) << 31));
        require(arith::CmpIPredicate::sge, value, number(-(int64_t(1) << 31)));
        return value;
      });
  require(arith::CmpIPredicate::sge, sum, number(0));
  Value index = arith::IndexCastOp::create(b, loc, b.getIndexType(), sum);
  require(arith::CmpIPredicate::eq,
          arith::IndexCastOp::create(b, loc, wide, index), sum);
  Value yes = arith::ConstantIntOp::create(b, loc, b.getI1Type(), 1);
  leaveIf(arith::XOrIOp::create(b, loc, fits, yes), abi::Overflow);
  return index;
}

void EntryBuilder::requireSizes(ArrayRef<AffineExpr> sizes) {
  Value isNegative;
  for (AffineExpr size : sizes) {
    if (getConstant(size))
      continue;
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    Value below = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                        getSymbol(size), zero);
    isNegative = isNegative
                     ? Value(arith::OrIOp::create(b, loc, isNegative, below))
                     : below;
  }
  if (isNegative)
    leaveIf(isNegative, abi::BadValue);
}

Value EntryBuilder::allocateBytes(Value bytes) {
  Type pointer = arena.getType(), word = b.getIndexType();
  Value context = entry.getArgument(0);
  Value function = load(pointer, context, abi::Allocate);
  Value null = LLVM::ZeroOp::create(b, loc, pointer);
  auto isNull = [&](Value address) -> Value {
    return LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::eq, address, null);
  };
  leaveIf(isNull(function), abi::NoAllocator);
  // An empty tensor has an address too.
  Value alignment =
      arith::ConstantIndexOp::create(b, loc, abi::kArenaAlignment);
  Value size = arith::MaxSIOp::create(b, loc, bytes, alignment);
  Value allocator = load(pointer, context, abi::Allocator);
  // C's size_t is as wide as an index.
  auto type = b.getFunctionType({pointer, word, word}, pointer);
  Value callee =
      UnrealizedConversionCastOp::create(b, loc, type, function).getResult(0);
  Value memory = func::CallIndirectOp::create(
                     b, loc, callee, ValueRange{allocator, size, alignment})
                     .getResult(0);
  leaveIf(isNull(memory), abi::OutOfMemory);
  return memory;
}

void EntryBuilder::release(Value address) {
  Type pointer = arena.getType();
  Value function = load(pointer, entry.getArgument(0), abi::Release);
  Value allocator = load(pointer, entry.getArgument(0), abi::Allocator);
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(b.getContext()), {pointer, pointer});
  Value null = LLVM::ZeroOp::create(b, loc, pointer);
  Value isHeld =
      LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::ne, address, null);
  Block *current = b.getInsertionBlock();
  Block *held = b.createBlock(&entry.getBody(), entry.getBody().end());
  LLVM::CallOp::create(b, loc, type, ValueRange{function, allocator, address});
  Block *next = b.createBlock(&entry.getBody(), entry.getBody().end());
  b.setInsertionPointToEnd(held);
  cf::BranchOp::create(b, loc, next);
  b.setInsertionPointToEnd(current);
  cf::CondBranchOp::create(b, loc, isHeld, held, next);
  b.setInsertionPointToStart(next);
}

Value EntryBuilder::getField(int32_t number) {
  return LLVM::GEPOp::create(b, loc, arena.getType(), arena.getType(),
                             entry.getArgument(0),
                             ArrayRef<LLVM::GEPArg>{number});
}

/// Each block begins with the address of the one before.
Value EntryBuilder::allocateKept(AffineExpr bytes) {
  Type pointer = arena.getType();
  Value head = arith::ConstantIndexOp::create(b, loc, abi::kArenaAlignment);
  Value block =
      allocateBytes(arith::AddIOp::create(b, loc, getByteCount(bytes), head));
  Value list = getField(abi::Strings);
  LLVM::StoreOp::create(b, loc, LLVM::LoadOp::create(b, loc, pointer, list),
                        block);
  LLVM::StoreOp::create(b, loc, block, list);
  return offsetBy(block, head);
}

void EntryBuilder::releaseKept() {
  Type pointer = arena.getType();
  Region &region = entry.getBody();
  Block *current = b.getInsertionBlock();
  Block *head = b.createBlock(&region, region.end());
  Value list = getField(abi::Strings);
  Value block = LLVM::LoadOp::create(b, loc, pointer, list);
  Value null = LLVM::ZeroOp::create(b, loc, pointer);
  Value isLast =
      LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::eq, block, null);
  Block *next = b.createBlock(&region, region.end());
  Block *held = b.createBlock(&region, region.end());
  LLVM::StoreOp::create(b, loc, LLVM::LoadOp::create(b, loc, pointer, block),
                        list);
  release(block);
  cf::BranchOp::create(b, loc, head);
  b.setInsertionPointToEnd(head);
  cf::CondBranchOp::create(b, loc, isLast, next, held);
  b.setInsertionPointToEnd(current);
  cf::BranchOp::create(b, loc, head);
  b.setInsertionPointToStart(next);
}

Value EntryBuilder::loadBuffer(int64_t buffer) {
  return load(arena.getType(), heap, buffer);
}

void EntryBuilder::releaseBuffer(int64_t buffer) {
  release(loadBuffer(buffer));
  Value null = LLVM::ZeroOp::create(b, loc, arena.getType());
  LLVM::StoreOp::create(b, loc, null, getHeapSlot(buffer));
  Value zero = arith::ConstantIntOp::create(b, loc, b.getI64Type(), 0);
  LLVM::StoreOp::create(b, loc, zero, getCapacity(buffer));
}

void EntryBuilder::moveBuffer(int64_t to, int64_t from) {
  release(loadBuffer(to));
  LLVM::StoreOp::create(b, loc, loadBuffer(from), getHeapSlot(to));
  Value null = LLVM::ZeroOp::create(b, loc, arena.getType());
  LLVM::StoreOp::create(b, loc, null, getHeapSlot(from));
}

Value EntryBuilder::growBuffer(int64_t buffer, Value count, AffineExpr bytes) {
  Type word = b.getI64Type();
  Value one = getSymbol(bytes);
  Value used = arith::MulIOp::create(b, loc, count, one);
  Value needed = arith::AddIOp::create(b, loc, used, one);
  Value capacity = arith::IndexCastOp::create(
      b, loc, b.getIndexType(),
      LLVM::LoadOp::create(b, loc, word, getCapacity(buffer)));
  Value isShort = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                        capacity, needed);
  Region &region = entry.getBody();
  Block *current = b.getInsertionBlock();
  Block *grow = b.createBlock(&region, region.end());
  Value doubled = arith::AddIOp::create(b, loc, capacity, capacity);
  Value size = arith::MaxSIOp::create(b, loc, doubled, needed);
  Value memory = allocateBytes(size);
  Value old = loadBuffer(buffer);
  LLVM::MemcpyOp::create(b, loc, memory, old,
                         arith::IndexCastOp::create(b, loc, word, used),
                         /*isVolatile=*/false);
  release(old);
  LLVM::StoreOp::create(b, loc, memory, getHeapSlot(buffer));
  LLVM::StoreOp::create(b, loc, arith::IndexCastOp::create(b, loc, word, size),
                        getCapacity(buffer));
  Block *grown = b.getInsertionBlock();
  Block *next = b.createBlock(&region, region.end());
  b.setInsertionPointToEnd(grown);
  cf::BranchOp::create(b, loc, next);
  b.setInsertionPointToEnd(current);
  cf::CondBranchOp::create(b, loc, isShort, grow, next);
  b.setInsertionPointToStart(next);
  return loadBuffer(buffer);
}

Value EntryBuilder::allocate(int64_t buffer, AffineExpr bytes) {
  releaseBuffer(buffer);
  Value memory = allocateBytes(getByteCount(bytes));
  LLVM::StoreOp::create(b, loc, memory, getHeapSlot(buffer));
  return memory;
}

Value EntryBuilder::allocateOutput(int64_t number, AffineExpr bytes) {
  Value memory = allocateBytes(getByteCount(bytes));
  Value to = LLVM::GEPOp::create(
      b, loc, arena.getType(), arena.getType(), entry.getArgument(3),
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(number)});
  LLVM::StoreOp::create(b, loc, memory, to);
  built.pointers[{1, number}] = memory;
  return memory;
}
