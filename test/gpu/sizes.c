/* sizes.c: one context and inputs of many sizes: the device's model gives what
 * the CPU's does, whatever was recorded before.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "cpu.h"
#include "gpu.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kColumns = 20, kOutputs = 2 };

typedef struct result {
  onnxc_tensor tensors[kOutputs];
  int64_t shapes[kOutputs][2];
} result;

static int32_t run(const onnxc_model *model, onnxc_context *context,
                   float *data, int64_t rows, result *out) {
  int64_t shape[2] = {rows, kColumns}, symbols[16];
  onnxc_tensor input = {data, shape, 2, ONNXC_FLOAT};
  if (model->num_symbols > 16 || model->num_outputs != kOutputs)
    return ONNXC_BAD_OUTPUT;
  for (int i = 0; i < kOutputs; ++i) {
    onnxc_tensor empty = {NULL, out->shapes[i], model->outputs[i].rank,
                          model->outputs[i].dtype};
    out->tensors[i] = empty;
  }
  int32_t status = onnxc_bind_symbols(model, context, &input, 1, symbols);
  if (status != ONNXC_OK)
    return status;
  context->arena_bytes = (size_t)model->arena_bytes(symbols);
  context->arena = onnxc_aligned_alloc(NULL, context->arena_bytes + 64,
                                       ONNXC_ARENA_ALIGNMENT);
  status = onnxc_run(model, context, &input, 1, out->tensors, kOutputs,
                     symbols);
  onnxc_aligned_free(NULL, context->arena);
  return status;
}

static int compare(const result *a, const result *b) {
  for (int i = 0; i < kOutputs; ++i) {
    size_t count = 1;
    for (int32_t d = 0; d < a->tensors[i].rank; ++d) {
      if (a->shapes[i][d] != b->shapes[i][d])
        return 0;
      count *= (size_t)a->shapes[i][d];
    }
    for (size_t k = 0; k < count; ++k)
      if (a->tensors[i].dtype == ONNXC_FLOAT
              ? fabsf(((float *)a->tensors[i].data)[k] -
                      ((float *)b->tensors[i].data)[k]) > 1e-4f
              : ((int64_t *)a->tensors[i].data)[k] !=
                    ((int64_t *)b->tensors[i].data)[k])
        return 0;
  }
  return 1;
}

int main(void) {
  static const int64_t rows[] = {5, 300, 7, 7, 5, 0, 64, 300, 1};
  onnxc_context cpu, gpu;
  memset(&cpu, 0, sizeof cpu);
  memset(&gpu, 0, sizeof gpu);
  int32_t status = ONNXC_OPEN(&gpu_model, &gpu);
  if (status != ONNXC_OK) {
    printf("%s: %s\n", onnxc_status_string(status), gpu.error_name);
    return 1;
  }
  /* Without an allocator there is a status, and the next run is well. */
  result a, b;
  float one[kColumns] = {0};
  if (run(&gpu_model, &gpu, one, 1, &a) != ONNXC_NO_ALLOCATOR)
    return 2;
  onnxc_use_host_allocator(&cpu);
  onnxc_use_host_allocator(&gpu);
  for (size_t r = 0; r < sizeof rows / sizeof *rows; ++r) {
    size_t count = (size_t)rows[r] * kColumns;
    float *data = malloc(sizeof *data * (count + 1));
    for (size_t i = 0; i < count; ++i)
      data[i] = (float)((i * 7919 + r * 104729) % 2001) / 1000.0f - 1.0f;
    status = run(&cpu_model, &cpu, data, rows[r], &a);
    if (status == ONNXC_OK)
      status = run(&gpu_model, &gpu, data, rows[r], &b);
    free(data);
    if (status != ONNXC_OK || !compare(&a, &b)) {
      printf("%ld rows: %s\n", (long)rows[r], onnxc_status_string(status));
      return 3;
    }
    for (int i = 0; i < kOutputs; ++i) {
      onnxc_aligned_free(NULL, a.tensors[i].data);
      onnxc_aligned_free(NULL, b.tensors[i].data);
    }
  }
  onnxc_close_device(&gpu);
  printf("ok\n");
  return 0;
}
