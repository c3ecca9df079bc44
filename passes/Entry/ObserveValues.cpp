//===- ObserveValues.cpp - Tell an observer what a kernel has written -----===//
//
// What is known of a value when it is compiled is a constant, onnxc_value_info
// of runtime.h; the call adds where the value lies and its sizes.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Entry/EntryBuilder.h"
#include "targets/Dtype.h"
#include "targets/RuntimeABI.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace onnxc;

Value EntryBuilder::describe(const ObservedValue &value) {
  auto module = entry->getParentOfType<ModuleOp>();
  Type pointer = arena.getType(), word = b.getI32Type();
  auto type = LLVM::LLVMStructType::getLiteral(
      b.getContext(), {pointer, pointer, pointer, word, word});
  std::string name = "onnxc_value_" + std::to_string(numObserved++);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(module.getBody());
    auto global =
        LLVM::GlobalOp::create(b, module.getLoc(), type, /*isConstant=*/true,
                               LLVM::Linkage::Private, name, Attribute());
    b.createBlock(&global.getInitializerRegion());
    SmallVector<Value> fields = {
        getText(value.makers), getText(value.nodes), getText(value.kernel),
        LLVM::ConstantOp::create(b, loc, word, getDtype(value.element)),
        LLVM::ConstantOp::create(b, loc, word, int32_t(value.dims.size()))};
    Value record = LLVM::PoisonOp::create(b, loc, type);
    for (auto [i, field] : llvm::enumerate(fields))
      record = LLVM::InsertValueOp::create(b, loc, record, field, int64_t(i));
    LLVM::ReturnOp::create(b, loc, record);
  }
  return LLVM::AddressOfOp::create(b, loc, pointer, name);
}

void EntryBuilder::observe(const ObservedValue &value, Value address) {
  Type pointer = arena.getType();
  Value observe = load(pointer, entry.getArgument(0), abi::Observe);
  Value isSet =
      LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::ne, observe, getNull());
  auto guarded = scf::IfOp::create(b, loc, isSet);
  OpBuilder::InsertionGuard guard(b);
  // What is computed here is not known behind it.
  llvm::SaveAndRestore known(built);
  b.setInsertionPointToStart(&guarded.getThenRegion().front());
  Value observer = load(pointer, entry.getArgument(0), abi::Observer);
  auto type =
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                  {pointer, pointer, pointer, pointer});
  LLVM::CallOp::create(b, loc, type,
                       ValueRange{observe, observer, describe(value), address,
                                  listSizes(value.dims)});
}
