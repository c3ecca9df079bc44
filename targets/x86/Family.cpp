//===- Family.cpp - x86 as onnxc sees it ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/Target.h"

using namespace llvm;

namespace onnxc {

static const TargetName names[] = {
    {"x86_64", "x86_64-unknown-linux-gnu",
     "x86-64-v2, x86-64-v3, x86-64-v4, skylake, znver4, sapphirerapids"},
    {"i686", "i686-unknown-linux-gnu", "pentium4"},
};

static bool handles(const Triple &triple) { return triple.isX86(); }

static Baseline getBaseline(const Triple &triple) {
  return {triple.isArch64Bit() ? "x86-64" : "i686", ""};
}

static void describeMachine(const Triple &, HasFeature has,
                            MachineModel &model) {
  bool is64 = model.pointerBits == 64;
  model.vectorBits = has("sse2") ? 128 : 0;
  model.numVectorRegisters = is64 ? 16 : 8;
  if (has("avx2"))
    model.vectorBits = 256;
  // The first chips with 512 bits lower their clock for them; those with
  // VNNI do so no longer to a degree that matters.
  if (has("avx512f") && has("avx512vl")) {
    model.numVectorRegisters = is64 ? 32 : 8;
    model.vectorBits = 512;
  }
  // Several vectors a block have fewer loads a multiplication than one, and all
  // levels of an object share their weights.
  model.blockBits = model.vectorBits && is64 ? 512 : 0;
  model.hasRounding = has("sse4.1");
  model.hasHalfConversion = has("f16c") || has("avx512f");
  // Unsigned bytes by signed ones. vpmaddubsw would saturate; pairs of 16 bits
  // never do.
  if (has("avx512vnni") || has("avxvnni"))
    model.dot = {4,
                 128,
                 true,
                 {{128, "llvm.x86.avx512.vpdpbusd.128"},
                  {256, "llvm.x86.avx512.vpdpbusd.256"},
                  {512, "llvm.x86.avx512.vpdpbusd.512"}}};
  else if (has("sse2"))
    model.dot = {2,
                 0,
                 false,
                 {{128, "llvm.x86.sse2.pmadd.wd"},
                  {256, "llvm.x86.avx2.pmadd.wd"},
                  {512, "llvm.x86.avx512.pmaddw.d.512"}}};
  erase_if(model.dot.intrinsics, [&](const auto &intrinsic) {
    return intrinsic.first > model.vectorBits;
  });
  model.l1Bytes = 32 << 10;
}

static uint64_t getCpuFeatureBits(HasFeature has) {
  static const struct {
    const char *feature;
    unsigned bit;
  } table[] = {
#define ONNXC_X86(NAME, BIT, FEATURE, WORD, POSITION, STATE) {FEATURE, BIT},
#include "runtime-lite/lib/CpuX86.def"
#undef ONNXC_X86
  };
  uint64_t bits = 0;
  for (const auto &row : table)
    if (has(row.feature))
      bits |= uint64_t(1) << row.bit;
  return bits;
}

TargetFamily getX86Family() {
  return {"x86",
          "x86-64 and i686, SSE2 to AVX-512",
          names,
          handles,
          getBaseline,
          describeMachine,
          getCpuFeatureBits};
}

} // namespace onnxc
