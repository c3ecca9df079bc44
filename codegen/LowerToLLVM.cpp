//===- LowerToLLVM.cpp - From loops and memrefs to LLVM -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/LowerToLLVM.h"
#include "codegen/AlignStrings.h"
#include "codegen/InterleaveLoops.h"
#include "codegen/LowerVectors.h"
#include "codegen/StoreHalves.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ComplexToLLVM/ComplexToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/Transforms/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/Passes.h"
#include "targets/Target.h"

using namespace mlir;

namespace onnxc {

namespace {

/// The lesser or greater of two numbers is one of LLVM's intrinsics, which
/// loops of it vectorise by; comparisons that let NaN through they do not. With
/// a constant one comparison is enough, and left to be made, as on a machine
/// without vectors. The machine is the function's: the host's beside a device.
struct KeepExtremes : PassWrapper<KeepExtremes, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(KeepExtremes)

  StringRef getArgument() const override { return "keep-extremes"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<LLVM::LLVMDialect>();
  }
  void runOnOperation() override {
    if (getMachine(getOperation()).vectorBits == 0)
      return;
    getOperation()->walk([](Operation *op) {
      if (isa<arith::MaximumFOp>(op))
        replace<LLVM::MaximumOp>(op);
      else if (isa<arith::MinimumFOp>(op))
        replace<LLVM::MinimumOp>(op);
    });
  }

private:
  template <typename Intrinsic> static void replace(Operation *op) {
    Type type = op->getResult(0).getType();
    Type element = getElementTypeOrSelf(type);
    auto vector = dyn_cast<VectorType>(type);
    if ((vector && vector.getRank() != 1) ||
        !(element.isF32() || element.isF64()) ||
        llvm::any_of(op->getOperands(), [](Value operand) {
          return matchPattern(operand, m_Constant());
        }))
      return;
    OpBuilder b(op);
    // Which zero it is does not matter.
    auto flags =
        LLVM::FastmathFlagsAttr::get(b.getContext(), LLVM::FastmathFlags::nsz);
    auto intrinsic = Intrinsic::create(b, op->getLoc(), type, op->getOperand(0),
                                       op->getOperand(1), flags);
    op->replaceAllUsesWith(ValueRange{intrinsic.getResult()});
    op->erase();
  }
};

/// Sizes divided by sizes: one that is 0 must not stop the program, whose
/// result is empty then, or refused.
struct GuardDivisions : PassWrapper<GuardDivisions, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(GuardDivisions)

  StringRef getArgument() const override { return "guard-divisions"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<affine::AffineDialect, arith::ArithDialect>();
  }
  void runOnOperation() override {
    getOperation()->walk([](affine::AffineApplyOp apply) {
      AffineMap map = apply.getAffineMap();
      ValueRange operands = apply.getMapOperands();
      ValueRange dims = operands.take_front(map.getNumDims());
      SmallVector<Value> symbols(operands.drop_front(map.getNumDims()));
      size_t numSymbols = symbols.size();
      OpBuilder b(apply);
      AffineExpr expr =
          guard(b, apply.getLoc(), map.getResult(0), dims, symbols);
      if (symbols.size() == numSymbols)
        return;
      apply.replaceAllUsesWith(
          affine::expandAffineExpr(b, apply.getLoc(), expr, dims, symbols));
      apply.erase();
    });
  }

private:
  /// The divisors become symbols of their own, of 1 or more.
  static AffineExpr guard(OpBuilder &b, Location loc, AffineExpr expr,
                          ValueRange dims, SmallVectorImpl<Value> &symbols) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
    if (!binary)
      return expr;
    AffineExpr l = guard(b, loc, binary.getLHS(), dims, symbols);
    AffineExpr r = guard(b, loc, binary.getRHS(), dims, symbols);
    bool divides = expr.getKind() != AffineExprKind::Add &&
                   expr.getKind() != AffineExprKind::Mul;
    if (divides && !isa<AffineConstantExpr>(r)) {
      Value divisor = affine::expandAffineExpr(b, loc, r, dims, symbols);
      Value one = arith::ConstantIndexOp::create(b, loc, 1);
      r = getAffineSymbolExpr(symbols.size(), b.getContext());
      symbols.push_back(arith::MaxSIOp::create(b, loc, divisor, one));
    }
    return getAffineBinaryOpExpr(expr.getKind(), l, r);
  }
};

} // namespace

void buildCodePipeline(OpPassManager &pm, unsigned indexBits, bool debugLines) {
  // What is left of loops and memory, function by function.
  OpPassManager &function = pm.nest<func::FuncOp>();
  function.addPass(createConvertVectorToSCFPass());
  function.addPass(memref::createExpandStridedMetadataPass());
  function.addPass(std::make_unique<GuardDivisions>());
  function.addPass(createLowerAffinePass());
  function.addPass(createInterleaveLoops());
  function.addPass(createSCFToControlFlowPass());
  function.addPass(std::make_unique<KeepExtremes>());
  function.addPass(arith::createArithExpandOpsPass());
  function.addPass(createCanonicalizerPass());
  function.addPass(createCSEPass());

  // Computation, still function by function.
  ConvertVectorToLLVMPassOptions vectors;
  // Sums are reordered only where an op allows it.
  vectors.reassociateFPReductions = false;
  if (indexBits == 64)
    function.addPass(createConvertVectorToLLVMPass(vectors));
  else
    function.addPass(createLowerVectors(indexBits));
  function.addPass(createConvertComplexToLLVMPass());
  function.addPass(createConvertMathToLLVMPass());
  function.addPass(
      createConvertIndexToLLVMPass(ConvertIndexToLLVMPassOptions{indexBits}));
  ArithToLLVMConversionPassOptions arith;
  arith.indexBitwidth = indexBits;
  function.addPass(createArithToLLVMConversionPass(arith));
  UBToLLVMConversionPassOptions ub;
  ub.indexBitwidth = indexBits;
  function.addPass(createUBToLLVMConversionPass(ub));

  // Memory, branches and functions.
  FinalizeMemRefToLLVMConversionPassOptions memory;
  memory.indexBitwidth = indexBits;
  pm.addPass(createFinalizeMemRefToLLVMConversionPass(memory));
  ConvertControlFlowToLLVMPassOptions branches;
  branches.indexBitwidth = indexBits;
  pm.addPass(createConvertControlFlowToLLVMPass(branches));
  ConvertFuncToLLVMPassOptions functions;
  functions.indexBitwidth = indexBits;
  pm.addPass(createConvertFuncToLLVMPass(functions));
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createStoreHalvesAsIntegers());
  pm.addPass(createAlignStrings());

  OpPassManager &llvmFunction = pm.nest<LLVM::LLVMFuncOp>();
  llvmFunction.addPass(createCanonicalizerPass());
  llvmFunction.addPass(createCSEPass());
  if (debugLines)
    pm.addPass(LLVM::createDIScopeForLLVMFuncOpPass());
}

void registerLLVMTranslation(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

std::unique_ptr<llvm::Module> translateToLLVMIR(ModuleOp module,
                                                const Target &target,
                                                llvm::LLVMContext &context) {
  auto machine = target.createTargetMachine(llvm::CodeGenOptLevel::Default);
  module->setAttr(
      LLVM::LLVMDialect::getDataLayoutAttrName(),
      StringAttr::get(module.getContext(),
                      machine->createDataLayout().getStringRepresentation()));
  module->setAttr(LLVM::LLVMDialect::getTargetTripleAttrName(),
                  StringAttr::get(module.getContext(), target.triple.str()));
  auto result = translateModuleToLLVMIR(module, context, "model");
  if (!result)
    return nullptr;
  result->setDataLayout(machine->createDataLayout());
  result->setTargetTriple(target.triple);
  return result;
}

} // namespace onnxc
