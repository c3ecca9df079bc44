//===- Driver.cpp - One compilation ---------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver.h"
#include "codegen/LowerToLLVM.h"
#include "compiler/CustomOption.h"
#include "compiler/EvaluateConstants.h"
#include "compiler/Import/ModelDiagnostics.h"
#include "compiler/Listing.h"
#include "compiler/Pipeline.h"
#include "compiler/Progress.h"
#include "compiler/Report/ReportGatherer.h"
#include "compiler/Report/WriteReport.h"
#include "compiler/Stages.h"
#include "compiler/WriteOutputs.h"
#include "dialects/plan/PlanAttrs.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Support/Timing.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
namespace json = llvm::json;
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
  // Sections of bytecode are aligned in memory, too: the buffer of a small file
  // would be by chance only.
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> buffer =
      openInputFile(options.input, llvm::Align(4096), &message);
  if (!buffer) {
    emitError(UnknownLoc::get(&context)) << message;
    return failure();
  }
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
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
  LogicalResult import();
  LogicalResult compile();
  LogicalResult compileStages();
  StageFacts getStageFacts(json::Value macs);
  LogicalResult runVariants();
  LogicalResult runPhases();
  PipelineOptions getPipelineOptions() const;
  LogicalResult checkMachine();
  LogicalResult readPlan();
  LogicalResult runPhase(const PhaseInfo &phase);
  LogicalResult compileDevice();
  LogicalResult openReports();
  llvm::Error writeOutputFiles();
  LogicalResult writeListingFile();
  LogicalResult keepPhase(StringRef name);
  LogicalResult report(llvm::Error error);

  Options options;
  MLIRContext context;
  ModelDiagnosticPrinter printer;
  CompiledModel compiled;
  std::optional<OutputFiles> files;
  /// Null where nobody asks.
  std::unique_ptr<ReportGatherer> gatherer;
  std::vector<OutputFile *> reports;
  /// The one compiled for, of all CPUs.
  Target target;
  ArrayAttr sharedWeights;
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

LogicalResult Compilation::run() {
  if (failed(report(nameOutputs(options))) ||
      failed(report(checkCustomFunctions(options))))
    return failure();
  files.emplace(options);
  auto targets = resolveTargets(options);
  if (!targets)
    return report(targets.takeError());
  compiled.targets = std::move(*targets);
  if (failed(openReports()) || failed(import()))
    return failure();
  if (options.stages)
    return compileStages();
  return failed(compile()) ? failure() : report(files->commit());
}

/// From the imported module to files that wait to be put in their places.
LogicalResult Compilation::compile() {
  if (failed(runVariants()))
    return failure();
  if (options.emit != EmitKind::MLIR && options.emit != EmitKind::PTX &&
      options.emit != EmitKind::SPIRV)
    progress.enter("LLVM");
  return report(writeOutputFiles());
}

/// What was compiled last.
StageFacts Compilation::getStageFacts(json::Value macs) {
  StageFacts facts;
  auto name = [&](StringRef extension) {
    return path::filename(files->beside(extension)).str();
  };
  facts.file = path::filename(options.output).str();
  if (!isText(options.emit) || options.emit == EmitKind::Header)
    facts.header = name("h");
  facts.weightsBytes = compiled.weights.totalBytes;
  if (options.weights != WeightsPlace::Embed && facts.weightsBytes)
    facts.weights = name("weights");
  facts.prefix = options.prefix;
  facts.interface = compiled.interface;
  facts.macs = std::move(macs);
  return facts;
}

/// Stage by stage; none appears before all are compiled.
LogicalResult Compilation::compileStages() {
  if (!files->isFile())
    return report(llvm::createStringError(
        "--split writes several files: -o has to name a regular one"));
  OutputFiles manifest(options);
  Options whole = options;
  progress.enter("splitting");
  FailureOr<StageChain> chain =
      cutStages(std::move(compiled.module), whole.stages);
  if (failed(chain))
    return failure();
  chain->model = path::filename(whole.input).str();
  std::vector<OutputFiles> written;
  for (unsigned i = 0; i < whole.stages; ++i) {
    options = getStageOptions(whole, i);
    files.emplace(options);
    compiled.module = std::move(chain->modules[i]);
    compiled.variants.clear();
    sharedWeights = nullptr;
    if (failed(compile()))
      return failure();
    chain->facts[i] = getStageFacts(std::move(chain->facts[i].macs));
    written.push_back(std::move(*files));
  }
  if (failed(report(
          manifest.write(manifest.beside("stages.json"),
                         [&](raw_ostream &os) { writeManifest(*chain, os); }))))
    return failure();
  written.push_back(std::move(manifest));
  for (OutputFiles &stage : written)
    if (failed(report(stage.commit())))
      return failure();
  return success();
}

/// That a report cannot be written is said before anything is compiled.
LogicalResult Compilation::openReports() {
  if (options.reports.empty() && !options.remarks)
    return success();
  gatherer = std::make_unique<ReportGatherer>(context);
  for (StringRef name : options.reports) {
    reports.push_back(&files->add(name));
    if (failed(report(reports.back()->create())))
      return failure();
  }
  return success();
}

llvm::Error Compilation::writeOutputFiles() {
  llvm::Expected<EmittedCode> emitted =
      writeOutputs(options, compiled, *files, timing, progress);
  if (!emitted)
    return emitted.takeError();
  if (!gatherer)
    return llvm::Error::success();
  const ReportFacts &facts = gatherer->getFacts();
  if (options.remarks) {
    progress.stop();
    printRemarks(listRemarks(facts, compiled.interface, &context),
                 llvm::errs());
  }
  if (reports.empty())
    return llvm::Error::success();
  return writeReports({options, compiled, *emitted, facts}, reports);
}

LogicalResult Compilation::import() {
  if (options.stages && isMlir(options.input))
    return report(llvm::createStringError(
        "--split cuts models: " + options.input + " is none"));
  progress.enter("importing");
  TimingScope scope = timing.nest("import");
  auto read = readModule(options, context, compiled.externalFiles);
  if (failed(read))
    return failure();
  compiled.module = std::move(*read);
  return keepPhase("import");
}

/// All phases, once for each CPU; constants that are equal are shared.
LogicalResult Compilation::runVariants() {
  ArrayRef<Target> cpus = compiled.targets.cpus;
  OwningOpRef<ModuleOp> &module = compiled.module;
  OwningOpRef<ModuleOp> imported = std::move(module);
  for (size_t i = 0; i < cpus.size(); ++i) {
    bool isLast = i + 1 == cpus.size();
    // Only the last turn moves.
    // NOLINTNEXTLINE(bugprone-use-after-move)
    module = isLast ? std::move(imported) : imported->clone();
    target = cpus[i];
    if (sharedWeights)
      plan::attrs::SharedWeights::set(*module, sharedWeights);
    if (failed(runPhases()))
      return failure();
    if (!isLast)
      compiled.variants.push_back(std::move(module));
  }
  return success();
}

LogicalResult Compilation::runPhases() {
  if (options.debugLines && failed(writeListingFile()))
    return failure();
  ModuleOp module = *compiled.module;
  // The entry point then takes the address of the weights from its context.
  if (options.weights != WeightsPlace::Embed)
    plan::attrs::WeightsFromContext::mark(module);
  if (failed(checkMachine()))
    return failure();
  // A module that a phase has left goes on from there.
  Phase last = getLastPhase(module);
  if (gatherer && last != Phase::Import)
    return report(llvm::createStringError(
        "--report and --remarks tell of the whole compilation: give the model, "
        "not what a phase has left"));
  if (gatherer)
    gatherer->begin();
  for (const PhaseInfo &info : getPhases().drop_front()) {
    Phase phase = info.phase;
    if (options.emit == EmitKind::MLIR && phase > options.stopAfter)
      return success();
    if (phase == Phase::Code && failed(readPlan()))
      return failure();
    if (phase <= last)
      continue;
    if (phase == Phase::Loops)
      keepModelInterface(module);
    if (failed(runPhase(info)))
      return failure();
  }
  return success();
}

/// The model as text; debug lines lead into it.
LogicalResult Compilation::writeListingFile() {
  std::string name = files->beside("onnx.txt");
  return report(files->write(name, [&](raw_ostream &os) {
    writeListing(*compiled.module, path::filename(name), os);
  }));
}

/// What is written beside the code.
LogicalResult Compilation::readPlan() {
  auto read = readModelInterface(*compiled.module);
  auto blob = readWeights(*compiled.module);
  if (failed(read) || failed(blob))
    return failure();
  compiled.interface = *read;
  compiled.weights = *blob;
  sharedWeights = plan::attrs::Weights::get(*compiled.module);
  return compiled.targets.device ? compileDevice() : success();
}

/// Has the module say what it is compiled for, unless a phase has been there
/// before: then that has to be the same.
LogicalResult Compilation::checkMachine() {
  PipelineOptions passes = getPipelineOptions();
  ModuleOp module = *compiled.module;
  if (getLastPhase(module) == Phase::Import || !statesMachine(module)) {
    stateMachine(module, passes);
    return success();
  }
  if (hasMachine(module, passes.machine) || hasMachine(module, passes.host))
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
  passes.observe = options.observe;
  passes.isStage = options.stages > 0;
  passes.plantedFault = options.plantedFault;
  passes.checkAccesses = options.checkAccesses;
  // Transformed and padded weights, and their scratch, take space.
  passes.transformConvs = !options.exactConvolutions && !options.freestanding &&
                          !options.maxFlash && !options.maxStack;
  const std::optional<Target> &device = compiled.targets.device;
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
  if (gatherer)
    gatherer->watch(pm);
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
  if (failed(pm.run(*compiled.module))) {
    if (!complained)
      return report(llvm::createStringError(
          "the " + phase.name +
          " phase failed without saying why; this is a bug of the compiler"));
    return failure();
  }
  if (gatherer && phase.phase == Phase::Graph)
    gatherer->readKernels(*compiled.module);
  return keepPhase(phase.name);
}

LogicalResult Compilation::keepPhase(StringRef name) {
  if (!options.saveTemps)
    return success();
  OutputFile file(files->beside((name + ".mlir").str()));
  if (failed(report(file.create())))
    return failure();
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(64).elideLargeResourceString(64);
  compiled.module->print(file.stream(), flags);
  if (failed(report(file.commit())))
    return failure();
  // A device's code is out of the module by then.
  if (compiled.targets.device && name == "code")
    return success();
  // The text leaves weights out: what can be compiled on from here is this.
  OutputFile whole(files->beside((name + ".mlirbc").str()));
  if (failed(report(whole.create())) ||
      failed(writeBytecodeToFile(*compiled.module, whole.stream())))
    return failure();
  return report(whole.commit());
}

LogicalResult Compilation::compileDevice() {
  progress.enter("device");
  TimingScope scope = timing.nest("device");
  FailureOr<DeviceCode> code = compileDeviceCode(
      *compiled.module, *compiled.targets.device, options.optLevel);
  if (failed(code))
    return failure();
  compiled.deviceCode = std::move(*code);
  return success();
}

LogicalResult compileModel(const Options &options) {
  return Compilation(options).run();
}

} // namespace onnxc
