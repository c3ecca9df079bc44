//===- CustomFunctions.h - What functions the application defines ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_ENTRY_CUSTOMFUNCTIONS_H
#define ONNXC_PASSES_ENTRY_CUSTOMFUNCTIONS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SetVector.h"

namespace onnxc {

/// A function of the application, with the types that its uses give it.
struct CustomFunction {
  /// What --custom-op says, with "_shape" where it tells sizes; what the header
  /// calls it, which says more where there are several; what the linker does.
  std::string given, name, symbol;
  bool tellsSizes = false;
  /// tensor<?x?xf32>, or NoneType where no use has one.
  llvm::SmallVector<mlir::Type> inputs, outputs;
  llvm::SmallVector<mlir::StringAttr> names;
  /// From the name of an attribute to its kind.
  mlir::DictionaryAttr attributes;
  /// my.ops::Scale (node "a", "b")
  llvm::SetVector<llvm::StringRef> operators;
  std::vector<std::string> nodes;

  /// Whether the runtime comes with it: no application may take such a name.
  bool isOfLibrary() const {
    return llvm::StringRef(given).starts_with("onnxc_");
  }
  /// Takes another use in, if that fits.
  bool join(const CustomFunction &other);
};

/// The functions that a plan calls. Uses of equal types, left out inputs and
/// outputs apart, have one function; others of the same name have others, whose
/// names tell the types. The linker's name has a hash of all types, so that a
/// function which is defined for other ones is not found.
class CustomFunctions {
public:
  explicit CustomFunctions(mlir::func::FuncOp main);

  /// Of an onnx.CustomCall or onnx.CustomSizes.
  const CustomFunction &get(mlir::Operation *op) const;
  /// As #plan.custom_function.
  mlir::ArrayAttr getList(mlir::MLIRContext *context) const;

private:
  std::vector<CustomFunction> functions;
  llvm::DenseMap<mlir::Operation *, unsigned> numbers;

  void nameAll();
};

} // namespace onnxc

#endif // ONNXC_PASSES_ENTRY_CUSTOMFUNCTIONS_H
