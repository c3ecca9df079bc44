//===- Family.cpp - GPUs behind Vulkan as onnxc sees them -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/Target.h"

using namespace llvm;

namespace onnxc {

static const TargetName names[] = {
    {"vulkan", "spirv-unknown-vulkan1.2", ""},
};

static bool handles(const Triple &triple) {
  return triple.isSPIRV() && triple.getOS() == Triple::Vulkan;
}

static Baseline getBaseline(const Triple &triple) { return {"", ""}; }

static void describeMachine(const Triple &triple, HasFeature has,
                            MachineModel &model) {
  model.deviceCode = MachineModel::SPIRV;
  // What any of them has. Whether it multiplies and adds in one step is left
  // to the driver.
  model.hasRounding = true;
  model.hasHalfConversion = true;
  model.groupThreads = 64;
  model.minThreads = 1 << 12;
  model.sharedBytes = 16 << 10;
}

TargetFamily getVulkanFamily() {
  return {"vulkan",    "GPUs through Vulkan 1.2: SPIR-V 1.3",
          names,       handles,
          getBaseline, describeMachine};
}

} // namespace onnxc
