/* main.c: spots a keyword in a second of sound, on a microcontroller.
 *
 * The whole of the interface: an arena whose size the header states, two
 * pointers, one call. No heap and no C library; the weights stay in flash.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "board.h"
#include "keywords.h"

#if KEYWORDS_ARENA_BYTES > 48 * 1024
#error "the model does not fit beside the rest of this application"
#endif
static uint8_t arena[KEYWORDS_ARENA_BYTES]
    __attribute__((aligned(ONNXC_ARENA_ALIGNMENT)));

/* 49 frames of 10 coefficients; here a made-up chirp. */
static float features[KEYWORDS_MFCC_ELEMENTS];
static float scores[KEYWORDS_SCORES_ELEMENTS];

static void print_number(uint32_t number) {
  char text[11];
  char *at = &text[10];
  *at = 0;
  do
    *--at = (char)('0' + number % 10);
  while (number /= 10);
  board_print(at);
}

int main(void) {
  for (int i = 0; i < KEYWORDS_MFCC_ELEMENTS; ++i)
    features[i] = (float)((i * 37) % 101 - 50) / 25.0f;

  onnxc_context context = {0};
  context.arena = arena;
  context.arena_bytes = sizeof arena;
  keywords_inputs in = {.mfcc = features};
  keywords_outputs out = {.scores = scores};
  board_start_clock();
  uint32_t begin = board_clock();
  int32_t status = keywords_run(&in, &out, &context);
  uint32_t end = board_clock();
  if (status != ONNXC_OK) {
    board_print(onnxc_status_string(status));
    return 1;
  }
  int best = 0;
  for (int i = 1; i < KEYWORDS_SCORES_ELEMENTS; ++i)
    if (scores[i] > scores[best])
      best = i;
  board_print("keyword ");
  print_number((uint32_t)best);
  board_print(" with ");
  print_number((uint32_t)(scores[best] * 100.0f + 0.5f));
  board_print(" %, arena ");
  print_number(KEYWORDS_ARENA_BYTES);
  board_print(" bytes, stack ");
  print_number(KEYWORDS_STACK_BYTES);
  board_print(" bytes, instructions ");
  print_number(end - begin);
  board_print("\n");
  return 0;
}
