//===- GraphTarget.cpp - Fuzzes the importer and what follows first -------===//
//
// Sizes are inferred and checked; nothing is compiled, so that a run is short.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Pipeline.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"
#include "test/fuzz/ModelFolder.h"

using namespace mlir;

static std::unique_ptr<MLIRContext> makeContext() {
  DialectRegistry registry;
  onnxc::registerPipelineDialects(registry);
  auto context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  context->printOpOnDiagnostic(false);
  return context;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static std::unique_ptr<MLIRContext> context;
  static unsigned runs = 0;
  if (runs++ % 200 == 0)
    context = makeContext();
  auto module = onnxc::fuzz::importBytes({data, size}, *context);
  if (!module)
    return 0;
  onnxc::stateMachine(*module, onnxc::PipelineOptions());
  PassManager pm(context.get());
  pm.addNestedPass<func::FuncOp>(onnxc::createInferShapes());
  pm.addNestedPass<func::FuncOp>(onnxc::createCheckSizes());
  pm.addNestedPass<func::FuncOp>(onnxc::createFoldEmptyTensors());
  pm.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createCSEPass());
  onnxc::fuzz::expectWords(*context, "the graph phase",
                           [&] { return pm.run(*module); });
  return 0;
}
