//===- CommandLine.cpp - The options of onnxc -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "llvm/Support/CommandLine.h"
#include "compiler/CustomOption.h"
#include "compiler/Options.h"
#include "compiler/Pipeline.h"
#include "targets/Target.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;

namespace onnxc {

static Error bad(const Twine &message) { return createStringError(message); }

/// Splits at the last '=': names of the model may hold some.
static Error splitName(StringRef text, StringRef option, StringRef &name,
                       StringRef &value) {
  std::tie(name, value) = text.rsplit('=');
  if (name.empty() || value.empty() || !text.contains('='))
    return bad(option + " wants NAME=VALUE, not '" + text + "'");
  return Error::success();
}

static Error setDim(Options &options, StringRef text) {
  StringRef name, value;
  if (Error error = splitName(text, "--dim", name, value))
    return error;
  DimBinding binding;
  if (value.contains("..")) {
    auto [low, high] = value.split("..");
    if (low.getAsInteger(10, binding.min) ||
        (!high.empty() && high.getAsInteger(10, binding.max)) ||
        binding.min < 0 || (!high.empty() && binding.max < binding.min))
      return bad("--dim wants NAME=LOW..HIGH with 0 <= LOW <= HIGH, not '" +
                 text + "'");
  } else {
    if (value.getAsInteger(10, binding.min) || binding.min < 0)
      return bad("--dim wants NAME=N or NAME=LOW..HIGH, not '" + text + "'");
    binding.max = binding.min;
  }
  for (const auto &[known, other] : options.import.dims)
    if (known == name)
      return bad("--dim gives '" + name + "' twice");
  options.import.dims.push_back({name.str(), binding});
  return Error::success();
}

static Error addReport(Options &options, StringRef file) {
  if (!file.ends_with(".html") && !file.ends_with(".json"))
    return bad("--report wants a file that ends in .html or .json, not '" +
               file + "'");
  if (options.emit == EmitKind::MLIR)
    return bad("--report is about code: it does not go with --emit=mlir");
  if (llvm::is_contained(options.reports, file) || file == options.output)
    return bad("'" + file + "' would be written twice");
  options.reports.push_back(file.str());
  return Error::success();
}

static Error setReportDim(Options &options, StringRef text) {
  StringRef name, value;
  if (Error error = splitName(text, "--report-dim", name, value))
    return error;
  int64_t size;
  if (value.getAsInteger(10, size) || size < 0)
    return bad("--report-dim wants NAME=N, not '" + text + "'");
  for (const auto &[known, other] : options.reportDims)
    if (known == name)
      return bad("--report-dim gives '" + name + "' twice");
  options.reportDims.emplace_back(name.str(), size);
  return Error::success();
}

static Error setReports(Options &options, const cl::list<std::string> &files,
                        const cl::list<std::string> &dims) {
  for (StringRef file : files)
    if (Error error = addReport(options, file))
      return error;
  for (StringRef dim : dims)
    if (Error error = setReportDim(options, dim))
      return error;
  if (options.reports.empty() && !options.reportDims.empty())
    return bad("--report-dim goes with --report");
  return Error::success();
}

static Error setShape(Options &options, StringRef text) {
  StringRef name, value;
  if (Error error = splitName(text, "--shape", name, value))
    return error;
  SmallVector<int64_t> shape;
  SmallVector<StringRef> sizes;
  // `scalar` for rank 0.
  if (value != "scalar")
    value.split(sizes, value.contains(',') ? ',' : 'x');
  for (StringRef size : sizes) {
    int64_t number = mlir::ShapedType::kDynamic;
    if (size != "?" && (size.getAsInteger(10, number) || number < 0))
      return bad("--shape wants NAME=1x3x224x224 ('?' leaves a size as it is), "
                 "not '" +
                 text + "'");
    shape.push_back(number);
  }
  options.import.shapes.push_back({name.str(), shape});
  return Error::success();
}

static Error setValue(Options &options, StringRef text) {
  StringRef name, value;
  if (Error error = splitName(text, "--value", name, value))
    return error;
  SmallVector<std::string> elements;
  for (StringRef element : llvm::split(value, ','))
    elements.push_back(element.trim().str());
  for (const auto &[known, other] : options.import.values)
    if (known == name)
      return bad("--value gives '" + name + "' twice");
  options.import.values.push_back({name.str(), elements});
  return Error::success();
}

/// "64K", "1M" or bytes; an empty text leaves the limit open.
static Error setSize(StringRef option, StringRef text,
                     std::optional<uint64_t> &limit) {
  if (text.empty())
    return Error::success();
  StringRef number = text;
  unsigned shift = number.consume_back("K")   ? 10
                   : number.consume_back("M") ? 20
                   : number.consume_back("G") ? 30
                                              : 0;
  uint64_t value;
  if (number.getAsInteger(10, value) || value > (UINT64_MAX >> shift))
    return bad(option + " wants a size like 4096, 64K or 1M, not '" + text +
               "'");
  limit = value << shift;
  return Error::success();
}

static Error setPrefix(Options &options, StringRef text) {
  if (!text.empty() && (isDigit(text[0]) || !llvm::all_of(text, [](char c) {
                          return isAlnum(c) || c == '_';
                        })))
    return bad("--prefix wants a C identifier, not '" + text + "'");
  options.prefix = text.str();
  return Error::success();
}

/// Reads one of a few names; an empty text leaves the default.
template <typename T>
static Error choose(StringRef option, StringRef value, T &result,
                    ArrayRef<std::pair<StringRef, T>> choices) {
  if (value.empty())
    return Error::success();
  std::string names;
  for (const auto &[name, choice] : choices) {
    if (value == name) {
      result = choice;
      return Error::success();
    }
    names += (names.empty() ? "" : ", ") + name.str();
  }
  return bad(option + " is one of " + names + ", not '" + value + "'");
}

namespace {

/// Constructed while no other options are registered. Hidden ones are those
/// that --help leaves to --help-all.
struct Flags {
  using Text = cl::opt<std::string>;
  using Texts = cl::list<std::string>;
  using Flag = cl::opt<bool>;

  Texts models{cl::Positional, cl::desc("model.onnx")};
  Text output{"o", cl::value_desc("FILE"), cl::desc("Write to FILE")};
  Text emit{
      "emit", cl::value_desc("KIND"),
      cl::desc("obj (the default, and a header), archive, shared, asm, "
               "llvm, mlir, header, rust (an object and a module), ptx or "
               "spirv")};
  Text stopAfter{"stop-after", cl::value_desc("PHASE"),
                 cl::desc("With --emit=mlir: import, graph, tensor, loops, "
                          "memory or code")};
  Text split{"split", cl::value_desc("N"),
             cl::desc("Cut the model into N stages, objects of their own, and "
                      "write FILE.stages.json, which says what feeds what")};
  Text level{"O", cl::Prefix, cl::value_desc("0..3"),
             cl::desc("How much to optimise; -O2 unless told, and -O3 for "
                      "weights of any size")};
  Text cpu{"mcpu", cl::value_desc("CPU"),
           cl::desc("The CPU to compile for; native (this machine's) unless "
                    "told. Several, as x86-64-v2,x86-64-v3, are chosen from "
                    "at run time")};
  Text features{"mattr", cl::value_desc("LIST"), cl::Hidden,
                cl::desc("More or fewer instruction sets: +avx2,-fma")};
  Text triple{"target", cl::value_desc("TARGET"),
              cl::desc("Compile for another machine: aarch64, wasm32, "
                       "thumbv7em-none-eabihf")};
  Text hostCpu{"host-cpu", cl::value_desc("CPU"),
               cl::desc("Where a GPU is the target: the CPU that does the "
                        "rest; any of this machine's kind unless told")};
  Flag listTargets{"list-targets",
                   cl::desc("Print the targets and leave; with --target, the "
                            "CPUs and features of one")};
  Text prefix{"prefix", cl::value_desc("NAME"),
              cl::desc("How C symbols begin; the file's name unless told")};
  Texts dims{"dim", cl::value_desc("NAME=N"),
             cl::desc("Bind a free dimension; NAME=1..512 bounds it")};
  Texts shapes{"shape", cl::value_desc("INPUT=1x3x8"),
               cl::desc("The shape of an input; ? leaves a size as it is")};
  Texts values{"value", cl::value_desc("INPUT=16000"),
               cl::desc("Make an input a constant, and fold what depends on "
                        "it; 1,2,3 for a list")};
  Text nchwcBlock{"nchwc-block", cl::value_desc("N"),
                  cl::desc("Of a model that onnxruntime has laid out for one "
                           "machine: 16 if that has AVX-512, else 8")};
  Texts customOperators{
      "custom-op", cl::value_desc("DOMAIN::NAME=FUNCTION[:RULE,...]"),
      cl::desc("A C function of the application computes this operator; rules "
               "tell what it gives: same-as-input-0, float[d0(0),4]")};
  Texts customFiles{"custom-op-file", cl::value_desc("FILE"),
                    cl::desc("The same, one a line")};
  Texts functions{"functions", cl::value_desc("FILE"),
                  cl::desc("A model that has bodies of functions which this "
                           "one lacks")};
  Text weights{"weights", cl::value_desc("PLACE"),
               cl::desc("embed (the default), file (beside the object) or "
                        "extern")};
  Text weightsSection{"weights-section", cl::value_desc("NAME"),
                      cl::desc("The section of embedded weights: "
                               ".flash_weights")};
  Flag exactConvolutions{
      "exact-convolutions",
      cl::desc("Add the products of convolutions one by one: "
               "no Winograd's transforms, no padded channels")};
  Flag freestanding{"freestanding",
                    cl::desc("Call nothing of a C library but what the "
                             "freestanding runtime has")};
  Text maxArena{"max-arena", cl::value_desc("SIZE"),
                cl::desc("Fail where the arena takes more: 64K")};
  Text maxFlash{"max-flash", cl::value_desc("SIZE"),
                cl::desc("Fail where code and constants take more")};
  Text maxStack{"max-stack", cl::value_desc("SIZE"),
                cl::desc("Fail where the stack may take more")};
  Flag debugLines{"g", cl::desc("Debug lines that lead into a listing of the "
                                "model")};
  Flag profile{"profile", cl::desc("Call the profiler that the application "
                                   "gives, node by node")};
  Flag observe{"observe", cl::desc("Tell the observer that the application "
                                   "gives of each value that a kernel wrote")};
  Text plantedFault{"plant-fault", cl::value_desc("NODE"), cl::Hidden,
                    cl::desc("Make the kernel of this node wrong, for tests "
                             "of `onnxc verify`")};
  Flag checkAccesses{"check-accesses", cl::Hidden,
                     cl::desc("End the program before an access outside of a "
                              "tensor, for tests of the compiler")};
  Texts reports{"report", cl::value_desc("FILE"),
                cl::desc("Write where time and memory go: a page, FILE.html, "
                         "or FILE.json; may be given several times")};
  Texts reportDims{"report-dim", cl::value_desc("NAME=N"),
                   cl::desc("The size of a free dimension in reports; 1, or "
                            "its bound, unless told")};
  Flag remarks{"remarks", cl::desc("Print what became slower than it could be, "
                                   "and why")};
  Flag writeDependencies{"MD", cl::desc("Also write a dependency file")};
  Text dependencyFile{"MF", cl::value_desc("FILE"),
                      cl::desc("The dependency file's name")};
  Flag saveTemps{"save-temps",
                 cl::desc("Keep each phase's IR beside the output")};
  Flag timePasses{"time-passes", cl::desc("Print where the time went")};
  Flag printAfterAll{"print-after-all", cl::Hidden,
                     cl::desc("Print the IR after every pass")};
  Flag singleThread{"single-thread", cl::Hidden,
                    cl::desc("Use one thread; the result is the same")};
  Flag inspect{"inspect", cl::desc("Print what is in the model instead of "
                                   "compiling it")};
  Flag json{"json", cl::desc("With --inspect: print JSON")};
  Flag version{"version", cl::desc("Print the version")};
  Flag help{"help", cl::desc("Print this; --help-all prints every option")};
  Flag helpAll{"help-all", cl::Hidden, cl::desc("Print every option")};
};

} // namespace

void unregisterOptions() {
  SmallVector<cl::Option *> registered;
  for (auto &entry : cl::getRegisteredOptions())
    registered.push_back(entry.second);
  for (cl::Option *option : registered)
    option->removeArgument();
}

static Error setStages(Options &options, StringRef text) {
  if (text.empty())
    return Error::success();
  if (text.getAsInteger(10, options.stages) || options.stages == 0)
    return bad("--split wants a number of stages from 1 on, not '" + text +
               "'");
  if (options.emit == EmitKind::MLIR || options.emit == EmitKind::PTX ||
      options.emit == EmitKind::SPIRV || options.inspect)
    return bad("--split is about code: it goes with --emit=obj, archive, "
               "shared, asm, llvm or header");
  if (options.remarks || !options.reports.empty())
    return bad("--report and --remarks tell of one model: they do not go with "
               "--split");
  if (!options.dependencyFile.empty())
    return bad("-MF names one file: with --split, -MD writes one a stage");
  return Error::success();
}

/// Flags that do not go together.
static Error checkCombinations(const Options &options, const Flags &flags) {
  if (options.checkAccesses && options.optLevel == 0)
    return bad("--check-accesses goes with -O1 and more: at -O0 temporaries of "
               "loops would pile up on the stack");
  if (options.json && !options.inspect)
    return bad("--json goes with --inspect");
  if (flags.stopAfter.getNumOccurrences() && options.emit != EmitKind::MLIR)
    return bad("--stop-after goes with --emit=mlir");
  return Error::success();
}

/// What is as it was given.
static void copyPlainFlags(Options &options, const Flags &flags) {
  options.output = flags.output;
  options.cpu = flags.cpu;
  options.features = flags.features;
  options.hostCpu = flags.hostCpu;
  options.triple = flags.triple;
  options.debugLines = flags.debugLines;
  options.profile = flags.profile;
  options.observe = flags.observe;
  options.plantedFault = flags.plantedFault;
  options.checkAccesses = flags.checkAccesses;
  options.remarks = flags.remarks;
  options.saveTemps = flags.saveTemps;
  options.timePasses = flags.timePasses;
  options.dependencyFile = flags.dependencyFile;
  options.writeDependencies =
      flags.writeDependencies || !flags.dependencyFile.empty();
  options.inspect = flags.inspect;
  options.json = flags.json;
  options.printAfterAll = flags.printAfterAll;
  options.singleThread = flags.singleThread;
}

static Expected<Options> readFlags(const Flags &flags) {
  Options options;
  if (flags.models.size() > 1)
    return bad("one model at a time: '" + flags.models[0] + "' and '" +
               flags.models[1] + "'");
  if (flags.models.empty())
    return bad("no model is given; see onnxc --help");
  options.input = flags.models[0];
  copyPlainFlags(options, flags);
  if (Error error = choose<EmitKind>("--emit", flags.emit, options.emit,
                                     {{"obj", EmitKind::Object},
                                      {"archive", EmitKind::Archive},
                                      {"shared", EmitKind::Shared},
                                      {"asm", EmitKind::Assembly},
                                      {"llvm", EmitKind::LLVMIR},
                                      {"mlir", EmitKind::MLIR},
                                      {"header", EmitKind::Header},
                                      {"rust", EmitKind::Rust},
                                      {"ptx", EmitKind::PTX},
                                      {"spirv", EmitKind::SPIRV}}))
    return std::move(error);
  SmallVector<std::pair<StringRef, Phase>> phases;
  for (const PhaseInfo &info : getPhases())
    phases.push_back({info.name, info.phase});
  if (Error error = choose<Phase>("--stop-after", flags.stopAfter,
                                  options.stopAfter, phases))
    return std::move(error);
  if (Error error =
          choose<WeightsPlace>("--weights", flags.weights, options.weights,
                               {{"embed", WeightsPlace::Embed},
                                {"file", WeightsPlace::File},
                                {"extern", WeightsPlace::Extern}}))
    return std::move(error);
  if (Error error = choose<unsigned>("-O", flags.level, options.optLevel,
                                     {{"0", 0}, {"1", 1}, {"2", 2}, {"3", 3}}))
    return std::move(error);
  options.weightsSection = flags.weightsSection;
  options.exactConvolutions = flags.exactConvolutions;
  options.freestanding = flags.freestanding;
  if (Error error = setSize("--max-arena", flags.maxArena, options.maxArena))
    return std::move(error);
  if (Error error = setSize("--max-flash", flags.maxFlash, options.maxFlash))
    return std::move(error);
  if (Error error = setSize("--max-stack", flags.maxStack, options.maxStack))
    return std::move(error);
  if (options.freestanding || options.maxFlash || options.maxStack)
    if (options.emit != EmitKind::Object && options.emit != EmitKind::Archive &&
        options.emit != EmitKind::Rust)
      return bad("--freestanding, --max-flash and --max-stack are about "
                 "objects: they go with --emit=obj, archive or rust");
  if (Error error = setPrefix(options, flags.prefix))
    return std::move(error);
  for (StringRef dim : flags.dims)
    if (Error error = setDim(options, dim))
      return std::move(error);
  for (StringRef shape : flags.shapes)
    if (Error error = setShape(options, shape))
      return std::move(error);
  for (StringRef value : flags.values)
    if (Error error = setValue(options, value))
      return std::move(error);
  if (flags.nchwcBlock == "8" || flags.nchwcBlock == "16")
    options.import.nchwcBlock = flags.nchwcBlock == "8" ? 8 : 16;
  else if (!flags.nchwcBlock.empty())
    return bad("--nchwc-block is 8 or 16");
  for (StringRef custom : flags.customOperators)
    if (Error error = addCustomOperator(options, custom))
      return std::move(error);
  for (StringRef file : flags.customFiles)
    if (Error error = addCustomOperators(options, file))
      return std::move(error);
  options.import.functionFiles.assign(flags.functions.begin(),
                                      flags.functions.end());
  if (Error error = setReports(options, flags.reports, flags.reportDims))
    return std::move(error);
  if (Error error = setStages(options, flags.split))
    return std::move(error);
  if (Error error = checkCombinations(options, flags))
    return std::move(error);
  return options;
}

Expected<std::optional<Options>> parseCommandLine(int argc,
                                                  const char *const *argv) {
  // LLVM's libraries have registered hundreds of options for LLVM's own tools,
  // and lld will register more when it first links, some by the names of ours.
  unregisterOptions();
  Flags flags;
  llvm::scope_exit leave([&] {
    unregisterOptions();
    flags.models.removeArgument(); // the list above has options with names
  });
  std::string said;
  raw_string_ostream errors(said);
  if (!cl::ParseCommandLineOptions(
          argc, argv,
          "onnxc compiles an ONNX model to native code\n\n"
          "  onnxc model.onnx -o model.o        writes model.o and model.h\n"
          "  onnxc model.onnx --emit=shared -o model.so\n"
          "  onnxc --inspect model.onnx\n"
          "  onnxc model.onnx --split=2 -o model.o\n"
          "  onnxc reduce model.onnx --check COMMAND\n",
          &errors)) {
    // LLVM has printed what is wrong with a value, and has kept the rest.
    SmallVector<StringRef> lines;
    StringRef(said).split(lines, '\n', -1, /*KeepEmpty=*/false);
    std::string message;
    for (StringRef line : lines)
      message +=
          (message.empty() ? "" : " ") + line.split(": ").second.trim().str();
    return bad(message.empty() ? "the command line is not understood; see "
                                 "onnxc --help"
                               : message);
  }
  if (flags.help || flags.helpAll) {
    cl::PrintHelpMessage(/*Hidden=*/flags.helpAll);
    return std::nullopt;
  }
  if (flags.version) {
    outs() << "onnxc " ONNXC_VERSION " (LLVM " LLVM_VERSION_STRING ", "
           << sys::getDefaultTargetTriple() << ", " << sys::getHostCPUName()
           << ")\n";
    return std::nullopt;
  }
  if (flags.listTargets) {
    if (Error error = printTargets(flags.triple, outs()))
      return std::move(error);
    return std::nullopt;
  }
  Expected<Options> options = readFlags(flags);
  if (!options)
    return options.takeError();
  return std::optional<Options>(std::move(*options));
}

} // namespace onnxc
