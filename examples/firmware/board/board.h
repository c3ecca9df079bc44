/* board.h: what the example needs of a board: words to the outside, an end, a
 * clock, the stack's limits. board_arm.c and board_riscv.c have it for boards
 * that QEMU emulates, through semihosting; on a real one they would be its
 * UART and timer.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

int main(void);
void board_print(const char *text);
void board_exit(int status);
/* Instructions since some time, where QEMU runs with -icount shift=6. */
void board_start_clock(void);
uint32_t board_clock(void);
/* The lowest address of the stack, from the linker script. */
extern uint32_t board_stack_limit[];
uint32_t *board_stack_pointer(void);

#endif
