/* functions.c: the operators of the model that ONNX has not.
 *
 * The header declares them; other parameters than it says do not compile.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "beats.h"

/* y[i] = b0 x[i] + b1 x[i-1] + b2 x[i-2] - a1 y[i-1] - a2 y[i-2] */
int32_t biquad(const float *x, const int64_t (*x_shape)[1], float *y,
               const int64_t (*y_shape)[1], const float *a, int64_t a_count,
               const float *b, int64_t b_count) {
  float x1 = 0, x2 = 0, y1 = 0, y2 = 0;
  (void)y_shape; /* that of x, as the rule has it */
  if (a_count != 2 || b_count != 3)
    return 1;
  for (int64_t i = 0; i < (*x_shape)[0]; ++i) {
    y[i] = b[0] * x[i] + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2;
    x2 = x1, x1 = x[i];
    y2 = y1, y1 = y[i];
  }
  return 0;
}

/* Stores the places of peaks where there is room, and counts them. */
static int64_t find_peaks(const float *x, int64_t count, float least,
                          int64_t *places) {
  int64_t found = 0;
  for (int64_t i = 1; i + 1 < count; ++i)
    if (x[i] >= least && x[i] > x[i - 1] && x[i] >= x[i + 1]) {
      if (places)
        places[found] = i;
      ++found;
    }
  return found;
}

/* How large the result is: the rule has a `?` there. */
int32_t peaks_shape(const float *x, const int64_t (*x_shape)[1],
                    int64_t (*places_shape)[1], float least) {
  (*places_shape)[0] = find_peaks(x, (*x_shape)[0], least, NULL);
  return 0;
}

int32_t peaks(const float *x, const int64_t (*x_shape)[1], int64_t *places,
              const int64_t (*places_shape)[1], float least) {
  return find_peaks(x, (*x_shape)[0], least, places) != (*places_shape)[0];
}
