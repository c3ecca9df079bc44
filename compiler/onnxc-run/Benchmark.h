//===- Benchmark.h - How long a warm run takes ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_BENCHMARK_H
#define ONNXC_COMPILER_ONNXCRUN_BENCHMARK_H

#include "compiler/onnxc-run/ModelRunner.h"

namespace onnxc::run {

struct Timing {
  size_t runs = 0, warmUps = 0;
  double median = 0, min = 0, p10 = 0, p90 = 0, p99 = 0; // milliseconds
};

/// Times `repeat` runs of a prepared runner after some to warm up; 0 repeats
/// for about a second, at least ten times.
llvm::Expected<Timing> benchmark(ModelRunner &runner, unsigned repeat);

/// A step of the model, over all runs.
struct StepTime {
  int32_t step;
  int64_t calls;
  double total; // milliseconds
};

struct Profile {
  size_t runs = 0;
  double total = 0; // milliseconds
  /// The longest first; those never reached are left out.
  std::vector<StepTime> steps;
};

/// How the time of a prepared runner's runs is divided among the steps of a
/// model compiled with --profile.
llvm::Expected<Profile> profile(ModelRunner &runner, unsigned repeat);

} // namespace onnxc::run

#endif
