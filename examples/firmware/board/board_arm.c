/* board_arm.c: a Cortex-M with a float unit, as QEMU's mps2-an386 has it.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "board.h"

extern uint32_t board_data_load[], board_data[], board_data_end[];
extern uint32_t board_bss[], board_bss_end[], board_stack_top[];

static int semihosting(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void board_print(const char *text) { semihosting(4, text); }

void board_exit(int status) {
  uint32_t block[2] = {0x20026, (uint32_t)status};
  semihosting(0x20, block);
  for (;;) {
  }
}

static void on_fault(void) {
  board_print("fault\n");
  board_exit(99);
}

void board_start(void) {
  *(volatile uint32_t *)0xe000ed88 |= 0xfu << 20; /* the float unit is on */
  __asm__ volatile("dsb\n isb");
  for (uint32_t *from = board_data_load, *to = board_data;
       to < board_data_end;)
    *to++ = *from++;
  for (uint32_t *to = board_bss; to < board_bss_end;)
    *to++ = 0;
  board_exit(main());
}

__attribute__((section(".vectors"), used)) static const void *const vectors[] =
    {board_stack_top, (const void *)board_start, (const void *)on_fault,
     (const void *)on_fault, (const void *)on_fault, (const void *)on_fault,
     (const void *)on_fault};

/* A timer of 25 MHz that counts down; an instruction is 64 ns. */
#define TIMER ((volatile uint32_t *)0x40000000)
void board_start_clock(void) {
  TIMER[0] = 0;
  TIMER[2] = 0xffffffffu;
  TIMER[1] = 0xffffffffu;
  TIMER[0] = 1;
}
uint32_t board_clock(void) {
  uint32_t ticks = 0xffffffffu - TIMER[1];
  return ticks / 8 * 5 + ticks % 8 * 5 / 8;
}

uint32_t *board_stack_pointer(void) {
  uint32_t *pointer;
  __asm__ volatile("mov %0, sp" : "=r"(pointer));
  return pointer;
}
