/* FreestandingDouble.c: the two functions of double precision that generated
 * code calls, where there is no C library and no instruction for them. All
 * others it builds of arithmetic.
 *
 * Both are exact, digit by digit, on the bits: small rather than fast.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include <stdint.h>

double sqrt(double x);
double fmod(double x, double y);

typedef union number {
  double value;
  uint64_t bits;
} number;

#define SIGN 0x8000000000000000u
#define INFINITE 0x7ff0000000000000u
#define UNIT 0x10000000000000u /* the bit before a mantissa */

static double from_bits(uint64_t bits) {
  number u;
  u.bits = bits;
  return u.value;
}

static uint64_t to_bits(double value) {
  number u;
  u.value = value;
  return u.bits;
}

/* Splits what is neither 0 nor infinite; a mantissa has its first bit. */
static uint64_t split(uint64_t bits, int32_t *exponent) {
  uint64_t mantissa = bits & (UNIT - 1);
  *exponent = (int32_t)(bits >> 52 & 0x7ff);
  if (*exponent)
    return mantissa | UNIT;
  for (*exponent = 1; !(mantissa & UNIT); --*exponent)
    mantissa <<= 1;
  return mantissa;
}

/* 53 bits of the root, and one more to round by. */
double sqrt(double x) {
  uint64_t bits = to_bits(x);
  if (!(bits & ~SIGN) || bits == INFINITE)
    return x;
  if (bits > INFINITE) /* negative or not a number */
    return from_bits(INFINITE | UNIT >> 1);
  int32_t exponent;
  uint64_t mantissa = split(bits, &exponent);
  exponent -= 1023;
  if (exponent & 1) {
    mantissa <<= 1;
    --exponent;
  }
  uint64_t rest = mantissa << 1, sum = 0, root = 0;
  for (uint64_t bit = UNIT << 1; bit; bit >>= 1) {
    uint64_t next = sum + bit;
    if (next <= rest) {
      sum = next + bit;
      rest -= next;
      root += bit;
    }
    rest <<= 1;
  }
  if (rest)
    root += root & 1;
  return from_bits((root >> 1) + ((uint64_t)(exponent / 2 + 1022) << 52));
}

/* Long division in binary; what is left has the sign of x. */
double fmod(double x, double y) {
  uint64_t sign = to_bits(x) & SIGN;
  uint64_t left = to_bits(x) & ~SIGN, right = to_bits(y) & ~SIGN;
  if (left >= INFINITE || right > INFINITE || !right)
    return from_bits(INFINITE | UNIT >> 1);
  if (left < right)
    return x;
  int32_t exponent, last;
  uint64_t rest = split(left, &exponent), divisor = split(right, &last);
  for (;; rest <<= 1, --exponent) {
    if (rest >= divisor)
      rest -= divisor;
    if (exponent == last)
      break;
  }
  if (!rest)
    return from_bits(sign);
  for (; !(rest & UNIT); rest <<= 1)
    --exponent;
  uint64_t bits = exponent > 0 ? (rest & (UNIT - 1)) | (uint64_t)exponent << 52
                               : rest >> (1 - exponent);
  return from_bits(sign | bits);
}
