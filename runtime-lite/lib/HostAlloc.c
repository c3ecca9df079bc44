/* HostAlloc.c: the C library's heap as a context's allocator.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "onnxc/runtime.h"

#include <stdlib.h>

void *onnxc_aligned_alloc(void *unused, size_t bytes, size_t alignment) {
  (void)unused;
  if (alignment < sizeof(void *))
    alignment = sizeof(void *);
  /* aligned_alloc wants a multiple of the alignment; none is no memory. */
  if (bytes > SIZE_MAX - alignment)
    return NULL;
  size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  return aligned_alloc(alignment, rounded ? rounded : alignment);
}

void onnxc_aligned_free(void *unused, void *memory) {
  (void)unused;
  free(memory);
}

void onnxc_use_host_allocator(onnxc_context *context) {
  context->allocate = onnxc_aligned_alloc;
  context->release = onnxc_aligned_free;
  context->allocator = NULL;
}
