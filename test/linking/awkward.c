/* Names that are keywords or no identifiers; C and C++ alike.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "awkward.h"

int main(void) {
  awkward_inputs in;
  awkward_outputs out;
  awkward_dims dims;
  onnxc_context context;
  static float a[2] = {1, 2}, b[2] = {3, 4}, y[2];
  char *bytes = (char *)&context;
  size_t i;
  for (i = 0; i < sizeof context; ++i)
    bytes[i] = 0;
  in.int_ = a;
  in.a_b_0 = b;
  in.a_b_0_2 = b;
  out.class_ = y;
  dims.while_ = 2;
  context.arena_bytes = (size_t)awkward_arena_bytes(&dims);
  context.arena = onnxc_aligned_alloc(NULL, context.arena_bytes + 1, 64);
  if (awkward_run(&in, &out, &dims, &context) != ONNXC_OK)
    return 1;
  onnxc_aligned_free(NULL, context.arena);
  return awkward_int__elements(&dims) != 2 || y[0] != 7 || y[1] != 10;
}
