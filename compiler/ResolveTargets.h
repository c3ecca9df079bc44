//===- ResolveTargets.h - The machines of a compilation -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_RESOLVETARGETS_H
#define ONNXC_COMPILER_RESOLVETARGETS_H

#include "compiler/Options.h"
#include "targets/Target.h"

namespace onnxc {

/// What a model is compiled for.
struct CompilationTargets {
  /// The CPUs that one object serves, each with more than the one before it.
  std::vector<Target> cpus;
  /// The device that the CPU is the host of, if there is one.
  std::optional<Target> device;
};

/// The targets that the options name. An error tells which of them, or which
/// outputs, do not go together.
llvm::Expected<CompilationTargets> resolveTargets(const Options &options);

} // namespace onnxc

#endif // ONNXC_COMPILER_RESOLVETARGETS_H
