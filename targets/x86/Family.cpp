//===- Family.cpp - x86 as onnxc sees it ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/RuntimeABI.h"
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
  model.l2Bytes = has("avx512f") ? 1 << 20 : 256 << 10;
}

static uint64_t getCpuFeatureBits(HasFeature has) {
  static const struct {
    const char *feature;
    abi::X86Bit bit;
  } table[] = {
      {"sse4.2", abi::X86SSE42},
      {"avx", abi::X86AVX},
      {"avx2", abi::X86AVX2},
      {"fma", abi::X86FMA},
      {"f16c", abi::X86F16C},
      {"bmi2", abi::X86BMI2},
      {"avx512f", abi::X86AVX512F},
      {"avx512bw", abi::X86AVX512BW},
      {"avx512vl", abi::X86AVX512VL},
      {"avx512dq", abi::X86AVX512DQ},
      {"avx512vnni", abi::X86AVX512VNNI},
      {"avxvnni", abi::X86AVXVNNI},
      {"avx512bf16", abi::X86AVX512BF16},
      {"avx512fp16", abi::X86AVX512FP16},
      {"popcnt", abi::X86POPCNT},
      {"lzcnt", abi::X86LZCNT},
      {"bmi", abi::X86BMI},
      {"movbe", abi::X86MOVBE},
      {"avx512cd", abi::X86AVX512CD},
      {"avx512ifma", abi::X86AVX512IFMA},
      {"avx512vbmi", abi::X86AVX512VBMI},
      {"avx512vbmi2", abi::X86AVX512VBMI2},
      {"avx512bitalg", abi::X86AVX512BITALG},
      {"avx512vpopcntdq", abi::X86AVX512VPOPCNTDQ},
      {"gfni", abi::X86GFNI},
      {"sse3", abi::X86SSE3},
      {"ssse3", abi::X86SSSE3},
      {"sse4.1", abi::X86SSE41},
      {"sse4a", abi::X86SSE4A},
      {"xop", abi::X86XOP},
      {"fma4", abi::X86FMA4},
      {"tbm", abi::X86TBM},
      {"avxifma", abi::X86AVXIFMA},
      {"avxvnniint8", abi::X86AVXVNNIINT8},
      {"avxvnniint16", abi::X86AVXVNNIINT16},
      {"avxneconvert", abi::X86AVXNECONVERT},
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
