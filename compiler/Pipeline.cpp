//===- Pipeline.cpp - The phases of a compilation, pass by pass -----------===//
//
// The table of contents of onnxc. Import comes before (compiler/Import), the
// translation to LLVM IR after (codegen/).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Pipeline.h"
#include "codegen/LowerToLLVM.h"
#include "compiler/EvaluateConstants.h"
#include "dialects/plan/Kernels.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/ControlFlow/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/Linalg/Transforms/AllInterfaces.h"
#include "mlir/Dialect/SCF/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/TensorInferTypeOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/TensorTilingInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"

using namespace mlir;

namespace onnxc {

void stateMachine(ModuleOp module, const PipelineOptions &options) {
  setMachine(module, options.machine);
  if (options.machine.isDevice())
    setHostMachine(module, options.host);
}

Phase getLastPhase(ModuleOp module) {
  auto name = plan::attrs::Phase::get(module);
  for (const PhaseInfo &info : getPhases())
    if (name && info.name == name.getValue())
      return info.phase;
  // Written by hand: a module that has its entry point needs code only.
  return module.lookupSymbol("onnxc_entry") ? Phase::Memory : Phase::Import;
}

/// What the comment before a phase promises.
static void addCheck(OpPassManager &pm, StringRef phase) {
  CheckPhaseOptions check;
  check.phase = phase.str();
  pm.addPass(createCheckPhase(check));
}

void buildSplit(OpPassManager &pm, unsigned stages) {
  // Sizes tell what a cut costs; what was inferred for the whole model is what
  // its stages rely on.
  pm.addNestedPass<func::FuncOp>(createInferShapes());
  pm.addNestedPass<func::FuncOp>(createFoldEmptyTensors());
  pm.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createCSEPass());
  // No cut is within an operator that an exporter wrote as several.
  pm.addNestedPass<func::FuncOp>(createRecognizeIdioms());
  pm.addPass(createSplitStages(SplitStagesOptions{stages}));
}

/// onnx -> onnx. Afterwards every tensor has a rank and an expression for each
/// size, every group of ops is a kernel, and @main a list of calls.
void buildGraphPhase(OpPassManager &pm, const PipelineOptions &options) {
  // Sizes as expressions over symbols; shape arithmetic becomes onnx.Dims.
  if (!options.isStage)
    pm.addNestedPass<func::FuncOp>(createInferShapes());
  // Sizes that are known fit in memory.
  pm.addNestedPass<func::FuncOp>(createCheckSizes());
  // Tensors without elements need no kernels.
  pm.addNestedPass<func::FuncOp>(createFoldEmptyTensors());
  // What that made foldable, or unused.
  pm.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createCSEPass());
  // Operators that an exporter wrote as several become one again.
  pm.addNestedPass<func::FuncOp>(createRecognizeIdioms());
  // Sums of quantised tensors are sums of integers; scales become products.
  pm.addNestedPass<func::FuncOp>(createFuseQuantization());
  pm.addNestedPass<func::FuncOp>(createExpandQuantization());
  // Weights that are one value repeated are weights like others.
  pm.addNestedPass<func::FuncOp>(createFoldRepeatedValues());
  // Fourier transforms of known length become fast ones, or products.
  pm.addNestedPass<func::FuncOp>(createChooseTransforms());
  // Transposed convolutions become plain ones, normalisation by constants goes
  // into weights.
  if (options.evaluateConstants) {
    pm.addNestedPass<func::FuncOp>(createExpandConvTranspose());
    pm.addNestedPass<func::FuncOp>(createFoldBatchNormalization());
  }
  // What depends on constants only is computed here and now.
  if (options.evaluateConstants)
    pm.addNestedPass<func::FuncOp>(
        createFoldConstants(options.evaluateConstants));
  // Channels side by side around convolutions, matrices in panels: weights are
  // folded into the order in which they are read.
  if (options.evaluateConstants && options.optLevel > 0 &&
      options.machine.hasTiles()) {
    if (options.transformConvs)
      pm.addNestedPass<func::FuncOp>(createPadChannels());
    pm.addNestedPass<func::FuncOp>(
        createChooseLayouts({/*fill=*/options.transformConvs}));
    pm.addNestedPass<func::FuncOp>(createPackWeights());
    pm.addNestedPass<func::FuncOp>(createCSEPass());
    pm.addNestedPass<func::FuncOp>(
        createFoldConstants(options.evaluateConstants));
    if (options.transformConvs && options.optLevel > 1)
      pm.addNestedPass<func::FuncOp>(createTransformConvs(
          TransformConvsOptions{/*anySize=*/options.optLevel > 2}));
  }
  // Constant strings are parts of constant bytes.
  pm.addNestedPass<func::FuncOp>(createViewStrings());
  // Groups of ops become functions; equal ones become one.
  pm.addPass(createOutlineKernels());
  // Sizes that free dimensions broadcast to are expressions over inputs'.
  pm.addPass(createResolveSizes());
  addCheck(pm, "graph");
}

/// Kernel by kernel, in parallel: onnx -> linalg on tensors. Afterwards no op
/// of the onnx dialect is in a kernel.
void buildTensorPhase(OpPassManager &pm, const PipelineOptions &options) {
  // For tests of `verify`: one kernel is wrong.
  if (!options.plantedFault.empty())
    pm.addPass(createPlantFault(PlantFaultOptions{options.plantedFault}));
  // Kernels that broadcast free dimensions have a version for equal ones.
  pm.addPass(createVersionKernels());
  // Each op becomes linalg, or loops around it.
  pm.addNestedPass<func::FuncOp>(createLowerToLinalg());
  // What is left has no lowering, and is refused.
  pm.addPass(createRefuseForms());
  // Results without uses are not computed.
  pm.addNestedPass<func::FuncOp>(createDropDeadTensors());
  pm.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createCSEPass());
  // Elementwise producers join their consumers.
  pm.addNestedPass<func::FuncOp>(createFuseLinalg());
  addCheck(pm, "tensor");
}

/// Loops of a device: each scf.forall of a kernel is a function of a gpu.module
/// and a launch.
static void buildDeviceLoops(OpPassManager &pm) {
  // Loops no longer carry buffers, and copies onto themselves go.
  pm.addNestedPass<func::FuncOp>(createCSEPass());
  pm.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  pm.addPass(createReuseInputs());
  // linalg becomes a scf.forall over elements or tiles of them; large products
  // a gpu.launch of groups that share memory.
  pm.addNestedPass<func::FuncOp>(createSpreadThreads());
  // What is left is in tasks.
  pm.addNestedPass<func::FuncOp>(createLowerKernelLoops());
  // Functions of floats become arithmetic.
  pm.addNestedPass<func::FuncOp>(createApproximateMath());
  pm.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createCSEPass());
  pm.addNestedPass<func::FuncOp>(createLoopInvariantCodeMotionPass());
  // Threads that run together share a long row.
  pm.addNestedPass<func::FuncOp>(createSpreadRows());
  // Each scf.forall becomes a function of the device and a launch.
  pm.addPass(createOutlineLaunches());
  OpPassManager &functions = pm.nest<gpu::GPUModuleOp>().nest<gpu::GPUFuncOp>();
  functions.addPass(createCanonicalizerPass());
  // Views become index arithmetic, of which the innermost loops keep little.
  functions.addPass(createFlattenAccesses());
  functions.addPass(createLowerAffinePass());
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
  functions.addPass(createLoopInvariantCodeMotionPass());
}

/// Loops that a CPU runs; what is parallel in them is one scf.forall.
static void buildHostLoops(OpPassManager &pm) {
  // Results are written onto inputs that nothing reads afterwards.
  pm.addPass(createReuseInputs());
  // Matrix products and convolutions become loops over tiles in registers.
  pm.addNestedPass<func::FuncOp>(createEmitContractions());
  // So do copies between two orders of dimensions.
  pm.addNestedPass<func::FuncOp>(createEmitTransposes());
  // linalg becomes loops, long ones a scf.forall over parts.
  pm.addNestedPass<func::FuncOp>(createLowerKernelLoops());
  // Functions of floats become arithmetic.
  pm.addNestedPass<func::FuncOp>(createApproximateMath());
}

/// Kernel by kernel: linalg on tensors -> loops over memory. Afterwards a
/// kernel's tensors are memrefs, and what a device runs is in modules of its
/// own.
void buildLoopsPhase(OpPassManager &pm, const PipelineOptions &options) {
  // A kernel's tensors become memrefs, its results arguments.
  pm.addNestedPass<func::FuncOp>(createBufferizeKernel());
  // A kernel and its version for equal sizes become one function.
  pm.addPass(createJoinVersions());
  if (options.machine.isDevice()) {
    // What the device runs goes into modules of its own.
    pm.addPass(createDividePlan());
    buildDeviceLoops(pm.nest<ModuleOp>());
  }
  buildHostLoops(pm);
  if (options.checkAccesses)
    pm.addNestedPass<func::FuncOp>(createCheckAccesses());
  addCheck(pm, "loops");
}

/// What a device is given: @onnxc_entry records the launches of a part.
static void buildDeviceEntry(OpPassManager &pm) {
  // What launches takes addresses; launches go through the context.
  pm.addNestedPass<func::FuncOp>(createLowerKernelABI());
  pm.addPass(createLowerLaunches());
  pm.addPass(createWriteEntry());
  pm.addPass(createLowerDeviceCopies());
}

static void buildHostEntry(OpPassManager &pm, bool observe) {
  // Kernels take pointers and symbols.
  pm.addNestedPass<func::FuncOp>(createLowerKernelABI());
  // Each scf.forall becomes a call of the context's parallel_for, or a loop.
  pm.addPass(createOutlineTasks());
  // @main's tensors get places in an arena; it becomes the entry point.
  pm.addPass(createWriteEntry(WriteEntryOptions{observe}));
}

/// The plan -> an entry point. Afterwards kernels are loops over bare pointers,
/// and @main is onnxc_entry, whose tensors are offsets in one arena.
void buildMemoryPhase(OpPassManager &pm, const PipelineOptions &options) {
  if (options.machine.isDevice())
    buildDeviceEntry(pm.nest<ModuleOp>());
  buildHostEntry(pm, options.observe);
  if (options.machine.isDevice())
    pm.addPass(createJoinParts());
  // The entry tells a profiler about the kernels.
  if (options.profile)
    pm.addPass(createProfileCalls());
  addCheck(pm, "memory");
}

/// Loops and memrefs -> the LLVM dialect.
void buildCodePhase(OpPassManager &pm, const PipelineOptions &options) {
  buildCodePipeline(pm, options.machine.pointerBits, options.debugLines);
  addCheck(pm, "code");
}

void registerPipelineDialects(DialectRegistry &registry) {
  registry
      .insert<onnx::OnnxDialect, plan::PlanDialect, affine::AffineDialect,
              arith::ArithDialect, bufferization::BufferizationDialect,
              cf::ControlFlowDialect, complex::ComplexDialect,
              func::FuncDialect, gpu::GPUDialect, index::IndexDialect,
              linalg::LinalgDialect, LLVM::LLVMDialect, math::MathDialect,
              memref::MemRefDialect, nvgpu::NVGPUDialect, scf::SCFDialect,
              tensor::TensorDialect, ub::UBDialect, vector::VectorDialect>();
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  bufferization::func_ext::registerBufferizableOpInterfaceExternalModels(
      registry);
  cf::registerBufferizableOpInterfaceExternalModels(registry);
  linalg::registerAllDialectInterfaceImplementations(registry);
  scf::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerInferTypeOpInterfaceExternalModels(registry);
  tensor::registerTilingInterfaceExternalModels(registry);
  tensor::registerValueBoundsOpInterfaceExternalModels(registry);
  vector::registerBufferizableOpInterfaceExternalModels(registry);
}

llvm::ArrayRef<PhaseInfo> getPhases() {
  static const PhaseInfo phases[] = {
      {Phase::Import, "import", "an ONNX file -> onnx ops", nullptr},
      {Phase::Graph, "graph", "onnx -> kernels of onnx ops", buildGraphPhase},
      {Phase::Tensor, "tensor", "onnx ops -> linalg on tensors",
       buildTensorPhase},
      {Phase::Loops, "loops", "linalg -> loops over memory", buildLoopsPhase},
      {Phase::Memory, "memory", "the plan -> an arena and the entry point",
       buildMemoryPhase},
      {Phase::Code, "code", "loops -> the LLVM dialect", buildCodePhase},
  };
  return phases;
}

namespace {

/// What onnxc-opt says of a phase.
struct PhaseOptions : PassPipelineOptions<PhaseOptions> {
  Option<std::string> target{*this, "target",
                             llvm::cl::desc("A triple or a target's name")};
  Option<std::string> cpu{*this, "cpu", llvm::cl::desc("A CPU of the target")};
  Option<std::string> features{*this, "features",
                               llvm::cl::desc("What it has and lacks")};
  Option<unsigned> level{*this, "level", llvm::cl::desc("As -O of onnxc"),
                         llvm::cl::init(2)};
};

} // namespace

/// The passes of a phase for a target; without one, for the machine that the
/// module states.
static llvm::Error addPhase(OpPassManager &pm, const PhaseInfo &phase,
                            const PhaseOptions &given) {
  PipelineOptions options;
  options.optLevel = given.level;
  options.evaluateConstants = evaluateConstants;
  if (!given.target.empty() || !given.cpu.empty()) {
    auto target = resolveTarget(given.target, given.cpu, given.features);
    if (!target)
      return target.takeError();
    options.machine = target->machine;
    AttachMachineOptions attach{given.target, given.cpu, given.features, ""};
    if (phase.phase == Phase::Graph)
      pm.addPass(createAttachMachine(attach));
  }
  phase.build(pm, options);
  return llvm::Error::success();
}

void registerPipelines() {
  for (const PhaseInfo &phase : getPhases().drop_front())
    registerPassPipeline(
        ("onnxc-" + phase.name).str(), phase.summary,
        [phase](OpPassManager &pm, StringRef text,
                function_ref<LogicalResult(const Twine &)> fail) {
          PhaseOptions options;
          if (failed(options.parseFromString(text)))
            return failure();
          if (llvm::Error error = addPhase(pm, phase, options))
            return fail(llvm::toString(std::move(error)));
          return success();
        },
        [](function_ref<void(const detail::PassOptions &)> show) {
          show(PhaseOptions());
        });
}

} // namespace onnxc
