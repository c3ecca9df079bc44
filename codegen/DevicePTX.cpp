//===- DevicePTX.cpp - Functions of a device as PTX -----------------------===//
//
// All functions become one image. Buffers are addresses without aliases, sizes
// 32-bit integers. Mathematics has become arithmetic before: what is left are
// instructions of the machine, and no library is linked.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/DeviceCode.h"
#include "codegen/Optimize.h"
#include "mlir/Conversion/GPUToNVVM/GPUToNVVMPass.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/NVGPUToNVVM/NVGPUToNVVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/Passes.h"
#include "targets/RuntimeABI.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"

using namespace mlir;
using namespace onnxc;

/// A row whose length is not known is as long as rows can be: bare pointers
/// want lengths, which addresses do not depend on.
static void boundBuffers(gpu::GPUFuncOp function) {
  Block &body = function.getBody().front();
  // What follows the arguments is memory of the group.
  auto arguments = body.getArguments().take_front(function.getNumArguments());
  for (BlockArgument argument : arguments) {
    auto type = dyn_cast<MemRefType>(argument.getType());
    if (!type)
      continue;
    if (!type.hasStaticShape())
      argument.setType(MemRefType::get({INT32_MAX}, type.getElementType()));
    function.setArgAttr(argument.getArgNumber(),
                        LLVM::LLVMDialect::getNoAliasAttrName(),
                        UnitAttr::get(function.getContext()));
  }
  function.setType(
      FunctionType::get(function.getContext(), TypeRange(arguments), {}));
}

/// Mathematics that the machine has as instructions. What it does not have
/// would be looked for in a library.
static LogicalResult lowerMath(gpu::GPUFuncOp function) {
  bool isKnown = true;
  SmallVector<Operation *> ops;
  function.walk([&](Operation *op) {
    if (isa<math::MathDialect>(op->getDialect()))
      ops.push_back(op);
  });
  for (Operation *op : ops) {
    StringRef name =
        llvm::TypeSwitch<Operation *, StringRef>(op)
            .Case([](math::SqrtOp) { return StringRef("llvm.sqrt"); })
            .Case([](math::AbsFOp) { return StringRef("llvm.fabs"); })
            .Case([](math::CopySignOp) { return StringRef("llvm.copysign"); })
            .Case([](math::FmaOp) { return StringRef("llvm.fma"); })
            .Case([](math::FloorOp) { return StringRef("llvm.floor"); })
            .Case([](math::CeilOp) { return StringRef("llvm.ceil"); })
            .Case([](math::TruncOp) { return StringRef("llvm.trunc"); })
            .Case([](math::RoundEvenOp) { return StringRef("llvm.roundeven"); })
            .Case([](math::CtPopOp) { return StringRef("llvm.ctpop"); })
            .Case([](math::AbsIOp) { return StringRef("llvm.abs"); })
            .Case([](math::CountLeadingZerosOp) {
              return StringRef("llvm.ctlz");
            })
            .Case([](math::CountTrailingZerosOp) {
              return StringRef("llvm.cttz");
            })
            .Default([](Operation *) { return StringRef(); });
    if (name.empty()) {
      op->emitError() << "needs " << op->getName().stripDialect() << " of "
                      << op->getResult(0).getType()
                      << ", which a GPU has not; compile the model for a CPU";
      isKnown = false;
      continue;
    }
    OpBuilder b(op);
    SmallVector<Value> operands(op->getOperands());
    // What becomes of the least number, and of 0, is defined.
    if (isa<math::AbsIOp, math::CountLeadingZerosOp,
            math::CountTrailingZerosOp>(op))
      operands.push_back(LLVM::ConstantOp::create(
          b, op->getLoc(), b.getI1Type(), b.getBoolAttr(false)));
    Value result = LLVM::CallIntrinsicOp::create(
                       b, op->getLoc(), op->getResult(0).getType(),
                       b.getStringAttr(name), operands)
                       .getResult(0);
    op->getResult(0).replaceAllUsesWith(result);
    op->erase();
  }
  return success(isKnown);
}

/// Arguments lie at multiples of the arena's alignment.
static void describeFunction(llvm::Function &function, bool hasSharedMemory) {
  // One group a multiprocessor is enough: ptxas, left to itself, would rather
  // spill tiles than run fewer of them. Groups that wait for each other's
  // threads need others beside them: 512 threads leave 128 registers for each,
  // in which the tiles fit.
  int64_t groups = 1, threads = 0;
  StringRef most = function.getFnAttribute("nvvm.maxntid").getValueAsString();
  if (hasSharedMemory && !most.split(',').first.getAsInteger(10, threads))
    groups = std::max<int64_t>(512 / threads, 1);
  function.addFnAttr("nvvm.minctasm", std::to_string(groups));
  for (llvm::Argument &argument : function.args()) {
    if (!argument.getType()->isPointerTy())
      continue;
    argument.addAttr(llvm::Attribute::NoAlias);
    argument.addAttr(llvm::Attribute::getWithAlignment(
        function.getContext(), llvm::Align(abi::kArenaAlignment)));
  }
}

namespace {

/// The product of bfloat matrices, which nvgpu's own lowering does not know:
/// nvvm wants pairs of these as words.
struct LowerBFloatProduct : ConvertOpToLLVMPattern<nvgpu::MmaSyncOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;

  LogicalResult
  matchAndRewrite(nvgpu::MmaSyncOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.getMatrixA().getType().getElementType().isBF16())
      return rewriter.notifyMatchFailure(op, "not of bfloats");
    Location loc = op.getLoc();
    auto unpack = [&](Value rows, Type bitcast) {
      SmallVector<Value> result;
      auto type = cast<LLVM::LLVMArrayType>(rows.getType());
      for (unsigned i = 0; i < type.getNumElements(); ++i) {
        Value row = LLVM::ExtractValueOp::create(rewriter, loc, rows, i);
        if (bitcast) {
          result.push_back(
              LLVM::BitcastOp::create(rewriter, loc, bitcast, row));
          continue;
        }
        for (int64_t j = 0; j < 2; ++j)
          result.push_back(LLVM::ExtractElementOp::create(
              rewriter, loc, row,
              LLVM::ConstantOp::create(rewriter, loc, rewriter.getI32Type(),
                                       j)));
      }
      return result;
    };
    Type word = rewriter.getI32Type(), sum = rewriter.getF32Type();
    SmallVector<int64_t> shape;
    for (Attribute size : op.getMmaShape())
      shape.push_back(cast<IntegerAttr>(size).getInt());
    Value sums = NVVM::MmaOp::create(
        rewriter, loc,
        LLVM::LLVMStructType::getLiteral(op.getContext(),
                                         SmallVector<Type>(4, sum)),
        unpack(adaptor.getMatrixA(), word), unpack(adaptor.getMatrixB(), word),
        unpack(adaptor.getMatrixC(), Type()), shape, std::nullopt, std::nullopt,
        std::array<NVVM::MMATypes, 2>{NVVM::MMATypes::bf16,
                                      NVVM::MMATypes::bf16},
        std::array<NVVM::MMALayout, 2>{NVVM::MMALayout::row,
                                       NVVM::MMALayout::col});
    Value result =
        LLVM::PoisonOp::create(rewriter, loc, adaptor.getMatrixC().getType());
    auto pair = VectorType::get(2, sum);
    for (int64_t i = 0; i < 2; ++i) {
      Value row = LLVM::PoisonOp::create(rewriter, loc, pair);
      for (int64_t j = 0; j < 2; ++j)
        row = LLVM::InsertElementOp::create(
            rewriter, loc, row,
            LLVM::ExtractValueOp::create(rewriter, loc, sums, 2 * i + j),
            LLVM::ConstantOp::create(rewriter, loc, word, j));
      result = LLVM::InsertValueOp::create(rewriter, loc, result, row, i);
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// nvgpu to nvvm as -convert-nvgpu-to-nvvm does it, but with sizes of 32 bits,
/// as all else here has them.
struct LowerNVGPU : PassWrapper<LowerNVGPU, OperationPass<gpu::GPUModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LowerNVGPU)
  void runOnOperation() override {
    LowerToLLVMOptions options(&getContext());
    options.overrideIndexBitwidth(32);
    LLVMTypeConverter types(&getContext(), options);
    nvgpu::populateCommonGPUTypeAndAttributeConversions(types);
    types.addConversion([&](nvgpu::DeviceAsyncTokenType type) -> Type {
      return types.convertType(IntegerType::get(type.getContext(), 32));
    });
    RewritePatternSet patterns(&getContext());
    populateNVGPUToNVVMConversionPatterns(types, patterns);
    patterns.add<LowerBFloatProduct>(types, PatternBenefit(2));
    LLVMConversionTarget target(getContext());
    target.addLegalDialect<NVVM::NVVMDialect, arith::ArithDialect,
                           memref::MemRefDialect>();
    target.addIllegalDialect<nvgpu::NVGPUDialect>();
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

LogicalResult onnxc::compileToPTX(ModuleOp holder, const Target &device,
                                  unsigned optLevel, DeviceCode &code) {
  MLIRContext *context = holder.getContext();
  code.interface = "cuda";
  StringRef digits = StringRef(device.cpu).drop_front(strlen("sm_"));
  digits.take_while(llvm::isDigit).getAsInteger(10, code.level);
  for (auto module : holder.getOps<gpu::GPUModuleOp>())
    for (auto function : module.getOps<gpu::GPUFuncOp>()) {
      if (failed(lowerMath(function)))
        return failure();
      boundBuffers(function);
    }

  PassManager pm(context);
  OpPassManager &modules = pm.nest<gpu::GPUModuleOp>();
  modules.addNestedPass<gpu::GPUFuncOp>(arith::createArithExpandOpsPass());
  modules.addPass(std::make_unique<LowerNVGPU>());
  modules.addPass(createSCFToControlFlowPass());
  ConvertGpuOpsToNVVMOpsOptions toNVVM;
  toNVVM.indexBitwidth = 32;
  toNVVM.useBarePtrCallConv = true;
  modules.addPass(createConvertGpuOpsToNVVMOps(toNVVM));
  modules.addPass(createCanonicalizerPass());
  modules.addPass(createCSEPass());
  modules.addPass(createReconcileUnrealizedCastsPass());
  if (failed(pm.run(holder)))
    return failure();

  llvm::LLVMContext llvmContext;
  auto machine = device.createTargetMachine(getCodeGenLevel(optLevel));
  std::unique_ptr<llvm::Module> whole;
  for (auto module : holder.getOps<gpu::GPUModuleOp>()) {
    std::unique_ptr<llvm::Module> part =
        translateModuleToLLVMIR(module, llvmContext, "kernels");
    if (!part)
      return failure();
    bool hasSharedMemory =
        llvm::any_of(part->globals(), [](const llvm::GlobalVariable &memory) {
          return memory.getAddressSpace() ==
                 unsigned(NVVM::NVVMMemorySpace::Shared);
        });
    for (llvm::Function &function : *part)
      if (!function.isDeclaration())
        describeFunction(function, hasSharedMemory);
    part->setTargetTriple(device.triple);
    part->setDataLayout(machine->createDataLayout());
    if (!whole)
      whole = std::move(part);
    else if (llvm::Linker::linkModules(*whole, std::move(part)))
      return holder.emitError("the kernels cannot be put together");
  }
  if (!whole)
    return success();
  for (llvm::Function &function : *whole)
    if (function.isDeclaration() && !function.isIntrinsic())
      return holder.emitError("the kernels call '")
             << function.getName() << "', which a GPU does not have";
  optimize(*whole, device, *machine, optLevel);
  SmallString<0> text;
  llvm::raw_svector_ostream os(text);
  if (llvm::Error error = generateCode(*whole, *machine,
                                       llvm::CodeGenFileType::AssemblyFile, os))
    return holder.emitError(llvm::toString(std::move(error)));
  code.image = text.str().str();
  return success();
}
