/* main.c: counts the beats of a heart, in ten seconds of a signal like an
 * electrocardiogram's: 72 beats a minute, slow breathing and noise.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "beats.h"

#include <math.h>
#include <stdio.h>

enum { SECONDS = 10, RATE = 100, SAMPLES = SECONDS * RATE };

static float bump(float t, float centre, float width) {
  float x = (t - centre) / width;
  return expf(-x * x);
}

static void make_signal(float *signal) {
  uint32_t random = 1;
  for (int i = 0; i < SAMPLES; ++i) {
    float t = (float)i / RATE, period = 60.0f / 72;
    signal[i] = 0.5f + 0.1f * sinf(1.5f * t);
    for (int beat = 0; beat < 12; ++beat) {
      float at = 0.4f + (float)beat * period;
      signal[i] +=
          1.4f * bump(t, at, 0.03f) + 0.3f * bump(t, at + 0.28f, 0.06f);
    }
    random = random * 1664525u + 1013904223u;
    signal[i] += 0.1f * ((float)(random >> 8) / (1 << 24) - 0.5f);
  }
}

int main(void) {
  static float signal[SAMPLES];
  make_signal(signal);
  beats_dims dims = {SAMPLES};
  beats_inputs inputs = {signal};
  beats_outputs outputs = {0}; /* the run allocates them */
  onnxc_context context = {0};
  onnxc_use_host_allocator(&context);
  context.arena_bytes = beats_arena_bytes(&dims);
  context.arena =
      onnxc_aligned_alloc(NULL, context.arena_bytes, ONNXC_ARENA_ALIGNMENT);

  int status = beats_run(&inputs, &outputs, &dims, &context);
  if (status != ONNXC_OK) {
    printf("%s: %s\n", onnxc_status_string(status),
           context.error_name ? context.error_name : "");
    return 1;
  }
  int64_t count = outputs.places_shape[0];
  const int64_t *places = outputs.places;
  printf("beats at");
  for (int64_t i = 0; i < count; ++i)
    printf(" %.2f", (float)places[i] / RATE);
  printf(" s\n");
  if (count > 1)
    printf("%.0f beats a minute\n",
           60.0 * RATE * (double)(count - 1) /
               (double)(places[count - 1] - places[0]));
  context.release(context.allocator, outputs.places);
  context.release(context.allocator, outputs.heights);
  onnxc_aligned_free(NULL, context.arena);
  return 0;
}
