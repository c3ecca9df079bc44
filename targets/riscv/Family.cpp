//===- Family.cpp - RISC-V as onnxc sees it ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/Target.h"

using namespace llvm;

namespace onnxc {

static const TargetName names[] = {
    {"riscv64", "riscv64-unknown-linux-gnu",
     "sifive-u74, sifive-x280, spacemit-x60"},
    {"riscv32", "riscv32-unknown-none-elf", "sifive-e31, sifive-e76"},
};

static bool handles(const Triple &triple) { return triple.isRISCV(); }

static Baseline getBaseline(const Triple &triple) {
  // Hosted systems need more than LLVM's own default, which has no
  // multiplication; microcontrollers that run models have floats of 32 bits.
  if (triple.getOS() != Triple::UnknownOS)
    return {"", "+m,+a,+f,+d,+c"};
  return {"", triple.isArch64Bit() ? "+m,+a,+f,+d,+c" : "+m,+a,+f,+c"};
}

static void describeMachine(const Triple &triple, HasFeature has,
                            MachineModel &model) {
  model.hasRounding = has("zfa");
  model.hasHalfConversion = has("zfhmin");
  model.numFloatRegisters = has("f") ? 32 : 0;
  // Of 32: products are made before the sums that take them, and wait.
  model.numIntegerRegisters = has("e") ? 14 : 20;
  // Vectors as long as every machine with these features has them.
  if (has("v")) {
    model.numVectorRegisters = 32;
    model.vectorBits = 128;
    for (unsigned bits : {256, 512, 1024})
      if (has(("zvl" + Twine(bits) + "b").str()))
        model.vectorBits = bits;
  }
  if (triple.getOS() == Triple::UnknownOS)
    describeMicrocontroller(model);
}

TargetFamily getRISCVFamily() {
  return {"riscv",     "RISC-V of 32 and 64 bits, scalar and with vectors (+v)",
          names,       handles,
          getBaseline, describeMachine};
}

} // namespace onnxc
