/* Strings.c: memory of the strings that a run made.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "onnxc/runtime.h"

/* Each block begins with the address of the one made before. Models that make
 * strings begin a run so, too, in their own code. */
void onnxc_release_strings(onnxc_context *context) {
  while (context->strings) {
    void *block = context->strings;
    context->strings = *(void **)block;
    context->release(context->allocator, block);
  }
}
