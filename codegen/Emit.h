//===- Emit.h - From the LLVM dialect to a file ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_EMIT_H
#define ONNXC_CODEGEN_EMIT_H

#include "codegen/Descriptor.h"
#include "codegen/ObjectFacts.h"
#include "codegen/OutputFile.h"
#include "codegen/StackUsage.h"
#include "codegen/Weights.h"
#include "mlir/Support/Timing.h"
#include "targets/Target.h"

namespace onnxc {

enum class CodeKind { Object, Assembly, LLVMIR };

struct CodeOptions {
  CodeKind kind = CodeKind::Object;
  unsigned optLevel = 2;
  DescriptorOptions descriptor;
  /// Where to keep what comes in between ("model" for model.0.ll, ...); empty
  /// keeps nothing.
  std::string keepStem;
  /// The code ends the program where it is wrong, by C's `abort`.
  bool mayAbort = false;
  /// Where embedded weights go; empty is .rodata.
  std::string weightsSection;
  /// Told how many parts of the code are done, and of how many.
  std::function<void(unsigned done, unsigned all)> tellParts;
};

struct EmittedCode {
  /// The bytes of arena, if that is one number.
  std::optional<int64_t> arenaBytes;
  /// The most stack that a call takes, if that is known.
  std::optional<StackUsage::Worst> stack;
  /// Set for objects only, as are the facts.
  std::vector<StackUsage::Usage> frames;
  ObjectFacts facts;
};

/// The model's code for one CPU, in the LLVM dialect.
struct CodeVariant {
  mlir::ModuleOp module;
  const Target *target;
};

/// Writes it to `output`, which it creates and closes. Objects are compiled in
/// parts, on all cores. Of several variants, for objects only, the last that
/// the CPU can run is chosen when the model runs; the first must run anywhere.
llvm::Expected<EmittedCode>
emitCode(llvm::ArrayRef<CodeVariant> variants, const ModelInterface &model,
         const WeightsBlob &weights, const CodeOptions &options,
         OutputFile &output, mlir::TimingScope &timing);

} // namespace onnxc

#endif // ONNXC_CODEGEN_EMIT_H
