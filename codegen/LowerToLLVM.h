//===- LowerToLLVM.h - From loops and memrefs to LLVM ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_LOWERTOLLVM_H
#define ONNXC_CODEGEN_LOWERTOLLVM_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include <memory>

namespace onnxc {

struct Target;

/// scf, memref, vector, math, arith, func, ... -> the LLVM dialect. `indexBits`
/// is the width of `index`; `debugLines` keeps locations as line tables. What
/// the module's machine has vectors for is left as loops vectorise.
void buildCodePipeline(mlir::OpPassManager &pm, unsigned indexBits,
                       bool debugLines = false);

/// Registers what translateToLLVMIR() needs.
void registerLLVMTranslation(mlir::DialectRegistry &registry);

/// A module of the LLVM dialect as LLVM IR for the target; null after an error.
std::unique_ptr<llvm::Module> translateToLLVMIR(mlir::ModuleOp module,
                                                const Target &target,
                                                llvm::LLVMContext &context);

} // namespace onnxc

#endif // ONNXC_CODEGEN_LOWERTOLLVM_H
