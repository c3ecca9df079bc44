"""One object for several levels of x86-64: which one a machine takes, that the
numbers are right, and what the object holds.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import re
import struct

import emulator
from suite_cases import Failure, expect, run

LEVELS = ("v2", "v3", "v4")
CPUS = ",".join(f"x86-64-{level}" for level in LEVELS)
# What a level adds to the one before it, as Linux spells it.
ADDED = {"v2": set(), "v3": {"avx2", "bmi1", "bmi2", "f16c", "fma", "abm",
                             "movbe"},
         "v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}}


def best_level_here():
    with open("/proc/cpuinfo") as file:
        flags = set(re.search(r"^flags\s*:(.*)$", file.read(), re.M)[1].split())
    best = ""
    for level in LEVELS:
        if not ADDED[level] <= flags:
            break
        best = level
    return best


def break_level(program, level):
    """A copy whose code for a level begins with an instruction that is none."""
    entry = int(re.search(rf"^(\w+) . model_x86_64_{level}_entry$",
                          run("llvm-nm-22", program), re.M)[1], 16)
    with open(program, "rb") as file:
        content = bytearray(file.read())
    at, = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    for header in range(at, at + size * count, size):
        kind, _, offset, address, _, length = struct.unpack_from(
            "<IIQQQQ", content, header)
        if kind == 1 and address <= entry < address + length:
            place = entry - address + offset
            content[place:place + 2] = b"\x0f\x0b"  # ud2
    broken = f"{program}-without-{level}"
    with open(broken, "wb") as file:
        file.write(content)
    os.chmod(broken, 0o755)
    return broken


def check_on(machine, program, conv, work, what):
    _, image, wanted = conv
    got, = machine.run(program, [(1, image)], work)
    if wrong := emulator.compare(got, wanted, 1e-4, 1e-4):
        raise Failure(f"{what}: {wrong}")


def check_emulated(machine, program, conv, work):
    """QEMU says which functions it translates."""
    for cpu, level in (("Nehalem", "v2"), ("Haswell", "v3")):
        log = os.path.join(work, f"{cpu}.log")
        machine.command = ["qemu-x86_64", "-cpu", cpu, "-d", "in_asm", "-D",
                           log]
        check_on(machine, program, conv, work, cpu)
        with open(log) as file:
            ran = set(re.findall(r"^IN: model_x86_64_(v\d)_kernel",
                                 file.read(), re.M))
        expect(f"levels run on {cpu}", ran, {level})


def check_here(machine, program, conv, work):
    """A program without the level that this machine takes dies, one without
    another level does not notice."""
    machine.command = []
    check_on(machine, program, conv, work, "this machine")
    best = best_level_here()
    for level in LEVELS:
        broken = break_level(program, level)
        if level != best:
            check_on(machine, broken, conv, work, f"without {level}")
            continue
        try:
            check_on(machine, broken, conv, work, f"without {level}")
        except emulator.EmulationError:
            continue
        raise Failure(f"{level} is not taken where it is the best")


def check_instructions(program):
    code = run("llvm-objdump-22", "-d", "--no-show-raw-insn", program)
    for level, register in (("v2", "%xmm"), ("v3", "%ymm"), ("v4", "%zmm")):
        bodies = re.findall(rf"<model_x86_64_{level}_kernel\w*>:\n(.*?)\n\n",
                            code, re.S)
        if not any(register in body for body in bodies):
            raise Failure(f"no {register} in the code of {level}")
        if level == "v2" and any("%ymm" in body for body in bodies):
            raise Failure("%ymm in the code of v2")


def levels_case(onnxc, work, conv):
    """One object for three levels, on CPUs that have one, two or all."""
    try:
        machine = emulator.Emulator("x86-64", onnxc, work)
        program = machine.build(conv[0], work, [f"-mcpu={CPUS}"])
        check_emulated(machine, program, conv, work)
        check_here(machine, program, conv, work)
    except emulator.EmulationError as error:
        raise Failure(str(error))
    check_instructions(program)


def shared_weights_case(onnxc, work, conv):
    """Weights are read in the same order by all levels: they are there
    once."""
    def weights(cpus):
        target = os.path.join(work, "shared.o")
        run(onnxc, conv[0], "--target=x86_64", f"-mcpu={cpus}",
            "--prefix=model", "-o", target)
        found = re.search(r"\.rodata\.onnxc_weights +(\d+)",
                          run("llvm-size-22", "-A", target))
        return int(found[1])

    one = weights("x86-64-v3")
    for cpus in "x86-64-v3,alderlake", CPUS:
        expect(f"bytes of weights for {cpus}", weights(cpus), one)
