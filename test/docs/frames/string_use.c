/* model: classifier.onnx
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "classifier.h"
#include <stdio.h>

int main(void) {
  static _Alignas(ONNXC_ARENA_ALIGNMENT) char arena[CLASSIFIER_ARENA_BYTES + 1];
  onnxc_context context = {0};
  onnxc_use_host_allocator(&context);
  context.arena = arena;
  context.arena_bytes = sizeof arena;
@BLOCK@
  int status = classifier_run(&in, &out, &context);
  if (status != ONNXC_OK)
    return status;
@REST@
  return 0;
}
