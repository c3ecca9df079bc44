//===- Family.cpp - WebAssembly as onnxc sees it -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/Target.h"

using namespace llvm;

namespace onnxc {

static const TargetName names[] = {
    {"wasm32", "wasm32-unknown-unknown", "generic, mvp, bleeding-edge"},
    {"wasm64", "wasm64-unknown-unknown", "generic"},
};

static bool handles(const Triple &triple) { return triple.isWasm(); }

static Baseline getBaseline(const Triple &triple) {
  // What every browser has had since 2023.
  return {"generic", "+simd128,+nontrapping-fptoint,+sign-ext,+bulk-memory"};
}

static void describeMachine(const Triple &triple, HasFeature has,
                            MachineModel &model) {
  model.vectorBits = has("simd128") ? 128 : 0;
  // Engines have as many on x86-64; a program sees any number.
  model.numVectorRegisters = 16;
  model.numFloatRegisters = 16;
  // Multiplying and adding in one step is left to the engine to do or not.
  model.hasRounding = true;
  // A thread of one's own needs a host that shares the memory.
  model.hasThreads = has("atomics");
  model.stackBytes = 32 << 10;
  if (has("simd128"))
    model.dot = {2, 0, false, {{128, "llvm.wasm.dot"}}};
}

TargetFamily getWasmFamily() {
  return {"wasm",      "WebAssembly with 128-bit vectors",
          names,       handles,
          getBaseline, describeMachine};
}

} // namespace onnxc
