/* A model in two stages: the first one's output is the second one's input.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "m.stage0.h"
#include "m.stage1.h"
#include <stdio.h>

static int check(int status) {
  if (status != ONNXC_OK)
    fprintf(stderr, "%s\n", onnxc_status_string(status));
  return status;
}

int main(void) {
  static float x[64], cut[8], y[64];
  static char arena[M_STAGE0_ARENA_BYTES + M_STAGE1_ARENA_BYTES + 64];
  for (int i = 0; i < 64; ++i)
    x[i] = (float)i / 64 - 0.5f;
  onnxc_context context = {0};
  /* One stage runs after the other: they share the arena. */
  context.arena = arena + (64 - (uintptr_t)arena % 64) % 64;
  context.arena_bytes = sizeof(arena) - 64;

  m_stage0_inputs in0 = {0};
  in0.x = x;
  m_stage0_outputs out0 = {0};
  out0.d = cut;
  m_stage1_inputs in1 = {0};
  in1.d = cut;
  m_stage1_outputs out1 = {0};
  out1.y = y;
  if (check(m_stage0_run(&in0, &out0, &context)) ||
      check(m_stage1_run(&in1, &out1, &context)))
    return 1;
  for (int i = 0; i < 64; ++i)
    printf("%.9g\n", y[i]);
  return 0;
}
