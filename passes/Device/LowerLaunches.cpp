//===- LowerLaunches.cpp - Launches become calls through the context ------===//
//
//   gpu.launch_func @k::@k blocks in (%g, 1, 1) ... args(%buffers, %sizes)
//
// becomes context->launch(context, number of k, g, [addresses], [bytes],
// [sizes]) with the bytes behind each address: the host's code runs only to
// record the launches, with addresses of the device.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ElementTypes.h"
#include "dialects/plan/Kernels.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "passes/Device/DevicePasses.h"
#include "targets/RuntimeABI.h"

namespace onnxc {
#define GEN_PASS_DEF_LOWERLAUNCHES
#include "passes/Device/DevicePasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

struct LowerLaunches : onnxc::impl::LowerLaunchesBase<LowerLaunches> {
  using LowerLaunchesBase::LowerLaunchesBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    LowerToLLVMOptions options(&getContext());
    options.overrideIndexBitwidth(getMachine(module).pointerBits);
    LLVMTypeConverter types(&getContext(), options);
    SmallVector<gpu::LaunchFuncOp> launches;
    module.walk([&](gpu::LaunchFuncOp op) { launches.push_back(op); });
    for (gpu::LaunchFuncOp op : launches) {
      auto kernel = op->getParentOfType<func::FuncOp>();
      if (!takesContext(kernel) &&
          failed(kernel.insertArgument(
              0, LLVM::LLVMPointerType::get(&getContext()),
              DictionaryAttr::get(&getContext(),
                                  plan::attrs::Context::named(&getContext())),
              kernel.getLoc())))
        return signalPassFailure();
      lower(op, kernel, symbols, types);
    }
  }

private:
  static void lower(gpu::LaunchFuncOp op, func::FuncOp kernel,
                    SymbolTable &symbols, const LLVMTypeConverter &types) {
    auto holder = symbols.lookup<gpu::GPUModuleOp>(op.getKernelModuleName());
    int64_t number = plan::attrs::Launch::get(holder).getNumber();
    Block &entry = kernel.getBody().front();
    Location loc = op.getLoc();
    OpBuilder b(op), atEntry = OpBuilder::atBlockBegin(&entry);
    Type pointer = LLVM::LLVMPointerType::get(b.getContext());
    Type word = b.getI32Type();
    auto constant = [&](OpBuilder &builder, int64_t value) -> Value {
      return arith::ConstantIntOp::create(builder, loc, word, value);
    };
    SmallVector<Value> buffers, sizes;
    for (Value operand : op.getKernelOperands())
      (isa<MemRefType>(operand.getType()) ? buffers : sizes).push_back(operand);
    auto store = [&](ArrayRef<Value> values, Type type, auto convert) {
      if (values.empty())
        return Value(LLVM::ZeroOp::create(b, loc, pointer));
      Value list = LLVM::AllocaOp::create(atEntry, loc, pointer, type,
                                          constant(atEntry, values.size()));
      for (auto [i, value] : llvm::enumerate(values))
        LLVM::StoreOp::create(
            b, loc, convert(value),
            LLVM::GEPOp::create(b, loc, pointer, type, list,
                                ArrayRef<LLVM::GEPArg>{int32_t(i)}));
      return list;
    };
    auto describe = [&](Value buffer) {
      return MemRefDescriptor(
          UnrealizedConversionCastOp::create(
              b, loc, types.convertType(buffer.getType()), buffer)
              .getResult(0));
    };
    Value addresses = store(buffers, pointer, [&](Value buffer) -> Value {
      return describe(buffer).alignedPtr(b, loc);
    });
    Value bytes = store(buffers, b.getI64Type(), [&](Value buffer) -> Value {
      auto type = cast<MemRefType>(buffer.getType());
      auto constant = [&](int64_t value) -> Value {
        return arith::ConstantIntOp::create(b, loc, b.getI64Type(), value);
      };
      int64_t each = onnx::getStorageBytes(type.getElementType());
      if (type.hasStaticShape())
        return constant(each * type.getNumElements());
      // Rows, as they are launched with.
      Value length = describe(buffer).size(b, loc, 0);
      if (length.getType() != b.getI64Type())
        length = arith::ExtUIOp::create(b, loc, b.getI64Type(), length);
      return arith::MulIOp::create(b, loc, length, constant(each));
    });
    Value numbers = store(sizes, word, [&](Value size) -> Value {
      return arith::IndexCastOp::create(b, loc, word, size);
    });
    Value groups = arith::IndexCastOp::create(b, loc, word, op.getGridSizeX());
    Value context = entry.getArgument(0);
    Value address =
        LLVM::GEPOp::create(b, loc, pointer, pointer, context,
                            ArrayRef<LLVM::GEPArg>{int32_t(abi::Launch)});
    Value function = LLVM::LoadOp::create(b, loc, pointer, address);
    auto type = LLVM::LLVMFunctionType::get(
        LLVM::LLVMVoidType::get(b.getContext()),
        {pointer, word, word, pointer, pointer, pointer});
    LLVM::CallOp::create(b, loc, type,
                         ValueRange{function, context, constant(b, number),
                                    groups, addresses, bytes, numbers});
    op.erase();
  }
};

} // namespace
