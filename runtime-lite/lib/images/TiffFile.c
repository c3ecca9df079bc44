/* TiffFile.c: an image's bytes as libtiff's file.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "TiffFile.h"

#include <stdio.h>
#include <string.h>

static tmsize_t read_bytes(thandle_t handle, void *to, tmsize_t count) {
  onnxc_tiff_file *file = handle;
  uint64_t length = file->image->length;
  uint64_t left = file->at < length ? length - file->at : 0;
  if (count < 0)
    return 0;
  if ((uint64_t)count > left)
    count = (tmsize_t)left;
  if (count)
    memcpy(to, file->image->bytes + file->at, (size_t)count);
  file->at += (uint64_t)count;
  return count;
}

static tmsize_t write_nothing(thandle_t handle, void *from, tmsize_t count) {
  (void)handle;
  (void)from;
  (void)count;
  return -1;
}

/* Beyond the end there is nothing to read, which is no error. */
static toff_t seek_byte(thandle_t handle, toff_t offset, int whence) {
  onnxc_tiff_file *file = handle;
  file->at = offset + (whence == SEEK_CUR   ? file->at
                       : whence == SEEK_END ? file->image->length
                                            : 0);
  return file->at;
}

static int close_nothing(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t get_size(thandle_t handle) {
  return ((onnxc_tiff_file *)handle)->image->length;
}

static int ignore(TIFF *tiff, void *data, const char *module,
                  const char *format, va_list arguments) {
  (void)tiff;
  (void)data;
  (void)module;
  (void)format;
  (void)arguments;
  return 1;
}

TIFF *onnxc_open_tiff(onnxc_tiff_file *file, tmsize_t most_bytes) {
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (!options)
    return NULL;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, most_bytes);
  TIFFOpenOptionsSetErrorHandlerExtR(options, ignore, NULL);
  TIFFOpenOptionsSetWarningHandlerExtR(options, ignore, NULL);
  /* "m": not mapped, so that each read is checked above. */
  TIFF *tiff = TIFFClientOpenExt("image", "rm", file, read_bytes, write_nothing,
                                 seek_byte, close_nothing, get_size, NULL, NULL,
                                 options);
  TIFFOpenOptionsFree(options);
  return tiff;
}

/* An integer of the file, in its order of bytes; 0 beyond its end. */
static uint64_t read_integer(const onnxc_image *image, uint64_t at, int bytes) {
  if (at > image->length || image->length - at < (uint64_t)bytes)
    return 0;
  int is_little = image->bytes[0] == 'I';
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i)
    value = value << 8 | image->bytes[at + (is_little ? bytes - 1 - i : i)];
  return value;
}

int32_t onnxc_tiff_photometric(const onnxc_image *image) {
  int is_big = read_integer(image, 2, 2) == 43;
  uint64_t directory = read_integer(image, is_big ? 8 : 4, is_big ? 8 : 4);
  uint64_t count = read_integer(image, directory, is_big ? 8 : 2);
  uint64_t entry_bytes = is_big ? 20 : 12;
  if (directory > image->length || count > image->length / entry_bytes)
    return -1;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t entry = directory + (is_big ? 8 : 2) + i * entry_bytes;
    if (read_integer(image, entry, 2) == TIFFTAG_PHOTOMETRIC)
      return (int32_t)read_integer(image, entry + (is_big ? 12 : 8), 2);
  }
  return -1;
}
