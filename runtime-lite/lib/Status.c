/* Status.c: the status codes in words.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "onnxc/runtime.h"

const char *onnxc_status_string(int32_t status) {
  /* A switch, not a table: the compiler names a forgotten status. */
  switch ((onnxc_status)status) {
  case ONNXC_OK:
    return "ok";
  case ONNXC_BAD_ABI:
    return "the model was compiled for another version of the runtime";
  case ONNXC_BAD_CPU:
    return "this CPU lacks an instruction set the model was compiled for";
  case ONNXC_BAD_INPUT_COUNT:
    return "wrong number of inputs or outputs";
  case ONNXC_BAD_INPUT_TYPE:
    return "an input has the wrong element type";
  case ONNXC_BAD_INPUT_RANK:
    return "an input has the wrong rank";
  case ONNXC_BAD_INPUT_SHAPE:
    return "an input's shape does not fit the model";
  case ONNXC_BAD_OUTPUT:
    return "an output's buffer is missing or misdescribed";
  case ONNXC_SMALL_ARENA:
    return "the arena is too small or misaligned";
  case ONNXC_NO_WEIGHTS:
    return "the model's weights were not given";
  case ONNXC_NO_ALLOCATOR:
    return "the model has a data-dependent shape and no allocator was given";
  case ONNXC_OUT_OF_MEMORY:
    return "out of memory";
  case ONNXC_OVERFLOW:
    return "a size does not fit in memory";
  case ONNXC_BAD_VALUE:
    return "a value is not allowed by the operator that reads it";
  case ONNXC_IO_ERROR:
    return "a file could not be read";
  case ONNXC_NO_INPUT_DATA:
    return "an input has no data";
  case ONNXC_NO_DEVICE:
    return "the model runs on a device and none is open";
  case ONNXC_NO_DRIVER:
    return "the device's driver is not installed";
  case ONNXC_BAD_DEVICE:
    return "no device has what the model was compiled for";
  case ONNXC_DEVICE_ERROR:
    return "the device failed";
  }
  return "unknown status";
}
