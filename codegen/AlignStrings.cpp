//===- AlignStrings.cpp - Strings are aligned as C's structs are ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/AlignStrings.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace onnxc {

static constexpr uint64_t kAlignment = 4;

namespace {

struct AlignStrings : PassWrapper<AlignStrings, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(AlignStrings)

  StringRef getArgument() const override { return "align-strings"; }

  void runOnOperation() override {
    auto isString = [](Type type) {
      return getElementTypeOrSelf(type).isInteger(128);
    };
    getOperation().walk([&](Operation *op) {
      if (auto load = dyn_cast<LLVM::LoadOp>(op);
          load && isString(load.getType()))
        load.setAlignment(kAlignment);
      if (auto store = dyn_cast<LLVM::StoreOp>(op);
          store && isString(store.getValue().getType()))
        store.setAlignment(kAlignment);
    });
  }
};

} // namespace

std::unique_ptr<Pass> createAlignStrings() {
  return std::make_unique<AlignStrings>();
}

} // namespace onnxc
