/* Reads the words in pictures, on the first device that Vulkan has.
 *
 *   words PICTURE.ppm ...      320 x 48 pixels
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "words.h"

#include <stdio.h>
#include <string.h>

static int load(const char *path, uint8_t *pixels) {
  FILE *file = fopen(path, "rb");
  int width = 0, height = 0, most = 0, ok = 0;
  if (file) {
    ok = fscanf(file, "P6 %d %d %d", &width, &height, &most) == 3 &&
         width == 320 && height == 48 && most == 255 && fgetc(file) != EOF &&
         fread(pixels, 1, WORDS_PICTURE_ELEMENTS, file) ==
             WORDS_PICTURE_ELEMENTS;
    fclose(file);
  }
  if (!ok)
    printf("%s: no picture of 320 x 48 pixels in PPM\n", path);
  return ok;
}

/* The network runs on the device; that the number of letters depends on the
 * picture is the host's business, and so are strings. */
static int32_t read_words(onnxc_context *context, uint8_t *pixels) {
  words_inputs in = {pixels};
  words_outputs out = {0}; /* No data: the run allocates the output. */
  int32_t status = words_run(&in, &out, context);
  if (status != ONNXC_OK)
    return status;
  for (int64_t i = 0; i < out.text_shape[0]; ++i)
    printf("%.*s", (int)out.text[i].length, out.text[i].data);
  printf("\n");
  context->release(context->allocator, out.text);
  return ONNXC_OK;
}

int main(int argc, char **argv) {
  static uint8_t pixels[WORDS_PICTURE_ELEMENTS];
  onnxc_context context;
  memset(&context, 0, sizeof context);
  onnxc_use_host_allocator(&context);
  int32_t status = onnxc_open_vulkan(&words_model, &context);
  if (status == ONNXC_OK) {
    context.arena_bytes = WORDS_ARENA_BYTES;
    context.arena =
        onnxc_aligned_alloc(NULL, context.arena_bytes, ONNXC_ARENA_ALIGNMENT);
  }
  /* From the second picture on what was recorded is replayed. */
  int loaded = 1;
  for (int i = 1; i < argc && loaded && status == ONNXC_OK; ++i) {
    loaded = load(argv[i], pixels);
    if (loaded)
      status = read_words(&context, pixels);
  }
  if (status != ONNXC_OK)
    printf("%s: %s\n", onnxc_status_string(status),
           context.error_name ? context.error_name : "");
  onnxc_close_device(&context);
  onnxc_aligned_free(NULL, context.arena);
  return status != ONNXC_OK || !loaded;
}
