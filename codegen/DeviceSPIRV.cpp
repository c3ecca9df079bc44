//===- DeviceSPIRV.cpp - Functions of a device as SPIR-V ------------------===//
//
// Each function becomes a module of its own: buffers are the bindings of
// descriptor set 0, in their order, sizes are 32-bit push constants. Modules
// are SPIR-V 1.3, for Vulkan.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/DeviceCode.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/GPUToSPIRV/GPUToSPIRVPass.h"
#include "mlir/Conversion/MathToSPIRV/MathToSPIRVPass.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVDialect.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"
#include "mlir/Dialect/SPIRV/IR/TargetAndABI.h"
#include "mlir/Dialect/SPIRV/Transforms/Passes.h"
#include "mlir/Dialect/SPIRV/Transforms/SPIRVConversion.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/SPIRV/Serialization.h"
#include "mlir/Transforms/Passes.h"
#include "targets/RuntimeABI.h"

using namespace mlir;
using namespace onnxc;

/// What the modules may use; each states what it does.
static spirv::TargetEnvAttr getTargetEnv(MLIRContext *context) {
  using spirv::Capability;
  using spirv::Extension;
  auto triple = spirv::VerCapExtAttr::get(
      spirv::Version::V_1_3,
      {Capability::Shader, Capability::Int64, Capability::Int16,
       Capability::Int8, Capability::Float64, Capability::Float16,
       Capability::StorageBuffer16BitAccess,
       Capability::StorageBuffer8BitAccess},
      {Extension::SPV_KHR_storage_buffer_storage_class,
       Extension::SPV_KHR_16bit_storage, Extension::SPV_KHR_8bit_storage},
      context);
  return spirv::TargetEnvAttr::get(
      triple, spirv::getDefaultResourceLimits(context),
      spirv::ClientAPI::Vulkan, spirv::Vendor::Unknown,
      spirv::DeviceType::Unknown, spirv::TargetEnvAttr::kUnknownDeviceID);
}

static uint64_t getFeature(spirv::Capability capability) {
  switch (capability) {
  case spirv::Capability::Int64:
    return 1 << abi::GpuInt64;
  case spirv::Capability::Int16:
    return 1 << abi::GpuInt16;
  case spirv::Capability::Int8:
    return 1 << abi::GpuInt8;
  case spirv::Capability::Float64:
    return 1 << abi::GpuFloat64;
  case spirv::Capability::Float16:
    return 1 << abi::GpuFloat16;
  case spirv::Capability::StorageBuffer16BitAccess:
    return 1 << abi::GpuStorage16;
  case spirv::Capability::StorageBuffer8BitAccess:
    return 1 << abi::GpuStorage8;
  default:
    return 0;
  }
}

static MemRefType inClass(MemRefType type, spirv::StorageClass storage) {
  return MemRefType::get(
      type.getShape(), type.getElementType(), type.getLayout(),
      spirv::StorageClassAttr::get(type.getContext(), storage));
}

/// SPIR-V 1.3 has no bfloat16: it is stored as 16 bits, and widened by shifting
/// (arith-expand). Other small floats have no way at all.
static LogicalResult replaceSmallFloats(gpu::GPUFuncOp function) {
  auto isStored = [](Type type) {
    return isa<IntegerType, IndexType, Float16Type, Float32Type, Float64Type>(
        type);
  };
  bool isKnown = true;
  function.walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      if (isKnown && isa<FloatType>(type) && !isStored(type) &&
          !(type.isBF16() &&
            isa<memref::LoadOp, arith::TruncFOp, arith::BitcastOp,
                arith::SelectOp, arith::ConstantOp>(op))) {
        op->emitError() << "computes with " << type
                        << ", which a Vulkan device cannot; compile the model "
                           "for a CPU";
        isKnown = false;
      }
  });
  if (!isKnown)
    return failure();
  auto toBits = [](Value buffer) {
    auto type = cast<MemRefType>(buffer.getType());
    if (type.getElementType().isBF16())
      buffer.setType(MemRefType::get(type.getShape(),
                                     IntegerType::get(type.getContext(), 16),
                                     type.getLayout(), type.getMemorySpace()));
  };
  for (BlockArgument argument : function.getBody().getArguments())
    if (isa<MemRefType>(argument.getType()))
      toBits(argument);
  function.walk([&](memref::AllocaOp alloca) { toBits(alloca.getResult()); });
  function.walk([](Operation *op) {
    OpBuilder b(op);
    if (auto load = dyn_cast<memref::LoadOp>(op)) {
      if (!load.getType().isBF16())
        return;
      load.getResult().setType(b.getIntegerType(16));
      b.setInsertionPointAfter(load);
      auto cast = arith::BitcastOp::create(b, load.getLoc(), b.getBF16Type(),
                                           load.getResult());
      load.getResult().replaceAllUsesExcept(cast, cast);
    } else if (auto select = dyn_cast<arith::SelectOp>(op)) {
      if (!select.getType().isBF16())
        return;
      Location loc = select.getLoc();
      Type bits = b.getIntegerType(16);
      Value yes = arith::BitcastOp::create(b, loc, bits, select.getTrueValue());
      Value no = arith::BitcastOp::create(b, loc, bits, select.getFalseValue());
      Value chosen =
          arith::SelectOp::create(b, loc, select.getCondition(), yes, no);
      select.replaceAllUsesWith(
          arith::BitcastOp::create(b, loc, b.getBF16Type(), chosen)
              .getResult());
      select.erase();
    } else if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      if (!constant.getType().isBF16())
        return;
      APInt value =
          cast<FloatAttr>(constant.getValue()).getValue().bitcastToAPInt();
      Value bits = arith::ConstantOp::create(
          b, constant.getLoc(), b.getIntegerAttr(b.getIntegerType(16), value));
      constant.replaceAllUsesWith(
          arith::BitcastOp::create(b, constant.getLoc(), b.getBF16Type(), bits)
              .getResult());
      constant.erase();
    } else if (auto store = dyn_cast<memref::StoreOp>(op)) {
      if (store.getValueToStore().getType().isBF16())
        store.getValueMutable().assign(arith::BitcastOp::create(
            b, store.getLoc(), b.getIntegerType(16), store.getValueToStore()));
    }
  });
  return success();
}

/// scf-to-spirv stores the results of a loop in each iteration: where there is
/// none, they are what they were given at first.
static void keepInitialValues(gpu::GPUFuncOp function) {
  function.walk([](scf::ForOp loop) {
    std::optional<int64_t> from = getConstantIntValue(loop.getLowerBound());
    std::optional<int64_t> to = getConstantIntValue(loop.getUpperBound());
    if (from && to && *from < *to)
      return;
    OpBuilder b(loop->getContext());
    b.setInsertionPointAfter(loop);
    Location loc = loop.getLoc();
    Value runs;
    for (auto [result, init] :
         llvm::zip(loop.getResults(), loop.getInitArgs())) {
      if (result.use_empty())
        continue;
      if (!runs)
        runs =
            arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                  loop.getLowerBound(), loop.getUpperBound());
      auto kept = arith::SelectOp::create(b, loc, runs, result, init);
      result.replaceAllUsesExcept(kept, kept);
    }
  });
}

/// Says where buffers, private memory and sizes are.
static LogicalResult placeArguments(gpu::GPUFuncOp function) {
  Block &body = function.getBody().front();
  OpBuilder b = OpBuilder::atBlockBegin(&body);
  MLIRContext *context = function.getContext();
  unsigned numBuffers = 0;
  for (BlockArgument argument : body.getArguments())
    if (auto type = dyn_cast<MemRefType>(argument.getType())) {
      argument.setType(inClass(type, spirv::StorageClass::StorageBuffer));
      function.setArgAttr(
          numBuffers, spirv::getInterfaceVarABIAttrName(),
          spirv::getInterfaceVarABIAttr(0, numBuffers, std::nullopt, context));
      ++numBuffers;
    }
  unsigned numSizes = body.getNumArguments() - numBuffers;
  constexpr unsigned kMostSizes = 32; // 128 bytes, which every device takes
  if (numSizes > kMostSizes)
    return function.emitError("depends on ")
           << numSizes << " sizes, and a Vulkan device may take no more than "
           << kMostSizes << "; bind some of them (--dim)";
  for (unsigned i = 0; i < numSizes; ++i) {
    Value word =
        spirv::getPushConstantValue(function, numSizes, i, b.getI32Type(), b);
    Value size = arith::IndexCastOp::create(b, function.getLoc(),
                                            b.getIndexType(), word);
    body.getArgument(numBuffers + i).replaceAllUsesWith(size);
  }
  BitVector sizes(body.getNumArguments());
  sizes.set(numBuffers, body.getNumArguments());
  if (failed(function.eraseArguments(sizes)))
    return failure();
  function.setType(b.getFunctionType(body.getArgumentTypes(), {}));
  function.walk([&](memref::AllocaOp alloca) {
    alloca.getResult().setType(
        inClass(alloca.getType(), spirv::StorageClass::Function));
  });
  int32_t threads =
      function.getKnownBlockSizeAttr() ? (*function.getKnownBlockSize())[0] : 1;
  function->setAttr(spirv::getEntryPointABIAttrName(),
                    spirv::getEntryPointABIAttr(context, {threads, 1, 1}));
  return success();
}

/// Drivers reorder sums as they like unless they are told not to, and undo so
/// what rounds by adding and subtracting a large number. Sums of products may
/// be fused, and are, before all else is told to stay as it is.
static void fuseProducts(gpu::GPUFuncOp function) {
  constexpr auto kFree =
      arith::FastMathFlags::reassoc | arith::FastMathFlags::contract;
  function.walk([&](arith::AddFOp add) {
    if ((add.getFastmath() & kFree) != kFree ||
        !isa<Float32Type, Float16Type>(add.getType()))
      return;
    for (unsigned i = 0; i < 2; ++i) {
      auto mul = add->getOperand(i).getDefiningOp<arith::MulFOp>();
      if (!mul || !mul->hasOneUse())
        continue;
      OpBuilder b(add);
      Value fused = math::FmaOp::create(b, add.getLoc(), mul.getLhs(),
                                        mul.getRhs(), add->getOperand(1 - i));
      add.replaceAllUsesWith(fused);
      add.erase();
      mul.erase();
      return;
    }
  });
}

static void keepOrder(spirv::ModuleOp module) {
  SmallVector<spirv::GLFmaOp> products;
  module.walk([&](Operation *op) {
    if (isa<spirv::FAddOp, spirv::FSubOp, spirv::FMulOp>(op))
      op->setAttr("no_contraction", UnitAttr::get(op->getContext()));
    if (auto fma = dyn_cast<spirv::GLFmaOp>(op))
      products.push_back(fma);
  });
  // An instruction where the machine has one, not a function where it does not.
  for (spirv::GLFmaOp fma : products) {
    OpBuilder b(fma);
    Location loc = fma.getLoc();
    Value product = spirv::FMulOp::create(b, loc, fma.getX(), fma.getY());
    fma.replaceAllUsesWith(
        spirv::FAddOp::create(b, loc, product, fma.getZ()).getResult());
    fma.erase();
  }
}

LogicalResult onnxc::compileToSPIRV(ModuleOp holder, DeviceCode &code) {
  MLIRContext *context = holder.getContext();
  code.interface = "vulkan";
  holder->setAttr(spirv::getTargetEnvAttrName(), getTargetEnv(context));
  for (auto module : holder.getOps<gpu::GPUModuleOp>()) {
    module->setAttr(spirv::getTargetEnvAttrName(), getTargetEnv(context));
    for (auto function : module.getOps<gpu::GPUFuncOp>()) {
      keepInitialValues(function);
      if (failed(replaceSmallFloats(function)) ||
          failed(placeArguments(function)))
        return failure();
      fuseProducts(function);
    }
  }
  PassManager pm(context);
  OpPassManager &functions = pm.nest<gpu::GPUModuleOp>().nest<gpu::GPUFuncOp>();
  arith::ArithExpandOpsPassOptions expand;
  expand.includeBf16 = true;
  functions.addPass(arith::createArithExpandOpsPass(expand));
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createConvertMathToSPIRVPass());
  pm.addPass(createConvertGPUToSPIRVPass());
  OpPassManager &modules = pm.nest<spirv::ModuleOp>();
  modules.addPass(spirv::createSPIRVLowerABIAttributesPass());
  modules.addPass(spirv::createSPIRVCanonicalizeGLPass());
  modules.addPass(createCanonicalizerPass());
  modules.addPass(createCSEPass());
  modules.addPass(spirv::createSPIRVUpdateVCEPass());
  if (failed(pm.run(holder)))
    return failure();

  for (auto module : holder.getOps<spirv::ModuleOp>()) {
    keepOrder(module);
    SmallVector<uint32_t> words;
    spirv::SerializationOptions options;
    options.emitSymbolName = false;
    if (failed(spirv::serialize(module, words, options)))
      return failure();
    if (std::optional<spirv::VerCapExtAttr> triple = module.getVceTriple())
      for (spirv::Capability capability : triple->getCapabilities())
        code.features |= getFeature(capability);
    auto entry = *module.getOps<spirv::EntryPointOp>().begin();
    for (DeviceFunction &function : code.functions)
      if (function.name == entry.getFn())
        function.words.assign(words.begin(), words.end());
  }
  for (const DeviceFunction &function : code.functions)
    if (function.words.empty())
      return holder.emitError("no SPIR-V was made of '")
             << function.name << "'; this is a bug of the compiler";
  return success();
}
