//===- Family.cpp - x86 as onnxc sees it ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnxc/runtime.h"
#include "targets/Target.h"

using namespace llvm;

namespace onnxc {

static bool handles(const Triple &triple) { return triple.isX86(); }

static void describeMachine(HasFeature has, MachineModel &model) {
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
  model.hasFMA = has("fma") || has("avx512f");
  model.hasHalfConversion = has("f16c") || has("avx512f");
  model.hasHalfArithmetic = has("avx512fp16");
  model.hasBFloat16Dot = has("avx512bf16");
  model.hasDotU8S8 = has("avx512vnni") || has("avxvnni");
  model.hasDotS8S8 = has("avxvnniint8");
  model.l1Bytes = 32 << 10;
  model.l2Bytes = has("avx512f") ? 1 << 20 : 256 << 10;
}

static uint64_t cpuFeatureBits(HasFeature has) {
  static const struct {
    const char *feature;
    uint64_t bit;
  } table[] = {
      {"sse4.2", ONNXC_CPU_X86_SSE42},
      {"avx", ONNXC_CPU_X86_AVX},
      {"avx2", ONNXC_CPU_X86_AVX2},
      {"fma", ONNXC_CPU_X86_FMA},
      {"f16c", ONNXC_CPU_X86_F16C},
      {"bmi2", ONNXC_CPU_X86_BMI2},
      {"avx512f", ONNXC_CPU_X86_AVX512F},
      {"avx512bw", ONNXC_CPU_X86_AVX512BW},
      {"avx512vl", ONNXC_CPU_X86_AVX512VL},
      {"avx512dq", ONNXC_CPU_X86_AVX512DQ},
      {"avx512vnni", ONNXC_CPU_X86_AVX512VNNI},
      {"avxvnni", ONNXC_CPU_X86_AVXVNNI},
      {"avx512bf16", ONNXC_CPU_X86_AVX512BF16},
      {"avx512fp16", ONNXC_CPU_X86_AVX512FP16},
      {"popcnt", ONNXC_CPU_X86_POPCNT},
      {"lzcnt", ONNXC_CPU_X86_LZCNT},
      {"bmi", ONNXC_CPU_X86_BMI},
      {"movbe", ONNXC_CPU_X86_MOVBE},
      {"avx512cd", ONNXC_CPU_X86_AVX512CD},
      {"avx512ifma", ONNXC_CPU_X86_AVX512IFMA},
      {"avx512vbmi", ONNXC_CPU_X86_AVX512VBMI},
      {"avx512vbmi2", ONNXC_CPU_X86_AVX512VBMI2},
      {"avx512bitalg", ONNXC_CPU_X86_AVX512BITALG},
      {"avx512vpopcntdq", ONNXC_CPU_X86_AVX512VPOPCNTDQ},
      {"gfni", ONNXC_CPU_X86_GFNI},
  };
  uint64_t bits = 0;
  for (const auto &row : table)
    if (has(row.feature))
      bits |= row.bit;
  return bits;
}

TargetFamily getX86Family() {
  return {"x86", "x86-64 and i686, SSE2 to AVX-512", handles, describeMachine,
          cpuFeatureBits};
}

} // namespace onnxc
