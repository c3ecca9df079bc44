//===- DeviceCode.cpp - Functions of a device, compiled -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/DeviceCode.h"
#include "dialects/plan/PlanAttrs.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/NVVMToLLVM/NVVMToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVDialect.h"
#include "mlir/Target/LLVMIR/Dialect/GPU/GPUToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "targets/RuntimeABI.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace onnxc;

void onnxc::registerDeviceDialects(DialectRegistry &registry) {
  registry.insert<gpu::GPUDialect, nvgpu::NVGPUDialect, NVVM::NVVMDialect,
                  spirv::SPIRVDialect>();
  arith::registerConvertArithToLLVMInterface(registry);
  cf::registerConvertControlFlowToLLVMInterface(registry);
  registerConvertMathToLLVMInterface(registry);
  registerConvertMemRefToLLVMInterface(registry);
  registerConvertNVVMToLLVMInterface(registry);
  vector::registerConvertVectorToLLVMInterface(registry);
  registerGPUDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
}

/// The parts as the pass join-parts lists them.
static void readParts(ModuleOp module, DeviceCode &code) {
  if (auto bytes = plan::attrs::DeviceWeights::get(module))
    code.weightsBytes = bytes.getInt();
  auto parts = plan::attrs::DeviceParts::get(module);
  if (!parts)
    return;
  for (auto recorded : parts.getAsRange<plan::RecordedPartAttr>()) {
    DevicePart &part = code.parts.emplace_back();
    part.firstFunction = recorded.getFirst();
    part.numInputs = recorded.getPart().getInputs();
    llvm::append_range(part.slots, recorded.getPart().getSlots().asArrayRef());
    llvm::append_range(part.transfers,
                       recorded.getPart().getTransfers().asArrayRef());
  }
}

FailureOr<DeviceCode> onnxc::compileDeviceCode(ModuleOp module,
                                               const Target &device,
                                               unsigned optLevel) {
  SmallVector<gpu::GPUModuleOp> holders(module.getOps<gpu::GPUModuleOp>());
  DeviceCode code;
  readParts(module, code);
  code.functions.resize(holders.size());
  OwningOpRef<ModuleOp> taken = ModuleOp::create(module.getLoc());
  for (gpu::GPUModuleOp holder : holders) {
    plan::LaunchAttr launch = plan::attrs::Launch::get(holder);
    auto function = *holder.getOps<gpu::GPUFuncOp>().begin();
    DeviceFunction &entry = code.functions[launch.getNumber()];
    entry.name = function.getName().str();
    entry.numBuffers = launch.getBuffers();
    entry.numSizes = function.getNumArguments() - entry.numBuffers;
    entry.threads = launch.getThreads();
    holder->remove();
    taken->push_back(holder);
  }
  module->removeAttr(gpu::GPUDialect::getContainerModuleAttrName());
  LogicalResult compiled = device.machine.deviceCode == MachineModel::SPIRV
                               ? compileToSPIRV(*taken, code)
                               : compileToPTX(*taken, device, optLevel, code);
  if (failed(compiled))
    return failure();
  return code;
}

void onnxc::writeManifest(
    const DeviceCode &code, StringRef model,
    llvm::function_ref<std::string(const DeviceFunction &)> getFile,
    raw_ostream &os) {
  llvm::json::OStream json(os, 2);
  json.object([&] {
    json.attribute("model", model);
    json.attribute("interface", code.interface);
    if (code.level)
      json.attribute("compute_capability", int64_t(code.level));
    json.attributeArray("features", [&] {
      for (unsigned i = 0; i < std::size(abi::kGpuFeatureNames); ++i)
        if (code.features >> i & 1)
          json.value(abi::kGpuFeatureNames[i]);
    });
    json.attributeArray("parts", [&] {
      for (auto [i, part] : llvm::enumerate(code.parts)) {
        size_t end = i + 1 < code.parts.size() ? code.parts[i + 1].firstFunction
                                               : code.functions.size();
        json.object([&, i = i, &part = part] {
          json.attribute("name", "part_" + std::to_string(i));
          json.attribute("inputs", part.numInputs);
          json.attribute("outputs",
                         int64_t(part.slots.size()) - part.numInputs);
          json.attribute("first_function", part.firstFunction);
          json.attribute("functions", int64_t(end) - part.firstFunction);
        });
      }
    });
    json.attributeArray("functions", [&] {
      for (const DeviceFunction &function : code.functions)
        json.object([&] {
          json.attribute("name", function.name);
          json.attribute("file", getFile(function));
          json.attribute("buffers", function.numBuffers);
          json.attribute("sizes", function.numSizes);
          json.attribute("threads", function.threads);
        });
    });
  });
  os << "\n";
}
