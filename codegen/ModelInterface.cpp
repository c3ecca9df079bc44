//===- ModelInterface.cpp - A model as its callers see it -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/ModelInterface.h"
#include "dialects/onnx/ModelAttrs.h"
#include "dialects/plan/PlanAttrs.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "targets/Dtype.h"
#include "targets/RuntimeABI.h"

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

static std::string getText(StringAttr attr) { return attr ? attr.str() : ""; }

static FailureOr<TensorInterface> readTensor(ModuleOp module, Type type,
                                             DictionaryAttr attrs,
                                             StringRef kind, unsigned number) {
  TensorInterface result;
  result.name = getText(onnx::attrs::Name::get(attrs));
  if (result.name.empty())
    result.name = (kind + "_" + Twine(number)).str();
  result.doc = getText(onnx::attrs::Doc::get(attrs));
  if (auto part = onnx::attrs::Part::get(attrs))
    result.part = int32_t(part.getInt());
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
  if (result.dtype == 0) {
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

static LogicalResult readSymbols(ModuleOp module, plan::InterfaceAttr interface,
                                 ModelInterface &model) {
  for (auto name : interface.getSymbols().getAsRange<StringAttr>())
    model.symbols.push_back({name.str()});
  // The minimum and maximum of each, without those from data.
  ArrayRef<int64_t> bounds = interface.getBounds();
  for (auto &symbol : model.symbols) {
    if (bounds.size() < 2)
      break;
    symbol.min = bounds[0];
    symbol.max = bounds[1];
    bounds = bounds.drop_front(2);
  }
  // Those of the inputs come first and are @main's index arguments.
  size_t numInputSymbols =
      llvm::count_if(interface.getType().getInputs(), llvm::IsaPred<IndexType>);
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

static void readDescription(ModuleOp module, ModelInterface &model) {
  model.name = getText(onnx::attrs::GraphName::get(module));
  model.doc = getText(onnx::attrs::Doc::get(module));
  model.producer = getText(onnx::attrs::Producer::get(module));
  if (auto metadata = onnx::attrs::Metadata::get(module))
    for (NamedAttribute entry : metadata)
      if (auto value = dyn_cast<StringAttr>(entry.getValue()))
        model.metadata.push_back({entry.getName().str(), value.str()});
  if (auto steps = plan::attrs::Steps::get(module))
    for (auto step : steps.getAsRange<plan::StepAttr>())
      model.steps.push_back({step.getNodes().str(), step.getKernel().str()});
}

static void readFunctions(ModuleOp module, ModelInterface &model) {
  auto list = plan::attrs::CustomFunctions::get(module);
  if (!list)
    return;
  auto read = [](Attribute type, const Twine &name) {
    FunctionInterface::Tensor tensor{name.str()};
    if (auto known =
            dyn_cast<RankedTensorType>(cast<TypeAttr>(type).getValue()))
      tensor = {tensor.name, getDtype(known.getElementType()), known.getRank()};
    return tensor;
  };
  for (auto given : list.getAsRange<plan::CustomFunctionAttr>()) {
    FunctionInterface &function = model.functions.emplace_back();
    function.name = given.getName().str();
    function.symbol = given.getSymbol().str();
    function.users = given.getUsers().str();
    function.tellsSizes = given.getSizes();
    for (auto [type, name] : llvm::zip(given.getInputs(), given.getNames()))
      function.inputs.push_back(read(type, cast<StringAttr>(name).getValue()));
    for (auto [i, type] : llvm::enumerate(given.getOutputs()))
      function.outputs.push_back(read(type, "y" + Twine(i)));
    for (NamedAttribute attribute : given.getAttributes())
      function.attributes.emplace_back(
          attribute.getName().str(),
          cast<StringAttr>(attribute.getValue()).str());
  }
}

/// What @main tells, or where it is gone has told.
static plan::InterfaceAttr getInterface(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return plan::attrs::Interface::get(module);
  Builder b(module.getContext());
  auto symbols = onnx::attrs::Symbols::get(main);
  auto bounds = onnx::attrs::SymbolBounds::get(main);
  auto arguments = main.getAllArgAttrs(), results = main.getAllResultAttrs();
  auto orEmpty = [&](ArrayAttr list) {
    return list ? list : b.getArrayAttr({});
  };
  return plan::InterfaceAttr::get(b.getContext(), main.getFunctionType(),
                                  orEmpty(arguments), orEmpty(results),
                                  orEmpty(symbols),
                                  bounds ? bounds : b.getDenseI64ArrayAttr({}));
}

FailureOr<ModelInterface> readModelInterface(ModuleOp module) {
  ModelInterface model;
  readDescription(module, model);
  readFunctions(module, model);
  plan::InterfaceAttr interface = getInterface(module);
  if (!interface)
    return emitError(module.getLoc())
           << "there is no model: neither @main nor plan.interface";
  bool failed = false;
  auto read = [&](TypeRange types, ArrayAttr attrs, StringRef kind,
                  std::vector<TensorInterface> &list) {
    for (auto [i, type] : llvm::enumerate(types)) {
      // Symbols are index arguments behind the tensors.
      if (isa<IndexType>(type))
        continue;
      auto of =
          i < attrs.size() ? cast<DictionaryAttr>(attrs[i]) : DictionaryAttr();
      auto tensor = readTensor(module, type, of, kind, i);
      if (mlir::failed(tensor))
        failed = true;
      else
        list.push_back(*tensor);
    }
  };
  read(interface.getType().getInputs(), interface.getArguments(), "input",
       model.inputs);
  read(interface.getType().getResults(), interface.getResults(), "output",
       model.outputs);
  if (failed || mlir::failed(readSymbols(module, interface, model)))
    return failure();
  return model;
}

void keepModelInterface(ModuleOp module) {
  if (plan::InterfaceAttr interface = getInterface(module))
    plan::attrs::Interface::set(module, interface);
}

} // namespace onnxc
