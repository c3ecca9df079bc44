"""Boards that QEMU emulates, and how a model's object becomes a program there.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import os
import re

import numpy as np

from suite_cases import Failure, run

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
BOARD = os.path.join(ROOT, "examples", "firmware", "board")
RUNTIME = os.path.join(ROOT, "runtime-lite")
CORE = ("Run", "Check", "Cpu", "Dtype", "Status", "Freestanding",
        "FreestandingDouble")


@dataclasses.dataclass
class Board:
    onnxc: list  # options for the machine
    clang: list
    source: str
    entry: str
    helpers: list  # says where the compiler's own functions are
    flash: int
    ram: int
    qemu: list


BOARDS = {
    "cortex-m4": Board(
        ["--target=thumbv7em-none-eabihf", "-mcpu=cortex-m4"],
        ["--target=thumbv7em-none-eabihf", "-mcpu=cortex-m4"],
        "board_arm.c", "board_start",
        ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb",
         "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"], 0, 0x20000000,
        ["qemu-system-arm", "-M", "mps2-an386"]),
    "rv32imafc": Board(
        ["--target=riscv32-unknown-none-elf"],
        ["--target=riscv32-unknown-none-elf", "-march=rv32imafc",
         "-mabi=ilp32f"],
        "board_riscv.c", "board_reset",
        ["riscv64-unknown-elf-gcc", "-march=rv32imafc", "-mabi=ilp32f"], 0x80000000, 0x80800000,
        ["qemu-system-riscv32", "-M", "virt", "-bios", "none"]),
}


def link(board, work, objects, inputs, output_words):
    """Nothing but the object, the runtime's core and the board: what is
    undefined would show here."""
    data = os.path.join(work, "inputs.bin")
    np.ascontiguousarray(inputs).tofile(data)
    source = os.path.join(work, "inputs.S")
    with open(source, "w") as file:
        file.write(".section .rodata\n.balign 64\n.global harness_inputs\n"
                   f'harness_inputs:\n.incbin "{data}"\n')
    program = os.path.join(work, "program.elf")
    run("clang-22", *board.clang, "-std=c11", "-Os", "-Wall", "-Wextra",
        "-Werror", "-ffreestanding", "-ffunction-sections", "-nostdlib",
        "-fuse-ld=lld-22", "-I", work, "-I", BOARD,
        "-I", os.path.join(RUNTIME, "include"),
        f"-DINPUT_WORDS={inputs.nbytes // 4}",
        f"-DOUTPUT_WORDS={output_words}",
        os.path.join(HERE, "harness.c"), os.path.join(BOARD, board.source),
        source, *objects,
        *(os.path.join(RUNTIME, "lib", f"{name}.c") for name in CORE),
        "-T", os.path.join(BOARD, "board.ld"),
        f"-Wl,--gc-sections,--entry={board.entry}",
        f"-Wl,--defsym=BOARD_FLASH={board.flash}",
        f"-Wl,--defsym=BOARD_RAM={board.ram}",
        "-Wl,--defsym=BOARD_RAM_BYTES=4M,--defsym=BOARD_STACK_BYTES=65536",
        "-o", program)
    return program


@dataclasses.dataclass
class Report:
    clock: int
    stack: int
    output: np.ndarray


def emulate(board, program, dtype=np.float32):
    # QEMU prints what the board says on stderr.
    text = run("sh", "-c", 'exec "$@" 2>&1', "sh", *board.qemu, "-nographic", "-monitor", "none", "-serial",
               "none", "-icount", "shift=6", "-semihosting-config",
               "enable=on,target=native", "-kernel", program)
    found = dict(re.findall(r"^(clock|stack) (\d+)$", text, re.M))
    if "arena ok" not in text or "output\n" not in text or "overrun" in text:
        raise Failure(f"the board said: {text[-500:]}")
    words = text.partition("output\n")[2].split()
    output = np.array([int(word, 16) for word in words], np.uint32)
    return Report(int(found["clock"]),
                  int(found["stack"]), output.view(dtype))
