/* Spots in pictures, on the first device that Vulkan has.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "spots.h"

#include <stdio.h>
#include <string.h>

enum { kHeight = 24, kWidth = 32 };

/* Prints where the spots are. Convolution, pooling and comparisons run on the
 * device; that their number depends on the picture is the host's business. */
static int32_t find(onnxc_context *context, float *picture) {
  int64_t shape[4] = {1, 1, kHeight, kWidth}, found[2], symbols[16];
  onnxc_tensor input = {picture, shape, 4, ONNXC_FLOAT};
  /* No data: the run allocates the output, as only it knows its size. */
  onnxc_tensor output = {NULL, found, 2, ONNXC_INT64};
  int32_t status =
      onnxc_run(&spots_model, context, &input, 1, &output, 1, symbols);
  if (status != ONNXC_OK)
    return status;
  const int64_t *at = output.data;
  printf("%d spots:", (int)found[0]);
  for (int64_t i = 0; i < found[0]; ++i)
    printf(" %d,%d", (int)at[2 * i], (int)at[2 * i + 1]);
  printf("\n");
  context->release(context->allocator, output.data);
  return ONNXC_OK;
}

int main(void) {
  static float picture[kHeight * kWidth];
  onnxc_context context;
  memset(&context, 0, sizeof context);
  onnxc_use_host_allocator(&context);
  int32_t status = onnxc_open_vulkan(&spots_model, &context);
  /* The host's part works here; sizes of the picture are free. */
  int64_t symbols[16] = {kHeight, kWidth};
  if (status == ONNXC_OK) {
    context.arena_bytes = (size_t)spots_model.arena_bytes(symbols);
    context.arena = onnxc_aligned_alloc(NULL, context.arena_bytes,
                                        ONNXC_ARENA_ALIGNMENT);
    picture[5 * kWidth + 7] = picture[12 * kWidth + 20] = 1;
    status = find(&context, picture);
  }
  if (status == ONNXC_OK) {
    /* The same sizes: what was recorded is replayed. */
    picture[20 * kWidth + 3] = 1;
    status = find(&context, picture);
  }
  if (status != ONNXC_OK)
    printf("%s: %s\n", onnxc_status_string(status),
           context.error_name ? context.error_name : "");
  onnxc_close_device(&context);
  onnxc_aligned_free(NULL, context.arena);
  return status != ONNXC_OK;
}
