//===- Emit.h - From the LLVM dialect to a file ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_EMIT_H
#define ONNXC_CODEGEN_EMIT_H

#include "codegen/Descriptor.h"
#include "codegen/OutputFile.h"
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
};

struct EmittedCode {
  /// Bytes of arena where that is one number.
  std::optional<int64_t> arenaBytes;
};

/// Writes a module of the LLVM dialect to `output`, which it creates and
/// closes. Objects are compiled in parts, on all cores.
llvm::Expected<EmittedCode>
emitCode(mlir::ModuleOp module, const ModelInterface &model,
         const WeightsBlob &weights, const Target &target,
         const CodeOptions &options, OutputFile &output,
         mlir::TimingScope &timing);

} // namespace onnxc

#endif // ONNXC_CODEGEN_EMIT_H
