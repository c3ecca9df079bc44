/* model: model.onnx
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "model.h"

int main(void) {
@BLOCK@
  return in.words_values != values || in.words_shapes != shapes || dims.words_length != 3;
}
