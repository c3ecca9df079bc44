/* HostTest.c: aligned memory and mapped weights.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Expect.h"
#include "onnxc/runtime.h"

#include <string.h>

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  EXPECT(file);
  fputs(text, file);
  EXPECT(!fclose(file));
}

int main(void) {
  for (size_t alignment = 1; alignment <= 4096; alignment *= 2)
    for (size_t bytes = 0; bytes < 200; bytes += 33) {
      void *memory = onnxc_aligned_alloc(NULL, bytes, alignment);
      EXPECT(memory && (uintptr_t)memory % alignment == 0);
      memset(memory, 1, bytes);
      onnxc_aligned_free(NULL, memory);
    }
  EXPECT(!onnxc_aligned_alloc(NULL, SIZE_MAX - 3, 64));

  write_file("weights.bin", "weights");
  const char *weights = onnxc_map_weights("weights.bin", 7);
  EXPECT(weights && !memcmp(weights, "weights", 7));
  onnxc_unmap_weights(weights, 7);
  EXPECT(!onnxc_map_weights("weights.bin", 6));
  EXPECT(!onnxc_map_weights("weights.bin", 8));
  EXPECT(!onnxc_map_weights("missing.bin", 7));
  EXPECT(!onnxc_map_weights(".", 0));
  write_file("empty.bin", "");
  weights = onnxc_map_weights("empty.bin", 0);
  EXPECT(weights);
  onnxc_unmap_weights(weights, 0);
  return 0;
}
