/* served.h: a compiled model as Triton serves it.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef ONNXC_EXAMPLES_TRITON_SERVED_H
#define ONNXC_EXAMPLES_TRITON_SERVED_H

#include "onnxc/runtime.h"
#include "triton_api.h"

enum { MAX_RANK = 16, MAX_TENSORS = 64, MAX_SYMBOLS = 256, TEXT_BYTES = 512 };

typedef struct served {
  void *library;
  const onnxc_model *model;
  const void *weights; /* mapped, or null */
  /* Whether all tensors have one free dimension for the first, of which
   * requests are joined, and its bound, or -1. */
  bool batches;
  int64_t most_rows;
} served;

/* An error of Triton's with a text like printf's. */
TRITONSERVER_Error *fail(TRITONSERVER_Error_Code code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* TRITON_NO_TYPE for what Triton has not. */
TRITONSERVER_DataType get_type(int32_t dtype);
const char *get_type_name(int32_t dtype); /* TYPE_FP32 */

/* execute.c: runs requests and sends their responses. */
void execute(const served *served, onnxc_context *context,
             TRITONBACKEND_ModelInstance *instance,
             TRITONBACKEND_Request **requests, uint32_t count);

#endif /* ONNXC_EXAMPLES_TRITON_SERVED_H */
