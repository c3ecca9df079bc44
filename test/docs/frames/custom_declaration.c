/* model: model.onnx --custom-op my.ops::Scale=scale_by:same-as-input-0
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "model.h"

@BLOCK@

int32_t scale_by(const float *x0, const int64_t (*x0_shape)[2], const float *x1,
                 const int64_t (*x1_shape)[1], float *y0,
                 const int64_t (*y0_shape)[2], float alpha, const int64_t *axes,
                 int64_t axes_count) {
  (void)x0_shape, (void)x1_shape, (void)y0_shape, (void)axes;
  y0[0] = alpha * x0[0] * x1[0];
  return axes_count != 1;
}

int main(void) { return 0; }
