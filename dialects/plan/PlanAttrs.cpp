//===- PlanAttrs.cpp - What passes tell each other and codegen ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/PlanAttrs.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::plan;

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

LogicalResult WeightAttr::verify(EmitError emitError, int64_t offset,
                                 ElementsAttr) {
  if (offset < 0)
    return emitError() << "the offset of a weight is " << offset;
  return success();
}

LogicalResult InterfaceAttr::verify(EmitError emitError, FunctionType,
                                    ArrayAttr arguments, ArrayAttr results,
                                    ArrayAttr symbols,
                                    DenseI64ArrayAttr bounds) {
  if (!isListOf<DictionaryAttr>(arguments) ||
      !isListOf<DictionaryAttr>(results))
    return emitError() << "arguments and results are lists of dictionaries";
  if (!isListOf<StringAttr>(symbols))
    return emitError() << "symbols are a list of names";
  if (bounds.size() % 2 != 0)
    return emitError() << "bounds are pairs";
  return success();
}

LogicalResult ArenaAttr::verify(EmitError emitError, int64_t, int64_t,
                                ArrayAttr filledBy) {
  if (!isListOf<MemoryUseAttr>(filledBy))
    return emitError() << "filled_by is a list of #plan.memory_use";
  return success();
}

static bool isTensorList(ArrayAttr types) {
  return llvm::all_of(types, [](Attribute type) {
    auto tensor = dyn_cast<TypeAttr>(type);
    return tensor && isa<NoneType, RankedTensorType>(tensor.getValue());
  });
}

LogicalResult CustomFunctionAttr::verify(EmitError emitError, StringAttr,
                                         StringAttr, StringAttr,
                                         ArrayAttr names, ArrayAttr inputs,
                                         ArrayAttr outputs, DictionaryAttr,
                                         bool) {
  if (!isListOf<StringAttr>(names) || names.size() != inputs.size())
    return emitError() << "names has a text for each input";
  if (!isTensorList(inputs) || !isTensorList(outputs))
    return emitError() << "inputs and outputs are tensors, or none";
  return success();
}

LogicalResult PartAttr::verify(EmitError emitError, int64_t, int64_t inputs,
                               onnx::DimsAttr bytes, DenseI64ArrayAttr slots,
                               DenseBoolArrayAttr transfers) {
  int64_t count = bytes.getExprs().size();
  if (slots.size() != count || transfers.size() != count)
    return emitError() << "bytes, slots and transfers are of different lengths";
  if (inputs < 0 || inputs > count)
    return emitError() << inputs << " of " << count
                       << " tensors cannot be inputs";
  return success();
}

static bool isAny(Operation *) { return true; }

static bool isGeneric(Operation *op) {
  return op->getName().getStringRef() == "linalg.generic";
}

static bool isGpuModule(Operation *op) {
  return op->getName().getStringRef() == "gpu.module";
}

static ArrayRef<AttrRule> getRules() {
  using namespace attrs;
  constexpr auto isModule = isOp<ModuleOp>;
  constexpr auto isUnit = isAttr<UnitAttr>;
  static const AttrRule rules[] = {
      {Machine::getName(), isAttr<MachineAttr>, "#plan.machine", isModule,
       "modules"},
      {HostMachine::getName(), isAttr<MachineAttr>, "#plan.machine", isModule,
       "modules"},
      {Phase::getName(), isAttr<StringAttr>, "a name", isModule, "modules"},
      {Contraction::getName(), isAttr<ProductAttr, ConvolutionAttr>,
       "#plan.product or #plan.convolution", isGeneric, "linalg.generic"},
      {Refused::getName(), isListOf<StringAttr>, "a list of texts", isAny,
       "ops"},
      {Kernel::getName(), isUnit, "a unit attribute", isOp<FunctionOpInterface>,
       "functions"},
      {VersionOf::getName(), isAttr<FlatSymbolRefAttr>, "a symbol",
       isOp<FunctionOpInterface>, "functions"},
      {WhenEqual::getName(), isAttr<onnx::DimsAttr>, "#onnx.dims",
       isOp<FunctionOpInterface>, "functions"},
      {Dims::getName(), isAttr<onnx::DimsAttr>, "#onnx.dims"},
      {Scratch::getName(), isUnit, "a unit attribute"},
      {Element::getName(), isAttr<TypeAttr>, "a type"},
      {Context::getName(), isUnit, "a unit attribute"},
      {SharedWeights::getName(), isListOf<WeightAttr>, "a list of #plan.weight",
       isModule, "modules"},
      {WeightsFromContext::getName(), isUnit, "a unit attribute", isModule,
       "modules"},
      {Interface::getName(), isAttr<InterfaceAttr>, "#plan.interface", isModule,
       "modules"},
      {Weights::getName(), isListOf<WeightAttr>, "a list of #plan.weight",
       isModule, "modules"},
      {Steps::getName(), isListOf<StepAttr>, "a list of #plan.step", isModule,
       "modules"},
      {Arena::getName(), isAttr<ArenaAttr>, "#plan.arena", isModule, "modules"},
      {LargestWeights::getName(), isListOf<MemoryUseAttr>,
       "a list of #plan.memory_use", isModule, "modules"},
      {Allocating::getName(), isListOf<StringAttr>, "a list of names", isModule,
       "modules"},
      {CustomFunctions::getName(), isListOf<CustomFunctionAttr>,
       "a list of #plan.custom_function", isModule, "modules"},
      {Part::getName(), isAttr<PartAttr>, "#plan.part", isModule, "modules"},
      {DeviceWeights::getName(), isAttr<IntegerAttr>, "an integer", isModule,
       "modules"},
      {DeviceParts::getName(), isListOf<RecordedPartAttr>,
       "a list of #plan.recorded_part", isModule, "modules"},
      {Launch::getName(), isAttr<LaunchAttr>, "#plan.launch", isGpuModule,
       "modules of a device"},
  };
  return rules;
}

LogicalResult PlanDialect::verifyOperationAttribute(Operation *op,
                                                    NamedAttribute attr) {
  return verifyOwnedAttr(op, attr, getRules());
}

LogicalResult PlanDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                    unsigned argument,
                                                    NamedAttribute attr) {
  if (attr.getName() == attrs::Context::getName() && argument != 0)
    return op->emitError("attribute '")
           << attr.getName().getValue() << "' is for the first argument";
  return verifyOwnedArgAttr(op, attr, getRules());
}

LogicalResult PlanDialect::verifyRegionResultAttribute(Operation *op, unsigned,
                                                       unsigned,
                                                       NamedAttribute attr) {
  return verifyOwnedArgAttr(op, attr, getRules());
}
