/* main.c: finds the beats of a made-up signal.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "beats.h"

#include <stdio.h>

#define SAMPLES 32

int main(void) {
  float signal[SAMPLES];
  for (int i = 0; i < SAMPLES; ++i)
    signal[i] = 0.5f + (i % 10 == 4 ? 1.5f + 0.0625f * i : 0);
  beats_dims dims = {SAMPLES};
  beats_inputs inputs = {signal};
  beats_outputs outputs = {0}; /* the run allocates them */
  onnxc_context context = {0};
  onnxc_use_host_allocator(&context);
  context.arena_bytes = beats_arena_bytes(&dims);
  context.arena = onnxc_aligned_alloc(NULL, context.arena_bytes,
                                      ONNXC_ARENA_ALIGNMENT);

  int status = beats_run(&inputs, &outputs, &dims, &context);
  if (status != ONNXC_OK) {
    printf("%s: %s\n", onnxc_status_string(status),
           context.error_name ? context.error_name : "");
    return 1;
  }
  for (int64_t i = 0; i < outputs.places_shape[0]; ++i)
    printf("%d %.3f\n", (int)outputs.places[i], outputs.heights[i]);
  context.release(context.allocator, outputs.places);
  context.release(context.allocator, outputs.heights);
  onnxc_aligned_free(NULL, context.arena);
  return 0;
}
