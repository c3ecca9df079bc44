/* Image.h: what the decoders of image formats share.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A decoder reads the header, tells the size by onnxc_image_begin, and where
 * that asks for pixels writes them as RGB. It has the result 0, or another one
 * for bytes that it cannot decode.
 */
#ifndef ONNXC_IMAGE_H
#define ONNXC_IMAGE_H

#include <stddef.h>
#include <stdint.h>

typedef struct onnxc_image {
  const uint8_t *bytes; /* encoded */
  size_t length;
  int64_t width, height; /* 0 until the header is read */
  uint8_t *pixels;       /* height x width x 3; null where sizes are wanted */
} onnxc_image;

typedef enum onnxc_image_step {
  ONNXC_IMAGE_REFUSED, /* no size that is allowed, or not the expected one */
  ONNXC_IMAGE_SIZED,   /* nothing more is wanted */
  ONNXC_IMAGE_DECODE
} onnxc_image_step;

/* Takes the size that the header tells. */
onnxc_image_step onnxc_image_begin(onnxc_image *image, int64_t width,
                                   int64_t height);

static inline uint8_t *onnxc_image_row(const onnxc_image *image, int64_t row) {
  return image->pixels + row * image->width * 3;
}

/* Of ink, 255 being none of it, as Adobe's JPEG files have it. */
void onnxc_image_from_ink(uint8_t *rgb, uint8_t cyan, uint8_t magenta,
                          uint8_t yellow, uint8_t black);

/* v / most * 255, to the nearest and halves to the even one. */
uint8_t onnxc_image_scale(uint32_t v, uint32_t most);

int onnxc_read_bmp(onnxc_image *image);
int onnxc_read_jpeg(onnxc_image *image);
int onnxc_read_jpeg2000(onnxc_image *image);
int onnxc_read_png(onnxc_image *image);
int onnxc_read_pnm(onnxc_image *image);
int onnxc_read_tiff(onnxc_image *image);
int onnxc_read_webp(onnxc_image *image);

#endif /* ONNXC_IMAGE_H */
