/* Cpu.c: which instruction sets this CPU and its operating system offer.
 *
 * An instruction set counts only if the system also saves its registers, which
 * XCR0 tells. CPUID is slow under a hypervisor, so the answer is kept.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "onnxc/runtime.h"

#if defined(__x86_64__) || defined(__i386__)

#include <stdatomic.h>

typedef struct cpuid_registers {
  uint32_t eax, ebx, ecx, edx;
} cpuid_registers;

static void cpuid(uint32_t leaf, uint32_t subleaf, cpuid_registers *r) {
  __asm__ volatile("cpuid"
                   : "=a"(r->eax), "=b"(r->ebx), "=c"(r->ecx), "=d"(r->edx)
                   : "a"(leaf), "c"(subleaf));
}

static uint64_t xcr0(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

typedef struct feature_bit {
  uint64_t feature;
  uint8_t bit;
} feature_bit;

static uint64_t pick(uint32_t word, const feature_bit *bits, int count) {
  uint64_t features = 0;
  for (int i = 0; i < count; ++i)
    if (word >> bits[i].bit & 1)
      features |= bits[i].feature;
  return features;
}
#define PICK(word, table)                                                      \
  pick(word, table, (int)(sizeof(table) / sizeof(table[0])))

static uint64_t detect(void) {
  static const feature_bit leaf1c[] = {
      {ONNXC_CPU_X86_SSE3, 0},   {ONNXC_CPU_X86_SSSE3, 9},
      {ONNXC_CPU_X86_FMA, 12},   {ONNXC_CPU_X86_SSE41, 19},
      {ONNXC_CPU_X86_SSE42, 20}, {ONNXC_CPU_X86_MOVBE, 22},
      {ONNXC_CPU_X86_POPCNT, 23}, {ONNXC_CPU_X86_AVX, 28},
      {ONNXC_CPU_X86_F16C, 29}};
  static const feature_bit leaf7b[] = {
      {ONNXC_CPU_X86_BMI, 3},       {ONNXC_CPU_X86_AVX2, 5},
      {ONNXC_CPU_X86_BMI2, 8},      {ONNXC_CPU_X86_AVX512F, 16},
      {ONNXC_CPU_X86_AVX512DQ, 17}, {ONNXC_CPU_X86_AVX512IFMA, 21},
      {ONNXC_CPU_X86_AVX512CD, 28}, {ONNXC_CPU_X86_AVX512BW, 30},
      {ONNXC_CPU_X86_AVX512VL, 31}};
  static const feature_bit leaf7c[] = {
      {ONNXC_CPU_X86_AVX512VBMI, 1},    {ONNXC_CPU_X86_AVX512VBMI2, 6},
      {ONNXC_CPU_X86_GFNI, 8},          {ONNXC_CPU_X86_AVX512VNNI, 11},
      {ONNXC_CPU_X86_AVX512BITALG, 12}, {ONNXC_CPU_X86_AVX512VPOPCNTDQ, 14}};
  static const feature_bit leaf7d[] = {{ONNXC_CPU_X86_AVX512FP16, 23}};
  static const feature_bit leaf71a[] = {{ONNXC_CPU_X86_AVXVNNI, 4},
                                        {ONNXC_CPU_X86_AVX512BF16, 5},
                                        {ONNXC_CPU_X86_AVXIFMA, 23}};
  static const feature_bit leaf71d[] = {{ONNXC_CPU_X86_AVXVNNIINT8, 4},
                                        {ONNXC_CPU_X86_AVXNECONVERT, 5},
                                        {ONNXC_CPU_X86_AVXVNNIINT16, 10}};
  static const feature_bit extended1c[] = {
      {ONNXC_CPU_X86_LZCNT, 5}, {ONNXC_CPU_X86_SSE4A, 6},
      {ONNXC_CPU_X86_XOP, 11},  {ONNXC_CPU_X86_FMA4, 16},
      {ONNXC_CPU_X86_TBM, 21}};
  const uint64_t needs_zmm =
      ONNXC_CPU_X86_AVX512F | ONNXC_CPU_X86_AVX512BW | ONNXC_CPU_X86_AVX512VL |
      ONNXC_CPU_X86_AVX512DQ | ONNXC_CPU_X86_AVX512VNNI |
      ONNXC_CPU_X86_AVX512BF16 | ONNXC_CPU_X86_AVX512FP16 |
      ONNXC_CPU_X86_AVX512CD | ONNXC_CPU_X86_AVX512IFMA |
      ONNXC_CPU_X86_AVX512VBMI | ONNXC_CPU_X86_AVX512VBMI2 |
      ONNXC_CPU_X86_AVX512BITALG | ONNXC_CPU_X86_AVX512VPOPCNTDQ;
  const uint64_t needs_ymm = ONNXC_CPU_X86_AVX | ONNXC_CPU_X86_AVX2 |
                             ONNXC_CPU_X86_FMA | ONNXC_CPU_X86_F16C |
                             ONNXC_CPU_X86_AVXVNNI | ONNXC_CPU_X86_XOP |
                             ONNXC_CPU_X86_FMA4 | ONNXC_CPU_X86_AVXIFMA |
                             ONNXC_CPU_X86_AVXVNNIINT8 |
                             ONNXC_CPU_X86_AVXVNNIINT16 |
                             ONNXC_CPU_X86_AVXNECONVERT;
  cpuid_registers r;
  cpuid(0, 0, &r);
  uint32_t last = r.eax;
  uint64_t features = 0, saved = 0;
  if (last >= 1) {
    cpuid(1, 0, &r);
    features |= PICK(r.ecx, leaf1c);
    if (r.ecx >> 27 & 1) /* OSXSAVE: xgetbv may be executed */
      saved = xcr0();
  }
  if (last >= 7) {
    cpuid(7, 0, &r);
    features |= PICK(r.ebx, leaf7b) | PICK(r.ecx, leaf7c) | PICK(r.edx, leaf7d);
    if (r.eax >= 1) {
      cpuid(7, 1, &r);
      features |= PICK(r.eax, leaf71a) | PICK(r.edx, leaf71d);
    }
  }
  cpuid(0x80000000u, 0, &r);
  if (r.eax >= 0x80000001u) {
    cpuid(0x80000001u, 0, &r);
    features |= PICK(r.ecx, extended1c);
  }
  if ((saved & 0x06) != 0x06) /* xmm, ymm */
    features &= ~needs_ymm;
  if ((saved & 0xe6) != 0xe6) /* and masks, zmm */
    features &= ~needs_zmm;
  return features;
}

uint64_t onnxc_cpu_features(void) {
  /* Every thread that finds it unknown computes the same value. */
  static _Atomic uint64_t kept;
  const uint64_t known = 1ull << 63;
  uint64_t value = atomic_load_explicit(&kept, memory_order_relaxed);
  if (!value) {
    value = detect() | known;
    atomic_store_explicit(&kept, value, memory_order_relaxed);
  }
  return value & ~known;
}

#else

uint64_t onnxc_cpu_features(void) { return 0; }

#endif
