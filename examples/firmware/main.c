/* main.c: reads handwritten digits, on a microcontroller.
 *
 * The whole of the interface: an arena whose size the header states, two
 * pointers, one call. No heap and no C library; the weights stay in flash.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "board.h"
#include "digits.h"
#include "pictures.h"

#if DIGITS_ARENA_BYTES > 16 * 1024
#error "the model does not fit beside the rest of this application"
#endif
static uint8_t arena[DIGITS_ARENA_BYTES]
    __attribute__((aligned(ONNXC_ARENA_ALIGNMENT)));

static float picture[DIGITS_PICTURE_ELEMENTS];
static float probabilities[DIGITS_PROBABILITIES_ELEMENTS];

static void print_number(uint32_t number) {
  char text[11];
  char *at = &text[10];
  *at = 0;
  do
    *--at = (char)('0' + number % 10);
  while (number /= 10);
  board_print(at);
}

static void print_picture(const uint8_t *pixels) {
  static const char shades[][3] = {"  ", "..", "::", "oo", "OO",
                                   "##", "@@", "@@", "@@"};
  for (int y = 0; y < 8; ++y) {
    board_print("  ");
    for (int x = 0; x < 8; ++x)
      board_print(shades[pixels[8 * y + x] / 2]);
    board_print("\n");
  }
}

/* The likeliest digit, or a negative number: a status of onnxc's. */
static int read_digit(const uint8_t *pixels) {
  for (int i = 0; i < DIGITS_PICTURE_ELEMENTS; ++i)
    picture[i] = pixels[i];
  onnxc_context context = {0};
  context.arena = arena;
  context.arena_bytes = sizeof arena;
  digits_inputs in = {.picture = picture};
  digits_outputs out = {.probabilities = probabilities};
  int32_t status = digits_run(&in, &out, &context);
  if (status != ONNXC_OK) {
    board_print(onnxc_status_string(status));
    return -1;
  }
  int best = 0;
  for (int i = 1; i < DIGITS_PROBABILITIES_ELEMENTS; ++i)
    if (probabilities[i] > probabilities[best])
      best = i;
  return best;
}

int main(void) {
  int right = 0;
  uint32_t instructions = 0;
  board_start_clock();
  for (int i = 0; i < PICTURES; ++i) {
    uint32_t begin = board_clock();
    int digit = read_digit(pictures[i]);
    instructions = board_clock() - begin;
    if (digit < 0)
      return 1;
    int same = digit == labels[i];
    right += same;
    if (same && i >= 3)
      continue;
    print_picture(pictures[i]);
    board_print("read as ");
    print_number((uint32_t)digit);
    board_print(" with ");
    print_number((uint32_t)(probabilities[digit] * 100.0f + 0.5f));
    board_print(" %, written as ");
    print_number(labels[i]);
    board_print("\n");
  }
  print_number((uint32_t)right);
  board_print(" of ");
  print_number(PICTURES);
  board_print(" are right, arena ");
  print_number(DIGITS_ARENA_BYTES);
  board_print(" bytes, stack ");
  print_number(DIGITS_STACK_BYTES);
  board_print(" bytes, instructions ");
  print_number(instructions);
  board_print("\n");
  return 0;
}
