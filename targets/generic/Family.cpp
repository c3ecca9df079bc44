//===- Family.cpp - Any target that LLVM has, without tuning --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/Target.h"

using namespace llvm;

namespace onnxc {

static bool handles(const Triple &) { return true; }

static Baseline getBaseline(const Triple &triple) {
  // LLVM's own default is a machine that no system runs on.
  if (triple.isLoongArch64() && triple.getOS() != Triple::UnknownOS)
    return {"", "+f,+d"};
  return {};
}

static void describeMachine(const Triple &, HasFeature, MachineModel &model) {
  // 64-bit processors that run an operating system have 128-bit vectors;
  // narrower ones are split by LLVM where this is too much.
  bool is64 = model.pointerBits == 64;
  model.vectorBits = is64 ? 128 : 0;
  model.numVectorRegisters = is64 ? 32 : 0;
  model.hasRounding = is64;
  if (!is64) {
    model.l1Bytes = 16 << 10;
  }
}

TargetFamily getGenericFamily() {
  return {"generic",   "any other triple of LLVM, not tuned",
          {},          handles,
          getBaseline, describeMachine};
}

} // namespace onnxc
