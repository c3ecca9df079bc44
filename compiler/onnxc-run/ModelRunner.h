//===- ModelRunner.h - Run a model on host tensors ------------------------===//
//
// With an arena, outputs and a pool of threads.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_MODELRUNNER_H
#define ONNXC_COMPILER_ONNXCRUN_MODELRUNNER_H

#include "compiler/onnxc-run/HostTensor.h"
#include "compiler/onnxc-run/ModelLibrary.h"

namespace onnxc::run {

class ModelRunner {
public:
  /// 0 threads takes all CPUs; 1 needs no pool.
  static llvm::Expected<std::unique_ptr<ModelRunner>>
  create(const LoadedModel &loaded, int threads);
  ~ModelRunner();

  const onnxc_model &model() const { return *loaded.model; }
  /// The bytes of arena that the last prepare() found.
  size_t arenaBytes() const { return arenaNeed; }
  int threads() const;

  /// Checks the inputs and makes arena and outputs for them. The tensors must
  /// outlive the runs.
  llvm::Error prepare(std::vector<HostTensor> &inputs);
  /// Fills arena and outputs with a pattern that reads as NaN, so that memory
  /// that was never written shows.
  void poison();
  /// From now on runs tell `profile` about their steps.
  void setProfiler(onnxc_profile_fn profile, void *profiler);
  /// From now on runs tell `observe` what kernels have written.
  void setObserver(onnxc_observe_fn observe, void *observer);
  /// What runs are given, for other hooks.
  onnxc_context &getContext() { return context; }
  /// One run, nothing around it.
  llvm::Error runOnce();
  /// Fails if a run wrote around its arena and outputs, or to its inputs.
  llvm::Error checkGuards() const;
  std::vector<HostTensor> takeOutputs();

  /// prepare, poison, run, check.
  llvm::Expected<std::vector<HostTensor>>
  runChecked(std::vector<HostTensor> &inputs);

private:
  explicit ModelRunner(const LoadedModel &loaded) : loaded(loaded) {}
  /// Releases outputs that a run allocated and nobody took.
  void releaseAllocated();
  llvm::Error describeFailure(int32_t status) const;
  uint64_t hashInputs() const;

  LoadedModel loaded;
  onnxc_pool *pool = nullptr;
  onnxc_context context = {};
  std::unique_ptr<char, ReleaseMemory> arena;
  size_t arenaSize = 0, arenaNeed = 0;
  uint64_t inputHash = 0;
  std::vector<int64_t> symbols;
  std::vector<onnxc_tensor> inputs, outputs;
  std::vector<HostTensor> outputMemory;
};

/// "float32 [batch, 3, 224, 224]" as the model states it.
std::string statedType(const onnxc_model &model, const onnxc_tensor_info &info);

} // namespace onnxc::run

#endif
