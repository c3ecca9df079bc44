/* Jpeg.c: JPEG by libjpeg-turbo, with its defaults: exact inverse transforms
 * and smooth upsampling of colours.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Image.h"

#include <setjmp.h>
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>

/* A progressive file has a few scans; each of a hostile one's costs a pass over
 * all of the image. */
enum { MOST_SCANS = 500 };

typedef struct decoder {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf leave;
  onnxc_image *image;
} decoder;

static void leave(j_common_ptr info) {
  longjmp(((decoder *)info->client_data)->leave, 1);
}

/* libjpeg mends what is small, and says so; a file that ends early is no such
 * thing. */
static void ignore_message(j_common_ptr info, int level) {
  (void)info;
  (void)level;
}

static void ignore_output(j_common_ptr info) { (void)info; }

static void do_nothing(j_decompress_ptr info) { (void)info; }

static boolean refuse_end(j_decompress_ptr info) {
  ERREXIT(info, JERR_INPUT_EOF);
  return FALSE;
}

static void skip(j_decompress_ptr info, long count) {
  if (count <= 0)
    return;
  if ((unsigned long)count > info->src->bytes_in_buffer)
    ERREXIT(info, JERR_INPUT_EOF);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= (size_t)count;
}

static void count_scans(j_common_ptr info) {
  if (info->is_decompressor &&
      ((j_decompress_ptr)info)->input_scan_number > MOST_SCANS)
    leave(info);
}

static void set_up(decoder *d) {
  d->errors.error_exit = leave;
  d->errors.emit_message = ignore_message;
  d->errors.output_message = ignore_output;
  d->source.init_source = do_nothing;
  d->source.fill_input_buffer = refuse_end;
  d->source.skip_input_data = skip;
  d->source.resync_to_restart = jpeg_resync_to_restart;
  d->source.term_source = do_nothing;
  d->source.next_input_byte = d->image->bytes;
  d->source.bytes_in_buffer = d->image->length;
  d->progress.progress_monitor = count_scans;
  d->info.src = &d->source;
  d->info.progress = &d->progress;
}

static void read_rows(decoder *d) {
  j_decompress_ptr info = &d->info;
  int components = info->output_components;
  JSAMPARRAY line = (*info->mem->alloc_sarray)(
      (j_common_ptr)info, JPOOL_IMAGE,
      info->output_width * (JDIMENSION)components, 1);
  while (info->output_scanline < info->output_height) {
    uint8_t *to = onnxc_image_row(d->image, info->output_scanline);
    if (components == 3) {
      JSAMPROW row = to;
      jpeg_read_scanlines(info, &row, 1);
      continue;
    }
    jpeg_read_scanlines(info, line, 1);
    const uint8_t *from = line[0];
    for (JDIMENSION x = 0; x < info->output_width; ++x, to += 3) {
      if (components == 1)
        to[0] = to[1] = to[2] = from[x];
      else
        onnxc_image_from_ink(to, from[4 * x], from[4 * x + 1], from[4 * x + 2],
                             from[4 * x + 3]);
    }
  }
}

static int read_image(decoder *d) {
  j_decompress_ptr info = &d->info;
  jpeg_read_header(info, TRUE);
  onnxc_image_step step =
      onnxc_image_begin(d->image, info->image_width, info->image_height);
  if (step != ONNXC_IMAGE_DECODE)
    return step == ONNXC_IMAGE_REFUSED;
  switch (info->num_components) {
  case 1:
    info->out_color_space = JCS_GRAYSCALE;
    break;
  case 3:
    info->out_color_space = JCS_RGB;
    break;
  case 4:
    info->out_color_space = JCS_CMYK;
    break;
  default:
    return 1;
  }
  jpeg_start_decompress(info);
  if (info->output_width != info->image_width ||
      info->output_height != info->image_height)
    return 1;
  read_rows(d);
  jpeg_finish_decompress(info);
  return 0;
}

/* libjpeg leaves by a jump to here. */
static int try_to_read(decoder *d) {
  if (setjmp(d->leave))
    return 1;
  jpeg_create_decompress(&d->info);
  set_up(d);
  return read_image(d);
}

int onnxc_read_jpeg(onnxc_image *image) {
  decoder d = {0};
  d.image = image;
  d.info.err = jpeg_std_error(&d.errors);
  d.errors.error_exit = leave;
  d.info.client_data = &d;
  int failed = try_to_read(&d);
  jpeg_destroy_decompress(&d.info);
  return failed;
}
