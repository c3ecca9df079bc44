/* model: model.onnx
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "model.h"

int main(void) {
  float a[] = {1, 2, 3}, c[] = {4, 5};
  int64_t sizes[] = {3, 0, 2};
  onnxc_tensor tensors[3] = {{a, &sizes[0], 1, ONNXC_FLOAT},
                             {a, &sizes[1], 1, ONNXC_FLOAT},
                             {c, &sizes[2], 1, ONNXC_FLOAT}};
  float values[8];
  int64_t rows[8], shapes[4][2] = {{8}, {8, 1}};
  onnxc_tensor inputs[2] = {{values, shapes[0], 1, ONNXC_FLOAT},
                            {rows, shapes[1], 2, ONNXC_INT64}};
  onnxc_tensor *outputs = inputs;
@BLOCK@
@REST@
  return values[4] != 5 || rows[2] != 2;
}
