/* Png.c: PNG by libpng. Of 16 bits the high ones are taken, and alpha is left
 * out.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Image.h"

#include <setjmp.h>
#include <string.h>

#include <png.h>

typedef struct decoder {
  onnxc_image *image;
  size_t read;
  png_structp png;
  png_infop info;
} decoder;

static void read_bytes(png_structp png, png_bytep to, size_t count) {
  decoder *d = png_get_io_ptr(png);
  if (count > d->image->length - d->read)
    png_error(png, "the file ends");
  memcpy(to, d->image->bytes + d->read, count);
  d->read += count;
}

static void leave(png_structp png, png_const_charp message) {
  (void)message;
  png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

/* Whatever the file has becomes three bytes a pixel. */
static void ask_for_rgb(decoder *d) {
  png_structp png = d->png;
  int type = png_get_color_type(png, d->info);
  int bits = png_get_bit_depth(png, d->info);
  if (type == PNG_COLOR_TYPE_PALETTE)
    png_set_palette_to_rgb(png);
  else if (bits < 8)
    png_set_expand_gray_1_2_4_to_8(png);
  if (bits == 16)
    png_set_strip_16(png);
  if (!(type & PNG_COLOR_MASK_COLOR))
    png_set_gray_to_rgb(png);
  png_set_strip_alpha(png);
}

static int read_image(decoder *d) {
  png_structp png = d->png;
  png_read_info(png, d->info);
  png_uint_32 width = png_get_image_width(png, d->info);
  png_uint_32 height = png_get_image_height(png, d->info);
  onnxc_image_step step = onnxc_image_begin(d->image, width, height);
  if (step != ONNXC_IMAGE_DECODE)
    return step == ONNXC_IMAGE_REFUSED;
  ask_for_rgb(d);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, d->info);
  if (png_get_rowbytes(png, d->info) != (size_t)width * 3)
    return 1;
  for (int pass = 0; pass < passes; ++pass)
    for (png_uint_32 row = 0; row < height; ++row)
      png_read_row(png, onnxc_image_row(d->image, row), NULL);
  return 0;
}

/* libpng leaves by a jump to here. */
static int try_to_read(decoder *d) {
  if (setjmp(png_jmpbuf(d->png)))
    return 1;
  png_set_read_fn(d->png, d, read_bytes);
  return read_image(d);
}

int onnxc_read_png(onnxc_image *image) {
  decoder d = {image, 0, NULL, NULL};
  d.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, leave,
                                 ignore_warning);
  if (!d.png)
    return 1;
  d.info = png_create_info_struct(d.png);
  int failed = !d.info || try_to_read(&d);
  png_destroy_read_struct(&d.png, &d.info, NULL);
  return failed;
}
