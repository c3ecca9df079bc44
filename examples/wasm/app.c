/* app.c: a picture classifier as a WebAssembly module.
 *
 * No C library and no allocator: the page writes 3 x 32 x 32 floats where
 * picture() says, calls classify(), and reads ten floats at scores().
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "classifier.h"

#define EXPORT(name) __attribute__((export_name(name)))

static uint8_t arena[CLASSIFIER_ARENA_BYTES]
    __attribute__((aligned(ONNXC_ARENA_ALIGNMENT)));
static float input[CLASSIFIER_IMAGE_ELEMENTS];
static float output[CLASSIFIER_SCORES_ELEMENTS];

EXPORT("picture") float *picture(void) { return input; }
EXPORT("scores") float *scores(void) { return output; }

EXPORT("classify") int32_t classify(void) {
  onnxc_context context = {0};
  context.arena = arena;
  context.arena_bytes = sizeof arena;
  classifier_inputs in = {.image = input};
  classifier_outputs out = {.scores = output};
  return classifier_run(&in, &out, &context);
}
