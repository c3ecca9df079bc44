//===- Descriptor.cpp - PREFIX_model, the constant that tools read --------===//
//
// The tables of onnxc/runtime.h as LLVM constants, field by field.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/Descriptor.h"
#include "codegen/DeviceDescriptor.h"
#include "targets/RuntimeABI.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/Constants.h"
#include "llvm/Transforms/Utils/Evaluator.h"

using namespace llvm;

namespace onnxc {

static Constant *buildTensors(TableBuilder &b, const ModelInterface &model,
                              ArrayRef<TensorInterface> tensors) {
  SmallVector<Constant *> rows;
  for (const TensorInterface &tensor : tensors) {
    SmallVector<Constant *> dims;
    for (auto [i, dim] : llvm::enumerate(tensor.dims)) {
      if (auto constant = dyn_cast<mlir::AffineConstantExpr>(dim))
        dims.push_back(b.int64(constant.getValue()));
      else if (std::optional<unsigned> symbol = tensor.getSymbol(i))
        dims.push_back(b.int64(-1 - int64_t(*symbol)));
      else
        dims.push_back(b.int64(uint64_t(abi::kComputed)));
    }
    rows.push_back(b.record(
        {b.string(tensor.name), b.optionalString(tensor.doc), b.array(dims),
         b.int32(tensor.dims.size()), b.int32(tensor.dtype),
         b.int32(model.dependsOnData(tensor)), b.int32(tensor.part)}));
  }
  return b.array(rows);
}

static Constant *buildSymbols(TableBuilder &b, const ModelInterface &model) {
  SmallVector<Constant *> rows;
  for (const SymbolInterface &symbol : model.symbols)
    rows.push_back(
        b.record({b.string(symbol.name), b.int64(symbol.min),
                  b.int64(symbol.max), b.int32(symbol.fromData), b.int32(0)}));
  return b.array(rows);
}

static Constant *buildSteps(TableBuilder &b, const ModelInterface &model) {
  SmallVector<Constant *> rows;
  for (const StepInterface &step : model.steps)
    rows.push_back(b.record({b.string(step.nodes), b.string(step.kernel)}));
  return b.array(rows);
}

/// Hidden under the model's prefix: reachable from every part of the object,
/// not from outside the program.
static void hide(GlobalValue &value, const Twine &name) {
  value.setName(name);
  value.setLinkage(GlobalValue::ExternalLinkage);
  value.setVisibility(GlobalValue::HiddenVisibility);
  value.setDSOLocal(true);
}

/// The weights' variable, if there is one, and the three functions get their
/// final names.
static Expected<GlobalVariable *>
nameInterface(Module &module, const Twine &prefix,
              const DescriptorOptions &options) {
  Function *entry = module.getFunction("onnxc_entry");
  Function *arenaBytes = module.getFunction("onnxc_arena_bytes");
  Function *outputShapes = module.getFunction("onnxc_output_shapes");
  if (!entry || !arenaBytes || !outputShapes || entry->isDeclaration())
    return createStringError("the entry functions are missing");

  bool embed = options.weights == WeightsPlace::Embed;
  GlobalVariable *weights =
      module.getGlobalVariable("onnxc_weights", /*AllowInternal=*/true);
  if (weights && !embed) {
    if (!weights->use_empty())
      return createStringError("the code names weights that are not embedded");
    weights->eraseFromParent();
    weights = nullptr;
  } else if (!weights && embed && options.weightsBytes) {
    weights = new GlobalVariable(
        module,
        ArrayType::get(Type::getInt8Ty(module.getContext()),
                       options.weightsBytes),
        true, GlobalValue::ExternalLinkage, nullptr, "onnxc_weights");
  }
  if (weights) {
    hide(*weights, options.prefix + "_weights");
    weights->setAlignment(Align(64));
    // Beyond what 32-bit offsets reach with certainty.
    if (options.weightsBytes > (uint64_t(1) << 30) &&
        module.getTargetTriple().getArch() == Triple::x86_64)
      weights->setCodeModel(CodeModel::Large);
  }
  hide(*entry, prefix + "_entry");
  hide(*arenaBytes, prefix + "_arena_bytes");
  hide(*outputShapes, prefix + "_output_shapes");
  return weights;
}

Error nameVariant(Module &module, StringRef variant,
                  const DescriptorOptions &options) {
  return nameInterface(module, variant, options).takeError();
}

Error addDescriptor(Module &module, const ModelInterface &model,
                    const DescriptorOptions &options) {
  auto weights = nameInterface(module, options.prefix, options);
  if (!weights)
    return weights.takeError();
  bool embed = options.weights == WeightsPlace::Embed;
  TableBuilder b(module);
  Constant *device = b.null();
  if (options.device) {
    auto find = [&](StringRef kind, unsigned part) -> Constant * {
      std::string name = ("_" + kind + "_" + Twine(part)).str();
      Function *function = module.getFunction("onnxc" + name);
      if (!function)
        return b.null();
      hide(*function, options.prefix + name);
      return function;
    };
    device = buildDeviceCode(b, *options.device, module.getContext(), find);
  }

  SmallVector<Constant *> metadata;
  for (const auto &[key, value] : model.metadata)
    metadata.push_back(b.record({b.string(key), b.string(value)}));
  uint64_t flags = 0;
  if (model.needsAllocator())
    flags |= abi::NeedsAllocator;
  if (!embed && options.weightsBytes)
    flags |= abi::ExternWeights;
  bool hasFile = options.weights == WeightsPlace::File && options.weightsBytes;
  Constant *descriptor = b.record(
      {b.int32(abi::kVersion),
       b.int32(flags),
       b.string(model.name.empty() ? options.prefix : model.name),
       b.optionalString(model.producer),
       b.optionalString(model.doc),
       b.string(options.target),
       b.int64(options.cpuFeatures),
       b.int32(model.inputs.size()),
       b.int32(model.outputs.size()),
       b.int32(model.symbols.size()),
       b.int32(model.metadata.size()),
       buildTensors(b, model, model.inputs),
       buildTensors(b, model, model.outputs),
       buildSymbols(b, model),
       b.array(metadata),
       *weights && options.weightsBytes ? static_cast<Constant *>(*weights)
                                        : b.null(),
       b.int64(options.weightsBytes),
       hasFile ? b.string(options.weightsFile) : b.null(),
       module.getFunction(options.prefix + "_entry"),
       module.getFunction(options.prefix + "_arena_bytes"),
       module.getFunction(options.prefix + "_output_shapes"),
       buildSteps(b, model),
       b.int32(model.steps.size()),
       b.int32(0),
       device});
  auto *variable = new GlobalVariable(
      module, descriptor->getType(), /*isConstant=*/true,
      GlobalValue::ExternalLinkage, descriptor, options.prefix + "_model");
  if (options.listModels) {
    Constant *list = ConstantArray::get(ArrayType::get(variable->getType(), 2),
                                        {variable, b.null()});
    new GlobalVariable(module, list->getType(), true,
                       GlobalValue::ExternalLinkage, list, abi::kModelsSymbol);
  }
  return Error::success();
}

std::optional<int64_t> evaluateArenaBytes(Module &module, StringRef prefix) {
  Function *function = module.getFunction((prefix + "_arena_bytes").str());
  if (!function || function->isDeclaration())
    return std::nullopt;
  TargetLibraryInfoImpl impl(module.getTargetTriple());
  TargetLibraryInfo info(impl);
  Evaluator evaluator(module.getDataLayout(), &info);
  SmallVector<Constant *> args;
  for (Argument &arg : function->args())
    args.push_back(Constant::getNullValue(arg.getType()));
  Constant *result = nullptr;
  if (!evaluator.EvaluateFunction(function, result, args))
    return std::nullopt;
  if (auto *constant = dyn_cast_or_null<ConstantInt>(result))
    return constant->getSExtValue();
  return std::nullopt;
}

} // namespace onnxc
