//===- DeviceDescriptor.cpp - onnxc_device_code, and who runs it ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/DeviceDescriptor.h"
#include "targets/RuntimeABI.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;

namespace onnxc {

Constant *buildDeviceCode(TableBuilder &b, const DeviceCode &code,
                          Function *record, Function *arenaBytes) {
  SmallVector<Constant *> rows;
  for (const DeviceFunction &function : code.functions) {
    Constant *words = b.null();
    if (!function.words.empty())
      words = b.constant(ConstantDataArray::get(
          record->getContext(), ArrayRef<uint32_t>(function.words)));
    rows.push_back(b.record(
        {b.string(function.name), words, b.int64(4 * function.words.size()),
         b.int32(function.numBuffers), b.int32(function.numSizes),
         b.int32(function.threads), b.int32(0)}));
  }
  return b.constant(
      b.record({b.string(code.interface), b.int64(code.features),
                b.int64(code.level), b.array(rows), b.int32(rows.size()),
                b.int32(0), b.optionalString(code.image),
                // With the zero at its end.
                b.int64(code.image.empty() ? 0 : code.image.size() + 1), record,
                arenaBytes}));
}

static Function *createFunction(Module &module, Type *result,
                                ArrayRef<Type *> parameters,
                                const Twine &name) {
  return Function::Create(FunctionType::get(result, parameters, false),
                          GlobalValue::ExternalLinkage, name, module);
}

Function *buildDeviceEntry(Module &module) {
  IRBuilder<> b(module.getContext());
  Type *pointer = b.getPtrTy();
  Function *entry = createFunction(module, b.getInt32Ty(),
                                   {pointer, pointer, pointer, pointer},
                                   "onnxc_device_entry");
  auto *start = BasicBlock::Create(module.getContext(), "", entry);
  auto *absent = BasicBlock::Create(module.getContext(), "absent", entry);
  auto *present = BasicBlock::Create(module.getContext(), "present", entry);
  b.SetInsertPoint(start);
  Value *device = b.CreateLoad(
      pointer, b.CreateConstGEP1_32(pointer, entry->getArg(0), abi::Device));
  b.CreateCondBr(b.CreateIsNull(device), absent, present);
  b.SetInsertPoint(absent);
  b.CreateRet(b.getInt32(abi::NoDevice));
  b.SetInsertPoint(present);
  SmallVector<Value *> arguments;
  for (Argument &argument : entry->args())
    arguments.push_back(&argument);
  CallInst *call = b.CreateCall(entry->getFunctionType(),
                                b.CreateLoad(pointer, device), arguments);
  call->setTailCall();
  b.CreateRet(call);
  return entry;
}

Function *buildNoArena(Module &module) {
  IRBuilder<> b(module.getContext());
  Function *function = createFunction(module, b.getInt64Ty(), {b.getPtrTy()},
                                      "onnxc_host_arena_bytes");
  b.SetInsertPoint(BasicBlock::Create(module.getContext(), "", function));
  b.CreateRet(b.getInt64(0));
  return function;
}

} // namespace onnxc
