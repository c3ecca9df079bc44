/* Pnm.c: portable images, P1 to P6: black and white, grey and coloured, as text
 * or as bytes.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Image.h"

#include <string.h>

typedef struct reader {
  const uint8_t *at, *end;
} reader;

static int is_space(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Past white space and comments. */
static void skip_space(reader *r) {
  for (; r->at < r->end; ++r->at) {
    if (*r->at == '#')
      while (r->at < r->end && *r->at != '\n' && *r->at != '\r')
        ++r->at;
    else if (!is_space(*r->at))
      return;
    if (r->at == r->end)
      return;
  }
}

/* -1 where there is none up to `most`. */
static int64_t read_number(reader *r, int64_t most) {
  skip_space(r);
  if (r->at == r->end || *r->at < '0' || *r->at > '9')
    return -1;
  int64_t value = 0;
  for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; ++r->at) {
    value = value * 10 + (*r->at - '0');
    if (value > most)
      return -1;
  }
  if (r->at < r->end && !is_space(*r->at) && *r->at != '#')
    return -1;
  return value;
}

static int read_bits(reader *r, const onnxc_image *image) {
  for (int64_t y = 0; y < image->height; ++y) {
    uint8_t *to = onnxc_image_row(image, y);
    for (int64_t x = 0; x < image->width; ++x, to += 3) {
      skip_space(r);
      if (r->at == r->end || (*r->at != '0' && *r->at != '1'))
        return 1;
      memset(to, *r->at++ == '0' ? 255 : 0, 3);
    }
  }
  return 0;
}

static int read_packed_bits(reader *r, const onnxc_image *image) {
  int64_t stride = (image->width + 7) / 8;
  if ((r->end - r->at) / stride < image->height)
    return 1;
  for (int64_t y = 0; y < image->height; ++y, r->at += stride) {
    uint8_t *to = onnxc_image_row(image, y);
    for (int64_t x = 0; x < image->width; ++x, to += 3)
      memset(to, r->at[x / 8] >> (7 - x % 8) & 1 ? 0 : 255, 3);
  }
  return 0;
}

static int64_t read_sample(reader *r, int is_text, uint32_t most) {
  if (is_text)
    return read_number(r, most);
  int bytes = most > 255 ? 2 : 1;
  if (r->end - r->at < bytes)
    return -1;
  int64_t value = *r->at++;
  if (bytes == 2)
    value = value << 8 | *r->at++;
  return value < most ? value : most;
}

static int read_samples(reader *r, const onnxc_image *image, int kind,
                        uint32_t most) {
  int is_text = kind < 4, channels = kind % 3 ? 1 : 3;
  uint8_t *to = image->pixels;
  for (int64_t i = 0, e = image->width * image->height; i < e; ++i, to += 3) {
    for (int k = 0; k < channels; ++k) {
      int64_t value = read_sample(r, is_text, most);
      if (value < 0)
        return 1;
      to[k] = onnxc_image_scale((uint32_t)value, most);
    }
    if (channels == 1)
      to[1] = to[2] = to[0];
  }
  return 0;
}

int onnxc_read_pnm(onnxc_image *image) {
  reader r = {image->bytes + 2, image->bytes + image->length};
  int kind = image->bytes[1] - '0';
  if (r.at == r.end || !(is_space(*r.at) || *r.at == '#'))
    return 1;
  int64_t width = read_number(&r, INT32_MAX);
  int64_t height = read_number(&r, INT32_MAX);
  int64_t most = kind % 3 == 1 ? 1 : read_number(&r, 65535);
  /* One character is between the header and bytes. */
  if (most < 1 || r.at == r.end || !is_space(*r.at++))
    return 1;
  onnxc_image_step step = onnxc_image_begin(image, width, height);
  if (step != ONNXC_IMAGE_DECODE)
    return step == ONNXC_IMAGE_REFUSED;
  if (kind == 1)
    return read_bits(&r, image);
  if (kind == 4)
    return read_packed_bits(&r, image);
  return read_samples(&r, image, kind, (uint32_t)most);
}
