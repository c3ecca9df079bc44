/* The custom operator of the project's third model.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "scale_free.h"

#include <string.h>

int32_t copy_rows(const float *x0, const int64_t (*x0_shape)[2], float *y0,
                  const int64_t (*y0_shape)[2]) {
  size_t row = (size_t)(*x0_shape)[1] * sizeof *x0;
  memcpy(y0, x0, (size_t)(*y0_shape)[0] * row);
  return 0;
}
