/* MapWeights.c: a weights file as read-only memory shared between processes.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#define _POSIX_C_SOURCE 200809L
#include "onnxc/runtime.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* An empty file cannot be mapped, but null means failure. */
static const char empty_weights[1];

const void *onnxc_map_weights(const char *path, uint64_t bytes) {
  if (bytes > SIZE_MAX)
    return NULL;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return NULL;
  struct stat info;
  const void *memory = NULL;
  if (!fstat(file, &info) && S_ISREG(info.st_mode) && info.st_size >= 0 &&
      (uint64_t)info.st_size == bytes) {
    if (bytes) {
      void *map = mmap(NULL, (size_t)bytes, PROT_READ, MAP_PRIVATE, file, 0);
      memory = map == MAP_FAILED ? NULL : map;
    } else {
      memory = empty_weights;
    }
  }
  close(file); /* the mapping outlives it */
  return memory;
}

void onnxc_unmap_weights(const void *weights, uint64_t bytes) {
  if (weights && bytes)
    munmap((void *)(uintptr_t)weights, (size_t)bytes);
}
