/* TiffFile.h: an image's bytes as libtiff's file.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef ONNXC_TIFFFILE_H
#define ONNXC_TIFFFILE_H

#include "Image.h"

#include <tiffio.h>

typedef struct onnxc_tiff_file {
  const onnxc_image *image;
  uint64_t at;
} onnxc_tiff_file;

/* Null for a file without a picture. `file` outlives it. Nothing is printed,
 * and no more than `most_bytes` are taken for one thing. */
TIFF *onnxc_open_tiff(onnxc_tiff_file *file, tmsize_t most_bytes);

/* What the file itself says its samples are; -1 where it does not. libtiff takes
 * a picture with a damaged palette for a grey one. */
int32_t onnxc_tiff_photometric(const onnxc_image *image);

#endif /* ONNXC_TIFFFILE_H */
