//===- Target.cpp - Resolution of triples and CPUs ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/Target.h"
#include "targets/TargetNames.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/TargetParser/Host.h"
#include <algorithm>
#include <mutex>

using namespace llvm;
using namespace onnxc;

namespace onnxc {

#define ONNXC_TARGET_FAMILY(NAME) TargetFamily get##NAME##Family();
#include "targets/Targets.def"

} // namespace onnxc

ArrayRef<TargetFamily> onnxc::getTargetFamilies() {
  static const TargetFamily families[] = {
#define ONNXC_TARGET_FAMILY(NAME) get##NAME##Family(),
#include "targets/Targets.def"
  };
  return families;
}

static void initializeTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
    InitializeAllAsmParsers();
  });
}

std::string onnxc::Target::str() const {
  return triple.str() + " " + (cpu.empty() ? "generic" : cpu);
}

std::unique_ptr<TargetMachine>
onnxc::Target::createTargetMachine(CodeGenOptLevel level) const {
  std::string error;
  const llvm::Target *target = TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  // Objects must fit in shared libraries and position-independent programs;
  // firmware is linked at fixed addresses.
  bool bareMetal = triple.getOS() == Triple::UnknownOS;
  TargetOptions options;
  options.MCOptions.AsmVerbose = true;
  return std::unique_ptr<TargetMachine>(target->createTargetMachine(
      triple, cpu, features, options, bareMetal ? Reloc::Static : Reloc::PIC_,
      std::nullopt, level));
}

/// The features of the host. Virtual machines hide instruction sets, so its
/// CPU's name does not tell.
static std::string getHostFeatures() {
  SmallVector<std::string> list;
  for (const auto &entry : sys::getHostCPUFeatures())
    list.push_back((entry.second ? "+" : "-") + entry.first().str());
  llvm::sort(list, [](StringRef a, StringRef b) {
    return a.drop_front() < b.drop_front();
  });
  return join(list, ",");
}

static const TargetFamily &getFamily(const Triple &triple) {
  return *llvm::find_if(getTargetFamilies(), [&](const TargetFamily &family) {
    return family.handles(triple);
  });
}

Triple onnxc::getTriple(StringRef target) {
  for (const TargetFamily &family : getTargetFamilies())
    for (const TargetName &name : family.names)
      if (name.name == target)
        return Triple(Triple::normalize(name.triple));
  return Triple(Triple::normalize(target.empty() ? sys::getDefaultTargetTriple()
                                                 : target.str()));
}

Expected<std::unique_ptr<MCSubtargetInfo>>
onnxc::createSubtargetInfo(const Triple &triple, StringRef said) {
  initializeTargets();
  std::string error;
  const llvm::Target *target = TargetRegistry::lookupTarget(triple, error);
  if (!target) {
    Nearest nearest(said);
    for (const TargetFamily &family : getTargetFamilies())
      for (const TargetName &name : family.names) {
        nearest.consider(name.name);
        nearest.consider(name.triple);
      }
    return createStringError("no target is known for '" + said.str() + "'" +
                             nearest.ask() +
                             " (--list-targets prints what there is)");
  }
  std::unique_ptr<MCSubtargetInfo> info(
      target->createMCSubtargetInfo(triple, "", ""));
  if (!info)
    return createStringError("the target '" + triple.str() +
                             "' cannot generate code");
  return info;
}

/// Asking for an unknown CPU's or feature's subtarget prints a warning only.
static Error checkNames(const MCSubtargetInfo &known, const Triple &triple,
                        StringRef cpu, StringRef features) {
  if (!cpu.empty() && !known.isCPUStringValid(cpu)) {
    std::string hint;
    for (const TargetFamily &family : getTargetFamilies())
      for (const TargetName &name : family.names) {
        SmallVector<StringRef> cpus;
        name.cpus.split(cpus, ", ");
        if (hint.empty() && llvm::is_contained(cpus, cpu))
          hint = "; it is one of --target=" + name.triple.str();
      }
    Nearest nearest(cpu);
    for (const SubtargetSubTypeKV &other : known.getAllProcessorDescriptions())
      nearest.consider(other.Key);
    if (hint.empty())
      hint = nearest.ask();
    return createStringError("'" + cpu.str() + "' is no CPU of the target '" +
                             triple.str() + "'" + hint);
  }
  SmallVector<StringRef> list;
  features.split(list, ',', -1, /*KeepEmpty=*/false);
  for (StringRef feature : list) {
    StringRef name = feature.drop_front();
    if (!feature.starts_with("+") && !feature.starts_with("-"))
      return createStringError("-mattr wants a list like +avx2,-fma, not '" +
                               feature.str() + "'");
    Nearest nearest(name);
    bool isKnown = false;
    for (const SubtargetFeatureKV &other : known.getAllProcessorFeatures()) {
      isKnown |= name == other.Key;
      nearest.consider(other.Key);
    }
    if (!isKnown)
      return createStringError("'" + name.str() +
                               "' is no feature of the target '" +
                               triple.str() + "'" + nearest.ask());
  }
  return Error::success();
}

Expected<onnxc::Target> onnxc::resolveTarget(StringRef said, StringRef cpu,
                                             StringRef features) {
  onnxc::Target result;
  result.triple = getTriple(said);
  auto known = createSubtargetInfo(result.triple, said);
  if (!known)
    return known.takeError();
  if (cpu != "native")
    if (Error error = checkNames(**known, result.triple, cpu, features))
      return std::move(error);

  result.family = &getFamily(result.triple);
  result.cpu = cpu.str();
  StringRef given = "";
  std::string hostFeatures;
  if (cpu == "native") {
    Triple host(sys::getProcessTriple());
    if (host.getArch() != result.triple.getArch())
      return createStringError("-mcpu=native needs a target of this machine's "
                               "architecture, not '" +
                               result.triple.str() + "'");
    result.cpu = sys::getHostCPUName().str();
    hostFeatures = getHostFeatures();
    given = hostFeatures;
    if (Error error = checkNames(**known, result.triple, "", features))
      return std::move(error);
  }
  // "generic" is what the triple stands for, too.
  Baseline baseline = result.family->getBaseline(result.triple);
  if (cpu.empty())
    result.cpu = baseline.cpu.str();
  if (cpu.empty() || cpu == "generic")
    given = baseline.features;
  result.features = given.str();
  if (!given.empty() && !features.empty())
    result.features += ",";
  result.features += features.str();

  std::string error;
  const llvm::Target *target =
      TargetRegistry::lookupTarget(result.triple, error);
  std::unique_ptr<MCSubtargetInfo> subtarget(target->createMCSubtargetInfo(
      result.triple, result.cpu, result.features));
  auto has = [&](StringRef name) {
    return subtarget->checkFeatures(("+" + name).str());
  };
  auto machine = result.createTargetMachine(CodeGenOptLevel::Default);
  if (!machine)
    return createStringError("the target '" + result.triple.str() +
                             "' cannot generate code");
  result.machine.pointerBits =
      machine->createDataLayout().getPointerSizeInBits();
  result.family->describeMachine(result.triple, has, result.machine);
  if (result.family->getCpuFeatureBits)
    result.cpuFeatureBits = result.family->getCpuFeatureBits(has);
  return result;
}
