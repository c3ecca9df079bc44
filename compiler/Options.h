//===- Options.h - What the command line says -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_OPTIONS_H
#define ONNXC_COMPILER_OPTIONS_H

#include "codegen/Descriptor.h"
#include "compiler/Import/Import.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace onnxc {

enum class EmitKind {
  Object,
  Assembly,
  LLVMIR,
  MLIR,
  Header,
  Archive,
  Shared,
  /// An object, and a module of Rust beside it.
  Rust,
  /// A device's functions and a manifest.
  PTX,
  SPIRV,
};

/// In their order; compiler/Pipeline.h has their names.
enum class Phase { Import, Graph, Tensor, Loops, Memory, Code };

struct Options {
  std::string input;
  /// Empty takes a name from the input's.
  std::string output;
  EmitKind emit = EmitKind::Object;
  Phase stopAfter = Phase::Code;
  unsigned optLevel = 2;
  std::string cpu;
  std::string features;
  std::string triple;
  /// The CPU of what a device leaves to its host; empty is any of the kind.
  std::string hostCpu;
  bool debugLines = false;
  /// Calls of the context's profiler around every kernel.
  bool profile = false;
  /// Calls of the context's observer behind every kernel.
  bool observe = false;
  /// A node whose kernel is made wrong.
  std::string plantedFault;
  /// Ends the program at an access outside of a tensor.
  bool checkAccesses = false;
  std::string prefix;
  ImportOptions import;
  WeightsPlace weights = WeightsPlace::Embed;
  /// The section of embedded weights; empty is .rodata.
  std::string weightsSection;
  /// Convolutions are sums of products, one by one.
  bool exactConvolutions = false;
  /// Nothing of a C library may be called.
  bool freestanding = false;
  /// Most bytes of arena, of code and constants, and of stack.
  std::optional<uint64_t> maxArena, maxFlash, maxStack;
  /// Into how many stages the model is cut; 0 leaves it whole.
  unsigned stages = 0;
  /// Where reports go, .html or .json, and the sizes of free dimensions that
  /// they are drawn for.
  std::vector<std::string> reports;
  std::vector<std::pair<std::string, int64_t>> reportDims;
  /// Prints what became slower than it could be, to stderr.
  bool remarks = false;
  bool saveTemps = false;
  bool timePasses = false;
  bool writeDependencies = false;
  std::string dependencyFile;
  bool inspect = false;
  bool json = false;
  /// Prints the IR after every pass of the compiler, to stderr.
  bool printAfterAll = false;
  bool singleThread = false;
};

/// Forgets the options that LLVM's libraries have for LLVM's own tools.
void unregisterOptions();

/// Nothing where the command line asked for something that is now printed, as
/// the help.
llvm::Expected<std::optional<Options>>
parseCommandLine(int argc, const char *const *argv);

} // namespace onnxc

#endif // ONNXC_COMPILER_OPTIONS_H
