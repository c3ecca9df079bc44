/* Freestanding.c: what generated code and compilers call where there is no C
 * library: copies, and the square root of cores without floating point.
 *
 * Small rather than fast: the code that is hot does not call them. An empty
 * assembler statement keeps compilers from making a loop a call of the function
 * that it is.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include <stddef.h>
#include <stdint.h>

#define KEEP_LOOP() __asm__ volatile("" ::: "memory")

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
float sqrtf(float x);

static int are_words(const void *a, const void *b, size_t bytes) {
  return (((uintptr_t)a | (uintptr_t)b | bytes) & 3) == 0;
}

/* Words that may be anything. */
typedef uint32_t __attribute__((may_alias)) word;

void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
  if (are_words(to, from, bytes)) {
    word *t = to;
    const word *f = from;
    for (; bytes; bytes -= 4) {
      *t++ = *f++;
      KEEP_LOOP();
    }
    return to;
  }
  unsigned char *t = to;
  const unsigned char *f = from;
  for (; bytes; --bytes) {
    *t++ = *f++;
    KEEP_LOOP();
  }
  return to;
}

void *memmove(void *to, const void *from, size_t bytes) {
  unsigned char *t = to;
  const unsigned char *f = from;
  if ((uintptr_t)t - (uintptr_t)f >= bytes)
    return memcpy(to, from, bytes);
  while (bytes) {
    --bytes;
    t[bytes] = f[bytes];
    KEEP_LOOP();
  }
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  unsigned char *t = to;
  for (; bytes; --bytes) {
    *t++ = (unsigned char)value;
    KEEP_LOOP();
  }
  return to;
}

int memcmp(const void *a, const void *b, size_t bytes) {
  const unsigned char *x = a, *y = b;
  for (; bytes; --bytes, ++x, ++y)
    if (*x != *y)
      return *x < *y ? -1 : 1;
  return 0;
}

/* Digit by digit: 24 bits of the root, and one more to round by. */
float sqrtf(float x) {
  union {
    float value;
    uint32_t bits;
  } u;
  u.value = x;
  uint32_t bits = u.bits;
  if (bits == 0 || bits == 0x80000000u || bits == 0x7f800000u)
    return x;
  if (bits > 0x7f800000u) { /* negative or not a number */
    u.bits = 0x7fc00000u;
    return u.value;
  }
  int32_t exponent = (int32_t)(bits >> 23);
  uint32_t mantissa = bits & 0x7fffffu;
  if (exponent == 0)
    for (exponent = 1; !(mantissa & 0x800000u); --exponent)
      mantissa <<= 1;
  mantissa |= 0x800000u;
  exponent -= 127;
  if (exponent & 1) {
    mantissa <<= 1;
    --exponent;
  }
  uint32_t rest = mantissa << 1, sum = 0, root = 0;
  for (uint32_t bit = 0x1000000u; bit; bit >>= 1) {
    uint32_t next = sum + bit;
    if (next <= rest) {
      sum = next + bit;
      rest -= next;
      root += bit;
    }
    rest <<= 1;
  }
  if (rest)
    root += root & 1;
  u.bits = (root >> 1) + ((uint32_t)(exponent / 2 + 126) << 23);
  return u.value;
}

#ifdef __arm__
/* The names that ARM's ABI gives them. */
void __aeabi_memcpy(void *to, const void *from, size_t bytes);
void __aeabi_memmove(void *to, const void *from, size_t bytes);
void __aeabi_memset(void *to, size_t bytes, int value);
void __aeabi_memclr(void *to, size_t bytes);

void __aeabi_memcpy(void *to, const void *from, size_t bytes) {
  memcpy(to, from, bytes);
}
void __aeabi_memmove(void *to, const void *from, size_t bytes) {
  memmove(to, from, bytes);
}
void __aeabi_memset(void *to, size_t bytes, int value) {
  memset(to, value, bytes);
}
void __aeabi_memclr(void *to, size_t bytes) { memset(to, 0, bytes); }

#define ALIAS(of) __attribute__((alias(#of)))
void __aeabi_memcpy4(void *, const void *, size_t) ALIAS(__aeabi_memcpy);
void __aeabi_memcpy8(void *, const void *, size_t) ALIAS(__aeabi_memcpy);
void __aeabi_memmove4(void *, const void *, size_t) ALIAS(__aeabi_memmove);
void __aeabi_memmove8(void *, const void *, size_t) ALIAS(__aeabi_memmove);
void __aeabi_memset4(void *, size_t, int) ALIAS(__aeabi_memset);
void __aeabi_memset8(void *, size_t, int) ALIAS(__aeabi_memset);
void __aeabi_memclr4(void *, size_t) ALIAS(__aeabi_memclr);
void __aeabi_memclr8(void *, size_t) ALIAS(__aeabi_memclr);
#endif
