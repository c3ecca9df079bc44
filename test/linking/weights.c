/* Runs a model whose weights are not in its object, without and with them.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "rows.h"

#include <stdio.h>

int main(int argc, char **argv) {
  static float x[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  float y[4];
  onnxc_context context = {0};
  rows_dims dims = {2};
  rows_inputs in = {x};
  rows_outputs out = {y};
  int i, status;
  if (argc != 2 || !rows_model.weights_bytes || rows_model.weights)
    return 1;
  context.arena_bytes = (size_t)rows_arena_bytes(&dims);
  context.arena = onnxc_aligned_alloc(NULL, context.arena_bytes + 1, 64);
  puts(onnxc_status_string(rows_run(&in, &out, &dims, &context)));
  printf("%s\n", rows_model.weights_file ? rows_model.weights_file : "-");
  context.weights = onnxc_map_weights(argv[1], rows_model.weights_bytes);
  if (!context.weights)
    return 2;
  status = rows_run(&in, &out, &dims, &context);
  puts(onnxc_status_string(status));
  for (i = 0; i < 4; ++i)
    printf("%g ", (double)y[i]);
  puts("");
  onnxc_unmap_weights(context.weights, rows_model.weights_bytes);
  onnxc_aligned_free(NULL, context.arena);
  return status;
}
