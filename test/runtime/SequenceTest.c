/* SequenceTest.c: sequences as the tensors that a model takes.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Expect.h"
#include "onnxc/runtime.h"
#include <string.h>

static onnxc_tensor make_tensor(void *data, int64_t *shape, int32_t rank,
                                int32_t dtype) {
  onnxc_tensor tensor;
  tensor.data = data;
  tensor.shape = shape;
  tensor.rank = rank;
  tensor.dtype = dtype;
  return tensor;
}

/* [1 2 3], a scalar 4, and [[5] [6]] come back as they were. */
static void test_round_trip(void) {
  float a[] = {1, 2, 3}, b[] = {4}, c[] = {5, 6}, memory[6];
  int64_t three[] = {3}, two_by_one[] = {2, 1}, rows[6], sizes[2];
  int64_t values_shape[1], shapes_shape[2];
  onnxc_tensor tensors[3], element;
  onnxc_tensor values = make_tensor(NULL, values_shape, 1, ONNXC_FLOAT);
  onnxc_tensor shapes = make_tensor(NULL, shapes_shape, 2, ONNXC_INT64);
  tensors[0] = make_tensor(a, three, 1, ONNXC_FLOAT);
  tensors[1] = make_tensor(b, NULL, 0, ONNXC_FLOAT);
  tensors[2] = make_tensor(c, two_by_one, 2, ONNXC_FLOAT);
  EXPECT(onnxc_pack(tensors, 3, 2, &values, &shapes) == ONNXC_OK);
  EXPECT(values_shape[0] == 6 && shapes_shape[0] == 3 && shapes_shape[1] == 2);
  values.data = memory;
  shapes.data = rows;
  EXPECT(onnxc_pack(tensors, 3, 2, &values, &shapes) == ONNXC_OK);
  EXPECT(rows[0] == 3 && rows[1] == -1 && rows[2] == -1 && rows[5] == 1);
  element = make_tensor(NULL, sizes, 0, 0);
  EXPECT(onnxc_element(&values, &shapes, 2, &element) == ONNXC_OK);
  EXPECT(element.rank == 2 && sizes[0] == 2 && sizes[1] == 1);
  EXPECT(element.dtype == ONNXC_FLOAT && !memcmp(element.data, c, sizeof c));
  EXPECT(onnxc_element(&values, &shapes, 1, &element) == ONNXC_OK);
  EXPECT(element.rank == 0 && *(float *)element.data == 4);
  EXPECT(onnxc_element(&values, &shapes, 3, &element) == ONNXC_BAD_VALUE);
  EXPECT(onnxc_element(&values, &shapes, -1, &element) == ONNXC_BAD_VALUE);
}

static void test_what_does_not_fit(void) {
  float memory[4];
  int64_t rows[] = {3, 2}, values_shape[] = {4}, shapes_shape[] = {2, 1};
  int64_t sizes[1], huge[] = {INT64_MAX, 2}, negative[] = {-2};
  onnxc_tensor values = make_tensor(memory, values_shape, 1, ONNXC_FLOAT);
  onnxc_tensor shapes = make_tensor(rows, shapes_shape, 2, ONNXC_INT64);
  onnxc_tensor element = make_tensor(NULL, sizes, 0, 0);
  onnxc_tensor tensor = make_tensor(memory, huge, 2, ONNXC_FLOAT);
  /* Five values are stated, four are there. */
  EXPECT(onnxc_element(&values, &shapes, 0, &element) == ONNXC_OK);
  EXPECT(onnxc_element(&values, &shapes, 1, &element) == ONNXC_BAD_VALUE);
  rows[0] = -3;
  EXPECT(onnxc_element(&values, &shapes, 0, &element) == ONNXC_BAD_VALUE);
  values.data = shapes.data = NULL;
  EXPECT(onnxc_pack(&tensor, 1, 2, &values, &shapes) == ONNXC_OVERFLOW);
  EXPECT(onnxc_pack(&tensor, 1, 1, &values, &shapes) == ONNXC_BAD_INPUT_RANK);
  tensor = make_tensor(memory, negative, 1, ONNXC_FLOAT);
  EXPECT(onnxc_pack(&tensor, 1, 1, &values, &shapes) == ONNXC_OVERFLOW);
  tensor.dtype = ONNXC_INT64;
  EXPECT(onnxc_pack(&tensor, 1, 1, &values, &shapes) == ONNXC_BAD_INPUT_TYPE);
  EXPECT(onnxc_pack(NULL, 0, 3, &values, &shapes) == ONNXC_OK);
  EXPECT(values_shape[0] == 0 && shapes_shape[0] == 0 && shapes_shape[1] == 3);
}

int main(void) {
  test_round_trip();
  test_what_does_not_fit();
  return 0;
}
