/* board_riscv.c: RV32IMAFC, as QEMU's board `virt` without firmware has it.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "board.h"

extern uint32_t board_data_load[], board_data[], board_data_end[];
extern uint32_t board_bss[], board_bss_end[];

__asm__(".section .vectors, \"ax\"\n"
        ".global board_reset\n"
        "board_reset:\n"
        "  la sp, board_stack_top\n"
        "  li t0, 0x6000\n" /* the float unit is on */
        "  csrs mstatus, t0\n"
        "  la t0, board_fault\n"
        "  csrw mtvec, t0\n"
        "  j board_start\n"
        "  .text\n"
        /* Three instructions of 32 bits in one line of the cache. */
        "  .balign 16\n"
        "board_semihosting:\n"
        "  .option push\n"
        "  .option norvc\n"
        "  slli x0, x0, 0x1f\n"
        "  ebreak\n"
        "  srai x0, x0, 7\n"
        "  .option pop\n"
        "  ret\n");
int board_semihosting(int operation, const void *argument);

void board_print(const char *text) { board_semihosting(4, text); }

void board_exit(int status) {
  uint32_t block[2] = {0x20026, (uint32_t)status};
  board_semihosting(0x20, block);
  for (;;) {
  }
}

__attribute__((aligned(4), used)) void board_fault(void) {
  board_print("fault\n");
  board_exit(99);
}

__attribute__((used)) void board_start(void) {
  for (uint32_t *from = board_data_load, *to = board_data;
       to < board_data_end;)
    *to++ = *from++;
  for (uint32_t *to = board_bss; to < board_bss_end;)
    *to++ = 0;
  board_exit(main());
}

void board_start_clock(void) {}
/* QEMU's counter goes by the emulated time: 64 to an instruction. */
uint32_t board_clock(void) {
  uint32_t low, high;
  __asm__ volatile("csrr %0, minstreth\n csrr %1, minstret"
                   : "=r"(high), "=r"(low));
  return high << 26 | low >> 6;
}

uint32_t *board_stack_pointer(void) {
  uint32_t *pointer;
  __asm__ volatile("mv %0, sp" : "=r"(pointer));
  return pointer;
}
