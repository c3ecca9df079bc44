//===- Optimize.h - LLVM's optimiser and code generator -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_OPTIMIZE_H
#define ONNXC_CODEGEN_OPTIMIZE_H

#include "llvm/IR/Module.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

namespace onnxc {

struct Target;

/// For -O0 to -O3.
llvm::CodeGenOptLevel getCodeGenLevel(unsigned level);

/// Runs LLVM's passes of -O`level`.
void optimize(llvm::Module &module, const Target &target,
              llvm::TargetMachine &machine, unsigned level);

/// Writes an object or assembly.
llvm::Error generateCode(llvm::Module &module, llvm::TargetMachine &machine,
                         llvm::CodeGenFileType type,
                         llvm::raw_pwrite_stream &os);

} // namespace onnxc

#endif // ONNXC_CODEGEN_OPTIMIZE_H
