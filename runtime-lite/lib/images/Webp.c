/* Webp.c: WebP by libwebp. Of an animation the first picture is taken, and
 * alpha is left out.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Image.h"

#include <webp/demux.h>

/* The decoder of animations takes memory for the size at once. */
static onnxc_image_step begin(onnxc_image *image, const WebPData *data) {
  WebPDemuxer *demuxer = WebPDemux(data);
  if (!demuxer)
    return ONNXC_IMAGE_REFUSED;
  onnxc_image_step step =
      onnxc_image_begin(image, WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH),
                        WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT));
  WebPDemuxDelete(demuxer);
  return step;
}

int onnxc_read_webp(onnxc_image *image) {
  WebPData data = {image->bytes, image->length};
  onnxc_image_step step = begin(image, &data);
  if (step != ONNXC_IMAGE_DECODE)
    return step == ONNXC_IMAGE_REFUSED;
  WebPAnimDecoderOptions options;
  if (!WebPAnimDecoderOptionsInit(&options))
    return 1;
  options.color_mode = MODE_RGBA;
  options.use_threads = 0;
  WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, &options);
  if (!decoder)
    return 1;
  uint8_t *canvas = NULL;
  int time;
  int failed = !WebPAnimDecoderGetNext(decoder, &canvas, &time) || !canvas;
  if (!failed) {
    uint8_t *to = image->pixels;
    for (int64_t i = 0, e = image->width * image->height; i < e; ++i) {
      *to++ = canvas[4 * i];
      *to++ = canvas[4 * i + 1];
      *to++ = canvas[4 * i + 2];
    }
  }
  WebPAnimDecoderDelete(decoder);
  return failed;
}
