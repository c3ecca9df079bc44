/* model: minilm.onnx
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include <stdio.h>

int main(void) {
  int64_t ids[32] = {1, 2, 3}, mask[32] = {1, 1, 1};
  float vectors[2 * 4];
@BLOCK@
  onnxc_aligned_free(NULL, context.arena);
  return status;
}
