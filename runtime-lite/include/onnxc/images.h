/* onnxc/images.h: what a model with an ImageDecoder calls.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Both functions are in the library onnxc-rt-images, which reads BMP, JPEG,
 * JPEG 2000, PNG, PNM (P1 to P6), TIFF and WebP by libjpeg-turbo, OpenJPEG,
 * libpng, libtiff and libwebp. They keep nothing, and two threads may call them
 * at once. An application may define its own instead.
 */
#ifndef ONNXC_IMAGES_H
#define ONNXC_IMAGES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Larger images are refused: a few bytes may ask for any amount of memory. */
#define ONNXC_IMAGE_MOST_PIXELS 178956970

/* Writes the height, the width and the channels of the encoded image: 1 where
 * `pixel_format` is "Grayscale", 3 where it is "RGB" or "BGR". Not 0 for bytes
 * that do not begin as an image, and for another format. */
int32_t onnxc_decode_image_shape(const uint8_t *encoded,
                                 const int64_t (*length)[1],
                                 int64_t (*shape)[3],
                                 const char *pixel_format);

/* Writes the pixels, row by row, of an image of that shape. Not 0 for bytes
 * that cannot be decoded; what is written then has no meaning. */
int32_t onnxc_decode_image(const uint8_t *encoded, const int64_t (*length)[1],
                           uint8_t *pixels, const int64_t (*shape)[3],
                           const char *pixel_format);

#ifdef __cplusplus
}
#endif
#endif /* ONNXC_IMAGES_H */
