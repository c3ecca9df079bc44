//===- Benchmark.cpp - How long a warm run takes --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/Benchmark.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <tuple>

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
  Timing timing;
  do {
    if (Error error = runner.runOnce())
      return error;
    ++timing.warmUps;
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
    return times[std::lround(q * double(times.size() - 1))];
  };
  timing.runs = times.size();
  timing.min = times.front();
  timing.p10 = quantile(0.1);
  timing.median = quantile(0.5);
  timing.p90 = quantile(0.9);
  timing.p99 = quantile(0.99);
  return timing;
}

namespace {

/// The argument of the profiler's hook.
struct StepClock {
  explicit StepClock(size_t numSteps) : steps(numSteps) {
    for (size_t i = 0; i < numSteps; ++i)
      steps[i] = {static_cast<int32_t>(i), 0, 0};
  }

  static void tell(void *profiler, int32_t step) {
    auto *clock = static_cast<StepClock *>(profiler);
    auto now = std::chrono::steady_clock::now();
    if (step >= 0) {
      clock->running = step;
      clock->begin = std::chrono::steady_clock::now();
      return;
    }
    StepTime &ended = clock->steps[clock->running];
    ++ended.calls;
    ended.total +=
        std::chrono::duration<double, std::milli>(now - clock->begin).count();
  }

  std::vector<StepTime> steps;
  int32_t running = 0;
  std::chrono::steady_clock::time_point begin;
};

} // namespace

Expected<Profile> profile(ModelRunner &runner, unsigned repeat) {
  if (!runner.model().num_steps)
    return createStringError("the model has no steps to profile; compile it "
                             "with onnxc --profile");
  StepClock clock(runner.model().num_steps);
  // Caches and clocks are warm after some runs that nobody counts.
  Expected<Timing> warm = benchmark(runner, repeat);
  if (!warm)
    return warm.takeError();
  Profile result;
  runner.setProfiler(StepClock::tell, &clock);
  for (size_t i = 0; i < warm->runs; ++i) {
    auto begin = std::chrono::steady_clock::now();
    if (Error error = runner.runOnce())
      return std::move(error);
    result.total += elapsedMs(begin);
  }
  runner.setProfiler(nullptr, nullptr);
  result.runs = warm->runs;
  llvm::copy_if(clock.steps, std::back_inserter(result.steps),
                [](const StepTime &step) { return step.calls; });
  llvm::sort(result.steps, [](const StepTime &a, const StepTime &b) {
    return std::tie(a.total, a.step) > std::tie(b.total, b.step);
  });
  return result;
}

} // namespace onnxc::run
