//===- ModelAttrs.cpp - What a model says of itself and its symbols -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ModelAttrs.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

static bool isBounds(Attribute attr) {
  auto bounds = dyn_cast<DenseI64ArrayAttr>(attr);
  return bounds && bounds.size() % 2 == 0;
}

static ArrayRef<AttrRule> getRules() {
  using namespace attrs;
  constexpr auto isFunction = isOp<FunctionOpInterface>;
  constexpr auto isModule = isOp<ModuleOp>;
  constexpr auto isText = isAttr<StringAttr>;
  constexpr auto isDictionary = isAttr<DictionaryAttr>;
  static const AttrRule rules[] = {
      {Symbols::getName(), isListOf<StringAttr>, "a list of names", isFunction,
       "functions"},
      {SymbolBounds::getName(), isBounds, "an i64 array of pairs", isFunction,
       "functions"},
      {EqualSizes::getName(), isListOf<EqualAttr>, "a list of #onnx.equal",
       isFunction, "functions"},
      {Name::getName(), isText, "a string"},
      {Doc::getName(), isText, "a string", isModule,
       "modules and arguments of functions"},
      {Part::getName(), isAttr<IntegerAttr>, "an onnxc_part"},
      {GraphName::getName(), isText, "a string", isModule, "modules"},
      {Producer::getName(), isText, "a string", isModule, "modules"},
      {Metadata::getName(), isDictionary, "a dictionary", isModule, "modules"},
      {NodeMetadata::getName(), isDictionary, "a dictionary", isModule,
       "modules"},
  };
  return rules;
}

LogicalResult OnnxDialect::verifyOperationAttribute(Operation *op,
                                                    NamedAttribute attr) {
  return verifyOwnedAttr(op, attr, getRules());
}

LogicalResult OnnxDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                    unsigned,
                                                    NamedAttribute attr) {
  return verifyOwnedArgAttr(op, attr, getRules());
}

LogicalResult OnnxDialect::verifyRegionResultAttribute(Operation *op, unsigned,
                                                       unsigned,
                                                       NamedAttribute attr) {
  return verifyOwnedArgAttr(op, attr, getRules());
}
