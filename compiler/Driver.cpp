//===- Driver.cpp - One compilation ---------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver.h"
#include "codegen/DeviceCode.h"
#include "codegen/Emit.h"
#include "codegen/Header.h"
#include "codegen/Identifier.h"
#include "codegen/LowerToLLVM.h"
#include "codegen/ObjectFile.h"
#include "compiler/EvaluateConstants.h"
#include "compiler/Import/ModelDiagnostics.h"
#include "compiler/Limits.h"
#include "compiler/Listing.h"
#include "compiler/Pipeline.h"
#include "compiler/Progress.h"
#include "dialects/plan/PlanAttrs.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/Timing.h"
#include "targets/Target.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
namespace path = llvm::sys::path;

namespace onnxc {

/// The dialects' own forms, as text or as bytes.
static bool isMlir(StringRef file) {
  return file.ends_with(".mlir") || file.ends_with(".mlirbc");
}

FailureOr<OwningOpRef<ModuleOp>> readModule(const Options &options,
                                            MLIRContext &context,
                                            ExternalFiles &files,
                                            ModelFacts *facts) {
  if (!isMlir(options.input))
    return importModel(options.input, options.import, context, files, facts);
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(options.input, &context);
  if (!module)
    return failure();
  return module;
}

namespace {

/// One compilation: its inputs and what each phase has made so far.
class Compilation {
public:
  explicit Compilation(const Options &options);
  LogicalResult run();

private:
  LogicalResult resolveTargets();
  LogicalResult runVariants();
  LogicalResult runPhases();
  PipelineOptions getPipelineOptions() const;
  LogicalResult checkMachine();
  LogicalResult readPlan();
  LogicalResult runPhase(const PhaseInfo &phase);
  LogicalResult compileDevice();
  LogicalResult writeDeviceCode();
  LogicalResult writeMlir();
  LogicalResult writeCode();
  LogicalResult writeCodeAs(OutputFile &output, EmittedCode &emitted);
  LogicalResult writeHeaderFile(const EmittedCode &emitted);
  LogicalResult writeDependencies();
  LogicalResult writeWeights();
  LargestTensors getLargestTensors();
  LogicalResult keepPhase(StringRef name);

  /// The output's name with another extension.
  std::string beside(StringRef extension) const;
  /// A file that appears with all the others when everything has worked.
  OutputFile &addOutput(StringRef file) {
    outputs.push_back(std::make_unique<OutputFile>(file));
    return *outputs.back();
  }
  LogicalResult report(llvm::Error error);
  LogicalResult commit();

  Options options;
  /// Whether the output is a file, which others lie beside, and not a stream.
  bool isFile = true;
  MLIRContext context;
  ModelDiagnosticPrinter printer;
  /// The one compiled for, of all that are.
  Target target;
  std::vector<Target> targets;
  /// The device that the target is the host of, if there is one.
  std::optional<Target> device;
  DeviceCode deviceCode;
  ExternalFiles externalFiles;
  OwningOpRef<ModuleOp> module;
  /// The code for all CPUs but the last.
  std::vector<OwningOpRef<ModuleOp>> variants;
  ArrayAttr sharedWeights;
  ModelInterface model;
  WeightsBlob weights;
  std::vector<std::unique_ptr<OutputFile>> outputs;
  DefaultTimingManager timingManager;
  TimingScope timing;
  Progress progress;
};

} // namespace

static DialectRegistry getRegistry() {
  DialectRegistry registry;
  registerPipelineDialects(registry);
  registerLLVMTranslation(registry);
  registerDeviceDialects(registry);
  return registry;
}

Compilation::Compilation(const Options &givenOptions)
    : options(givenOptions),
      context(getRegistry(), options.singleThread
                                 ? MLIRContext::Threading::DISABLED
                                 : MLIRContext::Threading::ENABLED),
      printer(&context, llvm::errs()),
      progress(path::filename(options.input).str()) {
  context.loadAllAvailableDialects();
  // A diagnostic says which node it is about; MLIR's text for the op would only
  // follow it.
  context.printOpOnDiagnostic(false);
  timingManager.setEnabled(options.timePasses);
  timing = timingManager.getRootScope();
}

LogicalResult Compilation::report(llvm::Error error) {
  if (!error)
    return success();
  progress.stop();
  llvm::errs() << "onnxc: error: " << llvm::toString(std::move(error)) << "\n";
  return failure();
}

std::string Compilation::beside(StringRef extension) const {
  SmallString<128> file(isFile ? options.output : options.prefix);
  path::replace_extension(file, extension);
  return file.str().str();
}

static StringRef getExtension(EmitKind kind) {
  switch (kind) {
  case EmitKind::Object:
    return "o";
  case EmitKind::Assembly:
    return "s";
  case EmitKind::LLVMIR:
    return "ll";
  case EmitKind::MLIR:
    return "mlir";
  case EmitKind::Header:
    return "h";
  case EmitKind::Archive:
    return "a";
  case EmitKind::Shared:
    return "so";
  case EmitKind::PTX:
    return "ptx";
  case EmitKind::SPIRV:
    return "json";
  }
  llvm_unreachable("unknown kind");
}

static bool isText(EmitKind kind) {
  return kind == EmitKind::Assembly || kind == EmitKind::LLVMIR ||
         kind == EmitKind::MLIR || kind == EmitKind::Header ||
         kind == EmitKind::PTX || kind == EmitKind::SPIRV;
}

LogicalResult Compilation::run() {
  isFile = options.output != "-" &&
           (!llvm::sys::fs::exists(options.output) ||
            llvm::sys::fs::is_regular_file(options.output) ||
            llvm::sys::fs::is_directory(options.output));
  if (!isFile && options.emit == EmitKind::Shared)
    return report(llvm::createStringError(
        "a shared library can be written to a regular file only"));
  if (options.prefix.empty()) {
    bool isNamed = isFile && !options.output.empty() && !isText(options.emit);
    options.prefix =
        makeIdentifier(path::stem(isNamed ? options.output : options.input));
  }
  if (options.output.empty())
    options.output =
        (path::stem(options.input) + "." + getExtension(options.emit)).str();

  if (failed(resolveTargets()))
    return failure();
  auto isFor = [&](MachineModel::DeviceCode code) {
    return device && device->machine.deviceCode == code;
  };
  if (options.emit == EmitKind::PTX && !isFor(MachineModel::PTX))
    return report(
        llvm::createStringError("--emit=ptx goes with --target=nvptx64"));
  if (options.emit == EmitKind::SPIRV && !isFor(MachineModel::SPIRV))
    return report(
        llvm::createStringError("--emit=spirv goes with --target=vulkan"));
  if (options.profile && device)
    return report(
        llvm::createStringError("--profile goes with targets that are CPUs"));

  progress.enter("importing");
  {
    TimingScope scope = timing.nest("import");
    auto read = readModule(options, context, externalFiles);
    if (failed(read))
      return failure();
    module = std::move(*read);
  }
  if (failed(keepPhase("import")) || failed(runVariants()))
    return failure();
  bool isDeviceCode =
      options.emit == EmitKind::PTX || options.emit == EmitKind::SPIRV;
  LogicalResult written = options.emit == EmitKind::MLIR ? writeMlir()
                          : isDeviceCode                 ? writeDeviceCode()
                                                         : writeCode();
  if (failed(written) || failed(writeDependencies()))
    return failure();
  return commit();
}

LogicalResult Compilation::resolveTargets() {
  std::string cpu = options.cpu;
  if (cpu.empty() && options.triple.empty())
    cpu = "native";
  SmallVector<StringRef> cpus;
  StringRef(cpu).split(cpus, ',');
  for (StringRef one : cpus) {
    auto resolved = resolveTarget(options.triple, one, options.features);
    if (!resolved)
      return report(resolved.takeError());
    targets.push_back(std::move(*resolved));
  }
  if (targets.front().machine.isDevice()) {
    if (targets.size() > 1)
      return report(llvm::createStringError(
          "one device at a time: several CPUs go with targets that are CPUs"));
    // Any machine of this one's kind launches its kernels, unless told.
    auto host = resolveTarget("", options.hostCpu);
    if (!host)
      return report(host.takeError());
    device = std::exchange(targets.front(), std::move(*host));
  }
  target = targets.front();
  const llvm::Triple &triple = target.triple;
  if (options.emit == EmitKind::Shared &&
      (!triple.isOSBinFormatELF() || triple.getOS() == llvm::Triple::UnknownOS))
    return report(llvm::createStringError(
        "--emit=shared goes with systems that load ELF, which '" +
        triple.str() +
        "' does not; link the object of --emit=obj with its "
        "own linker"));
  if (!options.hostCpu.empty() && !device)
    return report(llvm::createStringError(
        "--host-cpu goes with targets that are GPUs; say -mcpu"));
  if (targets.size() == 1)
    return success();
  if (options.emit != EmitKind::Object && options.emit != EmitKind::Archive &&
      options.emit != EmitKind::Header)
    return report(llvm::createStringError(
        "several CPUs in one file need the runtime's help: they go with "
        "--emit=obj or archive"));
  if (!target.triple.isOSBinFormatELF())
    return report(llvm::createStringError(
        "several CPUs in one file go with targets of ELF, not '" +
        target.triple.str() + "'"));
  for (auto [low, high] : llvm::zip(targets, ArrayRef(targets).drop_front()))
    if (low.cpuFeatureBits == high.cpuFeatureBits ||
        (low.cpuFeatureBits & ~high.cpuFeatureBits))
      return report(llvm::createStringError(
          "of several CPUs each has to have more than the one before it, of "
          "what the runtime can find out: '" +
          high.cpu + "' has not more than '" + low.cpu + "'"));
  return success();
}

/// All phases, once for each CPU; constants that are equal are shared.
LogicalResult Compilation::runVariants() {
  OwningOpRef<ModuleOp> imported = std::move(module);
  for (size_t i = 0; i < targets.size(); ++i) {
    bool isLast = i + 1 == targets.size();
    // Only the last turn moves.
    // NOLINTNEXTLINE(bugprone-use-after-move)
    module = isLast ? std::move(imported) : imported->clone();
    target = targets[i];
    if (sharedWeights)
      plan::attrs::SharedWeights::set(*module, sharedWeights);
    if (failed(runPhases()))
      return failure();
    if (!isLast)
      variants.push_back(std::move(module));
  }
  return success();
}

LogicalResult Compilation::runPhases() {
  if (options.debugLines) {
    OutputFile &listing = addOutput(beside("onnx.txt"));
    if (failed(report(listing.create())))
      return failure();
    writeListing(*module, path::filename(listing.path()), listing.stream());
    if (failed(report(listing.close())))
      return failure();
  }
  // The entry point then takes the address of the weights from its context.
  if (options.weights != WeightsPlace::Embed)
    plan::attrs::WeightsFromContext::mark(*module);
  if (failed(checkMachine()))
    return failure();
  // A module that a phase has left goes on from there.
  Phase last = getLastPhase(*module);
  for (const PhaseInfo &info : getPhases().drop_front()) {
    Phase phase = info.phase;
    if (options.emit == EmitKind::MLIR && phase > options.stopAfter)
      return success();
    if (phase == Phase::Code && failed(readPlan()))
      return failure();
    if (phase <= last)
      continue;
    if (phase == Phase::Loops)
      keepModelInterface(*module);
    if (failed(runPhase(info)))
      return failure();
  }
  return success();
}

/// What is written beside the code.
LogicalResult Compilation::readPlan() {
  auto read = readModelInterface(*module);
  auto blob = readWeights(*module);
  if (failed(read) || failed(blob))
    return failure();
  model = *read;
  weights = *blob;
  sharedWeights = plan::attrs::Weights::get(*module);
  return device ? compileDevice() : success();
}

/// Has the module say what it is compiled for, unless a phase has been there
/// before: then that has to be the same.
LogicalResult Compilation::checkMachine() {
  PipelineOptions passes = getPipelineOptions();
  if (getLastPhase(*module) == Phase::Import || !statesMachine(*module)) {
    stateMachine(*module, passes);
    return success();
  }
  if (hasMachine(*module, passes.machine) || hasMachine(*module, passes.host))
    return success();
  return report(llvm::createStringError(
      options.input + " was made for another machine than " + target.str() +
      ": give the options --target, -mcpu and -mattr that it was made with"));
}

PipelineOptions Compilation::getPipelineOptions() const {
  PipelineOptions passes;
  passes.optLevel = options.optLevel;
  passes.debugLines = options.debugLines;
  passes.profile = options.profile;
  passes.checkAccesses = options.checkAccesses;
  passes.machine = device ? device->machine : target.machine;
  // The host knows where things are.
  passes.machine.pointerBits = target.machine.pointerBits;
  passes.host = target.machine;
  passes.evaluateConstants = evaluateConstants;
  return passes;
}

LogicalResult Compilation::runPhase(const PhaseInfo &phase) {
  progress.enter(phase.name);
  PipelineOptions passes = getPipelineOptions();
  PassManager pm(&context);
  pm.enableVerifier(true);
  if (options.printAfterAll)
    pm.enableIRPrinting([](Pass *, Operation *) { return false; },
                        [](Pass *, Operation *) { return true; },
                        /*printModuleScope=*/false);
  TimingScope scope = timing.nest(phase.name);
  pm.enableTiming(scope);
  phase.build(pm, passes);
  bool complained = false;
  ScopedDiagnosticHandler watcher(&context, [&](Diagnostic &diagnostic) {
    complained |= diagnostic.getSeverity() == DiagnosticSeverity::Error;
    if (complained)
      progress.stop();
    return failure(); // to the printer
  });
  if (failed(pm.run(*module))) {
    if (!complained)
      return report(llvm::createStringError(
          "the " + phase.name +
          " phase failed without saying why; this is a bug of the compiler"));
    return failure();
  }
  return keepPhase(phase.name);
}

LogicalResult Compilation::keepPhase(StringRef name) {
  if (!options.saveTemps)
    return success();
  OutputFile file(beside((name + ".mlir").str()));
  if (failed(report(file.create())))
    return failure();
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(64).elideLargeResourceString(64);
  module->print(file.stream(), flags);
  if (failed(report(file.commit())))
    return failure();
  // A device's code is out of the module by then.
  if (device && name == "code")
    return success();
  // The text leaves weights out: what can be compiled on from here is this.
  OutputFile whole(beside((name + ".mlirbc").str()));
  if (failed(report(whole.create())) ||
      failed(writeBytecodeToFile(*module, whole.stream())))
    return failure();
  return report(whole.commit());
}

LogicalResult Compilation::compileDevice() {
  progress.enter("device");
  TimingScope scope = timing.nest("device");
  FailureOr<DeviceCode> code =
      compileDeviceCode(*module, *device, options.optLevel);
  if (failed(code))
    return failure();
  deviceCode = std::move(*code);
  return success();
}

/// Kernels as files: the output is PTX or, of SPIR-V, the manifest, and a
/// module each lies beside it.
LogicalResult Compilation::writeDeviceCode() {
  auto write = [&](StringRef file, function_ref<void(raw_ostream &)> fill) {
    OutputFile &output = addOutput(file);
    if (failed(report(output.create())))
      return failure();
    fill(output.stream());
    return report(output.close());
  };
  auto getFile = [&](const DeviceFunction &function) {
    return function.words.empty() ? options.output
                                  : beside(function.name + ".spv");
  };
  for (const DeviceFunction &function : deviceCode.functions)
    if (!function.words.empty() &&
        failed(write(getFile(function), [&](raw_ostream &os) {
          os.write(reinterpret_cast<const char *>(function.words.data()),
                   4 * function.words.size());
        })))
      return failure();
  bool isPTX = options.emit == EmitKind::PTX;
  if (isPTX && failed(write(options.output,
                            [&](raw_ostream &os) { os << deviceCode.image; })))
    return failure();
  // A name for SPIR-V is that of the modules.
  bool isManifest = !isPTX && path::extension(options.output) != ".spv";
  std::string manifest = isManifest ? options.output : beside("json");
  return write(manifest, [&](raw_ostream &os) {
    writeManifest(
        deviceCode, options.prefix,
        [&](const DeviceFunction &function) {
          return path::filename(getFile(function)).str();
        },
        os);
  });
}

LogicalResult Compilation::writeMlir() {
  OutputFile &output = addOutput(options.output);
  if (failed(report(output.create())))
    return failure();
  module->print(output.stream());
  return report(output.close());
}

LogicalResult Compilation::writeCodeAs(OutputFile &output,
                                       EmittedCode &emitted) {
  CodeOptions code;
  code.mayAbort = options.checkAccesses;
  code.optLevel = options.optLevel;
  code.kind = options.emit == EmitKind::Assembly ? CodeKind::Assembly
              : options.emit == EmitKind::LLVMIR ? CodeKind::LLVMIR
                                                 : CodeKind::Object;
  if (options.saveTemps)
    code.keepStem = beside("part");
  DescriptorOptions &descriptor = code.descriptor;
  descriptor.prefix = options.prefix;
  descriptor.target = targets.front().str();
  for (const Target &more : ArrayRef(targets).drop_front())
    descriptor.target += ", " + more.cpu;
  descriptor.cpuFeatures = targets.front().cpuFeatureBits;
  if (device) {
    descriptor.target = device->str();
    descriptor.device = &deviceCode;
  }
  descriptor.weights = options.weights;
  descriptor.weightsBytes = weights.totalBytes;
  descriptor.weightsFile = path::filename(beside("weights")).str();
  descriptor.listModels = options.emit == EmitKind::Shared;
  code.weightsSection = options.weightsSection;
  SmallVector<CodeVariant> codes;
  for (auto [i, variant] : llvm::enumerate(variants))
    codes.push_back({*variant, &targets[i]});
  codes.push_back({*module, &targets.back()});
  auto result = emitCode(codes, model, weights, code, output, timing);
  if (!result)
    return report(result.takeError());
  emitted = *result;
  return report(checkLimits(options, getLargestTensors(), emitted));
}

LargestTensors Compilation::getLargestTensors() {
  LargestTensors largest;
  auto describe = [](ArrayAttr list, std::vector<std::string> &texts) {
    for (auto use : list.getAsRange<plan::MemoryUseAttr>()) {
      std::string what = use.getWhat() ? use.getWhat().str() + " " : "";
      texts.push_back(what + "\"" + use.getNodes().str() + "\" " +
                      std::to_string(use.getBytes()));
    }
  };
  if (auto arena = plan::attrs::Arena::get(*module))
    describe(arena.getFilledBy(), largest.arena);
  if (auto list = plan::attrs::LargestWeights::get(*module))
    describe(list, largest.weights);
  if (auto list = plan::attrs::Allocating::get(*module))
    for (StringRef name : list.getAsValueRange<StringAttr>())
      largest.allocating.push_back(name.str());
  if (largest.allocating.empty() && model.needsAllocator())
    for (const TensorInterface &output : model.outputs)
      if (model.dependsOnData(output))
        largest.allocating.push_back(output.name);
  return largest;
}

LogicalResult Compilation::writeCode() {
  progress.enter("LLVM");
  EmittedCode emitted;
  bool packaged =
      options.emit == EmitKind::Archive || options.emit == EmitKind::Shared;
  if (options.emit == EmitKind::Header) {
    // The arena's size is in the code, which is not kept.
    OutputFile object(beside("header.o"));
    if (failed(writeCodeAs(object, emitted)))
      return failure();
    return writeHeaderFile(emitted);
  }
  if (packaged) {
    OutputFile &output = addOutput(options.output);
    if (failed(report(output.create())))
      return failure();
    OutputFile object(beside("object.o"));
    if (failed(writeCodeAs(object, emitted)))
      return failure();
    bool isArchive = options.emit == EmitKind::Archive;
    if (isArchive && failed(report(writeArchive(object.temporaryPath(),
                                                path::filename(beside("o")),
                                                output.stream()))))
      return failure();
    if (failed(report(output.close())))
      return failure();
    if (!isArchive &&
        failed(report(linkShared(object.temporaryPath(), target.triple,
                                 output.temporaryPath()))))
      return failure();
  } else if (failed(writeCodeAs(addOutput(options.output), emitted))) {
    return failure();
  }
  if (failed(writeWeights()))
    return failure();
  if (isText(options.emit) || !isFile)
    return success();
  return writeHeaderFile(emitted);
}

LogicalResult Compilation::writeHeaderFile(const EmittedCode &emitted) {
  OutputFile &header = addOutput(
      options.emit == EmitKind::Header ? options.output : beside("h"));
  if (failed(report(header.create())))
    return failure();
  MemoryNeeds needs{emitted.arenaBytes, {}};
  if (emitted.stack)
    needs.stackBytes = emitted.stack->bytes;
  writeHeader(model, options.prefix, needs, header.stream());
  return report(header.close());
}

LogicalResult Compilation::writeWeights() {
  if (options.weights == WeightsPlace::Embed || weights.totalBytes == 0)
    return success();
  OutputFile &file = addOutput(beside("weights"));
  if (failed(report(file.create())))
    return failure();
  if (failed(weights.write(!target.triple.isLittleEndian(), file.stream())))
    return report(llvm::createStringError("a weight could not be written"));
  return report(file.close());
}

/// Spaces, hashes and dollars as make reads them.
static void writeMakePath(StringRef file, raw_ostream &os) {
  for (char c : file) {
    if (c == ' ' || c == '#')
      os << '\\';
    if (c == '$')
      os << '$';
    os << c;
  }
}

LogicalResult Compilation::writeDependencies() {
  if (!options.writeDependencies)
    return success();
  OutputFile &file = addOutput(
      options.dependencyFile.empty() ? beside("d") : options.dependencyFile);
  if (failed(report(file.create())))
    return failure();
  raw_ostream &os = file.stream();
  writeMakePath(options.output, os);
  os << ":";
  auto add = [&](StringRef dependency) {
    os << " \\\n  ";
    writeMakePath(dependency, os);
  };
  add(options.input);
  for (const std::string &external : externalFiles)
    add(external);
  os << "\n";
  return report(file.close());
}

LogicalResult Compilation::commit() {
  for (std::unique_ptr<OutputFile> &output : outputs)
    if (failed(report(output->commit())))
      return failure();
  return success();
}

LogicalResult compileModel(const Options &options) {
  return Compilation(options).run();
}

} // namespace onnxc
