/* Decode.c: the format of an image, and pixels as a model asks for them.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Image.h"
#include "onnxc/images.h"

#include <stdlib.h>
#include <string.h>

typedef int (*reader)(onnxc_image *);

onnxc_image_step onnxc_image_begin(onnxc_image *image, int64_t width,
                                   int64_t height) {
  if (width < 1 || height < 1 || width > ONNXC_IMAGE_MOST_PIXELS ||
      height > ONNXC_IMAGE_MOST_PIXELS / width)
    return ONNXC_IMAGE_REFUSED;
  if (!image->pixels) {
    image->width = width;
    image->height = height;
    return ONNXC_IMAGE_SIZED;
  }
  return width == image->width && height == image->height ? ONNXC_IMAGE_DECODE
                                                          : ONNXC_IMAGE_REFUSED;
}

/* a * b / 255, to the nearest. */
static uint32_t multiply(uint32_t a, uint32_t b) {
  uint32_t product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

void onnxc_image_from_ink(uint8_t *rgb, uint8_t cyan, uint8_t magenta,
                          uint8_t yellow, uint8_t black) {
  rgb[0] = (uint8_t)(black - multiply(255u - cyan, black));
  rgb[1] = (uint8_t)(black - multiply(255u - magenta, black));
  rgb[2] = (uint8_t)(black - multiply(255u - yellow, black));
}

uint8_t onnxc_image_scale(uint32_t v, uint32_t most) {
  double exact = (double)v / most * 255;
  uint32_t below = (uint32_t)exact;
  double rest = exact - below;
  return (uint8_t)(below + (rest > 0.5 || (rest == 0.5 && below % 2)));
}

static int begins(const onnxc_image *image, const char *magic, size_t length,
                  size_t at) {
  return image->length >= at + length &&
         !memcmp(image->bytes + at, magic, length);
}

static reader find_reader(const onnxc_image *image) {
  if (begins(image, "\x89PNG\r\n\x1a\n", 8, 0))
    return onnxc_read_png;
  if (begins(image, "\xff\xd8\xff", 3, 0))
    return onnxc_read_jpeg;
  if (begins(image, "RIFF", 4, 0) && begins(image, "WEBP", 4, 8))
    return onnxc_read_webp;
  if (begins(image, "II*\0", 4, 0) || begins(image, "MM\0*", 4, 0) ||
      begins(image, "II+\0", 4, 0) || begins(image, "MM\0+", 4, 0))
    return onnxc_read_tiff;
  if (begins(image, "\0\0\0\x0cjP  \r\n\x87\n", 12, 0) ||
      begins(image, "\xff\x4f\xff\x51", 4, 0))
    return onnxc_read_jpeg2000;
  if (begins(image, "BM", 2, 0))
    return onnxc_read_bmp;
  if (begins(image, "P", 1, 0) && image->length > 1 && image->bytes[1] >= '1' &&
      image->bytes[1] <= '6')
    return onnxc_read_pnm;
  return NULL;
}

static int64_t count_channels(const char *pixel_format) {
  if (!pixel_format)
    return 0;
  if (!strcmp(pixel_format, "Grayscale"))
    return 1;
  return !strcmp(pixel_format, "RGB") || !strcmp(pixel_format, "BGR") ? 3 : 0;
}

static int read_image(onnxc_image *image, const int64_t (*length)[1]) {
  if (!image->bytes || (*length)[0] <= 0 ||
      (uint64_t)(*length)[0] > PTRDIFF_MAX)
    return 1;
  image->length = (size_t)(*length)[0];
  reader read = find_reader(image);
  return !read || read(image);
}

int32_t onnxc_decode_image_shape(const uint8_t *encoded,
                                 const int64_t (*length)[1],
                                 int64_t (*shape)[3],
                                 const char *pixel_format) {
  onnxc_image image = {encoded, 0, 0, 0, NULL};
  int64_t channels = count_channels(pixel_format);
  if (!channels || read_image(&image, length))
    return 1;
  (*shape)[0] = image.height;
  (*shape)[1] = image.width;
  (*shape)[2] = channels;
  return 0;
}

static void swap_red_and_blue(uint8_t *pixels, size_t count) {
  for (size_t i = 0; i < count; ++i, pixels += 3) {
    uint8_t red = pixels[0];
    pixels[0] = pixels[2];
    pixels[2] = red;
  }
}

/* The luma of ITU-R 601-2, in 16 bits. */
static void write_luma(uint8_t *luma, const uint8_t *rgb, size_t count) {
  for (size_t i = 0; i < count; ++i, rgb += 3)
    luma[i] = (uint8_t)((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u +
                         0x8000u) >>
                        16);
}

int32_t onnxc_decode_image(const uint8_t *encoded, const int64_t (*length)[1],
                           uint8_t *pixels, const int64_t (*shape)[3],
                           const char *pixel_format) {
  int64_t height = (*shape)[0], width = (*shape)[1];
  int64_t channels = count_channels(pixel_format);
  if (!channels || channels != (*shape)[2] || !pixels || height < 1 ||
      width < 1 || width > ONNXC_IMAGE_MOST_PIXELS ||
      height > ONNXC_IMAGE_MOST_PIXELS / width)
    return 1;
  size_t count = (size_t)(height * width);
  uint8_t *rgb = channels == 3 ? pixels : malloc(count * 3);
  if (!rgb)
    return 1;
  onnxc_image image = {encoded, 0, width, height, rgb};
  int failed = read_image(&image, length);
  if (!failed && channels == 1)
    write_luma(pixels, rgb, count);
  if (!failed && pixel_format[0] == 'B')
    swap_red_and_blue(pixels, count);
  if (channels == 1)
    free(rgb);
  return failed;
}
