// Benchmark.cpp: see Benchmark.h.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Benchmark.h"

#include <algorithm>
#include <chrono>

using namespace llvm;

namespace onnxc::run {

static double elapsedMs(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now() - since)
      .count();
}

Expected<Timing> benchmark(ModelRunner &runner, unsigned repeat) {
  constexpr double warmUpMs = 100, autoMs = 1000;
  constexpr size_t autoLeast = 10, autoMost = 100000;

  auto start = std::chrono::steady_clock::now();
  do {
    if (Error error = runner.runOnce())
      return error;
  } while (elapsedMs(start) < warmUpMs);

  std::vector<double> times;
  times.reserve(repeat ? repeat : autoMost);
  start = std::chrono::steady_clock::now();
  auto wantsMore = [&] {
    if (repeat)
      return times.size() < repeat;
    return times.size() < autoLeast ||
           (elapsedMs(start) < autoMs && times.size() < autoMost);
  };
  while (wantsMore()) {
    auto begin = std::chrono::steady_clock::now();
    if (Error error = runner.runOnce())
      return error;
    times.push_back(elapsedMs(begin));
  }

  std::sort(times.begin(), times.end());
  auto quantile = [&](double q) {
    return times[static_cast<size_t>(q * double(times.size() - 1) + 0.5)];
  };
  Timing timing;
  timing.runs = times.size();
  timing.min = times.front();
  timing.p10 = quantile(0.1);
  timing.median = quantile(0.5);
  timing.p90 = quantile(0.9);
  return timing;
}

} // namespace onnxc::run
