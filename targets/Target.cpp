//===- Target.cpp - Resolution of triples and CPUs ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/Target.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/TargetParser/Host.h"
#include <algorithm>
#include <mutex>

using namespace llvm;

namespace onnxc {

#define ONNXC_TARGET_FAMILY(NAME) TargetFamily get##NAME##Family();
#include "targets/Targets.def"

ArrayRef<TargetFamily> getTargetFamilies() {
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

std::string Target::str() const {
  return triple.str() + " " + (cpu.empty() ? "generic" : cpu);
}

std::unique_ptr<TargetMachine>
Target::createTargetMachine(CodeGenOptLevel level) const {
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

/// What the host has and lacks. Virtual machines hide instruction sets, so its
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

/// What a triple alone promises, where LLVM's own default is a machine that no
/// system runs on: hosted RISC-V and LoongArch have floating point.
static StringRef getBaselineFeatures(const Triple &triple) {
  if (triple.getOS() == Triple::UnknownOS)
    return "";
  if (triple.isRISCV())
    return "+m,+a,+f,+d,+c";
  if (triple.isLoongArch64())
    return "+f,+d";
  return "";
}

Expected<Target> resolveTarget(StringRef tripleName, StringRef cpu,
                               StringRef features) {
  initializeTargets();
  Target result;
  result.triple = Triple(Triple::normalize(
      tripleName.empty() ? sys::getDefaultTargetTriple() : tripleName.str()));
  std::string error;
  const llvm::Target *target =
      TargetRegistry::lookupTarget(result.triple, error);
  if (!target)
    return createStringError("no target is known for the triple '" +
                             result.triple.str() + "' (see --list-targets)");

  result.cpu = cpu.str();
  result.features = features.str();
  if (cpu == "native") {
    Triple host(sys::getProcessTriple());
    if (host.getArch() != result.triple.getArch())
      return createStringError("-mcpu=native needs a target of this machine's "
                               "architecture, not '" +
                               result.triple.str() + "'");
    result.cpu = sys::getHostCPUName().str();
    std::string hostFeatures = getHostFeatures();
    if (!hostFeatures.empty() && !features.empty())
      hostFeatures += ",";
    result.features = hostFeatures + features.str();
  }
  if (result.cpu.empty() && result.triple.isX86())
    result.cpu = result.triple.isArch64Bit() ? "x86-64" : "i686";
  if (result.cpu.empty()) {
    std::string baseline = getBaselineFeatures(result.triple).str();
    if (!baseline.empty() && !features.empty())
      baseline += ",";
    result.features = baseline + features.str();
  }

  // Asking for an unknown CPU's subtarget prints a warning, so ask first.
  std::unique_ptr<MCSubtargetInfo> plain(
      target->createMCSubtargetInfo(result.triple, "", ""));
  if (!plain)
    return createStringError("the target '" + result.triple.str() +
                             "' cannot generate code");
  if (!result.cpu.empty() && !plain->isCPUStringValid(result.cpu))
    return createStringError("'" + result.cpu + "' is no CPU of the target '" +
                             result.triple.str() + "'");
  std::unique_ptr<MCSubtargetInfo> subtarget(target->createMCSubtargetInfo(
      result.triple, result.cpu, result.features));

  for (const TargetFamily &family : getTargetFamilies()) {
    if (!family.handles(result.triple))
      continue;
    result.family = &family;
    break;
  }
  auto has = [&](StringRef name) {
    return subtarget->checkFeatures(("+" + name).str());
  };
  auto machine = result.createTargetMachine(CodeGenOptLevel::Default);
  if (!machine)
    return createStringError("the target '" + result.triple.str() +
                             "' cannot generate code");
  result.machine.pointerBits =
      machine->createDataLayout().getPointerSizeInBits();
  result.family->describeMachine(has, result.machine);
  result.cpuFeatureBits = result.family->cpuFeatureBits(has);
  return result;
}

void printTargets(raw_ostream &os) {
  initializeTargets();
  os << "Tuned targets:\n";
  for (const TargetFamily &family : getTargetFamilies())
    os << "  " << left_justify(family.name, 10) << family.summary << "\n";
  os << "\n";
  TargetRegistry::printRegisteredTargetsForVersion(os);
}

} // namespace onnxc
