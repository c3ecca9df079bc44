/* Calls a model in every way that it must refuse, and prints each status.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "rows.h"

#include <stdio.h>

static _Alignas(64) unsigned char arena[1 << 16];
static float x[8], y[4];

static void try(const char *what, const onnxc_model *model,
                onnxc_context context, onnxc_tensor input,
                onnxc_tensor output) {
  int64_t symbols[8];
  int32_t status = onnxc_run(model, &context, &input, 1, &output, 1, symbols);
  printf("%s: %s (%s)\n", what, onnxc_status_string(status),
         context.error_name ? context.error_name : "-");
}

int main(void) {
  int64_t x_shape[2] = {2, 4}, y_shape[2] = {0, 0}, wrong_shape[2] = {2, 5};
  onnxc_tensor in = {x, x_shape, 2, ONNXC_FLOAT}, bad_in;
  onnxc_tensor out = {y, y_shape, 2, ONNXC_FLOAT}, bad_out;
  onnxc_context good = {0}, bad;
  onnxc_model other;
  good.arena = arena;
  good.arena_bytes = sizeof arena;
  try("good", &rows_model, good, in, out);

  bad = good, bad.arena_bytes = 1;
  try("small arena", &rows_model, bad, in, out);
  bad = good, bad.arena = arena + 1;
  try("misaligned arena", &rows_model, bad, in, out);
  bad = good, bad.arena = NULL;
  try("no arena", &rows_model, bad, in, out);
  other = rows_model, other.abi_version += 1;
  try("another ABI", &other, good, in, out);
  other = rows_model, other.cpu_features |= 1ull << 62;
  try("another CPU", &other, good, in, out);
  bad_in = in, bad_in.dtype = ONNXC_INT32;
  try("another type", &rows_model, good, bad_in, out);
  bad_in = in, bad_in.rank = 1;
  try("another rank", &rows_model, good, bad_in, out);
  bad_in = in, bad_in.shape = wrong_shape;
  try("another shape", &rows_model, good, bad_in, out);
  bad_in = in, bad_in.data = NULL;
  try("no input", &rows_model, good, bad_in, out);
  bad_out = out, bad_out.data = NULL;
  try("no output", &rows_model, good, in, bad_out);
  return 0;
}
