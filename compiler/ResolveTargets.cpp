//===- ResolveTargets.cpp - The machines of a compilation -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/ResolveTargets.h"

using namespace llvm;

namespace onnxc {

/// A shared library is linked here and now.
static Error checkShared(const Options &options, const Triple &triple) {
  if (options.emit != EmitKind::Shared ||
      (triple.isOSBinFormatELF() && triple.getOS() != Triple::UnknownOS))
    return Error::success();
  return createStringError(
      "--emit=shared goes with systems that load ELF, which '" + triple.str() +
      "' does not; link the object of --emit=obj with its own linker");
}

/// Which of several CPUs runs the code is found out when the model runs.
static Error checkSeveral(const Options &options, ArrayRef<Target> cpus) {
  if (options.emit != EmitKind::Object && options.emit != EmitKind::Archive &&
      options.emit != EmitKind::Header && options.emit != EmitKind::Rust)
    return createStringError(
        "several CPUs in one file need the runtime's help: they go with "
        "--emit=obj, archive or rust");
  if (!cpus.front().triple.isOSBinFormatELF())
    return createStringError(
        "several CPUs in one file go with targets of ELF, not '" +
        cpus.front().triple.str() + "'");
  for (auto [low, high] : zip(cpus, cpus.drop_front()))
    if (low.cpuFeatureBits == high.cpuFeatureBits ||
        (low.cpuFeatureBits & ~high.cpuFeatureBits))
      return createStringError(
          "of several CPUs each has to have more than the one before it, of "
          "what the runtime can find out: '" +
          high.cpu + "' has not more than '" + low.cpu + "'");
  return Error::success();
}

/// What goes with some devices only, or with none.
static Error checkDevice(const Options &options,
                         const std::optional<Target> &device) {
  auto isFor = [&](MachineModel::DeviceCode code) {
    return device && device->machine.deviceCode == code;
  };
  if (options.emit == EmitKind::PTX && !isFor(MachineModel::PTX))
    return createStringError("--emit=ptx goes with --target=nvptx64");
  if (options.emit == EmitKind::SPIRV && !isFor(MachineModel::SPIRV))
    return createStringError("--emit=spirv goes with --target=vulkan");
  if ((options.profile || options.observe) && device)
    return createStringError("--profile and --observe go with targets that are "
                             "CPUs");
  return Error::success();
}

/// Where the target is a device, it becomes that, and its host the CPU.
static Error takeDevice(const Options &options, CompilationTargets &targets) {
  if (!targets.cpus.front().machine.isDevice()) {
    if (options.hostCpu.empty())
      return Error::success();
    return createStringError(
        "--host-cpu goes with targets that are GPUs; say -mcpu");
  }
  if (targets.cpus.size() > 1)
    return createStringError(
        "one device at a time: several CPUs go with targets that are CPUs");
  // Any machine of this one's kind launches its kernels, unless told.
  auto host = resolveTarget("", options.hostCpu);
  if (!host)
    return host.takeError();
  targets.device = std::exchange(targets.cpus.front(), std::move(*host));
  return Error::success();
}

Expected<CompilationTargets> resolveTargets(const Options &options) {
  CompilationTargets targets;
  std::string cpu = options.cpu;
  if (cpu.empty() && options.triple.empty())
    cpu = "native";
  SmallVector<StringRef> cpus;
  StringRef(cpu).split(cpus, ',');
  for (StringRef one : cpus) {
    auto resolved = resolveTarget(options.triple, one, options.features);
    if (!resolved)
      return resolved.takeError();
    targets.cpus.push_back(std::move(*resolved));
  }
  if (Error error = takeDevice(options, targets))
    return error;
  if (Error error = checkShared(options, targets.cpus.front().triple))
    return error;
  if (targets.cpus.size() > 1)
    if (Error error = checkSeveral(options, targets.cpus))
      return error;
  if (Error error = checkDevice(options, targets.device))
    return error;
  return targets;
}

} // namespace onnxc
