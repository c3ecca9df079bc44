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

/* The registers of CPUID that tell of instruction sets. */
enum {
  LEAF1_ECX,
  LEAF7_EBX,
  LEAF7_ECX,
  LEAF7_EDX,
  LEAF7_1_EAX,
  LEAF7_1_EDX,
  EXTENDED_ECX,
  NUM_WORDS
};

/* What the operating system has to save: bits of XCR0. */
enum { XMM = 0, YMM = 0x06, ZMM = 0xe6, EGPR = 1 << 19 };

typedef struct instruction_set {
  uint8_t bit, word, position;
  uint32_t state;
} instruction_set;

static const instruction_set instruction_sets[] = {
#define ONNXC_X86(name, bit, feature, word, position, state)                   \
  {bit, word, position, state},
#include "CpuX86.def"
#undef ONNXC_X86
};

#define ONNXC_X86(name, bit, feature, word, position, state)                   \
  _Static_assert(ONNXC_CPU_X86_##name == 1ull << bit, #name);
#include "CpuX86.def"
#undef ONNXC_X86

static uint64_t detect(void) {
  uint32_t words[NUM_WORDS] = {0};
  uint64_t features = 0, saved = 0;
  cpuid_registers r;
  cpuid(0, 0, &r);
  uint32_t last = r.eax;
  if (last >= 1) {
    cpuid(1, 0, &r);
    words[LEAF1_ECX] = r.ecx;
    if (r.ecx >> 27 & 1) /* OSXSAVE: xgetbv may be executed */
      saved = xcr0();
  }
  if (last >= 7) {
    cpuid(7, 0, &r);
    words[LEAF7_EBX] = r.ebx;
    words[LEAF7_ECX] = r.ecx;
    words[LEAF7_EDX] = r.edx;
    if (r.eax >= 1) {
      cpuid(7, 1, &r);
      words[LEAF7_1_EAX] = r.eax;
      words[LEAF7_1_EDX] = r.edx;
    }
  }
  cpuid(0x80000000u, 0, &r);
  if (r.eax >= 0x80000001u) {
    cpuid(0x80000001u, 0, &r);
    words[EXTENDED_ECX] = r.ecx;
  }
  for (size_t i = 0; i < sizeof(instruction_sets) / sizeof(*instruction_sets);
       ++i) {
    const instruction_set *set = &instruction_sets[i];
    if ((words[set->word] >> set->position & 1) &&
        (saved & set->state) == set->state)
      features |= 1ull << set->bit;
  }
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
