//===- Family.cpp - IBM Z as onnxc sees it -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/Target.h"

using namespace llvm;

namespace onnxc {

static const TargetName names[] = {
    {"s390x", "s390x-unknown-linux-gnu", "z196, z13, z14, z15, z16"},
};

static bool handles(const Triple &triple) { return triple.isSystemZ(); }

static Baseline getBaseline(const Triple &) {
  // The oldest machine that today's systems run on; LLVM's own is older.
  return {"z196", ""};
}

static void describeMachine(const Triple &, HasFeature has,
                            MachineModel &model) {
  model.hasRounding = has("fp-extension");
  // Eight of its registers are left to the caller, and code keeps some.
  model.numIntegerRegisters = 11;
  // The first vectors had floats of 64 bits only.
  if (has("vector-enhancements-1")) {
    model.vectorBits = 128;
    model.numVectorRegisters = 32;
  } else {
    model.numFloatRegisters = 16;
  }
  model.l1Bytes = 96 << 10;
}

TargetFamily getSystemZFamily() {
  return {"systemz",   "IBM Z, big-endian, with vectors from z14 on",
          names,       handles,
          getBaseline, describeMachine};
}

} // namespace onnxc
