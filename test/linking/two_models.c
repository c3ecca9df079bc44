/* Runs two models, each in a thread of its own that has its own context, and
 * prints what they computed.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "rows.h"
#include "scale.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { RUNS = 200 };

static int32_t run_scale(float *y) {
  static const float x[6] = {1, 2, 3, 4, 5, 6};
  onnxc_context context = {0};
  scale_inputs in = {0};
  scale_outputs out = {0};
  int32_t status;
  context.arena_bytes = SCALE_ARENA_BYTES;
  context.arena = onnxc_aligned_alloc(NULL, SCALE_ARENA_BYTES + 1,
                                      ONNXC_ARENA_ALIGNMENT);
  in.x = x;
  out.y = y;
  status = scale_run(&in, &out, &context);
  onnxc_aligned_free(NULL, context.arena);
  return status;
}

static int32_t run_rows(float *y, int64_t n) {
  float x[16];
  onnxc_context context = {0};
  rows_dims dims = {0};
  rows_inputs in = {0};
  rows_outputs out = {0};
  int64_t i, bytes;
  int32_t status;
  for (i = 0; i < 4 * n; ++i)
    x[i] = (float)i;
  dims.n = n;
  bytes = rows_arena_bytes(&dims);
  if (bytes < 0)
    return ONNXC_OVERFLOW;
  context.arena_bytes = (size_t)bytes;
  context.arena =
      onnxc_aligned_alloc(NULL, (size_t)bytes + 1, ONNXC_ARENA_ALIGNMENT);
  in.x = x;
  out.y = y;
  status = rows_run(&in, &out, &dims, &context);
  onnxc_aligned_free(NULL, context.arena);
  return status;
}

static void *repeat_rows(void *opaque) {
  int64_t n = *(const int64_t *)opaque;
  float expected[8], y[8];
  int i;
  if (run_rows(expected, n))
    return "failed";
  for (i = 0; i < RUNS; ++i)
    if (run_rows(y, n) || memcmp(y, expected, (size_t)n * 2 * sizeof(float)))
      return "differs";
  return NULL;
}

int main(void) {
  int64_t sizes[2] = {2, 4};
  pthread_t threads[2];
  void *said[2];
  float y[8];
  int i;
  if (run_scale(y))
    return 1;
  for (i = 0; i < 6; ++i)
    printf("%g ", (double)y[i]);
  if (run_rows(y, 2))
    return 2;
  for (i = 0; i < 4; ++i)
    printf("%g ", (double)y[i]);
  for (i = 0; i < 2; ++i)
    if (pthread_create(&threads[i], NULL, repeat_rows, &sizes[i]))
      return 3;
  for (i = 0; i < 2; ++i) {
    pthread_join(threads[i], &said[i]);
    if (said[i])
      return 4;
  }
  puts("");
  return 0;
}
