/* program.c: what an application on a device is: open, run, close.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "m.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  onnxc_context context;
  memset(&context, 0, sizeof context);
  int32_t status = onnxc_open_vulkan(&m_model, &context);
  if (status != ONNXC_OK) {
    printf("%s: %s\n", onnxc_status_string(status), context.error_name);
    return 1;
  }
  const onnxc_tensor_info *in = &m_model.inputs[0], *out = &m_model.outputs[0];
  int64_t in_shape[8], out_shape[8], symbols[8];
  size_t in_bytes = 4, out_bytes = 4;
  for (int32_t d = 0; d < in->rank; ++d)
    in_bytes *= (size_t)(in_shape[d] = in->dims[d]);
  for (int32_t d = 0; d < out->rank; ++d)
    out_bytes *= (size_t)out->dims[d];
  onnxc_tensor input = {calloc(1, in_bytes), in_shape, in->rank, in->dtype};
  onnxc_tensor output = {calloc(1, out_bytes), out_shape, out->rank,
                         out->dtype};
  float first = 0;
  /* The second run replays what the first has recorded. */
  for (int i = 0; i < 2 && status == ONNXC_OK; ++i) {
    memset(output.data, 0, out_bytes);
    status = onnxc_run(&m_model, &context, &input, 1, &output, 1, symbols);
    if (i == 0)
      first = *(float *)output.data;
    else if (*(float *)output.data != first)
      return 2;
  }
  printf("%s, %g\n", onnxc_status_string(status), first);
  onnxc_close_device(&context);
  /* Without a device there is a status, and no crash. */
  if (onnxc_run(&m_model, &context, &input, 1, &output, 1, symbols) !=
      ONNXC_NO_DEVICE)
    return 3;
  free(input.data);
  free(output.data);
  return status != ONNXC_OK || first == 0;
}
