/* harness.c: runs a model on a board and says everything about it: what it
 * took, and every bit of its output.
 *
 *   clock N      instructions of the entry point (of onnxc_run: clock-run N)
 *   stack N      bytes below this function that it touched
 *   arena ok     nothing behind the arena was touched
 *   output HEX   one word after the other
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "board.h"
#include "model.h"

#ifndef INPUT_WORDS
#error "the compiler's command line states INPUT_WORDS and OUTPUT_WORDS"
#endif
#define PAINT 0xa5c3a5c3u
#define GUARD 16

/* Appended to the program: see inputs.S. */
extern const uint32_t harness_inputs[];

static uint32_t arena[MODEL_ARENA_BYTES / 4 + GUARD]
    __attribute__((aligned(ONNXC_ARENA_ALIGNMENT)));
static uint32_t output[OUTPUT_WORDS];
static uint32_t again[OUTPUT_WORDS];

static void print_number(const char *name, uint32_t number) {
  char text[12];
  char *at = &text[11];
  *at = 0;
  *--at = '\n';
  do
    *--at = (char)('0' + number % 10);
  while (number /= 10);
  board_print(name);
  board_print(at);
}

static void print_word(uint32_t word) {
  char text[10];
  for (int i = 0; i < 8; ++i)
    text[i] = "0123456789abcdef"[word >> (28 - 4 * i) & 15];
  text[8] = '\n';
  text[9] = 0;
  board_print(text);
}

static void paint(uint32_t *from, const uint32_t *end) {
  for (volatile uint32_t *at = from; at < end; ++at)
    *at = PAINT;
}

int main(void) {
  onnxc_context context = {0};
  context.arena = arena;
  context.arena_bytes = MODEL_ARENA_BYTES;
  const void *inputs[] = {harness_inputs};
  void *outputs[] = {output};
  /* What the model does not write must not look right. */
  paint(output, output + OUTPUT_WORDS);
  paint(again, again + OUTPUT_WORDS);
  paint(arena, arena + sizeof arena / 4);

  board_start_clock();
  uint32_t *here = board_stack_pointer();
  paint(board_stack_limit, here - 16);
  uint32_t begin = board_clock();
  int32_t status = model_model.entry(&context, (int64_t *)0, inputs, outputs);
  uint32_t end = board_clock();
  volatile uint32_t *deepest = board_stack_limit;
  while (*deepest == PAINT)
    ++deepest;
  if (status != ONNXC_OK) {
    board_print(onnxc_status_string(status));
    return 1;
  }
  print_number("clock ", end - begin);
  print_number("stack ", (uint32_t)((uintptr_t)here - (uintptr_t)deepest));
  for (int i = 0; i < GUARD; ++i)
    if (arena[MODEL_ARENA_BYTES / 4 + i] != PAINT)
      board_print("arena overrun\n");
  board_print("arena ok\n");

  /* The checked way gives the same, in an arena that is not what it was. */
  onnxc_tensor in = {(void *)(uintptr_t)harness_inputs,
                     (int64_t *)(uintptr_t)model_model.inputs[0].dims,
                     model_model.inputs[0].rank, model_model.inputs[0].dtype};
  int64_t shape[8];
  onnxc_tensor out = {again, shape, model_model.outputs[0].rank,
                      model_model.outputs[0].dtype};
  begin = board_clock();
  status = onnxc_run(&model_model, &context, &in, 1, &out, 1, (int64_t *)0);
  print_number("clock-run ", board_clock() - begin);
  for (int i = 0; i < OUTPUT_WORDS; ++i)
    if (status != ONNXC_OK || output[i] != again[i]) {
      board_print("the second run differs\n");
      return 1;
    }
  board_print("output\n");
  for (int i = 0; i < OUTPUT_WORDS; ++i)
    print_word(output[i]);
  return 0;
}
