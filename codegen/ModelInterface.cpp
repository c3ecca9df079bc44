//===- ModelInterface.cpp - A model as its callers see it -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/ModelInterface.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/SymbolicShape.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "targets/RuntimeABI.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace onnxc {

std::optional<unsigned> TensorInterface::getSymbol(unsigned i) const {
  if (auto symbol = dyn_cast<AffineSymbolExpr>(dims[i]))
    return symbol.getPosition();
  return std::nullopt;
}

bool TensorInterface::isStatic() const {
  return llvm::all_of(dims, llvm::IsaPred<AffineConstantExpr>);
}

bool ModelInterface::dependsOnData(const TensorInterface &tensor) const {
  for (AffineExpr dim : tensor.dims)
    for (auto [i, symbol] : llvm::enumerate(symbols))
      if (symbol.fromData && dim.isFunctionOfSymbol(i))
        return true;
  return false;
}

bool ModelInterface::needsAllocator() const {
  return llvm::any_of(outputs, [&](const TensorInterface &output) {
    return dependsOnData(output);
  });
}

static int32_t getIntegerDtype(IntegerType type) {
  bool isUnsigned = type.isUnsigned();
  switch (type.getWidth()) {
  case 1:
    return abi::Bool;
  case 2:
    return isUnsigned ? abi::UInt2 : abi::Int2;
  case 4:
    return isUnsigned ? abi::UInt4 : abi::Int4;
  case 8:
    return isUnsigned ? abi::UInt8 : abi::Int8;
  case 16:
    return isUnsigned ? abi::UInt16 : abi::Int16;
  case 32:
    return isUnsigned ? abi::UInt32 : abi::Int32;
  case 64:
    return isUnsigned ? abi::UInt64 : abi::Int64;
  default:
    return 0;
  }
}

int32_t getDtype(Type type) {
  if (auto complex = dyn_cast<ComplexType>(type))
    return complex.getElementType().isF64() ? abi::Complex128 : abi::Complex64;
  return llvm::TypeSwitch<Type, int32_t>(type)
      .Case([](IntegerType t) { return getIntegerDtype(t); })
      .Case([](Float32Type) { return abi::Float; })
      .Case([](Float64Type) { return abi::Double; })
      .Case([](Float16Type) { return abi::Float16; })
      .Case([](BFloat16Type) { return abi::BFloat16; })
      .Case([](Float8E4M3FNType) { return abi::Float8E4M3FN; })
      .Case([](Float8E4M3FNUZType) { return abi::Float8E4M3FNUZ; })
      .Case([](Float8E5M2Type) { return abi::Float8E5M2; })
      .Case([](Float8E5M2FNUZType) { return abi::Float8E5M2FNUZ; })
      .Case([](Float8E8M0FNUType) { return abi::Float8E8M0; })
      .Case([](Float4E2M1FNType) { return abi::Float4E2M1; })
      .Case([](onnx::StringType) { return abi::String; })
      .Default([](Type) { return 0; });
}

static std::string getString(DictionaryAttr dictionary, StringRef name) {
  if (!dictionary)
    return "";
  auto attr = dictionary.getAs<StringAttr>(name);
  return attr ? attr.str() : "";
}

static FailureOr<TensorInterface> readTensor(ModuleOp module, Type type,
                                             DictionaryAttr attrs,
                                             StringRef kind, unsigned number) {
  TensorInterface result;
  result.name = getString(attrs, "onnx.name");
  if (result.name.empty())
    result.name = (kind + "_" + Twine(number)).str();
  result.doc = getString(attrs, "onnx.doc");
  auto fail = [&](const Twine &why) {
    emitError(module.getLoc()) << kind << " \"" << result.name << "\" " << why;
    return failure();
  };
  auto tensor = dyn_cast<TensorType>(type);
  if (!tensor) {
    std::string text;
    llvm::raw_string_ostream(text) << type;
    return fail("is no tensor but " + text +
                ", which a compiled model cannot pass");
  }
  result.dtype = getDtype(tensor.getElementType());
  if (result.dtype == 0 || result.dtype == abi::String) {
    std::string text;
    llvm::raw_string_ostream(text) << tensor.getElementType();
    return fail("has elements of type " + text +
                ", which a compiled model cannot pass");
  }
  std::optional<onnx::Dims> dims = onnx::getDims(type);
  if (!dims)
    return fail("has a shape that is not known; give it with --shape");
  result.dims.assign(dims->begin(), dims->end());
  return result;
}

static LogicalResult readSymbols(ModuleOp module, Operation *main,
                                 unsigned numInputSymbols,
                                 ModelInterface &model) {
  auto get = [&](StringRef name) {
    return main ? main->getDiscardableAttr(("onnx." + name).str())
                : module->getDiscardableAttr(("onnxc." + name).str());
  };
  if (auto names = dyn_cast_or_null<ArrayAttr>(get("symbols")))
    for (auto name : names.getAsRange<StringAttr>())
      model.symbols.push_back({name.str()});
  // The minimum and maximum of each, without those from data.
  if (auto bounds = dyn_cast_or_null<DenseI64ArrayAttr>(get("symbol_bounds")))
    for (size_t i = 0; i < model.symbols.size() &&
                       2 * i + 1 < static_cast<size_t>(bounds.size());
         ++i) {
      model.symbols[i].min = bounds[2 * i];
      model.symbols[i].max = bounds[2 * i + 1];
    }
  // Those of the inputs come first and are @main's index arguments.
  for (auto [i, symbol] : llvm::enumerate(model.symbols))
    symbol.fromData = i >= numInputSymbols;
  for (const std::vector<TensorInterface> *list :
       {&model.inputs, &model.outputs})
    for (const TensorInterface &tensor : *list)
      if (onnx::getNumSymbols(tensor.dims) > model.symbols.size())
        return emitError(module.getLoc())
               << "\"" << tensor.name << "\" has a size without a name";
  return success();
}

FailureOr<ModelInterface> readModelInterface(ModuleOp module) {
  ModelInterface model;
  DictionaryAttr attrs = module->getDiscardableAttrDictionary();
  model.name = getString(attrs, "onnx.graph_name");
  model.doc = getString(attrs, "onnx.doc");
  model.producer = getString(attrs, "onnx.producer");
  if (auto metadata = attrs.getAs<DictionaryAttr>("onnx.metadata"))
    for (NamedAttribute entry : metadata)
      if (auto value = dyn_cast<StringAttr>(entry.getValue()))
        model.metadata.push_back({entry.getName().str(), value.str()});

  if (auto steps = attrs.getAs<ArrayAttr>("onnxc.steps"))
    for (ArrayAttr step : steps.getAsRange<ArrayAttr>())
      model.steps.push_back(
          {cast<StringAttr>(step[0]).str(), cast<StringAttr>(step[1]).str()});

  auto main = module.lookupSymbol<func::FuncOp>("main");
  FunctionType type;
  ArrayAttr argAttrs, resultAttrs;
  if (main) {
    type = main.getFunctionType();
    argAttrs = main.getAllArgAttrs();
    resultAttrs = main.getAllResultAttrs();
  } else {
    if (auto attr = attrs.getAs<TypeAttr>("onnxc.signature"))
      type = dyn_cast<FunctionType>(attr.getValue());
    argAttrs = attrs.getAs<ArrayAttr>("onnxc.arguments");
    resultAttrs = attrs.getAs<ArrayAttr>("onnxc.results");
  }
  if (!type)
    return emitError(module.getLoc())
           << "there is no model: neither @main nor onnxc.signature";
  auto attrsOf = [](ArrayAttr array, unsigned i) -> DictionaryAttr {
    return array && i < array.size() ? dyn_cast<DictionaryAttr>(array[i])
                                     : DictionaryAttr();
  };
  bool failed = false;
  auto read = [&](TypeRange types, ArrayAttr array, StringRef kind,
                  std::vector<TensorInterface> &list) {
    for (auto [i, tensorType] : llvm::enumerate(types)) {
      // Symbols are index arguments behind the tensors.
      if (isa<IndexType>(tensorType))
        continue;
      auto tensor = readTensor(module, tensorType, attrsOf(array, i), kind, i);
      if (mlir::failed(tensor))
        failed = true;
      else
        list.push_back(*tensor);
    }
  };
  read(type.getInputs(), argAttrs, "input", model.inputs);
  read(type.getResults(), resultAttrs, "output", model.outputs);
  unsigned numInputSymbols =
      llvm::count_if(type.getInputs(), llvm::IsaPred<IndexType>);
  if (failed || mlir::failed(readSymbols(module, main, numInputSymbols, model)))
    return failure();
  return model;
}

void keepModelInterface(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return;
  module->setAttr("onnxc.signature", TypeAttr::get(main.getFunctionType()));
  if (ArrayAttr attrs = main.getAllArgAttrs())
    module->setAttr("onnxc.arguments", attrs);
  if (ArrayAttr attrs = main.getAllResultAttrs())
    module->setAttr("onnxc.results", attrs);
  for (StringRef name : {"symbols", "symbol_bounds"})
    if (Attribute attr = main->getDiscardableAttr(("onnx." + name).str()))
      module->setAttr(("onnxc." + name).str(), attr);
}

} // namespace onnxc
