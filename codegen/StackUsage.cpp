//===- StackUsage.cpp - How much stack generated code takes ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/StackUsage.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/LLVMContext.h"

using namespace llvm;

namespace onnxc {

/// LLVM warns of frames above a size, which is 0 here.
class StackUsage::Handler : public DiagnosticHandler {
public:
  explicit Handler(StackUsage &usage) : usage(usage) {}

  bool handleDiagnostics(const DiagnosticInfo &info) override {
    auto *frame = dyn_cast<DiagnosticInfoStackSize>(&info);
    if (!frame)
      return false;
    std::lock_guard<std::mutex> lock(usage.mutex);
    usage.frames[frame->getFunction().getName()].bytes = frame->getStackSize();
    return true;
  }

private:
  StackUsage &usage;
};

void StackUsage::watch(Module &module) {
  const Triple &triple = module.getTargetTriple();
  std::lock_guard<std::mutex> lock(mutex);
  if (triple.isX86())
    returnBytes = module.getDataLayout().getPointerSize();
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("warn-stack-size", "0");
    Frame &frame = frames[function.getName()];
    for (BasicBlock &block : function)
      for (Instruction &instruction : block) {
        auto *alloca = dyn_cast<AllocaInst>(&instruction);
        if (alloca && !alloca->isStaticAlloca())
          frame.isOpen = true;
        auto *call = dyn_cast<CallBase>(&instruction);
        if (!call)
          continue;
        Function *callee = call->getCalledFunction();
        if (!callee)
          frame.isOpen = true;
        else if (callee->isIntrinsic())
          frame.callsOutside |= isa<MemIntrinsic>(call);
        else
          frame.callees.insert(callee->getName().str());
      }
  }
  module.getContext().setDiagnosticHandler(std::make_unique<Handler>(*this));
}

std::optional<StackUsage::Worst> StackUsage::getWorst(StringRef name) const {
  auto it = frames.find(name);
  if (it == frames.end())
    return Worst{kHelperBytes, {}};
  const Frame &frame = it->second;
  if (frame.isOpen)
    return std::nullopt;
  Worst deepest;
  if (frame.callsOutside)
    deepest.bytes = kHelperBytes;
  for (const std::string &callee : frame.callees) {
    // Generated code does not call itself.
    std::optional<Worst> below = getWorst(callee);
    if (!below)
      return std::nullopt;
    if (below->bytes > deepest.bytes)
      deepest = *below;
  }
  deepest.bytes += frame.bytes + returnBytes;
  deepest.path.insert(deepest.path.begin(), name.str());
  return deepest;
}

std::vector<StackUsage::Usage> StackUsage::list() const {
  std::vector<Usage> functions;
  for (const auto &entry : frames) {
    Usage function{entry.getKey().str(), entry.second.bytes + returnBytes,
                   std::nullopt};
    if (std::optional<Worst> worst = getWorst(entry.getKey()))
      function.worstBytes = worst->bytes;
    functions.push_back(std::move(function));
  }
  llvm::sort(functions,
             [](const Usage &a, const Usage &b) { return a.name < b.name; });
  return functions;
}

} // namespace onnxc
