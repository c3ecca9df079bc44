//===- CheckSizes.cpp - Tensors must be addressable -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/SymbolicShape.h"
#include "passes/Graph/GraphPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_CHECKSIZES
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

struct CheckSizes : onnxc::impl::CheckSizesBase<CheckSizes> {
  using CheckSizesBase::CheckSizesBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    pointerBits = getMachine(function).pointerBits;
    auto check = [&](Value value, Location loc) {
      if (isAddressable(value))
        return;
      signalPassFailure();
      std::string sizes;
      llvm::raw_string_ostream os(sizes);
      llvm::interleave(*onnx::getDims(value), os, " x ");
      if (llvm::any_of(*onnx::getDims(value), isNegative))
        emitError(loc) << "a tensor of " << sizes
                       << " elements: a size is negative";
      else
        emitError(loc) << "a tensor of " << sizes
                       << " elements does not fit in the target's memory";
    };
    function.walk([&](Operation *op) {
      for (Value result : op->getResults())
        check(result, op->getLoc());
    });
    for (BlockArgument argument : function.getArguments())
      check(argument, argument.getLoc());
  }

private:
  unsigned pointerBits = 64;

  static bool isNegative(AffineExpr size) {
    return onnx::getConstant(size).value_or(0) < 0;
  }

  /// Whether the bytes can be counted in the target's pointers. What depends on
  /// symbols is checked when the model runs.
  bool isAddressable(Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    std::optional<onnx::Dims> dims = onnx::getDims(value);
    if (!type || !dims)
      return true;
    int64_t limit = pointerBits >= 64 ? INT64_MAX : (int64_t(1) << 31) - 1;
    int64_t bytes = 1;
    if (type.getElementType().isIntOrFloat())
      bytes = onnx::getStorageBytes(type.getElementType());
    bool overflows = false, isEmpty = false;
    for (AffineExpr size : *dims) {
      // A number too large for 64 bits stays a product of its factors.
      if (!size.isSymbolicOrConstant() || onnx::getNumSymbols(size))
        continue;
      std::optional<int64_t> number = onnx::getConstant(size);
      isEmpty |= number == 0;
      overflows |= !number || *number < 0 ||
                   llvm::MulOverflow(bytes, *number, bytes) || bytes > limit;
    }
    return !llvm::any_of(*dims, isNegative) && (isEmpty || !overflows);
  }
};

} // namespace
