//===- onnxc-run.cpp - Run a compiled model -------------------------------===//
//
// A shared library runs on files or random inputs; its outputs are compared,
// its runs timed.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/Benchmark.h"
#include "compiler/onnxc-run/Bindings.h"
#include "compiler/onnxc-run/Compare.h"
#include "compiler/onnxc-run/Cpus.h"
#include "compiler/onnxc-run/Describe.h"
#include "compiler/onnxc-run/Elements.h"
#include "compiler/onnxc-run/ModelRunner.h"
#include "compiler/onnxc-run/ReportFile.h"
#include "compiler/onnxc-run/TensorFiles.h"
#include "compiler/onnxc-run/TestDirectory.h"
#include "compiler/onnxc-run/Trace.h"
#include "compiler/onnxc-run/ValueWriter.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include <cstdio>

using namespace llvm;
using namespace onnxc::run;

namespace {
cl::OptionCategory category("onnxc-run's options");

cl::opt<std::string> libraryPath(cl::Positional, cl::Required,
                                 cl::desc("MODEL.so"), cl::cat(category));
cl::opt<std::string> symbol("symbol", cl::value_desc("NAME"),
                            cl::desc("The model, if the library has several"),
                            cl::cat(category));
cl::opt<std::string> weights("weights", cl::value_desc("FILE"),
                             cl::desc("The weights, if not embedded"),
                             cl::cat(category));
cl::opt<bool> info("info", cl::desc("Print the model's descriptor"),
                   cl::cat(category));
cl::list<std::string>
    inputFiles("input", cl::value_desc("[NAME=]FILE"),
               cl::desc("An input: .npy, .npz or .pb; in order without names"),
               cl::cat(category));
cl::opt<bool> randomInputs("random", cl::desc("Make up the other inputs"),
                           cl::cat(category));
cl::opt<uint64_t> seed("seed", cl::value_desc("N"), cl::init(0),
                       cl::desc("Of the random inputs"), cl::cat(category));
cl::list<std::string>
    ranges("range", cl::value_desc("NAME=LOW..HIGH"),
           cl::desc("Of a random input (-1..1 for floats, else 0..1)"),
           cl::cat(category));
cl::list<std::string> shapes("shape", cl::value_desc("NAME=1x3x8"),
                             cl::desc("Of a random input"), cl::cat(category));
cl::list<std::string> dims("dim", cl::value_desc("NAME=N"),
                           cl::desc("A free dimension of random inputs"),
                           cl::cat(category));
cl::list<std::string> outputFiles("output", cl::value_desc("[NAME=]FILE"),
                                  cl::desc("Where to write an output (.npy)"),
                                  cl::cat(category));
cl::opt<std::string> outputDir("output-dir", cl::value_desc("DIR"),
                               cl::desc("Write all outputs, as NAME.npy"),
                               cl::cat(category));
cl::list<std::string>
    expectFiles("expect", cl::value_desc("[NAME=]FILE"),
                cl::desc("Compare an output; fails on a mismatch"),
                cl::cat(category));
cl::opt<double> relative("rtol", cl::init(1e-3), cl::cat(category),
                         cl::desc("Relative tolerance (1e-3)"));
cl::opt<double> absolute("atol", cl::init(1e-7), cl::cat(category),
                         cl::desc("Absolute tolerance (1e-7)"));
cl::opt<std::string> testDir("test-dir", cl::value_desc("DIR"),
                             cl::desc("Run an ONNX test's data sets"),
                             cl::cat(category));
cl::opt<bool> timeIt("benchmark", cl::desc("Time warm runs"),
                     cl::cat(category));
cl::opt<bool> profileIt("profile",
                        cl::desc("Time each step of a model compiled with "
                                 "onnxc --profile"),
                        cl::cat(category));
cl::opt<std::string>
    observeDir("observe", cl::value_desc("DIR"),
               cl::desc("Write all values of a model compiled with onnxc "
                        "--observe, and values.jsonl"),
               cl::cat(category));
cl::opt<std::string>
    traceFile("trace", cl::value_desc("FILE"),
              cl::desc("Write what each thread does in a run of such a model, "
                       "for ui.perfetto.dev or chrome://tracing"),
              cl::cat(category));
cl::opt<std::string>
    reportFile("report", cl::value_desc("FILE"),
               cl::desc("Add the times to the report that onnxc --report wrote "
                        "of such a model"),
               cl::cat(category));
cl::opt<int> threads("threads", cl::init(1), cl::value_desc("N"),
                     cl::desc("Threads to run on (1); 0 takes all CPUs"),
                     cl::cat(category));
cl::opt<unsigned> repeat("repeat", cl::init(0), cl::value_desc("N"),
                         cl::desc("Timed runs; 0 for about a second"),
                         cl::cat(category));
cl::opt<bool> asJson("json",
                     cl::desc("Print --info, --benchmark or --profile as JSON"),
                     cl::cat(category));
} // namespace

static Expected<std::vector<HostTensor>> makeInputs(const onnxc_model &model) {
  ArrayRef infos(model.inputs, model.num_inputs);
  RandomSettings settings;
  settings.seed = seed;
  if (Error error = parseRanges(ranges, model, settings))
    return error;
  if (Error error = parseShapes(shapes, model, settings))
    return error;
  if (Error error = parseDims(dims, model, settings))
    return error;
  auto given = readNamedTensors(inputFiles, infos, "input");
  if (!given)
    return given.takeError();

  RandomInputs random(model, settings);
  for (auto [i, tensor] : llvm::enumerate(*given))
    if (tensor)
      random.noteShape(infos[i], tensor->shape);
  std::vector<HostTensor> inputs;
  for (auto [i, tensor] : llvm::enumerate(*given)) {
    if (tensor) {
      inputs.push_back(std::move(*tensor));
      continue;
    }
    if (!randomInputs || infos[i].part != ONNXC_WHOLE)
      return createStringError(Twine("input '") + infos[i].name + "' (" +
                               statedType(model, infos[i]) +
                               ") is missing: give it with --input, or let "
                               "--random make it up");
    Expected<HostTensor> made = random.make(infos[i]);
    if (!made)
      return made.takeError();
    inputs.push_back(std::move(*made));
  }
  for (auto &[name, size] : random.guessed())
    errs() << "onnxc-run: note: " << name << " = " << size
           << " (choose with --dim " << name << "=N)\n";
  return inputs;
}

static Error writeOutputs(const onnxc_model &model,
                          ArrayRef<HostTensor> outputs) {
  ArrayRef infos(model.outputs, model.num_outputs);
  auto files = matchOutputFiles(outputFiles, infos);
  if (!files)
    return files.takeError();
  if (!outputDir.empty()) {
    if (std::error_code error = sys::fs::create_directories(outputDir))
      return createStringError(outputDir + ": " + error.message());
    for (auto [i, output] : llvm::enumerate(infos)) {
      std::string name = output.name;
      llvm::replace(name, '/', '_');
      SmallString<128> path(outputDir);
      sys::path::append(path, name + ".npy");
      files->emplace_back(i, path.str().str());
    }
  }
  for (auto &[index, path] : *files)
    if (Error error = writeTensorFile(path, outputs[index], infos[index].name))
      return error;
  for (StringRef argument : outputFiles)
    if (auto group = findGroup(argument, infos))
      if (Error error = writeSequenceFile(
              group->second,
              infos.slice(group->first.first, group->first.count),
              outputs.slice(group->first.first, group->first.count),
              group->first.name))
        return error;
  return Error::success();
}

static void printOutputs(const onnxc_model &model,
                         ArrayRef<HostTensor> outputs) {
  constexpr int64_t shown = 8;
  for (auto [i, output] : llvm::enumerate(outputs)) {
    outs() << model.outputs[i].name << ": " << onnxc_dtype_name(output.dtype)
           << " " << shapeString(output.shape) << " [";
    int64_t count = output.count();
    for (int64_t k = 0; k < std::min(count, shown); ++k) {
      if (output.dtype == ONNXC_STRING) {
        outs() << (k ? ", \"" : "\"");
        outs().write_escaped(output.string(k)) << '"';
        continue;
      }
      Number value = loadElement(output, k);
      outs() << (k ? ", " : "") << format("%g", double(value.re));
      if (isComplex(output.dtype))
        outs() << format("%+gi", double(value.im));
    }
    outs() << (count > shown ? ", ...]\n" : "]\n");
  }
}

/// How many of the outputs differ from the files given.
static Expected<int> compareOutputs(const onnxc_model &model,
                                    ArrayRef<HostTensor> outputs) {
  ArrayRef infos(model.outputs, model.num_outputs);
  auto expected = readNamedTensors(expectFiles, infos, "output");
  if (!expected)
    return expected.takeError();
  int failures = 0;
  for (auto [i, tensor] : llvm::enumerate(*expected)) {
    if (!tensor)
      continue;
    Comparison result =
        compareTensors(outputs[i], *tensor, Tolerance{relative, absolute});
    failures += !result.matches();
    outs() << infos[i].name << ": "
           << (result.matches() ? "ok, " : "MISMATCH: ") << result.summary()
           << "\n";
  }
  return failures;
}

static Error printBenchmark(ModelRunner &runner,
                            std::vector<HostTensor> &inputs) {
  if (Error error = runner.prepare(inputs))
    return error;
  Expected<Timing> timing = benchmark(runner, repeat);
  if (!timing)
    return timing.takeError();
  int64_t arena = static_cast<int64_t>(runner.arenaBytes());
  if (asJson) {
    json::Array cpus;
    for (int cpu : getAllowedCpus())
      cpus.push_back(cpu);
    outs() << json::Value(json::Object{
                  {"model", runner.model().name},
                  {"threads", runner.threads()},
                  {"runs", static_cast<int64_t>(timing->runs)},
                  {"warm_ups", static_cast<int64_t>(timing->warmUps)},
                  {"cpus", std::move(cpus)},
                  {"median_ms", timing->median},
                  {"min_ms", timing->min},
                  {"p10_ms", timing->p10},
                  {"p50_ms", timing->median},
                  {"p90_ms", timing->p90},
                  {"p99_ms", timing->p99},
                  {"arena_bytes", arena}})
           << "\n";
    return Error::success();
  }
  outs() << format("median %.4f ms, min %.4f, p10 %.4f, p90 %.4f, p99 %.4f",
                   timing->median, timing->min, timing->p10, timing->p90,
                   timing->p99)
         << " (" << timing->runs << " runs after " << timing->warmUps
         << " to warm up, " << runner.threads() << " threads, "
         << describePinning(runner.threads()) << "), arena " << arena
         << " bytes\n";
  return Error::success();
}

static Error printProfile(ModelRunner &runner,
                          std::vector<HostTensor> &inputs) {
  if (Error error = runner.prepare(inputs))
    return error;
  Expected<Profile> profile = onnxc::run::profile(runner, repeat);
  if (!profile)
    return profile.takeError();
  const onnxc_model &model = runner.model();
  if (!reportFile.empty())
    if (Error error =
            addToReport(reportFile, model, *profile, runner.threads()))
      return error;
  double runs = double(profile->runs);
  if (asJson) {
    json::Array steps;
    for (const StepTime &step : profile->steps)
      steps.push_back(json::Object{{"nodes", model.steps[step.step].nodes},
                                   {"kernel", model.steps[step.step].kernel},
                                   {"calls", double(step.calls) / runs},
                                   {"ms", step.total / runs}});
    outs() << json::Value(json::Object{{"model", model.name},
                                       {"threads", runner.threads()},
                                       {"runs", int64_t(profile->runs)},
                                       {"ms", profile->total / runs},
                                       {"steps", std::move(steps)}})
           << "\n";
    return Error::success();
  }
  outs() << format("%.4f ms a run", profile->total / runs) << " ("
         << profile->runs << " runs, " << runner.threads() << " threads)\n"
         << "     ms  share  calls  nodes (kernel)\n";
  for (const StepTime &step : profile->steps)
    outs() << format("%7.4f %5.1f%% %6.4g  ", step.total / runs,
                     100 * step.total / profile->total,
                     double(step.calls) / runs)
           << model.steps[step.step].nodes << " ("
           << model.steps[step.step].kernel << ")\n";
  return Error::success();
}

/// The first run.
static Expected<std::vector<HostTensor>>
runAndObserve(ModelRunner &runner, std::vector<HostTensor> &inputs) {
  if (observeDir.empty())
    return runner.runChecked(inputs);
  auto writer = ValueWriter::create(observeDir);
  if (!writer)
    return writer.takeError();
  runner.setObserver(&ValueWriter::tell, writer->get());
  auto outputs = runner.runChecked(inputs);
  runner.setObserver(nullptr, nullptr);
  if (!outputs)
    return outputs;
  if (Error error = (*writer)->finish())
    return error;
  return outputs;
}

/// Returns how many outputs differ.
static Expected<int> run() {
  Expected<LoadedModel> loaded = loadModel(libraryPath, symbol, weights);
  if (!loaded)
    return loaded.takeError();
  const onnxc_model &model = *loaded->model;
  if (info) {
    describeModel(model, asJson, outs());
    return 0;
  }
  auto runner = ModelRunner::create(*loaded, threads);
  if (!runner)
    return runner.takeError();
  if (!testDir.empty())
    return runTestDirectory(**runner, testDir, Tolerance{relative, absolute},
                            outs());

  auto inputs = makeInputs(model);
  if (!inputs)
    return inputs.takeError();
  auto outputs = runAndObserve(**runner, *inputs);
  if (!outputs)
    return outputs.takeError();
  if (Error error = writeOutputs(model, *outputs))
    return error;
  Expected<int> failures = compareOutputs(model, *outputs);
  if (!failures || *failures)
    return failures;
  if (!traceFile.empty()) {
    if (Error error = (*runner)->prepare(*inputs))
      return error;
    if (Error error = writeTrace(**runner, repeat, traceFile))
      return error;
  }
  if (profileIt || !reportFile.empty()) {
    if (Error error = printProfile(**runner, *inputs))
      return error;
  } else if (timeIt) {
    if (Error error = printBenchmark(**runner, *inputs))
      return error;
  } else if (outputFiles.empty() && outputDir.empty() && expectFiles.empty() &&
             traceFile.empty()) {
    printOutputs(model, *outputs);
  }
  return 0;
}

int main(int argc, char **argv) {
  // What a model compiled with --check-accesses says, it says before it aborts.
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv, "runs a model compiled with onnxc --emit=shared\n");
  Expected<int> failures = run();
  if (failures)
    return *failures ? 1 : 0;
  outs().flush();
  errs() << "onnxc-run: error: " << toString(failures.takeError()) << "\n";
  return 2;
}
