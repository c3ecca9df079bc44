/* Jpeg2000.c: JPEG 2000 by OpenJPEG, in boxes (.jp2) or as the codestream
 * alone. Components become 8 bits; alpha is left out. YCC with colours of fewer
 * pixels is not decoded.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Image.h"

#include <string.h>

#include <openjpeg.h>

typedef struct source {
  const onnxc_image *image;
  size_t at;
} source;

static OPJ_SIZE_T read_bytes(void *to, OPJ_SIZE_T count, void *data) {
  source *s = data;
  size_t left = s->image->length - s->at;
  if (!left)
    return (OPJ_SIZE_T)-1;
  if (count > left)
    count = left;
  memcpy(to, s->image->bytes + s->at, count);
  s->at += count;
  return count;
}

static OPJ_OFF_T skip_bytes(OPJ_OFF_T count, void *data) {
  source *s = data;
  if (count < 0 || (uint64_t)count > s->image->length - s->at)
    return -1;
  s->at += (size_t)count;
  return count;
}

static OPJ_BOOL seek_byte(OPJ_OFF_T at, void *data) {
  source *s = data;
  if (at < 0 || (uint64_t)at > s->image->length)
    return OPJ_FALSE;
  s->at = (size_t)at;
  return OPJ_TRUE;
}

static opj_stream_t *open_stream(source *s) {
  opj_stream_t *stream = opj_stream_default_create(OPJ_TRUE);
  if (!stream)
    return NULL;
  opj_stream_set_user_data(stream, s, NULL);
  opj_stream_set_user_data_length(stream, s->image->length);
  opj_stream_set_read_function(stream, read_bytes);
  opj_stream_set_skip_function(stream, skip_bytes);
  opj_stream_set_seek_function(stream, seek_byte);
  return stream;
}

static uint8_t read_component(const opj_image_comp_t *component, size_t i) {
  int64_t value = component->data[i];
  int bits = (int)component->prec;
  if (component->sgnd)
    value += (int64_t)1 << (bits - 1);
  if (bits < 8)
    value *= 1 << (8 - bits);
  else if (bits > 8)
    value = (value + ((int64_t)1 << (bits - 9))) >> (bits - 8);
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static int is_decodable(const opj_image_t *image) {
  if (image->numcomps < 1 || image->numcomps > 4 ||
      image->color_space == OPJ_CLRSPC_SYCC ||
      image->color_space == OPJ_CLRSPC_EYCC)
    return 0;
  for (OPJ_UINT32 i = 0; i < image->numcomps; ++i) {
    const opj_image_comp_t *component = &image->comps[i];
    if (component->dx != 1 || component->dy != 1 || component->prec < 1 ||
        component->prec > 31)
      return 0;
  }
  return 1;
}

static int write_pixels(const opj_image_t *from, onnxc_image *image) {
  /* A palette is resolved by now: there may be more components than before. */
  if (!is_decodable(from))
    return 1;
  for (OPJ_UINT32 i = 0; i < from->numcomps; ++i)
    if (!from->comps[i].data || from->comps[i].w != image->width ||
        from->comps[i].h != image->height)
      return 1;
  const opj_image_comp_t *c = from->comps;
  int is_ink = from->color_space == OPJ_CLRSPC_CMYK;
  if (is_ink && from->numcomps != 4)
    return 1;
  uint8_t *to = image->pixels;
  size_t count = (size_t)(image->width * image->height);
  for (size_t i = 0; i < count; ++i, to += 3) {
    if (is_ink) {
      onnxc_image_from_ink(
          to, 255 - read_component(&c[0], i), 255 - read_component(&c[1], i),
          255 - read_component(&c[2], i), 255 - read_component(&c[3], i));
    } else if (from->numcomps < 3) {
      to[0] = to[1] = to[2] = read_component(&c[0], i);
    } else {
      for (int k = 0; k < 3; ++k)
        to[k] = read_component(&c[k], i);
    }
  }
  return 0;
}

static int decode(opj_codec_t *codec, opj_stream_t *stream,
                  onnxc_image *image) {
  opj_image_t *decoded = NULL;
  int failed = 1;
  if (opj_read_header(stream, codec, &decoded) && is_decodable(decoded)) {
    onnxc_image_step step =
        onnxc_image_begin(image, (int64_t)decoded->x1 - decoded->x0,
                          (int64_t)decoded->y1 - decoded->y0);
    if (step == ONNXC_IMAGE_SIZED)
      failed = 0;
    else if (step == ONNXC_IMAGE_DECODE)
      failed = !opj_decode(codec, stream, decoded) ||
               !opj_end_decompress(codec, stream) ||
               write_pixels(decoded, image);
  }
  if (decoded)
    opj_image_destroy(decoded);
  return failed;
}

int onnxc_read_jpeg2000(onnxc_image *image) {
  source s = {image, 0};
  opj_stream_t *stream = open_stream(&s);
  opj_codec_t *codec =
      opj_create_decompress(image->bytes[0] ? OPJ_CODEC_J2K : OPJ_CODEC_JP2);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  int failed = !stream || !codec || !opj_setup_decoder(codec, &parameters) ||
               decode(codec, stream, image);
  if (codec)
    opj_destroy_codec(codec);
  if (stream)
    opj_stream_destroy(stream);
  return failed;
}
