// Benchmark.h: how long a warm run takes.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ONNXC_RUN_BENCHMARK_H
#define ONNXC_RUN_BENCHMARK_H

#include "ModelRunner.h"

namespace onnxc::run {

struct Timing {
  size_t runs = 0;
  double median = 0, min = 0, p10 = 0, p90 = 0; // milliseconds
};

/// Times `repeat` runs of a prepared runner after some to warm up; 0 repeats
/// for about a second, at least ten times.
llvm::Expected<Timing> benchmark(ModelRunner &runner, unsigned repeat);

} // namespace onnxc::run

#endif
