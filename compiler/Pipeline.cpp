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

/// What the comment before a phase promises.
static void addCheck(OpPassManager &pm, StringRef phase) {
  CheckPhaseOptions check;
  check.phase = phase.str();
  pm.addPass(createCheckPhase(check));
}

/// onnx -> onnx. Afterwards every tensor has a rank and an expression for each
/// size, every group of ops is a kernel, and @main a list of calls.
void buildGraphPhase(OpPassManager &pm, const PipelineOptions &options) {
  // Sizes as expressions over symbols; shape arithmetic becomes onnx.Dims.
  pm.addNestedPass<func::FuncOp>(createInferShapes());
  // Sizes that are known fit in memory.
  pm.addNestedPass<func::FuncOp>(
      createCheckSizes(CheckSizesOptions{options.indexBits}));
  // Tensors without elements need no kernels.
  pm.addNestedPass<func::FuncOp>(createFoldEmptyTensors());
  // What that made foldable, or unused.
  pm.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createCSEPass());
  // Sums of quantised tensors are sums of integers; scales become products.
  pm.addNestedPass<func::FuncOp>(createFuseQuantization());
  pm.addNestedPass<func::FuncOp>(createExpandQuantization());
  // Weights that are one value repeated are weights like others.
  pm.addNestedPass<func::FuncOp>(createFoldRepeatedValues());
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
    ChooseLayoutsOptions layouts;
    layouts.vectorLanes = options.machine.getBlockBits() / 32;
    layouts.dotGroup = options.machine.dot.group;
    layouts.dotOffset = options.machine.dot.leftOffset;
    pm.addNestedPass<func::FuncOp>(createChooseLayouts(layouts));
    PackWeightsOptions panels;
    panels.panelColumns = 2 * layouts.vectorLanes;
    panels.dotGroup = layouts.dotGroup;
    panels.dotOffset = layouts.dotOffset;
    pm.addNestedPass<func::FuncOp>(createPackWeights(panels));
    pm.addNestedPass<func::FuncOp>(createCSEPass());
    pm.addNestedPass<func::FuncOp>(
        createFoldConstants(options.evaluateConstants));
  }
  // Groups of ops become functions; equal ones become one.
  pm.addPass(createOutlineKernels());
  addCheck(pm, "graph");
}

/// Kernel by kernel, in parallel: onnx -> linalg on tensors. Afterwards no op
/// of the onnx dialect is in a kernel.
void buildTensorPhase(OpPassManager &pm, const PipelineOptions &) {
  // Each op becomes linalg, or loops around it.
  pm.addNestedPass<func::FuncOp>(createLowerToLinalg());
  pm.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createCSEPass());
  // Elementwise producers join their consumers.
  pm.addNestedPass<func::FuncOp>(createFuseLinalg());
  addCheck(pm, "tensor");
}

/// Loops of a device: each scf.forall of a kernel is a function of a gpu.module
/// and a launch.
static void buildDeviceLoops(OpPassManager &pm,
                             const PipelineOptions &options) {
  // Loops no longer carry buffers, and copies onto themselves go.
  pm.addNestedPass<func::FuncOp>(createCSEPass());
  pm.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  pm.addPass(createReuseInputs());
  // linalg becomes a scf.forall over elements or tiles of them; large products
  // a gpu.launch of groups that share memory.
  SpreadThreadsOptions spread;
  spread.minThreads = options.machine.minThreads;
  spread.groupThreads = options.machine.groupThreads;
  spread.sharedBytes =
      options.machine.hasAsyncCopies ? options.machine.sharedBytes : 0;
  spread.matrices = options.machine.hasMatrixProduct;
  pm.addNestedPass<func::FuncOp>(createSpreadThreads(spread));
  // What is left is in tasks.
  pm.addNestedPass<func::FuncOp>(createLowerKernelLoops());
  ApproximateMathOptions math;
  math.nativeRounding = options.machine.hasRounding;
  math.nativeHalf = options.machine.hasHalfConversion;
  pm.addNestedPass<func::FuncOp>(createApproximateMath(math));
  pm.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createCSEPass());
  pm.addNestedPass<func::FuncOp>(createLoopInvariantCodeMotionPass());
  // Threads that run together share a long row.
  SpreadRowsOptions rows;
  rows.minThreads = options.machine.minThreads;
  rows.groupThreads = options.machine.groupThreads;
  rows.subgroup = options.machine.subgroupThreads;
  pm.addNestedPass<func::FuncOp>(createSpreadRows(rows));
  // Each scf.forall becomes a function of the device and a launch.
  pm.addPass(createOutlineLaunches(
      OutlineLaunchesOptions{int64_t(options.machine.groupThreads)}));
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
static void buildHostLoops(OpPassManager &pm, const MachineModel &machine) {
  // Results are written onto inputs that nothing reads afterwards.
  ReuseInputsOptions reuse;
  if (!machine.hasThreads)
    reuse.copyBytes = machine.stackBytes;
  pm.addPass(createReuseInputs(reuse));
  // Matrix products and convolutions become loops over tiles in registers.
  EmitContractionsOptions contractions;
  contractions.vectorBits = machine.getTileBits();
  contractions.numVectorRegisters = machine.getNumTileRegisters();
  contractions.hasVectors = machine.vectorBits > 0;
  contractions.stackBytes = machine.stackBytes;
  contractions.dotGroup = machine.dot.group;
  contractions.numIntegerRegisters = machine.numIntegerRegisters;
  contractions.dotAccumulates = machine.dot.accumulates;
  contractions.dotWidenSigned = machine.dot.widenSigned.str();
  contractions.dotWidenUnsigned = machine.dot.widenUnsigned.str();
  for (const auto &[bits, name] : machine.dot.intrinsics)
    contractions.dotIntrinsics.push_back(
        (llvm::Twine(bits) + "=" + name).str());
  pm.addNestedPass<func::FuncOp>(createEmitContractions(contractions));
  // linalg becomes loops, long ones a scf.forall over parts.
  pm.addNestedPass<func::FuncOp>(createLowerKernelLoops());
  // Functions of floats become arithmetic.
  ApproximateMathOptions math;
  math.nativeRounding = machine.hasRounding;
  math.nativeHalf = machine.hasHalfConversion;
  pm.addNestedPass<func::FuncOp>(createApproximateMath(math));
}

/// Kernel by kernel: linalg on tensors -> loops over memory. Afterwards a
/// kernel's tensors are memrefs, and what a device runs is in modules of its
/// own.
void buildLoopsPhase(OpPassManager &pm, const PipelineOptions &options) {
  // A kernel's tensors become memrefs, its results arguments.
  pm.addNestedPass<func::FuncOp>(createBufferizeKernel());
  if (!options.machine.isDevice()) {
    buildHostLoops(pm, options.machine);
  } else {
    // What the device runs goes into modules of its own.
    DividePlanOptions divide;
    if (options.machine.subgroupThreads > 1)
      divide.rowThreads = options.machine.groupThreads;
    pm.addPass(createDividePlan(divide));
    buildDeviceLoops(pm.nest<ModuleOp>(), options);
    buildHostLoops(pm, options.host);
  }
  addCheck(pm, "loops");
}

/// What a device is given: @onnxc_entry records the launches of a part.
static void buildDeviceEntry(OpPassManager &pm,
                             const PipelineOptions &options) {
  // What launches takes addresses; launches go through the context.
  pm.addNestedPass<func::FuncOp>(
      createLowerKernelABI(LowerKernelABIOptions{options.indexBits}));
  pm.addPass(createLowerLaunches(LowerLaunchesOptions{options.indexBits}));
  pm.addPass(createPlanMemory());
  pm.addPass(createLowerDeviceCopies());
}

static void buildHostEntry(OpPassManager &pm, const PipelineOptions &options,
                           const MachineModel &machine) {
  // Kernels take pointers and symbols.
  pm.addNestedPass<func::FuncOp>(
      createLowerKernelABI(LowerKernelABIOptions{options.indexBits}));
  // Each scf.forall becomes a call of the context's parallel_for, or a loop.
  pm.addPass(createOutlineTasks(
      OutlineTasksOptions{options.indexBits, machine.hasThreads}));
  // @main becomes the entry point.
  pm.addPass(createPlanMemory());
}

/// The plan -> an entry point. Afterwards kernels are loops over bare pointers,
/// and @main is onnxc_entry, whose tensors are offsets in one arena.
void buildMemoryPhase(OpPassManager &pm, const PipelineOptions &options) {
  if (options.machine.isDevice()) {
    buildDeviceEntry(pm.nest<ModuleOp>(), options);
    buildHostEntry(pm, options, options.host);
    pm.addPass(createJoinParts());
  } else {
    buildHostEntry(pm, options, options.machine);
  }
  // The entry tells a profiler about the kernels.
  if (options.profile)
    pm.addPass(createProfileCalls());
  addCheck(pm, "memory");
}

/// Loops and memrefs -> the LLVM dialect.
void buildCodePhase(OpPassManager &pm, const PipelineOptions &options) {
  buildCodePipeline(pm, options.indexBits, options.machine.vectorBits > 0,
                    options.debugLines);
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

void registerPipelines() {
  for (const PhaseInfo &phase : getPhases().drop_front())
    PassPipelineRegistration<>(("onnxc-" + phase.name).str(), phase.summary,
                               [build = phase.build](OpPassManager &pm) {
                                 build(pm, PipelineOptions());
                               });
}

} // namespace onnxc
