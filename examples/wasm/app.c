/* app.c: a reader of handwritten digits as a WebAssembly module.
 *
 * No C library and no allocator: the page writes 8 x 8 floats where picture()
 * says, calls classify(), and reads ten floats at probabilities().
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "digits.h"

#define EXPORT(name) __attribute__((export_name(name)))

static uint8_t arena[DIGITS_ARENA_BYTES]
    __attribute__((aligned(ONNXC_ARENA_ALIGNMENT)));
static float input[DIGITS_PICTURE_ELEMENTS];
static float output[DIGITS_PROBABILITIES_ELEMENTS];

EXPORT("picture") float *picture(void) { return input; }
EXPORT("probabilities") float *probabilities(void) { return output; }

EXPORT("classify") int32_t classify(void) {
  onnxc_context context = {0};
  context.arena = arena;
  context.arena_bytes = sizeof arena;
  digits_inputs in = {.picture = input};
  digits_outputs out = {.probabilities = output};
  return digits_run(&in, &out, &context);
}
