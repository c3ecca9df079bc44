//===- onnxc-opt.cpp - mlir-opt for onnxc's dialects and passes -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/LowerToLLVM.h"
#include "compiler/EvaluateConstants.h"
#include "compiler/Pipeline.h"
#include "compiler/RegisterUpstream.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "passes/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  onnxc::registerUpstream(registry);
  registry.insert<onnxc::onnx::OnnxDialect, onnxc::plan::PlanDialect>();
  onnxc::registerLLVMTranslation(registry);
  onnxc::registerPasses(onnxc::evaluateConstants);
  onnxc::registerPipelines();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "onnxc optimizer\n", registry));
}
