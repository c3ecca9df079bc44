//===- StoreHalves.cpp - Half precision as integers of 16 bits ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/StoreHalves.h"
#include "dialects/plan/MachineModel.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/AttrTypeSubElements.h"

using namespace mlir;

namespace onnxc {

namespace {

struct StoreHalvesAsIntegers
    : PassWrapper<StoreHalvesAsIntegers, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(StoreHalvesAsIntegers)

  StringRef getArgument() const override { return "store-halves-as-integers"; }

  void runOnOperation() override {
    bool hasF16 = getMachine(getOperation()).hasHalfConversion;
    auto isMoved = [&](Type type) {
      return type.isBF16() || (type.isF16() && !hasF16);
    };
    auto integer = IntegerType::get(&getContext(), 16);
    AttrTypeReplacer replacer;
    replacer.addReplacement([&](FloatType type) -> std::optional<Type> {
      return isMoved(type) ? Type(integer) : Type(type);
    });
    replacer.addReplacement([&](FloatAttr value) -> std::optional<Attribute> {
      if (!isMoved(value.getType()))
        return value;
      return IntegerAttr::get(integer, value.getValue().bitcastToAPInt());
    });
    replacer.addReplacement(
        [&](DenseElementsAttr elements) -> std::optional<Attribute> {
          if (!isMoved(elements.getElementType()))
            return elements;
          return elements.bitcast(integer);
        });
    // Functions of a device are in modules of their own.
    for (Operation &op : *getOperation().getBody())
      if (isa<LLVM::LLVMFuncOp, LLVM::GlobalOp>(op))
        replacer.recursivelyReplaceElementsIn(&op, /*replaceAttrs=*/true,
                                              /*replaceLocs=*/false,
                                              /*replaceTypes=*/true);
    getOperation().walk([](LLVM::BitcastOp cast) {
      if (cast.getType() != cast.getArg().getType())
        return;
      cast.replaceAllUsesWith(cast.getArg());
      cast.erase();
    });
  }
};

} // namespace

std::unique_ptr<Pass> createStoreHalvesAsIntegers() {
  return std::make_unique<StoreHalvesAsIntegers>();
}

} // namespace onnxc
