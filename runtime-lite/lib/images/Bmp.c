/* Bmp.c: Windows and OS/2 bitmaps of 1, 2, 4, 8, 16, 24 and 32 bits, plain,
 * in runs (RLE4, RLE8) or with masks. Alpha is left out.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Image.h"

#include <string.h>

enum { PLAIN = 0, RUNS_OF_8_BITS = 1, RUNS_OF_4_BITS = 2, MASKS = 3 };

/* Both file headers are in `bytes`. */
enum { FILE_HEADER = 14, OS2_HEADER = 12, SHORT_HEADER = 40 };

typedef struct bitmap {
  const uint8_t *bytes;
  size_t length;
  int64_t width, height;
  int is_top_down;
  uint32_t bits, compression;
  uint32_t masks[3];
  uint8_t palette[256][3];
  uint32_t colors; /* of the palette */
  size_t pixels;   /* where they begin */
} bitmap;

static uint32_t read16(const uint8_t *bytes) {
  return bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t read32(const uint8_t *bytes) {
  return read16(bytes) | read16(bytes + 2) << 16;
}

static int read_masks(bitmap *b) {
  static const uint32_t of_16[] = {0x7c00, 0x3e0, 0x1f};
  static const uint32_t of_32[] = {0xff0000, 0xff00, 0xff};
  memcpy(b->masks, b->bits == 16 ? of_16 : of_32, sizeof(b->masks));
  if (b->compression != MASKS)
    return 0;
  /* Behind the short header, or in a longer one. */
  if (b->bits < 16 || b->length < FILE_HEADER + SHORT_HEADER + 12)
    return 1;
  const uint8_t *from = b->bytes + FILE_HEADER + SHORT_HEADER;
  uint32_t all = read32(from) | read32(from + 4) | read32(from + 8);
  if (b->pixels < FILE_HEADER + SHORT_HEADER + 12)
    return 1;
  if (!all)
    return 0;
  for (int k = 0; k < 3; ++k) {
    b->masks[k] = read32(from + 4 * k);
    uint32_t mask = b->masks[k];
    if (!mask)
      return 1;
    while (!(mask & 1))
      mask >>= 1;
    if (mask & (mask + 1) || mask > 0xffff)
      return 1;
  }
  return 0;
}

static int read_palette(bitmap *b, size_t header, uint32_t colors) {
  if (b->bits > 8)
    return 0;
  uint32_t most = 1u << b->bits;
  b->colors = colors && colors < most ? colors : most;
  size_t stride = header == OS2_HEADER ? 3 : 4;
  size_t begin = FILE_HEADER + header;
  /* Some files have no more colours than there is room for. */
  if (b->colors > (b->pixels - begin) / stride)
    b->colors = (uint32_t)((b->pixels - begin) / stride);
  for (uint32_t i = 0; i < b->colors; ++i)
    for (int k = 0; k < 3; ++k)
      b->palette[i][k] = b->bytes[begin + i * stride + 2 - k];
  return 0;
}

static int read_header(bitmap *b) {
  if (b->length < FILE_HEADER + OS2_HEADER)
    return 1;
  const uint8_t *h = b->bytes + FILE_HEADER;
  size_t header = read32(h);
  b->pixels = read32(b->bytes + 10);
  if (b->pixels > b->length || b->pixels < FILE_HEADER + header)
    return 1;
  if (header == OS2_HEADER) {
    b->width = read16(h + 4);
    b->height = read16(h + 6);
    b->bits = read16(h + 10);
    return (b->bits != 1 && b->bits != 4 && b->bits != 8 && b->bits != 24) ||
           read_palette(b, header, 0);
  }
  if (header < SHORT_HEADER || header > 124 || b->length < FILE_HEADER + header)
    return 1;
  b->width = (int32_t)read32(h + 4);
  b->height = (int32_t)read32(h + 8);
  b->is_top_down = b->height < 0;
  b->height = b->is_top_down ? -b->height : b->height;
  b->bits = read16(h + 14);
  b->compression = read32(h + 16);
  if (b->bits != 1 && b->bits != 2 && b->bits != 4 && b->bits != 8 &&
      b->bits != 16 && b->bits != 24 && b->bits != 32)
    return 1;
  if (b->compression > MASKS ||
      (b->compression == RUNS_OF_8_BITS && b->bits != 8) ||
      (b->compression == RUNS_OF_4_BITS && b->bits != 4))
    return 1;
  return read_masks(b) || read_palette(b, header, read32(h + 32));
}

static uint8_t *get_row(const bitmap *b, const onnxc_image *image, int64_t y) {
  return onnxc_image_row(image, b->is_top_down ? y : b->height - 1 - y);
}

static uint8_t read_masked(uint32_t value, uint32_t mask) {
  value &= mask;
  while (!(mask & 1)) {
    mask >>= 1;
    value >>= 1;
  }
  return (uint8_t)(value * 255 / mask);
}

static void read_row(const bitmap *b, const uint8_t *from, uint8_t *to) {
  for (int64_t x = 0; x < b->width; ++x, to += 3) {
    if (b->bits <= 8) {
      int64_t bit = x * b->bits;
      uint32_t color = from[bit / 8] >> (8 - b->bits - bit % 8);
      memcpy(to, b->palette[color & ((1u << b->bits) - 1)], 3);
      continue;
    }
    const uint8_t *pixel = from + x * (b->bits / 8);
    uint32_t value = read16(pixel);
    if (b->bits > 16)
      value |= (uint32_t)pixel[2] << 16;
    if (b->bits == 32)
      value |= (uint32_t)pixel[3] << 24;
    for (int k = 0; k < 3; ++k)
      to[k] = read_masked(value, b->masks[k]);
  }
}

static int read_rows(const bitmap *b, onnxc_image *image) {
  uint64_t stride = ((uint64_t)b->width * b->bits + 31) / 32 * 4;
  if ((b->length - b->pixels) / stride < (uint64_t)b->height)
    return 1;
  for (int64_t y = 0; y < b->height; ++y)
    read_row(b, b->bytes + b->pixels + (uint64_t)y * stride,
             get_row(b, image, y));
  return 0;
}

/* Where runs go: pixels that none reaches are of the first colour. */
typedef struct cursor {
  const bitmap *bitmap;
  onnxc_image *image;
  int64_t x, y;
} cursor;

/* What is beyond the end of a row is left out. */
static void put(cursor *c, uint32_t color) {
  if (c->x < c->bitmap->width)
    memcpy(get_row(c->bitmap, c->image, c->y) + 3 * c->x,
           c->bitmap->palette[color], 3);
  ++c->x;
}

/* Of the colours that `from` holds; a run repeats the first byte. */
static void put_all(cursor *c, const uint8_t *from, int count, int step) {
  for (int i = 0; i < count; ++i)
    if (c->bitmap->compression == RUNS_OF_8_BITS)
      put(c, from[i * step]);
    else
      put(c, i % 2 ? from[i / 2 * step] & 15 : from[i / 2 * step] >> 4);
}

static int read_runs(const bitmap *b, onnxc_image *image) {
  cursor c = {b, image, 0, 0};
  uint8_t *first = image->pixels;
  for (int64_t x = 0; x < b->width; ++x)
    memcpy(first + 3 * x, b->palette[0], 3);
  for (int64_t y = 1; y < b->height; ++y)
    memcpy(onnxc_image_row(image, y), first, (size_t)b->width * 3);
  const uint8_t *at = b->bytes + b->pixels, *end = b->bytes + b->length;
  while (c.y < b->height) {
    if (end - at < 2)
      return 1;
    int count = at[0], code = at[1];
    at += 2;
    if (count) {
      put_all(&c, at - 1, count, 0);
    } else if (code == 0) {
      c.x = 0;
      ++c.y;
    } else if (code == 1) {
      return 0;
    } else if (code == 2) {
      if (end - at < 2)
        return 1;
      c.x += at[0];
      c.y += at[1];
      at += 2;
    } else {
      int bytes = b->compression == RUNS_OF_8_BITS ? code : (code + 1) / 2;
      if (end - at < bytes + bytes % 2)
        return 1;
      put_all(&c, at, code, 1);
      at += bytes + bytes % 2;
    }
  }
  return 0;
}

int onnxc_read_bmp(onnxc_image *image) {
  bitmap b;
  memset(&b, 0, sizeof(b));
  b.bytes = image->bytes;
  b.length = image->length;
  if (read_header(&b))
    return 1;
  onnxc_image_step step = onnxc_image_begin(image, b.width, b.height);
  if (step != ONNXC_IMAGE_DECODE)
    return step == ONNXC_IMAGE_REFUSED;
  return b.compression == RUNS_OF_8_BITS || b.compression == RUNS_OF_4_BITS
             ? read_runs(&b, image)
             : read_rows(&b, image);
}
