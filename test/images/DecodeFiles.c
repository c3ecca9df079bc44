/* DecodeFiles.c: decodes files of images, or changes of them.
 *
 *   onnxc-test-images decode FILE...       writes FILE.RGB, FILE.BGR and
 *       FILE.Grayscale: "HEIGHT WIDTH CHANNELS\n" and the pixels, or
 * "refused\n" onnxc-test-images fuzz SEED COUNT FILE...   COUNT changes of
 * each: any result will do, as long as nothing else is written or kept
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#define _POSIX_C_SOURCE 200809L
#include "onnxc/images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { GUARD = 64, GUARD_BYTE = 0xa5 };

static const char *const formats[] = {"RGB", "BGR", "Grayscale"};

typedef struct file {
  uint8_t *bytes;
  int64_t length;
} file;

static void fail(const char *what, const char *name) {
  fprintf(stderr, "onnxc-test-images: %s %s\n", what, name);
  exit(1);
}

static file read_file(const char *name) {
  file f = {NULL, 0};
  FILE *from = fopen(name, "rb");
  if (!from || fseek(from, 0, SEEK_END) || (f.length = ftell(from)) < 0 ||
      fseek(from, 0, SEEK_SET))
    fail("cannot read", name);
  f.bytes = malloc((size_t)f.length + 1);
  if (!f.bytes || fread(f.bytes, 1, (size_t)f.length, from) != (size_t)f.length)
    fail("cannot read", name);
  fclose(from);
  return f;
}

/* The pixels between guards, or null; the caller frees what is before them. */
static uint8_t *decode(const uint8_t *bytes, int64_t length, int64_t *shape,
                       const char *format) {
  if (onnxc_decode_image_shape(bytes, (const int64_t (*)[1]) & length,
                               (int64_t (*)[3])shape, format))
    return NULL;
  size_t count = (size_t)(shape[0] * shape[1] * shape[2]);
  uint8_t *memory = malloc(count + 2 * GUARD);
  if (!memory)
    return NULL;
  memset(memory, GUARD_BYTE, count + 2 * GUARD);
  int failed =
      onnxc_decode_image(bytes, (const int64_t (*)[1]) & length, memory + GUARD,
                         (const int64_t (*)[3])shape, format);
  for (size_t i = 0; i < GUARD; ++i)
    if (memory[i] != GUARD_BYTE || memory[GUARD + count + i] != GUARD_BYTE)
      fail("a guard is overwritten:", format);
  if (!failed)
    return memory + GUARD;
  free(memory);
  return NULL;
}

static void decode_file(const char *name) {
  file f = read_file(name);
  for (int i = 0; i < 3; ++i) {
    char path[4096];
    snprintf(path, sizeof(path), "%s.%s", name, formats[i]);
    FILE *to = fopen(path, "wb");
    if (!to)
      fail("cannot write", path);
    int64_t shape[3];
    uint8_t *pixels = decode(f.bytes, f.length, shape, formats[i]);
    if (pixels) {
      fprintf(to, "%lld %lld %lld\n", (long long)shape[0], (long long)shape[1],
              (long long)shape[2]);
      fwrite(pixels, 1, (size_t)(shape[0] * shape[1] * shape[2]), to);
      free(pixels - GUARD);
    } else {
      fputs("refused\n", to);
    }
    if (fclose(to))
      fail("cannot write", path);
  }
  free(f.bytes);
}

static uint64_t state;

static uint64_t draw(uint64_t below) {
  state += 0x9e3779b97f4a7c15u;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (z ^ (z >> 31)) % below;
}

/* Headers are at the beginning, so that half of the changes are there. */
static int64_t draw_place(int64_t length) {
  int64_t head = length < 64 ? length : 64;
  return (int64_t)draw((uint64_t)(draw(2) ? head : length));
}

/* Returns the new length, which is no larger. */
static int64_t change(uint8_t *bytes, int64_t length) {
  static const uint8_t awkward[] = {0, 1, 0x7f, 0x80, 0xff};
  for (int64_t i = 0, e = 1 + (int64_t)draw(4); i < e && length; ++i) {
    int64_t at = draw_place(length), other = draw_place(length);
    int64_t most = length - (at > other ? at : other);
    switch (draw(6)) {
    case 0:
      bytes[at] ^= (uint8_t)(1u << draw(8));
      break;
    case 1:
      bytes[at] = (uint8_t)draw(256);
      break;
    case 2:
      bytes[at] = awkward[draw(sizeof(awkward))];
      break;
    case 3:
      length = at;
      break;
    case 4:
      memset(bytes + at, awkward[draw(sizeof(awkward))],
             (size_t)(length - at < 4 ? length - at : 4));
      break;
    default:
      memmove(bytes + at, bytes + other, draw((uint64_t)most + 1));
      break;
    }
  }
  return length;
}

/* Of this process: others do not count. */
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void fuzz_file(const char *name, long count) {
  file f = read_file(name);
  long decoded = 0;
  double slowest = 0;
  for (long i = 0; i < count; ++i) {
    /* Memory of its own, so that a sanitizer sees what is read beyond. */
    uint8_t *copy = malloc((size_t)f.length + 1);
    memcpy(copy, f.bytes, (size_t)f.length);
    int64_t length = change(copy, f.length), shape[3];
    uint8_t *exact = malloc((size_t)length + !length);
    memcpy(exact, copy, (size_t)length);
    double begin = now();
    uint8_t *pixels = decode(exact, length, shape, formats[i % 3]);
    double seconds = now() - begin;
    slowest = seconds > slowest ? seconds : slowest;
    if (pixels) {
      ++decoded;
      free(pixels - GUARD);
    }
    free(exact);
    free(copy);
  }
  free(f.bytes);
  printf("%s: %ld of %ld decoded, slowest %.2f s\n", name, decoded, count,
         slowest);
  if (slowest > 30)
    fail("takes too long:", name);
}

int main(int argc, char **argv) {
  if (argc > 2 && !strcmp(argv[1], "decode")) {
    for (int i = 2; i < argc; ++i)
      decode_file(argv[i]);
    return 0;
  }
  if (argc > 4 && !strcmp(argv[1], "fuzz")) {
    for (int i = 4; i < argc; ++i) {
      state = strtoull(argv[2], NULL, 10);
      fuzz_file(argv[i], strtol(argv[3], NULL, 10));
    }
    return 0;
  }
  fail("usage: decode FILE... | fuzz SEED COUNT FILE...", "");
  return 1;
}
