//===- EntryBuilder.cpp - Writes the generated entry point ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Entry/EntryBuilder.h"
#include "dialects/plan/Kernels.h"
#include "dialects/plan/PlanAttrs.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "passes/Entry/SizeFunctions.h"
#include "targets/RuntimeABI.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace onnxc;

EntryBuilder::EntryBuilder(OpBuilder &b, func::FuncOp main,
                           int64_t numHeapBuffers)
    : b(b), loc(main.getLoc()), numHeapBuffers(numHeapBuffers) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  entry = beginFunction(b, loc, "onnxc_entry",
                        {pointer, pointer, pointer, pointer}, b.getI32Type());
  arena = load(pointer, entry.getArgument(0), abi::Arena);
  unsigned number = 0;
  for (BlockArgument argument : main.getArguments()) {
    if (!argument.getType().isIndex())
      continue;
    Value value = load(b.getI64Type(), entry.getArgument(1), number);
    built.symbols[getAffineSymbolExpr(number++, b.getContext())] =
        arith::IndexCastOp::create(b, loc, b.getIndexType(), value);
  }
  leave = b.createBlock(&entry.getBody(), entry.getBody().end(),
                        {b.getI32Type(), pointer}, {loc, loc});
  b.setInsertionPointToEnd(&entry.getBody().front());
  if (numHeapBuffers == 0)
    return;
  Value count =
      arith::ConstantIntOp::create(b, loc, b.getI32Type(), numHeapBuffers);
  heap = LLVM::AllocaOp::create(b, loc, pointer, pointer, count);
  capacities = LLVM::AllocaOp::create(b, loc, pointer, b.getI64Type(), count);
  forEachHeapSlot([&](Value slot) {
    LLVM::StoreOp::create(b, loc, LLVM::ZeroOp::create(b, loc, pointer), slot);
  });
}

/// A loop, not a line a slot: slots that are told apart become values, which
/// all ways out of the function would carry.
void EntryBuilder::forEachHeapSlot(function_ref<void(Value)> body) {
  Value count = arith::ConstantIndexOp::create(b, loc, numHeapBuffers);
  loop(count, /*condition=*/{}, [&](Value i) {
    Value number = arith::IndexCastOp::create(b, loc, b.getI64Type(), i);
    body(LLVM::GEPOp::create(b, loc, arena.getType(), arena.getType(), heap,
                             ArrayRef<LLVM::GEPArg>{number}));
  });
}

void EntryBuilder::leaveIf(Value condition, int32_t status) {
  leaveIf(condition,
          arith::ConstantIntOp::create(b, loc, b.getI32Type(), status),
          getText(getNodeNames(loc)));
}

Value EntryBuilder::getText(StringRef text) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  if (text.empty())
    return LLVM::ZeroOp::create(b, loc, pointer);
  LLVM::GlobalOp &global = texts[text];
  if (!global) {
    auto module = entry->getParentOfType<ModuleOp>();
    auto bytes = LLVM::LLVMArrayType::get(b.getI8Type(), text.size() + 1);
    OpBuilder atStart = OpBuilder::atBlockBegin(module.getBody());
    global = LLVM::GlobalOp::create(
        atStart, module.getLoc(), bytes, /*isConstant=*/true,
        LLVM::Linkage::Private, "onnxc_text_" + std::to_string(texts.size()),
        b.getStringAttr(Twine(text) + StringRef("\0", 1)));
  }
  return LLVM::AddressOfOp::create(b, loc, pointer, global.getSymName());
}

void EntryBuilder::leaveIf(Value condition, Value code, Value blamed) {
  Block *current = b.getInsertionBlock();
  Block *next = b.createBlock(&entry.getBody(), entry.getBody().end());
  b.setInsertionPointToEnd(current);
  cf::CondBranchOp::create(b, loc, condition, leave, ValueRange{code, blamed},
                           next, ValueRange());
  b.setInsertionPointToStart(next);
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
    llvm::SaveAndRestore known(built);
    b.setInsertionPointToStart(block);
    body();
    cf::BranchOp::create(b, loc, join);
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

  llvm::SaveAndRestore known(built);
  b.setInsertionPointToStart(inside);
  body(iteration);
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  Value following = arith::AddIOp::create(b, loc, iteration, one);
  cf::BranchOp::create(b, loc, head, following);
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
  Value &known = built.pointers[{0, number}];
  if (!known)
    known = load(arena.getType(), entry.getArgument(2), number);
  return known;
}

Value EntryBuilder::getOutput(int64_t number) {
  Value &known = built.pointers[{1, number}];
  if (!known)
    known = load(arena.getType(), entry.getArgument(3), number);
  return known;
}

Value EntryBuilder::getWeights(int64_t offset) {
  if (!built.weights) {
    auto module = entry->getParentOfType<ModuleOp>();
    if (plan::attrs::WeightsFromContext::isOn(module)) {
      built.weights = load(arena.getType(), entry.getArgument(0), abi::Weights);
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
      built.weights =
          LLVM::AddressOfOp::create(b, loc, arena.getType(), "onnxc_weights");
    }
  }
  Value &known = built.pointers[{2, offset}];
  if (!known)
    known =
        offsetBy(built.weights, arith::ConstantIndexOp::create(b, loc, offset));
  return known;
}

Value EntryBuilder::getArena(AffineExpr offset) {
  return offsetBy(arena, getSymbol(offset));
}

Value EntryBuilder::getSymbol(AffineExpr expr) {
  Value &known = built.symbols[expr];
  if (!known) {
    Value value =
        evaluateSize(b, loc, b.getIndexType(), expr,
                     [&](AffineSymbolExpr s) { return built.symbols[s]; });
    // The map may have grown since.
    built.symbols[expr] = value;
    return value;
  }
  return known;
}

void EntryBuilder::requireEqual(AffineExpr l, AffineExpr r, int32_t status,
                                StringRef blamed) {
  Value differ = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne,
                                       getSymbol(l), getSymbol(r));
  leaveIf(differ, arith::ConstantIntOp::create(b, loc, b.getI32Type(), status),
          getText(blamed));
}

void EntryBuilder::callKernel(StringRef name, ValueRange arguments) {
  func::CallOp::create(b, loc, name, TypeRange(), arguments);
}

/// At the entry's beginning: the stack must not grow with iterations.
Value EntryBuilder::allocateOnStack(Type type, int64_t count) {
  OpBuilder atStart = OpBuilder::atBlockBegin(&entry.getBody().front());
  Value number =
      arith::ConstantIntOp::create(atStart, loc, b.getI32Type(), count);
  return LLVM::AllocaOp::create(atStart, loc, arena.getType(), type, number);
}

Value EntryBuilder::listPointers(ValueRange values) {
  Type pointer = arena.getType();
  if (values.empty())
    return LLVM::ZeroOp::create(b, loc, pointer);
  Value list = allocateOnStack(pointer, values.size());
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
  // The device says what is to blame.
  leaveIf(arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, status, ok),
          status, getText(""));
}

void EntryBuilder::defineSymbol(int64_t number, Value address, Type integer,
                                int64_t element) {
  Value index = loadIndex(address, integer, element);
  built.symbols[getAffineSymbolExpr(number, b.getContext())] = index;
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
  bool mayFail = !leave->hasNoPredecessors();
  cf::BranchOp::create(b, loc, leave, ValueRange{ok, getText("")});
  b.setInsertionPointToStart(leave);
  Value status = leave->getArgument(0);
  if (mayFail)
    storeErrorName(leave->getArgument(1));
  if (numHeapBuffers > 0)
    forEachHeapSlot([&](Value slot) {
      release(LLVM::LoadOp::create(b, loc, arena.getType(), slot));
    });
  func::ReturnOp::create(b, loc, status);
}

/// Where it is not null.
void EntryBuilder::storeErrorName(Value name) {
  Value null = LLVM::ZeroOp::create(b, loc, arena.getType());
  Value isKnown =
      LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::ne, name, null);
  Block *current = b.getInsertionBlock();
  Region &region = entry.getBody();
  Block *store = b.createBlock(&region, region.end());
  Block *next = b.createBlock(&region, region.end());
  b.setInsertionPointToEnd(current);
  cf::CondBranchOp::create(b, loc, isKnown, store, next);
  b.setInsertionPointToStart(store);
  Value to = LLVM::GEPOp::create(
      b, loc, arena.getType(), arena.getType(), entry.getArgument(0),
      ArrayRef<LLVM::GEPArg>{int32_t(abi::ErrorName)});
  LLVM::StoreOp::create(b, loc, name, to);
  cf::BranchOp::create(b, loc, next);
  b.setInsertionPointToStart(next);
}
