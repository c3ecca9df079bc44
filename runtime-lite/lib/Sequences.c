/* Sequences.c: sequences as the two tensors that a model takes and gives.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "onnxc/runtime.h"

/* The product of sizes up to the first that is -1; -1 on overflow. */
static int64_t count_elements(const int64_t *sizes, int64_t columns,
                              int32_t *rank) {
  int64_t count = 1;
  int64_t i = 0;
  for (; i < columns && sizes[i] != -1; ++i)
    if (sizes[i] < 0 || (sizes[i] && count > INT64_MAX / sizes[i]))
      return -1;
    else
      count *= sizes[i];
  *rank = (int32_t)i;
  return count;
}

static int is_sequence(const onnxc_tensor *values, const onnxc_tensor *shapes) {
  return values->rank == 1 && shapes->rank == 2 && shapes->dtype == ONNXC_INT64;
}

int32_t onnxc_element(const onnxc_tensor *values, const onnxc_tensor *shapes,
                      int64_t position, onnxc_tensor *element) {
  if (!is_sequence(values, shapes) || position < 0 ||
      position >= shapes->shape[0])
    return ONNXC_BAD_VALUE;
  int64_t columns = shapes->shape[1], begin = 0, count = 0;
  const int64_t *row = (const int64_t *)shapes->data;
  int32_t rank = 0;
  for (int64_t i = 0; i <= position; ++i) {
    begin += count;
    count = count_elements(row + i * columns, columns, &rank);
    if (count < 0 || count > values->shape[0] - begin)
      return ONNXC_BAD_VALUE;
  }
  element->data =
      (char *)values->data + (size_t)begin * onnxc_dtype_size(values->dtype);
  element->rank = rank;
  element->dtype = values->dtype;
  for (int32_t i = 0; i < rank; ++i)
    element->shape[i] = row[position * columns + i];
  return ONNXC_OK;
}

int32_t onnxc_pack(const onnxc_tensor *elements, int64_t count, int32_t columns,
                   onnxc_tensor *values, onnxc_tensor *shapes) {
  int64_t total = 0;
  size_t each = onnxc_dtype_size(values->dtype);
  char *to = (char *)values->data;
  int64_t *row = (int64_t *)shapes->data;
  for (int64_t i = 0; i < count; ++i) {
    const onnxc_tensor *element = &elements[i];
    if (element->dtype != values->dtype)
      return ONNXC_BAD_INPUT_TYPE;
    if (element->rank > columns)
      return ONNXC_BAD_INPUT_RANK;
    int32_t rank;
    int64_t size = count_elements(element->shape, element->rank, &rank);
    if (size < 0 || rank != element->rank || size > INT64_MAX - total)
      return ONNXC_OVERFLOW;
    if (row)
      for (int32_t k = 0; k < columns; ++k)
        row[i * columns + k] = k < rank ? element->shape[k] : -1;
    if (to)
      for (size_t k = 0, e = (size_t)size * each; k < e; ++k)
        to[(size_t)total * each + k] = ((const char *)element->data)[k];
    total += size;
  }
  values->rank = 1;
  values->shape[0] = total;
  shapes->rank = 2;
  shapes->dtype = ONNXC_INT64;
  shapes->shape[0] = count;
  shapes->shape[1] = columns;
  return ONNXC_OK;
}
