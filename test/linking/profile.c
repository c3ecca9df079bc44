/* Prints what a model compiled with --profile tells a profiler.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "rows.h"

#include <stdio.h>

static void tell(void *profiler, int32_t step) {
  ++*(int *)profiler;
  if (step < 0)
    puts("end");
  else
    printf("%s\n", rows_model.steps[step].nodes);
}

int main(void) {
  static float x[8];
  float y[4];
  int told = 0;
  onnxc_context context = {0};
  rows_dims dims = {2};
  rows_inputs in = {x};
  rows_outputs out = {y};
  context.arena_bytes = (size_t)rows_arena_bytes(&dims);
  context.arena = onnxc_aligned_alloc(NULL, context.arena_bytes + 1, 64);
  if (rows_run(&in, &out, &dims, &context)) /* no profiler is set */
    return 1;
  context.profile = tell;
  context.profiler = &told;
  if (rows_run(&in, &out, &dims, &context))
    return 2;
  onnxc_aligned_free(NULL, context.arena);
  return told != 2 * rows_model.num_steps;
}
