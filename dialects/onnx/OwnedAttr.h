//===- OwnedAttr.h - Attributes on any op that a dialect owns -------------===//
//
// A dialect names them and their types in `discardableAttrs`. Passes reach them
// by an OwnedAttr, never by a string; the dialect's verifier has an AttrRule
// for each and refuses others of its prefix.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_OWNEDATTR_H
#define ONNXC_DIALECTS_ONNX_OWNEDATTR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace onnxc {

/// One attribute, by the helper that ODS makes of it. Functions with the number
/// of an argument are about that argument.
template <typename Helper> struct OwnedAttr {
  using Type = decltype(std::declval<Helper>().getAttr(nullptr));

  static llvm::StringRef getName() { return Helper::getNameStr(); }

  static Type get(mlir::Operation *op) {
    return op->getAttrOfType<Type>(getName());
  }
  static bool isOn(mlir::Operation *op) { return op->hasAttr(getName()); }
  static void set(mlir::Operation *op, Type value) {
    op->setAttr(getName(), value);
  }
  static void mark(mlir::Operation *op) {
    set(op, mlir::UnitAttr::get(op->getContext()));
  }
  static void remove(mlir::Operation *op) { op->removeAttr(getName()); }

  static Type get(mlir::FunctionOpInterface function, unsigned argument) {
    return function.getArgAttrOfType<Type>(argument, getName());
  }
  static bool isOn(mlir::FunctionOpInterface function, unsigned argument) {
    return function.getArgAttr(argument, getName()) != nullptr;
  }
  static void set(mlir::FunctionOpInterface function, unsigned argument,
                  Type value) {
    function.setArgAttr(argument, getName(), value);
  }
  static void remove(mlir::FunctionOpInterface function, unsigned argument) {
    function.removeArgAttr(
        argument, mlir::StringAttr::get(function.getContext(), getName()));
  }
  static void setOfResult(mlir::FunctionOpInterface function, unsigned result,
                          Type value) {
    function.setResultAttr(result, getName(), value);
  }

  /// For dictionaries of an argument's attributes.
  static Type get(mlir::DictionaryAttr attrs) {
    return attrs ? attrs.getAs<Type>(getName()) : Type();
  }
  static mlir::NamedAttribute named(Type value) {
    return {mlir::StringAttr::get(value.getContext(), getName()), value};
  }
  static mlir::NamedAttribute named(mlir::MLIRContext *context) {
    return named(mlir::UnitAttr::get(context));
  }
};

/// What an attribute has to be, and where it may be.
struct AttrRule {
  llvm::StringRef name;
  bool (*isWanted)(mlir::Attribute);
  llvm::StringRef wanted;
  /// On ops; null where it is for arguments and results only.
  bool (*mayBeOn)(mlir::Operation *) = nullptr;
  llvm::StringRef holders = "arguments of functions";
};

template <typename... Attrs> bool isAttr(mlir::Attribute attr) {
  return llvm::isa<Attrs...>(attr);
}
template <typename Element> bool isListOf(mlir::Attribute attr) {
  auto list = llvm::dyn_cast<mlir::ArrayAttr>(attr);
  return list && llvm::all_of(list, llvm::IsaPred<Element>);
}
template <typename... Ops> bool isOp(mlir::Operation *op) {
  return llvm::isa<Ops...>(op);
}

/// Verifies an attribute of an op, of one of a function's arguments, or of one
/// of its results.
mlir::LogicalResult verifyOwnedAttr(mlir::Operation *op,
                                    mlir::NamedAttribute attr,
                                    llvm::ArrayRef<AttrRule> rules);
mlir::LogicalResult verifyOwnedArgAttr(mlir::Operation *op,
                                       mlir::NamedAttribute attr,
                                       llvm::ArrayRef<AttrRule> rules);

} // namespace onnxc

#endif // ONNXC_DIALECTS_ONNX_OWNEDATTR_H
