//===- Family.cpp - 64-bit ARM as onnxc sees it --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/Target.h"

using namespace llvm;

namespace onnxc {

static const TargetName names[] = {
    {"aarch64", "aarch64-unknown-linux-gnu",
     "cortex-a53, cortex-a76, neoverse-n1, neoverse-v2, apple-m1"},
    {"arm64-apple", "arm64-apple-macosx11.0", "apple-m1"},
};

static bool handles(const Triple &triple) { return triple.isAArch64(); }

static Baseline getBaseline(const Triple &triple) { return {}; }

static void describeMachine(const Triple &triple, HasFeature has,
                            MachineModel &model) {
  model.vectorBits = has("neon") ? 128 : 0;
  model.numVectorRegisters = 32;
  model.hasRounding = model.hasHalfConversion = true;
  if (has("dotprod"))
    model.dot = {4, -128, true, {{128, "llvm.aarch64.neon.sdot.v4i32.v16i8"}}};
}

TargetFamily getAArch64Family() {
  return {"aarch64", "64-bit ARM, NEON", names,
          handles,   getBaseline,        describeMachine};
}

} // namespace onnxc
