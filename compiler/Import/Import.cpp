//===- Import.cpp - The steps of the import, in order ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Import.h"
#include "compiler/Import/Model.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/plan/Plan.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include <google/protobuf/stubs/logging.h>

using namespace mlir;

namespace onnxc {

/// Nothing is thrown past this, and protobuf prints nothing of its own.
template <typename Step>
static auto contain(Model &model, Step step) -> decltype(step()) {
  google::protobuf::LogSilencer silence;
  try {
    return step();
  } catch (const std::bad_alloc &) {
    model.error() << "needs more memory than there is";
  } catch (const std::exception &e) {
    model.error() << "cannot be imported: " << getReason(e);
  }
  return failure();
}

FailureOr<OwningOpRef<ModuleOp>>
importModel(StringRef path, const ImportOptions &options, MLIRContext &context,
            ExternalFiles &files, ModelFacts *facts) {
  context
      .loadDialect<onnx::OnnxDialect, plan::PlanDialect, func::FuncDialect>();
  Model model(path, context);
  llvm::scope_exit listFiles([&] {
    for (const auto &entry : model.mapped)
      files.push_back(entry.first().str());
    llvm::sort(files);
  });
  return contain(model, [&]() -> FailureOr<OwningOpRef<ModuleOp>> {
    if (failed(readModel(model)))
      return failure();
    guardInference(model);
    if (facts)
      *facts = collectFacts(*model.proto);
    if (failed(addFunctions(model, options, files)) ||
        failed(unifyDomains(model)) ||
        failed(takeCustomOperators(model, options)))
      return failure();
    sortNodes(model);
    if (failed(findNchwcBlocks(model, options)) ||
        failed(checkEquations(model)) || failed(checkAxes(model, options)) ||
        failed(checkStructure(model)) || failed(setWeightsAside(model)) ||
        failed(defineQuantizedFunctions(model, options)) ||
        failed(inlineLocalFunctions(model)) ||
        failed(checkNodes(model, options)) || failed(upgradeModel(model)) ||
        failed(expandFunctions(model, options)))
      return failure();
    return buildModule(model, options);
  });
}

FailureOr<ModelFacts> readModelFacts(StringRef path, MLIRContext &context) {
  Model model(path, context);
  return contain(model, [&]() -> FailureOr<ModelFacts> {
    if (failed(readModel(model)))
      return failure();
    return collectFacts(*model.proto);
  });
}

} // namespace onnxc
