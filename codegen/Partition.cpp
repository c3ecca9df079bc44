//===- Partition.cpp - One LLVM module cut into several -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/Partition.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/Instructions.h"
#include <algorithm>

using namespace llvm;

namespace onnxc {

/// A part has at least this many instructions: fewer do not repay the reading
/// of one more module.
constexpr size_t instructionsPerPart = 4000;
constexpr size_t maxParts = 32;

/// Local functions that a function of the interface names: the kernels.
static SetVector<Function *> findKernels(Module &module) {
  SetVector<Function *> kernels;
  for (Function &function : module) {
    if (function.isDeclaration() || function.hasLocalLinkage())
      continue;
    for (BasicBlock &block : function)
      for (Instruction &instruction : block)
        for (Value *operand : instruction.operands())
          if (auto *callee = dyn_cast<Function>(operand->stripPointerCasts()))
            if (!callee->isDeclaration() && callee->hasLocalLinkage())
              kernels.insert(callee);
  }
  return kernels;
}

void exposeKernels(Module &module, StringRef prefix) {
  for (Function *kernel : findKernels(module)) {
    // One copy of a kernel is enough: a call costs nothing beside it.
    kernel->addFnAttr(Attribute::NoInline);
    kernel->setName(prefix + "_" + kernel->getName());
    kernel->setLinkage(GlobalValue::ExternalLinkage);
    kernel->setVisibility(GlobalValue::HiddenVisibility);
    kernel->setDSOLocal(true);
  }
}

/// The local functions that a function needs, at first or second hand.
static SetVector<Function *> findHelpers(Function &function) {
  SetVector<Function *> helpers;
  auto collect = [&](Function &user) {
    for (BasicBlock &block : user)
      for (Instruction &instruction : block)
        for (Value *operand : instruction.operands())
          if (auto *helper = dyn_cast<Function>(operand->stripPointerCasts()))
            if (!helper->isDeclaration() && helper->hasLocalLinkage())
              helpers.insert(helper);
  };
  collect(function);
  for (size_t i = 0; i < helpers.size(); ++i)
    collect(*helpers[i]);
  return helpers;
}

Partition::Partition(Module &module) {
  struct Share {
    std::string name;
    size_t weight;
    SetVector<Function *> helpers;
  };
  std::vector<Share> shares;
  size_t total = 0;
  for (Function &function : module) {
    if (function.isDeclaration() || function.hasLocalLinkage())
      continue;
    Share share{function.getName().str(), function.getInstructionCount(),
                findHelpers(function)};
    for (Function *helper : share.helpers)
      share.weight += helper->getInstructionCount();
    shares.push_back(std::move(share));
    total += shares.back().weight;
  }
  numParts = std::clamp<size_t>(total / instructionsPerPart, 1, maxParts);

  // The largest first, each into the part that has least so far.
  llvm::sort(shares, [](const Share &a, const Share &b) {
    return a.weight != b.weight ? a.weight > b.weight : a.name < b.name;
  });
  std::vector<size_t> filled(numParts);
  for (const Share &share : shares) {
    unsigned part = llvm::min_element(filled) - filled.begin();
    partsOf[share.name].insert(part);
    for (Function *helper : share.helpers)
      partsOf[helper->getName()].insert(part);
    filled[part] += share.weight;
  }
  raw_string_ostream os(bitcode);
  WriteBitcodeToFile(module, os);
}

Expected<std::unique_ptr<Module>> Partition::load(unsigned part,
                                                  LLVMContext &context) const {
  Expected<std::unique_ptr<Module>> module =
      getLazyBitcodeModule(MemoryBufferRef(bitcode, "model"), context);
  if (!module)
    return module.takeError();
  for (Function &function : **module) {
    auto it = partsOf.find(function.getName());
    if (it == partsOf.end() || it->second.contains(part))
      continue;
    function.deleteBody();
    function.setComdat(nullptr);
  }
  // Tables belong to the first part.
  for (GlobalVariable &variable : (*module)->globals()) {
    if (part == 0 || variable.isDeclaration() || variable.hasLocalLinkage())
      continue;
    variable.setInitializer(nullptr);
    variable.setLinkage(GlobalValue::ExternalLinkage);
  }
  if (Error error = (*module)->materializeAll())
    return std::move(error);
  return module;
}

} // namespace onnxc
