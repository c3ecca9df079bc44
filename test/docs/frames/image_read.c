/* model: reader.onnx
 *
 * Reads its own format: two sizes, then pixels.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "reader.h"

int32_t onnxc_decode_image_shape(const uint8_t *encoded,
                                 const int64_t (*length)[1],
                                 int64_t (*shape)[3],
                                 const char *pixel_format) {
  (*shape)[0] = encoded[0], (*shape)[1] = encoded[1], (*shape)[2] = 3;
  return (*length)[0] < 2 || !pixel_format;
}

int32_t onnxc_decode_image(const uint8_t *encoded, const int64_t (*length)[1],
                           uint8_t *pixels, const int64_t (*shape)[3],
                           const char *pixel_format) {
  for (int64_t i = 0; i < (*shape)[0] * (*shape)[1] * 3; ++i)
    pixels[i] = encoded[2 + i];
  return (*length)[0] != 8 || !pixel_format;
}

int main(void) {
  static _Alignas(ONNXC_ARENA_ALIGNMENT) char arena[4096];
  uint8_t bytes[] = {1, 2, 10, 20, 30, 40, 50, 60};
  int64_t length = sizeof bytes;
  onnxc_context context = {0};
  context.arena = arena;
  context.arena_bytes = sizeof arena;
@BLOCK@
  if (status != ONNXC_OK || out.y_shape[1] != 2 || out.y[5] != 60)
    return 1;
  context.release(context.allocator, out.y);
  return 0;
}
