/* Runs the model through its descriptor and prints the outputs.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include <stdio.h>

#ifdef FREE_BATCH
#include "scale_free.h"
#define MODEL scale_free_model
#else
#include "scale.h"
#define MODEL scale_model
#endif

static _Alignas(ONNXC_ARENA_ALIGNMENT) unsigned char arena[4096];

int main(void) {
  float x[6] = {1, 2, 3, 4, 5, 6}, y[6];
  int64_t x_shape[2] = {2, 3}, y_shape[2], symbols[4];
  onnxc_tensor input = {x, x_shape, 2, ONNXC_FLOAT};
  onnxc_tensor output = {y, y_shape, 2, ONNXC_FLOAT};
  onnxc_context context = {0};
  context.arena = arena;
  context.arena_bytes = sizeof arena;

  int status =
      onnxc_run(&MODEL, &context, &input, 1, &output, 1, symbols);
  if (status != ONNXC_OK) {
    printf("%s: %s\n", context.error_name ? context.error_name : "model",
           onnxc_status_string(status));
    return 1;
  }
  for (int i = 0; i < 6; ++i)
    printf("%g ", y[i]);
  printf("\n");
  return 0;
}
