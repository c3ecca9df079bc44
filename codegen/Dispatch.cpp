//===- Dispatch.cpp - One interface before code for several CPUs ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/Dispatch.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;

namespace onnxc {

static Function *declare(Module &module, FunctionType *type,
                         const Twine &name) {
  Function *function =
      Function::Create(type, GlobalValue::ExternalLinkage, name, module);
  function->setVisibility(GlobalValue::HiddenVisibility);
  function->setDSOLocal(true);
  return function;
}

static SmallVector<Value *> getArguments(Function &function) {
  SmallVector<Value *> arguments;
  for (Argument &argument : function.args())
    arguments.push_back(&argument);
  return arguments;
}

static void buildEntry(Module &module, ArrayRef<Variant> variants,
                       FunctionType *type) {
  LLVMContext &context = module.getContext();
  Function *entry = Function::Create(type, GlobalValue::ExternalLinkage,
                                     "onnxc_entry", module);
  IRBuilder<> b(BasicBlock::Create(context, "", entry));
  FunctionCallee detect = module.getOrInsertFunction(
      "onnxc_cpu_features", FunctionType::get(b.getInt64Ty(), false));
  Value *features = b.CreateCall(detect);
  SmallVector<Value *> arguments = getArguments(*entry);
  auto finish = [&](const Variant &variant) {
    CallInst *call = b.CreateCall(
        declare(module, type, variant.prefix + "_entry"), arguments);
    call->setTailCall();
    b.CreateRet(call);
  };
  for (const Variant &variant : llvm::reverse(variants.drop_front())) {
    Value *needed = b.getInt64(variant.features);
    Value *isThere = b.CreateICmpEQ(b.CreateAnd(features, needed), needed);
    BasicBlock *found = BasicBlock::Create(context, "", entry);
    BasicBlock *next = BasicBlock::Create(context, "", entry);
    b.CreateCondBr(isThere, found, next);
    b.SetInsertPoint(found);
    finish(variant);
    b.SetInsertPoint(next);
  }
  finish(variants.front());
}

void buildDispatch(Module &module, ArrayRef<Variant> variants) {
  LLVMContext &context = module.getContext();
  Type *pointer = PointerType::get(context, 0);
  buildEntry(module, variants,
             FunctionType::get(Type::getInt32Ty(context),
                               {pointer, pointer, pointer, pointer}, false));

  auto *bytesType = FunctionType::get(Type::getInt64Ty(context), {pointer},
                                      /*isVarArg=*/false);
  Function *arenaBytes = Function::Create(
      bytesType, GlobalValue::ExternalLinkage, "onnxc_arena_bytes", module);
  IRBuilder<> b(BasicBlock::Create(context, "", arenaBytes));
  Value *most = nullptr;
  for (const Variant &variant : variants) {
    Value *bytes = b.CreateCall(
        declare(module, bytesType, variant.prefix + "_arena_bytes"),
        getArguments(*arenaBytes));
    // An overflow, -1, is the most of all.
    most = most ? b.CreateBinaryIntrinsic(Intrinsic::umax, most, bytes) : bytes;
  }
  b.CreateRet(most);

  auto *shapesType = FunctionType::get(Type::getVoidTy(context),
                                       {pointer, pointer}, /*isVarArg=*/false);
  Function *shapes = Function::Create(shapesType, GlobalValue::ExternalLinkage,
                                      "onnxc_output_shapes", module);
  b.SetInsertPoint(BasicBlock::Create(context, "", shapes));
  b.CreateCall(
      declare(module, shapesType, variants.front().prefix + "_output_shapes"),
      getArguments(*shapes));
  b.CreateRetVoid();
}

} // namespace onnxc
