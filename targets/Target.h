//===- Target.h - What onnxc knows about the machine it compiles for ------===//
//
// A target is resolved once from a triple, a CPU and features, all of LLVM's
// naming. General passes ask the machine model, never which target it is.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_TARGETS_TARGET_H
#define ONNXC_TARGETS_TARGET_H

#include "dialects/plan/MachineModel.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"
#include <memory>
#include <string>

namespace onnxc {

/// Whether the machine has an instruction set, by LLVM's name ("avx2").
using HasFeature = llvm::function_ref<bool(llvm::StringRef)>;

/// What a triple stands for where no CPU is given.
struct Baseline {
  llvm::StringRef cpu, features;
};

/// A way to say --target, and CPUs that are asked for by name.
struct TargetName {
  /// What one types, and the triple it is short for.
  llvm::StringRef name, triple;
  llvm::StringRef cpus;
};

/// One folder of targets/, as the others see it.
struct TargetFamily {
  llvm::StringRef name;
  llvm::StringRef summary;
  llvm::ArrayRef<TargetName> names;
  bool (*handles)(const llvm::Triple &triple);
  Baseline (*getBaseline)(const llvm::Triple &triple);
  void (*describeMachine)(const llvm::Triple &triple, HasFeature has,
                          MachineModel &model);
  /// Bits of the runtime's cpu_features, see RuntimeABI.h; null where it has
  /// none to look for.
  uint64_t (*getCpuFeatureBits)(HasFeature has) = nullptr;
};

llvm::ArrayRef<TargetFamily> getTargetFamilies();

/// What holds for machines without an operating system, whatever their family:
/// one core, and kilobytes of memory next to it.
inline void describeMicrocontroller(MachineModel &model) {
  model.hasThreads = false;
  model.stackBytes = 8 << 10;
  model.l1Bytes = 16 << 10;
}

/// A triple, CPU and features, all resolved: equal values give equal code.
struct Target {
  llvm::Triple triple;
  std::string cpu;
  /// "+avx2,-sse4a", sorted.
  std::string features;
  const TargetFamily *family = nullptr;
  MachineModel machine;
  uint64_t cpuFeatureBits = 0;

  /// "x86_64-unknown-linux-gnu skylake"
  std::string str() const;
  /// A fresh one, as they are not shared between threads.
  std::unique_ptr<llvm::TargetMachine>
  createTargetMachine(llvm::CodeGenOptLevel level) const;
};

/// The target may be one of a family's names. An empty one is the host's. The
/// CPU "native" is the host's with all it has; empty is the triple's baseline.
llvm::Expected<Target> resolveTarget(llvm::StringRef target,
                                     llvm::StringRef cpu,
                                     llvm::StringRef features = "");

/// The families, their names and CPUs; all CPUs and features of one target
/// where one is named.
llvm::Error printTargets(llvm::StringRef target, llvm::raw_ostream &os);

} // namespace onnxc

#endif // ONNXC_TARGETS_TARGET_H
