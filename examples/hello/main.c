/* main.c: the least that runs a model: y = relu(x w + b).
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "hello.h"

#include <stdio.h>

static _Alignas(ONNXC_ARENA_ALIGNMENT) unsigned char
    arena[HELLO_ARENA_BYTES + 1];

int main(void) {
  float x[HELLO_X_ELEMENTS] = {1, 2, 3, 4};
  float y[HELLO_Y_ELEMENTS];
  hello_inputs inputs = {x};
  hello_outputs outputs = {y};
  onnxc_context context = {0};
  context.arena = arena;
  context.arena_bytes = sizeof arena;

  int status = hello_run(&inputs, &outputs, &context);
  if (status != ONNXC_OK) {
    printf("%s\n", onnxc_status_string(status));
    return 1;
  }
  for (int i = 0; i < HELLO_Y_ELEMENTS; ++i)
    printf("%g\n", y[i]);
  return 0;
}
