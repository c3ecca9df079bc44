//===- Trace.cpp - What each thread does, over time -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/Trace.h"
#include "compiler/onnxc-run/Benchmark.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

using namespace llvm;

namespace onnxc::run {

namespace {

using Clock = std::chrono::steady_clock;

/// Notes what it is told by the profiler's hook, and by the tasks that it runs
/// in place of the context's own.
class Tracer {
public:
  explicit Tracer(ModelRunner &runner)
      : runner(runner), context(runner.getContext()),
        parallelFor(context.parallel_for), pool(context.pool) {
    runner.setProfiler(tell, this);
    if (!parallelFor)
      return;
    context.parallel_for = runTasks;
    context.pool = this;
  }
  ~Tracer() {
    runner.setProfiler(nullptr, nullptr);
    context.parallel_for = parallelFor;
    context.pool = pool;
  }

  Error run(unsigned number);
  void write(raw_ostream &os);

private:
  struct Event {
    /// The step's number, or -1 for a whole run.
    int32_t step;
    Clock::time_point begin, end;
    std::thread::id thread = std::this_thread::get_id();
    /// Of tasks, which; none of a step.
    int64_t first = 0, last = -1;
    unsigned run = 0;
  };
  /// Tasks on their way through a pool.
  struct Tasks {
    Tracer *tracer;
    onnxc_parallel_body body;
    void *args;
  };

  static void tell(void *profiler, int32_t step) {
    auto *tracer = static_cast<Tracer *>(profiler);
    if (step < 0) {
      tracer->add({tracer->step, tracer->begin, Clock::now()});
      return;
    }
    tracer->step = step;
    tracer->begin = Clock::now();
  }
  static void runTasks(void *self, onnxc_parallel_body body, void *args,
                       int64_t count, int64_t grain) {
    auto *tracer = static_cast<Tracer *>(self);
    Tasks tasks{tracer, body, args};
    tracer->parallelFor(tracer->pool, runTask, &tasks, count, grain);
  }
  static void runTask(void *args, int64_t begin, int64_t end) {
    auto *tasks = static_cast<Tasks *>(args);
    Clock::time_point from = Clock::now();
    tasks->body(tasks->args, begin, end);
    Event event{tasks->tracer->step, from, Clock::now()};
    event.first = begin;
    event.last = end - 1;
    tasks->tracer->add(event);
  }
  void add(const Event &event) {
    std::lock_guard<std::mutex> lock(mutex);
    events.push_back(event);
  }
  std::string getName(const Event &event) const;

  ModelRunner &runner;
  onnxc_context &context;
  onnxc_parallel_for_fn parallelFor;
  void *pool;
  /// The step that runs; threads that work for it read it.
  int32_t step = 0;
  Clock::time_point begin;
  std::mutex mutex;
  std::vector<Event> events;
};

} // namespace

Error Tracer::run(unsigned number) {
  Event event{-1, Clock::now(), {}};
  event.run = number;
  if (Error error = runner.runOnce())
    return error;
  event.end = Clock::now();
  add(event);
  return Error::success();
}

std::string Tracer::getName(const Event &event) const {
  if (event.step < 0)
    return "run " + std::to_string(event.run);
  const onnxc_step_info &step = runner.model().steps[event.step];
  return *step.nodes ? step.nodes : step.kernel;
}

void Tracer::write(raw_ostream &os) {
  // The first of all events is a run's, on this thread.
  Clock::time_point start = events.front().begin;
  for (const Event &event : events)
    start = std::min(start, event.begin);
  std::map<std::thread::id, int64_t> numbers = {
      {std::this_thread::get_id(), 0}};
  for (const Event &event : events)
    numbers.insert({event.thread, int64_t(numbers.size())});
  auto microseconds = [](Clock::duration time) {
    return std::chrono::duration<double, std::micro>(time).count();
  };
  json::OStream json(os);
  auto writeName = [&](StringRef what, int64_t thread, StringRef name) {
    json.object([&] {
      json.attribute("name", what);
      json.attribute("ph", "M");
      json.attribute("pid", 1);
      json.attribute("tid", thread);
      json.attributeObject("args", [&] { json.attribute("name", name); });
    });
  };
  auto writeEvent = [&](const Event &event) {
    json.object([&] {
      json.attribute("name", getName(event));
      json.attribute("cat", event.step < 0   ? "run"
                            : event.last < 0 ? "step"
                                             : "tasks");
      json.attribute("ph", "X");
      json.attribute("pid", 1);
      json.attribute("tid", numbers[event.thread]);
      json.attribute("ts", microseconds(event.begin - start));
      json.attribute("dur", microseconds(event.end - event.begin));
      if (event.step < 0)
        return;
      json.attributeObject("args", [&] {
        json.attribute("kernel", runner.model().steps[event.step].kernel);
        if (event.last >= 0) {
          json.attribute("first task", event.first);
          json.attribute("last task", event.last);
        }
      });
    });
  };
  json.object([&] {
    json.attribute("displayTimeUnit", "ns");
    json.attributeArray("traceEvents", [&] {
      writeName("process_name", 0, runner.model().name);
      for (const auto &[thread, number] : numbers)
        writeName("thread_name", number,
                  number ? "worker " + std::to_string(number) : "caller");
      for (const Event &event : events)
        writeEvent(event);
    });
  });
  os << "\n";
}

Error writeTrace(ModelRunner &runner, unsigned repeat, StringRef path) {
  if (!runner.model().num_steps)
    return createStringError("the model has no steps to trace; compile it "
                             "with onnxc --profile");
  // Caches and clocks are warm after some runs that nobody notes.
  Expected<Timing> warm = benchmark(runner, /*repeat=*/1);
  if (!warm)
    return warm.takeError();
  Tracer tracer(runner);
  for (unsigned i = 0; i < std::max(repeat, 1u); ++i)
    if (Error error = tracer.run(i))
      return error;
  return writeToOutput(path, [&](raw_ostream &os) {
    tracer.write(os);
    return Error::success();
  });
}

} // namespace onnxc::run
