/* model: classifier.onnx
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "classifier.h"
#include <stddef.h>

#define onnxc_string documented
@BLOCK@
#undef onnxc_string

_Static_assert(sizeof(documented) == sizeof(onnxc_string), "");
_Static_assert(offsetof(documented, length) == offsetof(onnxc_string, length),
               "");

int main(void) { return 0; }
