/* model: classifier.onnx
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "strings.h"
#include <stdio.h>

int main(void) { return 0; }
