/* Tiff.c: the first picture of a TIFF file by libtiff: black and white, grey,
 * palette, RGB, CMYK and YCbCr, of 1 to 16 bits, in strips or tiles. Of 16 bits
 * the high ones are taken, alpha is left out, and the picture is turned as the
 * file says.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "TiffFile.h"

#include <stdlib.h>
#include <string.h>

/* More than a pixel needs, and than a strip does. */
enum { MOST_SAMPLES = 8, MOST_BYTES = 1 << 30 };

typedef struct decoder {
  onnxc_image *image;
  TIFF *tiff;
  uint32_t width, height; /* as the file has them, not turned */
  uint16_t bits, samples, photometric, planar, orientation, compression;
  int alpha_is_applied; /* the sample behind the colours */
  uint16_t *palette[3];
  /* A strip or tile: its size, and the planes of it, one after the other. */
  uint32_t block_width, block_height, planes;
  tmsize_t row_bytes, plane_bytes;
  uint8_t *block;
} decoder;

static uint16_t count_colors(uint16_t photometric) {
  return photometric == PHOTOMETRIC_SEPARATED ? 4
         : photometric == PHOTOMETRIC_RGB || photometric == PHOTOMETRIC_YCBCR
             ? 3
             : 1;
}

static int read_tags(decoder *d) {
  TIFF *tiff = d->tiff;
  uint16_t format = SAMPLEFORMAT_UINT, extras = 0, *kinds = NULL;
  if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &d->width) ||
      !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &d->height) ||
      !TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &d->photometric))
    return 1;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &d->bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &d->samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &d->planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &d->orientation);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &d->compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extras, &kinds);
  uint16_t colors = count_colors(d->photometric);
  d->alpha_is_applied = extras && d->samples > colors && kinds &&
                        kinds[0] == EXTRASAMPLE_ASSOCALPHA;
  return format != SAMPLEFORMAT_UINT || d->samples < colors ||
         d->samples > MOST_SAMPLES || d->compression == COMPRESSION_OJPEG;
}

/* Whether the photometric interpretation is one that is read with so many
 * bits. */
static int check_kind(decoder *d) {
  int is_small = d->bits == 1 || d->bits == 2 || d->bits == 4;
  int is_byte = d->bits == 8, is_word = d->bits == 16;
  uint16_t inks = INKSET_CMYK;
  switch (d->photometric) {
  case PHOTOMETRIC_MINISWHITE:
  case PHOTOMETRIC_MINISBLACK:
    return !(is_byte || is_word || (is_small && d->samples == 1));
  case PHOTOMETRIC_PALETTE:
    return !(is_byte || (is_small && d->samples == 1)) ||
           !TIFFGetField(d->tiff, TIFFTAG_COLORMAP, &d->palette[0],
                         &d->palette[1], &d->palette[2]);
  case PHOTOMETRIC_SEPARATED:
    TIFFGetFieldDefaulted(d->tiff, TIFFTAG_INKSET, &inks);
    return inks != INKSET_CMYK || !(is_byte || is_word);
  case PHOTOMETRIC_RGB:
    return !(is_byte || is_word);
  case PHOTOMETRIC_YCBCR:
    return !is_byte || d->samples != 3;
  default:
    return 1;
  }
}

static int find_blocks(decoder *d) {
  d->planes = d->planar == PLANARCONFIG_SEPARATE ? d->samples : 1;
  if (TIFFIsTiled(d->tiff)) {
    if (!TIFFGetField(d->tiff, TIFFTAG_TILEWIDTH, &d->block_width) ||
        !TIFFGetField(d->tiff, TIFFTAG_TILELENGTH, &d->block_height))
      return 1;
    d->row_bytes = TIFFTileRowSize(d->tiff);
    d->plane_bytes = TIFFTileSize(d->tiff);
  } else {
    TIFFGetFieldDefaulted(d->tiff, TIFFTAG_ROWSPERSTRIP, &d->block_height);
    if (d->block_height > d->height)
      d->block_height = d->height;
    d->block_width = d->width;
    d->row_bytes = TIFFScanlineSize(d->tiff);
    d->plane_bytes = TIFFStripSize(d->tiff);
  }
  if (!d->block_width || !d->block_height || d->row_bytes <= 0 ||
      d->plane_bytes <= 0 || d->plane_bytes > MOST_BYTES / d->planes)
    return 1;
  /* What follows reads as many samples from it. */
  uint64_t row_bits =
      (uint64_t)d->block_width * d->bits * (d->samples / d->planes);
  if ((uint64_t)d->row_bytes < (row_bits + 7) / 8 ||
      d->plane_bytes / d->row_bytes < d->block_height)
    return 1;
  d->block = calloc(d->planes, (size_t)d->plane_bytes);
  return !d->block;
}

static uint8_t *find_pixel(const decoder *d, uint32_t x, uint32_t y) {
  uint32_t right = d->width - 1 - x, down = d->height - 1 - y;
  uint32_t to_x = x, to_y = y;
  switch (d->orientation) {
  case ORIENTATION_TOPRIGHT:
    to_x = right;
    break;
  case ORIENTATION_BOTRIGHT:
    to_x = right;
    to_y = down;
    break;
  case ORIENTATION_BOTLEFT:
    to_y = down;
    break;
  case ORIENTATION_LEFTTOP:
    to_x = y;
    to_y = x;
    break;
  case ORIENTATION_RIGHTTOP:
    to_x = down;
    to_y = x;
    break;
  case ORIENTATION_RIGHTBOT:
    to_x = down;
    to_y = right;
    break;
  case ORIENTATION_LEFTBOT:
    to_x = y;
    to_y = right;
    break;
  default:
    break;
  }
  return onnxc_image_row(d->image, to_y) + 3 * (size_t)to_x;
}

static uint32_t read_sample(const decoder *d, uint32_t x, uint32_t y,
                            uint32_t k) {
  const uint8_t *row = d->block + (size_t)y * (size_t)d->row_bytes;
  size_t at = x;
  if (d->planes > 1)
    row += k * (size_t)d->plane_bytes;
  else
    at = at * d->samples + k;
  if (d->bits == 8)
    return row[at];
  if (d->bits == 16) {
    uint16_t value;
    memcpy(&value, row + 2 * at, 2);
    return value >> 8;
  }
  at *= d->bits;
  return row[at / 8] >> (8 - d->bits - at % 8) & ((1u << d->bits) - 1);
}

/* Colours that alpha was multiplied with. */
static uint8_t undo_alpha(uint32_t value, uint32_t alpha) {
  value = alpha ? value * 255 / alpha : 0;
  return (uint8_t)(value < 255 ? value : 255);
}

static void write_pixel(const decoder *d, uint32_t x, uint32_t y, uint8_t *to) {
  uint32_t colors = count_colors(d->photometric);
  uint32_t value[4] = {0};
  for (uint32_t k = 0; k < colors; ++k)
    value[k] = read_sample(d, x, y, k);
  if (colors == 4) {
    onnxc_image_from_ink(to, (uint8_t)(255 - value[0]),
                         (uint8_t)(255 - value[1]), (uint8_t)(255 - value[2]),
                         (uint8_t)(255 - value[3]));
    return;
  }
  if (d->photometric == PHOTOMETRIC_PALETTE) {
    for (int k = 0; k < 3; ++k)
      to[k] = (uint8_t)(d->palette[k][value[0]] >> 8);
    return;
  }
  if (colors == 1) {
    if (d->bits < 8)
      value[0] = value[0] * 255 / ((1u << d->bits) - 1);
    if (d->photometric == PHOTOMETRIC_MINISWHITE)
      value[0] = 255 - value[0];
    value[1] = value[2] = value[0];
  }
  uint32_t alpha = d->alpha_is_applied ? read_sample(d, x, y, colors) : 255;
  for (int k = 0; k < 3; ++k)
    to[k] = alpha == 255 ? (uint8_t)value[k] : undo_alpha(value[k], alpha);
}

/* Reads all planes of the block that begins at a pixel. */
static int read_block(decoder *d, uint32_t x, uint32_t y, uint32_t rows) {
  int is_tiled = TIFFIsTiled(d->tiff);
  tmsize_t bytes = is_tiled ? d->plane_bytes : d->row_bytes * (tmsize_t)rows;
  for (uint32_t k = 0; k < d->planes; ++k) {
    uint8_t *to = d->block + k * (size_t)d->plane_bytes;
    tmsize_t got =
        is_tiled
            ? TIFFReadEncodedTile(
                  d->tiff, TIFFComputeTile(d->tiff, x, y, 0, (uint16_t)k), to,
                  bytes)
            : TIFFReadEncodedStrip(d->tiff,
                                   TIFFComputeStrip(d->tiff, y, (uint16_t)k),
                                   to, bytes);
    if (got < bytes)
      return 1;
  }
  return 0;
}

static int read_blocks(decoder *d) {
  if (find_blocks(d))
    return 1;
  for (uint32_t y = 0; y < d->height; y += d->block_height)
    for (uint32_t x = 0; x < d->width; x += d->block_width) {
      uint32_t rows = d->height - y, columns = d->width - x;
      rows = rows < d->block_height ? rows : d->block_height;
      columns = columns < d->block_width ? columns : d->block_width;
      if (read_block(d, x, y, rows))
        return 1;
      for (uint32_t i = 0; i < rows; ++i)
        for (uint32_t j = 0; j < columns; ++j)
          write_pixel(d, j, i, find_pixel(d, x + j, y + i));
    }
  return 0;
}

/* YCbCr has the colours of several pixels in one; libtiff itself spreads them.
 */
static int read_ycbcr(decoder *d) {
  TIFFRGBAImage rgba;
  char message[1024];
  if (!TIFFRGBAImageBegin(&rgba, d->tiff, /*stop=*/1, message))
    return 1;
  rgba.req_orientation = rgba.orientation;
  uint32_t *raster = malloc((size_t)d->width * d->height * 4);
  int failed = !raster || !TIFFRGBAImageGet(&rgba, raster, d->width, d->height);
  for (uint32_t y = 0; !failed && y < d->height; ++y)
    for (uint32_t x = 0; x < d->width; ++x) {
      uint32_t pixel = raster[(size_t)y * d->width + x];
      uint8_t *to = find_pixel(d, x, y);
      to[0] = (uint8_t)TIFFGetR(pixel);
      to[1] = (uint8_t)TIFFGetG(pixel);
      to[2] = (uint8_t)TIFFGetB(pixel);
    }
  free(raster);
  TIFFRGBAImageEnd(&rgba);
  return failed;
}

static int read_image(decoder *d) {
  if (read_tags(d) || check_kind(d) ||
      onnxc_tiff_photometric(d->image) != d->photometric)
    return 1;
  int is_turned = d->orientation >= ORIENTATION_LEFTTOP &&
                  d->orientation <= ORIENTATION_LEFTBOT;
  onnxc_image_step step =
      onnxc_image_begin(d->image, is_turned ? d->height : d->width,
                        is_turned ? d->width : d->height);
  if (step != ONNXC_IMAGE_DECODE)
    return step == ONNXC_IMAGE_REFUSED;
  if (d->photometric == PHOTOMETRIC_YCBCR) {
    if (d->compression != COMPRESSION_JPEG)
      return read_ycbcr(d);
    if (d->planar != PLANARCONFIG_CONTIG)
      return 1;
    TIFFSetField(d->tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
  return read_blocks(d);
}

int onnxc_read_tiff(onnxc_image *image) {
  onnxc_tiff_file file = {image, 0};
  decoder d;
  memset(&d, 0, sizeof(d));
  d.image = image;
  d.tiff = onnxc_open_tiff(&file, MOST_BYTES);
  if (!d.tiff)
    return 1;
  int failed = read_image(&d);
  free(d.block);
  TIFFClose(d.tiff);
  return failed;
}
