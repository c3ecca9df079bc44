//===- TableBuilder.h - Constants of the runtime's structs ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_TABLEBUILDER_H
#define ONNXC_CODEGEN_TABLEBUILDER_H

#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"

namespace onnxc {

/// Builds constants of the runtime's structs.
class TableBuilder {
public:
  TableBuilder(llvm::Module &module)
      : module(module), context(module.getContext()),
        pointerType(llvm::PointerType::get(context, 0)) {}

  llvm::Constant *null() { return llvm::ConstantPointerNull::get(pointerType); }
  llvm::Constant *int32(int64_t value) {
    return llvm::ConstantInt::get(llvm::Type::getInt32Ty(context), value, true);
  }
  llvm::Constant *int64(uint64_t value) {
    return llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), value);
  }
  llvm::Constant *optionalString(llvm::StringRef text) {
    return text.empty() ? null() : string(text);
  }
  llvm::Constant *string(llvm::StringRef text) {
    // C's strings end at the first zero; names do not hold any.
    return global(llvm::ConstantDataArray::getString(context, text));
  }
  llvm::Constant *record(llvm::ArrayRef<llvm::Constant *> fields) {
    return llvm::ConstantStruct::getAnon(context, fields);
  }
  llvm::Constant *array(llvm::ArrayRef<llvm::Constant *> elements) {
    if (elements.empty())
      return null();
    return global(llvm::ConstantArray::get(
        llvm::ArrayType::get(elements.front()->getType(), elements.size()),
        elements));
  }

  /// A constant with an address.
  llvm::Constant *constant(llvm::Constant *value) { return global(value); }

private:
  llvm::Constant *global(llvm::Constant *value) {
    auto *variable = new llvm::GlobalVariable(
        module, value->getType(), /*isConstant=*/true,
        llvm::GlobalValue::PrivateLinkage, value, "info");
    variable->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    return variable;
  }

  llvm::Module &module;
  llvm::LLVMContext &context;
  llvm::PointerType *pointerType;
};

} // namespace onnxc

#endif // ONNXC_CODEGEN_TABLEBUILDER_H
