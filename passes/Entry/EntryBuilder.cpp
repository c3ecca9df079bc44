//===- EntryBuilder.cpp - Writes the generated entry point ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Entry/EntryBuilder.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/plan/Plan.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "targets/RuntimeABI.h"

using namespace mlir;
using namespace onnxc;
using onnxc::onnx::getConstant;

static func::FuncOp buildFunction(OpBuilder &b, Location loc, StringRef name,
                                  TypeRange arguments, TypeRange results) {
  auto function =
      func::FuncOp::create(b, loc, name, b.getFunctionType(arguments, results));
  b.setInsertionPointToStart(function.addEntryBlock());
  return function;
}

/// Evaluates an expression in integers of `type`, symbols given by `leaf`.
template <typename Leaf>
static Value evaluate(OpBuilder &b, Location loc, Type type, AffineExpr expr,
                      Leaf leaf) {
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
    Value x = evaluate(b, loc, type, argument, leaf);
    auto constant = [&](int64_t value) {
      return evaluate(b, loc, type, getConstant(b.getContext(), value), leaf);
    };
    Value zero = constant(0), minusOne = constant(-1);
    Value isNegative =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, x, zero);
    return arith::SelectOp::create(b, loc, isNegative, minusOne, zero);
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value l = evaluate(b, loc, type, binary.getLHS(), leaf);
  Value r = evaluate(b, loc, type, binary.getRHS(), leaf);
  // A size of 0 must not stop the program.
  bool divides = expr.getKind() != AffineExprKind::Add &&
                 expr.getKind() != AffineExprKind::Mul;
  if (divides && !getConstant(binary.getRHS()))
    r = arith::MaxSIOp::create(
        b, loc, r,
        evaluate(b, loc, type, getConstant(b.getContext(), 1), leaf));
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return arith::AddIOp::create(b, loc, l, r);
  case AffineExprKind::Mul:
    return arith::MulIOp::create(b, loc, l, r);
  case AffineExprKind::FloorDiv:
    return arith::FloorDivSIOp::create(b, loc, l, r);
  case AffineExprKind::CeilDiv:
    return arith::CeilDivSIOp::create(b, loc, l, r);
  case AffineExprKind::Mod: {
    Value quotient = arith::FloorDivSIOp::create(b, loc, l, r);
    Value product = arith::MulIOp::create(b, loc, quotient, r);
    return arith::SubIOp::create(b, loc, l, product);
  }
  default:
    llvm_unreachable("no other expressions over symbols");
  }
}

EntryBuilder::EntryBuilder(OpBuilder &b, func::FuncOp main,
                           int64_t numHeapBuffers)
    : b(b), loc(main.getLoc()), numHeapBuffers(numHeapBuffers) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  entry = buildFunction(b, loc, "onnxc_entry",
                        {pointer, pointer, pointer, pointer}, b.getI32Type());
  arena = load(pointer, entry.getArgument(0), abi::Arena);
  unsigned number = 0;
  for (BlockArgument argument : main.getArguments()) {
    if (!argument.getType().isIndex())
      continue;
    Value value = load(b.getI64Type(), entry.getArgument(1), number);
    symbols[getAffineSymbolExpr(number++, b.getContext())] =
        arith::IndexCastOp::create(b, loc, b.getIndexType(), value);
  }
  leave = b.createBlock(&entry.getBody(), entry.getBody().end(), b.getI32Type(),
                        loc);
  b.setInsertionPointToEnd(&entry.getBody().front());
  if (numHeapBuffers == 0)
    return;
  Value count =
      arith::ConstantIntOp::create(b, loc, b.getI32Type(), numHeapBuffers);
  heap = LLVM::AllocaOp::create(b, loc, pointer, pointer, count);
  capacities = LLVM::AllocaOp::create(b, loc, pointer, b.getI64Type(), count);
  Value null = LLVM::ZeroOp::create(b, loc, pointer);
  for (int64_t i = 0; i < numHeapBuffers; ++i)
    LLVM::StoreOp::create(b, loc, null, getHeapSlot(i));
}

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

void EntryBuilder::leaveIf(Value condition, int32_t status) {
  leaveIf(condition,
          arith::ConstantIntOp::create(b, loc, b.getI32Type(), status));
}

void EntryBuilder::leaveIf(Value condition, Value code) {
  Block *current = b.getInsertionBlock();
  Block *next = b.createBlock(&entry.getBody(), entry.getBody().end());
  b.setInsertionPointToEnd(current);
  cf::CondBranchOp::create(b, loc, condition, leave, ValueRange(code), next,
                           ValueRange());
  b.setInsertionPointToStart(next);
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
      evaluate(b, loc, wide, bytes, [&](AffineSymbolExpr symbol) -> Value {
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
  pointers[{1, number}] = memory;
  return memory;
}

void EntryBuilder::branch(Value condition, Body thenBody, Body elseBody) {
  Value byte = LLVM::LoadOp::create(b, loc, b.getI8Type(), condition);
  Value zero = arith::ConstantIntOp::create(b, loc, b.getI8Type(), 0);
  Value isTrue =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, byte, zero);
  Block *current = b.getInsertionBlock();
  Region &region = entry.getBody();
  Block *thenBlock = b.createBlock(&region, region.end());
  Block *elseBlock = b.createBlock(&region, region.end());
  Block *join = b.createBlock(&region, region.end());
  b.setInsertionPointToEnd(current);
  cf::CondBranchOp::create(b, loc, isTrue, thenBlock, elseBlock);
  for (auto [block, body] :
       {std::pair(thenBlock, thenBody), std::pair(elseBlock, elseBody)}) {
    auto knownSymbols = symbols;
    auto knownPointers = pointers;
    Value knownWeights = weights;
    b.setInsertionPointToStart(block);
    body();
    cf::BranchOp::create(b, loc, join);
    symbols = std::move(knownSymbols);
    pointers = std::move(knownPointers);
    weights = knownWeights;
  }
  b.setInsertionPointToStart(join);
}

void EntryBuilder::loop(Value tripCount, Value condition,
                        llvm::function_ref<void(Value)> body) {
  Region &region = entry.getBody();
  Block *current = b.getInsertionBlock();
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Block *head = b.createBlock(&region, region.end(), b.getIndexType(), loc);
  Block *inside = b.createBlock(&region, region.end());
  Block *next = b.createBlock(&region, region.end());
  b.setInsertionPointToEnd(current);
  cf::BranchOp::create(b, loc, head, zero);

  b.setInsertionPointToStart(head);
  Value iteration = head->getArgument(0);
  Value goesOn = arith::ConstantIntOp::create(b, loc, b.getI1Type(), 1);
  if (tripCount)
    goesOn = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, iteration,
                                   tripCount);
  if (condition) {
    Value byte = LLVM::LoadOp::create(b, loc, b.getI8Type(), condition);
    Value no = arith::ConstantIntOp::create(b, loc, b.getI8Type(), 0);
    Value isTrue =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, byte, no);
    goesOn = arith::AndIOp::create(b, loc, goesOn, isTrue);
  }
  cf::CondBranchOp::create(b, loc, goesOn, inside, next);

  auto knownSymbols = symbols;
  auto knownPointers = pointers;
  Value knownWeights = weights;
  b.setInsertionPointToStart(inside);
  body(iteration);
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  Value following = arith::AddIOp::create(b, loc, iteration, one);
  cf::BranchOp::create(b, loc, head, following);
  symbols = std::move(knownSymbols);
  pointers = std::move(knownPointers);
  weights = knownWeights;
  b.setInsertionPointToStart(next);
}

Value EntryBuilder::getElement(Value base, Value index, AffineExpr bytes) {
  return offsetBy(base, arith::MulIOp::create(b, loc, index, getSymbol(bytes)));
}

Value EntryBuilder::countDown(Value length, Value iteration) {
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  Value last = arith::SubIOp::create(b, loc, length, one);
  return arith::SubIOp::create(b, loc, last, iteration);
}

void EntryBuilder::storeIndex(Value address, Type integer, Value index) {
  auto word = b.getIntegerType(integer.getIntOrFloatBitWidth());
  LLVM::StoreOp::create(b, loc, arith::IndexCastOp::create(b, loc, word, index),
                        address);
}

void EntryBuilder::storeTrue(Value address) {
  Value one = arith::ConstantIntOp::create(b, loc, b.getI8Type(), 1);
  LLVM::StoreOp::create(b, loc, one, address);
}

Value EntryBuilder::load(Type type, Value base, int64_t index) {
  Value address =
      LLVM::GEPOp::create(b, loc, base.getType(), type, base,
                          ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)});
  return LLVM::LoadOp::create(b, loc, type, address);
}

Value EntryBuilder::offsetBy(Value base, Value bytes) {
  Value word = arith::IndexCastOp::create(b, loc, b.getI64Type(), bytes);
  return LLVM::GEPOp::create(b, loc, base.getType(), b.getI8Type(), base,
                             ArrayRef<LLVM::GEPArg>{word});
}

Value EntryBuilder::getInput(int64_t number) {
  Value &known = pointers[{0, number}];
  if (!known)
    known = load(arena.getType(), entry.getArgument(2), number);
  return known;
}

Value EntryBuilder::getOutput(int64_t number) {
  Value &known = pointers[{1, number}];
  if (!known)
    known = load(arena.getType(), entry.getArgument(3), number);
  return known;
}

Value EntryBuilder::getWeights(int64_t offset) {
  if (!weights) {
    auto module = entry->getParentOfType<ModuleOp>();
    if (module->hasAttr("onnxc.weights_from_context")) {
      weights = load(arena.getType(), entry.getArgument(0), abi::Weights);
    } else {
      if (!module.lookupSymbol("onnxc_weights")) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToStart(module.getBody());
        auto bytes = LLVM::LLVMArrayType::get(b.getI8Type(), 0);
        auto global = LLVM::GlobalOp::create(
            b, module.getLoc(), bytes, /*isConstant=*/true,
            LLVM::Linkage::External, "onnxc_weights", Attribute(),
            /*alignment=*/64);
        global.setVisibility_(LLVM::Visibility::Hidden);
      }
      weights =
          LLVM::AddressOfOp::create(b, loc, arena.getType(), "onnxc_weights");
    }
  }
  Value &known = pointers[{2, offset}];
  if (!known)
    known = offsetBy(weights, arith::ConstantIndexOp::create(b, loc, offset));
  return known;
}

Value EntryBuilder::getArena(AffineExpr offset) {
  return offsetBy(arena, getSymbol(offset));
}

Value EntryBuilder::getSymbol(AffineExpr expr) {
  Value &known = symbols[expr];
  if (!known) {
    Value value = evaluate(b, loc, b.getIndexType(), expr,
                           [&](AffineSymbolExpr s) { return symbols[s]; });
    // The map may have grown since.
    symbols[expr] = value;
    return value;
  }
  return known;
}

void EntryBuilder::requireEqual(AffineExpr l, AffineExpr r, int32_t status) {
  Value differ = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne,
                                       getSymbol(l), getSymbol(r));
  leaveIf(differ, status);
}

void EntryBuilder::callKernel(StringRef name, ValueRange arguments) {
  func::CallOp::create(b, loc, name, TypeRange(), arguments);
}

Value EntryBuilder::listPointers(ValueRange values) {
  Type pointer = arena.getType();
  if (values.empty())
    return LLVM::ZeroOp::create(b, loc, pointer);
  // At the entry's beginning: the stack must not grow with iterations.
  OpBuilder atStart = OpBuilder::atBlockBegin(&entry.getBody().front());
  Value count =
      arith::ConstantIntOp::create(atStart, loc, b.getI32Type(), values.size());
  Value list = LLVM::AllocaOp::create(atStart, loc, pointer, pointer, count);
  for (auto [i, value] : llvm::enumerate(values))
    LLVM::StoreOp::create(
        b, loc, value,
        LLVM::GEPOp::create(b, loc, pointer, pointer, list,
                            ArrayRef<LLVM::GEPArg>{int32_t(i)}));
  return list;
}

void EntryBuilder::offload(int64_t part, ValueRange inputs,
                           ValueRange outputs) {
  Type pointer = arena.getType(), word = b.getI32Type();
  Value device = load(pointer, entry.getArgument(0), abi::Device);
  Value null = LLVM::ZeroOp::create(b, loc, pointer);
  leaveIf(LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::eq, device, null),
          abi::NoDevice);
  Value run = load(pointer, device, 0);
  Value number = arith::ConstantIntOp::create(b, loc, word, part);
  auto type = LLVM::LLVMFunctionType::get(
      word, {pointer, word, pointer, pointer, pointer});
  Value status =
      LLVM::CallOp::create(
          b, loc, type,
          ValueRange{run, entry.getArgument(0), number, entry.getArgument(1),
                     listPointers(inputs), listPointers(outputs)})
          .getResult();
  Value ok = arith::ConstantIntOp::create(b, loc, word, abi::Ok);
  leaveIf(arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, status, ok),
          status);
}

void EntryBuilder::defineSymbol(int64_t number, Value address, Type integer,
                                int64_t element) {
  Value index = loadIndex(address, integer, element);
  symbols[getAffineSymbolExpr(number, b.getContext())] = index;
  Value wide = arith::IndexCastOp::create(b, loc, b.getI64Type(), index);
  Value to = LLVM::GEPOp::create(
      b, loc, arena.getType(), b.getI64Type(), entry.getArgument(1),
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(number)});
  LLVM::StoreOp::create(b, loc, wide, to);
}

Value EntryBuilder::loadIndex(Value address, Type integer, int64_t element) {
  auto word = b.getIntegerType(integer.getIntOrFloatBitWidth());
  Value value = load(word, address, element);
  if (integer.isUnsignedInteger())
    return arith::IndexCastUIOp::create(b, loc, b.getIndexType(), value);
  return arith::IndexCastOp::create(b, loc, b.getIndexType(), value);
}

void EntryBuilder::storeInts(Value address, Type integer,
                             ArrayRef<AffineExpr> exprs) {
  auto word = b.getIntegerType(integer.getIntOrFloatBitWidth());
  for (auto [i, expr] : llvm::enumerate(exprs)) {
    Value value = arith::IndexCastOp::create(b, loc, word, getSymbol(expr));
    Value to =
        LLVM::GEPOp::create(b, loc, arena.getType(), word, address,
                            ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(i)});
    LLVM::StoreOp::create(b, loc, value, to);
  }
}

void EntryBuilder::copy(Value to, Value from, AffineExpr bytes) {
  Value size =
      arith::IndexCastOp::create(b, loc, b.getI64Type(), getSymbol(bytes));
  LLVM::MemcpyOp::create(b, loc, to, from, size, /*isVolatile=*/false);
}

void EntryBuilder::finish() {
  Value ok = arith::ConstantIntOp::create(b, loc, b.getI32Type(), abi::Ok);
  cf::BranchOp::create(b, loc, leave, ok);
  b.setInsertionPointToStart(leave);
  for (int64_t i = 0; i < numHeapBuffers; ++i)
    release(load(arena.getType(), heap, i));
  func::ReturnOp::create(b, loc, leave->getArgument(0));
}

void onnxc::buildArenaBytes(OpBuilder &b, Location loc, AffineExpr total) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  func::FuncOp function =
      buildFunction(b, loc, "onnxc_arena_bytes", pointer, b.getI64Type());
  // In 128 bits, where products of a few sizes below 2^31 do not overflow.
  Type wide = b.getIntegerType(128);
  Value isSmall = arith::ConstantIntOp::create(b, loc, b.getI1Type(), 1);
  Value maxSize =
      arith::ConstantIntOp::create(b, loc, b.getI64Type(), 0x7fffffff);
  llvm::DenseMap<AffineExpr, Value> loaded;
  Value sum = evaluate(b, loc, wide, total, [&](AffineSymbolExpr symbol) {
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
  func::FuncOp function = buildFunction(b, loc, name, {pointer, pointer}, {});
  Type word = b.getI64Type();
  auto at = [&](unsigned argument, int64_t index) -> Value {
    return LLVM::GEPOp::create(
        b, loc, pointer, word, function.getArgument(argument),
        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)});
  };
  for (auto [i, expr] : llvm::enumerate(sizes)) {
    Value size = evaluate(b, loc, word, expr, [&](AffineSymbolExpr symbol) {
      return Value(
          LLVM::LoadOp::create(b, loc, word, at(0, symbol.getPosition())));
    });
    LLVM::StoreOp::create(b, loc, size, at(1, i));
  }
  func::ReturnOp::create(b, loc);
}
