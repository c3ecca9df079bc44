//===- Family.cpp - 32-bit ARM: Cortex-A, -R and microcontrollers --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/Target.h"

using namespace llvm;

namespace onnxc {

static const TargetName names[] = {
    {"cortex-m", "thumbv7em-none-eabihf", "cortex-m4, cortex-m7"},
    {"cortex-m33", "thumbv8m.main-none-eabihf", "cortex-m33"},
    {"cortex-m55", "thumbv8.1m.main-none-eabihf", "cortex-m55, cortex-m85"},
    {"cortex-m0", "thumbv6m-none-eabi", "cortex-m0, cortex-m0plus"},
    {"armv7", "armv7-unknown-linux-gnueabihf", "cortex-a7, cortex-a9"},
};

static bool handles(const Triple &triple) {
  return triple.isARM() || triple.isThumb();
}

static Baseline getBaseline(const Triple &triple) {
  // The processor that a microcontroller's triple was made for.
  bool hasFloats = triple.getEnvironment() == Triple::EABIHF;
  if (triple.getOS() != Triple::UnknownOS)
    return {};
  if (triple.getSubArch() == Triple::ARMSubArch_v7em && hasFloats)
    return {"cortex-m4", ""};
  if (triple.getSubArch() == Triple::ARMSubArch_v8m_mainline)
    return {"cortex-m33", ""};
  if (triple.getSubArch() == Triple::ARMSubArch_v8_1m_mainline)
    return {"cortex-m55", ""};
  return {};
}

static void describeMachine(const Triple &triple, HasFeature has,
                            MachineModel &model) {
  model.hasRounding = has("fp-armv8d16sp");
  model.hasHalfConversion = false;
  // SMLAD: two products of 16 bits.
  if (has("dsp"))
    model.dot = {4,
                 0,
                 true,
                 {{32, "llvm.arm.smlad"}},
                 "llvm.arm.sxtb16",
                 "llvm.arm.uxtb16"};
  // S registers: half of those that the D registers of a large file are.
  model.numFloatRegisters = has("vfp2sp") ? 32 : 0;
  if (has("neon")) {
    model.vectorBits = 128;
    model.numVectorRegisters = has("d32") ? 16 : 8;
  } else if (has("mve.fp")) {
    model.vectorBits = 128;
    model.numVectorRegisters = 8;
  }
  if (triple.getOS() == Triple::UnknownOS)
    describeMicrocontroller(model);
}

TargetFamily getArmFamily() {
  return {"arm",
          "32-bit ARM: NEON, Cortex-M with and without a float unit, Helium",
          names,
          handles,
          getBaseline,
          describeMachine};
}

} // namespace onnxc
