//===- Limits.cpp - Budgets that a compilation has to keep to -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Limits.h"
#include "dialects/plan/PlanAttrs.h"

using namespace llvm;

namespace onnxc {

namespace {

/// The tensors that take most room, each as '"node" bytes', the largest first.
struct LargestTensors {
  std::vector<std::string> arena, weights;
  /// Nodes or outputs whose size depends on data.
  std::vector<std::string> allocating;
};

} // namespace

static void describe(mlir::ArrayAttr list, std::vector<std::string> &texts) {
  for (auto use : list.getAsRange<plan::MemoryUseAttr>()) {
    std::string what = use.getWhat() ? use.getWhat().str() + " " : "";
    texts.push_back(what + "\"" + use.getNodes().str() + "\" " +
                    std::to_string(use.getBytes()));
  }
}

static LargestTensors getLargestTensors(mlir::ModuleOp module,
                                        const ModelInterface &model) {
  LargestTensors largest;
  if (auto arena = plan::attrs::Arena::get(module))
    describe(arena.getFilledBy(), largest.arena);
  if (auto list = plan::attrs::LargestWeights::get(module))
    describe(list, largest.weights);
  if (auto list = plan::attrs::Allocating::get(module))
    for (StringRef name : list.getAsValueRange<mlir::StringAttr>())
      largest.allocating.push_back(name.str());
  if (largest.allocating.empty() && model.needsAllocator())
    for (const TensorInterface &output : model.outputs)
      if (model.dependsOnData(output))
        largest.allocating.push_back(output.name);
  return largest;
}

static std::string list(ArrayRef<std::string> texts) {
  constexpr size_t most = 5;
  std::string result;
  for (const std::string &text : texts.take_front(most))
    result += "\n  " + text;
  if (texts.size() > most)
    result += "\n  and " + std::to_string(texts.size() - most) + " more";
  return result;
}

Error checkLimits(const Options &options, mlir::ModuleOp module,
                  const ModelInterface &model, const EmittedCode &emitted) {
  LargestTensors largest = getLargestTensors(module, model);
  if (options.freestanding) {
    if (!largest.allocating.empty())
      return createStringError(
          "--freestanding: an allocator would be needed, as sizes depend on "
          "data in" +
          list(largest.allocating));
    StringSet<> functions;
    for (const FunctionInterface &function : model.functions)
      functions.insert(function.symbol);
    if (Error error = checkFreestanding(emitted.facts, functions))
      return error;
  }
  if (options.maxArena) {
    if (!emitted.arenaBytes || *emitted.arenaBytes < 0)
      return createStringError("--max-arena: the arena's size depends on free "
                               "dimensions; bind or bound them with --dim");
    if (uint64_t(*emitted.arenaBytes) > *options.maxArena)
      return createStringError(
          "the arena takes " + std::to_string(*emitted.arenaBytes) +
          " bytes, --max-arena allows " + std::to_string(*options.maxArena) +
          "; it is filled by the results of" + list(largest.arena));
  }
  uint64_t flash = emitted.facts.codeBytes + emitted.facts.constantBytes;
  if (options.maxFlash && flash > *options.maxFlash)
    return createStringError(
        "code (" + std::to_string(emitted.facts.codeBytes) +
        " bytes) and constants (" +
        std::to_string(emitted.facts.constantBytes) + ") take " +
        std::to_string(flash) + " bytes, --max-flash allows " +
        std::to_string(*options.maxFlash) + "; the largest weights are" +
        list(largest.weights));
  if (options.maxStack) {
    if (!emitted.stack)
      return createStringError(
          "--max-stack: the code calls threads or an allocator by pointers, "
          "whose stack nobody knows; compile for a target without an "
          "operating system, or with fixed dimensions");
    if (emitted.stack->bytes > *options.maxStack)
      return createStringError(
          "the stack may take " + std::to_string(emitted.stack->bytes) +
          " bytes, --max-stack allows " + std::to_string(*options.maxStack) +
          "; the deepest calls are" + list(emitted.stack->path));
  }
  return Error::success();
}

} // namespace onnxc
