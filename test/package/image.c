/* image.c: prints the pixels of a small image that a model decodes.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "image.h"

#include <stdio.h>

int main(void) {
  static const char file[] = "P3 2 1 255 1 20 255 4 50 6 ";
  image_inputs in = {(const uint8_t *)file};
  image_outputs out = {NULL, {0, 0, 0}};
  image_dims dims = {sizeof(file) - 1};
  _Alignas(ONNXC_ARENA_ALIGNMENT) char arena[IMAGE_ARENA_BYTES];
  onnxc_context context = {.arena = arena, .arena_bytes = sizeof(arena)};
  onnxc_use_host_allocator(&context);
  int32_t status = image_run(&in, &out, &dims, &context);
  if (status) {
    fprintf(stderr, "%s: %s\n", onnxc_status_string(status),
            context.error_name);
    return 1;
  }
  for (int64_t i = 0; i < out.y_shape[0] * out.y_shape[1] * out.y_shape[2]; ++i)
    printf("%d ", out.y[i]);
  context.release(context.allocator, out.y);
  return 0;
}
