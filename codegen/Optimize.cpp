//===- Optimize.cpp - LLVM's optimiser and code generator -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/Optimize.h"
#include "targets/Target.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/Scalar/Scalarizer.h"

using namespace llvm;

namespace onnxc {

CodeGenOptLevel getCodeGenLevel(unsigned level) {
  switch (level) {
  case 0:
    return CodeGenOptLevel::None;
  case 1:
    return CodeGenOptLevel::Less;
  case 2:
    return CodeGenOptLevel::Default;
  default:
    return CodeGenOptLevel::Aggressive;
  }
}

static OptimizationLevel getOptimizationLevel(unsigned level) {
  switch (level) {
  case 0:
    return OptimizationLevel::O0;
  case 1:
    return OptimizationLevel::O1;
  case 2:
    return OptimizationLevel::O2;
  default:
    return OptimizationLevel::O3;
  }
}

/// Sizes are computed in 128 bits, and strings are as wide. LLVM 22 makes
/// vectors of such integers, which gain nothing, and whose code for AVX-512 is
/// wrong: an arena came out too small.
static bool computesWideIntegers(const Function &function) {
  return any_of(instructions(function), [](const Instruction &instruction) {
    return instruction.getType()->isIntegerTy(128);
  });
}

void optimize(Module &module, const Target &target, TargetMachine &machine,
              unsigned level) {
  // LLVM keeps to 256 bits on some CPUs that have 512; the machine model
  // decides here.
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    if (target.machine.vectorBits)
      function.addFnAttr("prefer-vector-width",
                         std::to_string(target.machine.vectorBits));
    // What keeps LLVM from vectorising a function. (On wasm it leaves it
    // without instructions for such integers.)
    if (target.triple.isX86() && computesWideIntegers(function))
      function.addFnAttr(Attribute::NoImplicitFloat);
    // No exception passes through a model.
    function.addFnAttr(Attribute::NoUnwind);
    function.removeFnAttr(Attribute::UWTable);
  }

  PipelineTuningOptions tuning;
  bool hasVectors = target.machine.vectorBits > 0;
  tuning.LoopVectorization = level > 1 && hasVectors;
  tuning.SLPVectorization = level > 1 && hasVectors;
  tuning.LoopInterleaving = level > 1 && hasVectors;
  // Tiles are unrolled already; for the rest a microcontroller has no room.
  tuning.LoopUnrolling = level > 1 && hasVectors;
  PassBuilder builder(&machine, tuning);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager callGraph;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  ModulePassManager passes;
  passes.addPass(GlobalDCEPass());
  // Vectors of a machine without are tiles of scalar registers.
  if (target.machine.vectorBits == 0) {
    ScalarizerPassOptions whole;
    whole.ScalarizeLoadStore = true;
    passes.addPass(createModuleToFunctionPassAdaptor(ScalarizerPass(whole)));
  }
  passes.addPass(
      level == 0
          ? builder.buildO0DefaultPipeline(OptimizationLevel::O0)
          : builder.buildPerModuleDefaultPipeline(getOptimizationLevel(level)));
  passes.run(module, modules);
}

Error generateCode(Module &module, TargetMachine &machine, CodeGenFileType type,
                   raw_pwrite_stream &os) {
  legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, os, nullptr, type))
    return createStringError("the target cannot write this kind of file");
  passes.run(module);
  return Error::success();
}

} // namespace onnxc
