/* module.c: what a WebAssembly module has beside its models and the runtime: an
 * allocator. Blocks that are free are in a list, ordered by address; neighbours
 * become one.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "onnxc/session.h"

enum { UNIT = ONNXC_ARENA_ALIGNMENT, PAGE = 65536 };

/* In the unit before the memory that is handed out. */
typedef struct block {
  size_t bytes; /* with this unit */
  struct block *next;
} block;

static block *first_free;

/* Puts a block among those that are free. */
static void insert(block *freed) {
  block **link = &first_free, *before = NULL;
  while (*link && *link < freed) {
    before = *link;
    link = &before->next;
  }
  freed->next = *link;
  *link = freed;
  if (freed->next && (char *)freed + freed->bytes == (char *)freed->next) {
    freed->bytes += freed->next->bytes;
    freed->next = freed->next->next;
  }
  if (before && (char *)before + before->bytes == (char *)freed) {
    before->bytes += freed->bytes;
    before->next = freed->next;
  }
}

static void *take(size_t bytes) {
  for (block **link = &first_free; *link; link = &(*link)->next) {
    block *found = *link;
    if (found->bytes < bytes)
      continue;
    if (found->bytes > bytes + UNIT) {
      block *rest = (block *)((char *)found + bytes);
      rest->bytes = found->bytes - bytes;
      rest->next = found->next;
      found->bytes = bytes;
      *link = rest;
    } else {
      *link = found->next;
    }
    return (char *)found + UNIT;
  }
  return NULL;
}

void *onnxc_aligned_alloc(void *unused, size_t bytes, size_t alignment) {
  (void)unused;
  if (alignment > UNIT || bytes > SIZE_MAX / 2)
    return NULL;
  bytes = UNIT + (bytes + UNIT - 1) / UNIT * UNIT;
  void *memory = take(bytes);
  if (memory)
    return memory;
  size_t pages = (bytes + PAGE - 1) / PAGE;
  size_t begin = __builtin_wasm_memory_grow(0, pages);
  if (begin == SIZE_MAX)
    return NULL;
  block *grown = (block *)(begin * PAGE);
  grown->bytes = pages * PAGE;
  insert(grown);
  return take(bytes);
}

void onnxc_aligned_free(void *unused, void *memory) {
  (void)unused;
  if (memory)
    insert((block *)((char *)memory - UNIT));
}
