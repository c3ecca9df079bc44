#!/usr/bin/env python3
"""Compiles the MLPerf Tiny models for microcontrollers and runs them on boards
that QEMU emulates, without a C library and without a heap.

    run_firmware.py [--table] [--chains N]

and the arguments of test/runner_arguments.py. Each output is compared with
onnxruntime's. Instructions, code, RAM and stack are held to limits: what the
best of other compilers needs (bench/firmware.md). --table prints them. The last
line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import re
import sys

import numpy as np
import onnx

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import conv_models
import double_models
import exact_evaluator
import model_cases
import quantize_models
import run_quantized
import runner_arguments
from boards import BOARDS, emulate, link
from suite_cases import Failure, expect, run, run_cases

# On a Cortex-M4: instructions, bytes of code, bytes of RAM of onnx2c's C
# through clang-22 -O2, on networks of the same sizes.
PEER = {
    "tiny_ds_cnn": (15_000_000, 16 << 10, 64128),
    "tiny_mobilenet": (40_100_000, 45 << 10, 295040),
    "tiny_resnet8": (72_300_000, 16 << 10, 196728),
    "tiny_autoencoder": (1_160_000, 9728, 1088),
}
# The same of integer models: half more than the instructions of tflite-micro
# with CMSIS-NN; code and RAM are ours with room for change.
INTEGER_PEER = {
    "tiny_ds_cnn-qdq-s8s8c": (11_550_000, 16 << 10, 10 << 10),
    "tiny_mobilenet-qdq-s8s8c": (36_100_000, 48 << 10, 64 << 10),
    "tiny_resnet8-qdq-s8s8c": (44_800_000, 16 << 10, 64 << 10),
    "tiny_autoencoder-qdq-s8s8c": (876_000, 8 << 10, 2 << 10),
}
# What the object may want from outside, and the compiler's own helpers.
ALLOWED = {"memcpy", "memset", "memmove"}
HELPERS = {"__aeabi_memcpy", "__aeabi_memcpy4", "__aeabi_memset",
           "__aeabi_memset4", "__aeabi_memclr", "__aeabi_memclr4",
           "__aeabi_memclr8", "__aeabi_memset8", "__aeabi_memcpy8"}
TABLE = []


def read_header(path):
    with open(path) as file:
        return {name: int(value) for name, value in re.findall(
            r"^#define MODEL_(\w+) (\d+)$", file.read(), re.M)}


def sections(path):
    """(code, constants, writable) bytes of an object."""
    code = constants = writable = 0
    for line in run("llvm-size-22", "-A", path).splitlines():
        parts = line.split()
        if len(parts) < 3 or not parts[1].isdigit():
            continue
        name, size = parts[0], int(parts[1])
        if name.startswith(".text"):
            code += size
        elif name.startswith((".data", ".bss", ".sdata", ".sbss")):
            writable += size
        elif name.startswith((".rodata", ".flash")):
            constants += size
    return code, constants, writable


def reference(path, inputs):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL)
    session = onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)[0]


def model_case(options, board_name, name):
    board = BOARDS[board_name]
    work = runner_arguments.work_folder(options, "firmware", board_name, name)
    models = os.path.join(options.build, "models")
    is_integer = name in INTEGER_PEER
    path = (quantize_models.write(models, name) if is_integer
            else model_cases.model_path(name, models))
    case = model_cases.Case(name, name, [{}])
    inputs = model_cases.make_inputs(case, path, {})
    expected = (exact_evaluator.evaluate(path, inputs)[0] if is_integer
                else reference(path, inputs))
    target = os.path.join(work, "model.o")
    run(options.onnxc, path, *board.onnxc,
        "--freestanding", "--weights-section=.flash_weights", "--prefix=model",
        "-o", target)

    sizes = read_header(os.path.join(work, "model.h"))
    code, constants, writable = sections(target)
    expect("writable bytes", writable, 0)
    wanted = {line.split()[-1] for line in
              run("llvm-nm-22", "-u", target).splitlines() if line.strip()}
    extra = wanted - ALLOWED - HELPERS
    if extra:
        raise Failure(f"undefined symbols: {', '.join(sorted(extra))}")
    sections_there = run("llvm-readelf-22", "-S", target)
    if ".flash_weights" not in sections_there:
        raise Failure("no section .flash_weights")

    program = link(board, work, [target], next(iter(inputs.values())),
                   expected.size)
    # No heap, no threads, no words to print.
    foreign = re.findall(r"\b\w*(?:malloc|pool|printf|parallel)\w*\b",
                         run("llvm-nm-22", program))
    if foreign:
        raise Failure(f"the program has {', '.join(foreign)}")
    report = emulate(board, program)
    difference = np.abs(report.output - expected.ravel()).max()
    # A quantum, of integers.
    most = (run_quantized.get_quantum(path, expected) * 1.01 if is_integer
            else 2e-5 * max(1.0, np.abs(expected).max()))
    if not difference <= most:
        raise Failure(f"differs from onnxruntime by {difference}")
    # The harness's own call and its clock are below what it measures.
    if report.stack > sizes["STACK_BYTES"] + 64:
        raise Failure(f"{report.stack} bytes of stack were touched, the header "
                      f"says {sizes['STACK_BYTES']}")
    if sizes["STACK_BYTES"] > 2 * report.stack + 256:
        raise Failure(f"the header says {sizes['STACK_BYTES']} bytes of stack, "
                      f"{report.stack} were touched")
    ram = sizes["ARENA_BYTES"] + sizes["STACK_BYTES"]
    TABLE.append((board_name, name, report.clock, code, constants,
                  sizes["ARENA_BYTES"], sizes["STACK_BYTES"], report.stack,
                  len(wanted & HELPERS), difference))
    if board_name == "cortex-m4":
        plan = run(options.onnxc, path, *board.onnxc,
                   "--emit=mlir", "--stop-after=memory", "-o", "-")
        arena, live = map(int, re.search(
            r"plan.arena = #plan.arena<bytes = (\d+), live = (\d+)", plan
        ).groups())
        if arena > 1.1 * live:
            raise Failure(f"an arena of {arena} bytes for {live} that live at "
                          "once")
        for what, got, most in zip(("instructions", "bytes of code",
                                    "bytes of RAM"),
                                   (report.clock, code, ram),
                                   {**PEER, **INTEGER_PEER}[name]):
            if got > most:
                raise Failure(f"{got} {what}, more than the {most} of a peer")


def chain_case(options, board_name, seed):
    """A random chain of convolutions is onnxruntime's."""
    board = BOARDS[board_name]
    work = runner_arguments.work_folder(options, "firmware", board_name,
                                        f"chain_{seed}")
    path = os.path.join(work, "model.onnx")
    inputs = conv_models.write_chain(path, seed)
    expected = reference(path, inputs)
    target = os.path.join(work, "model.o")
    run(options.onnxc, path, *board.onnxc,
        "--freestanding", "--weights-section=.flash_weights", "--prefix=model",
        "-o", target)
    program = link(board, work, [target], inputs["x"], expected.size)
    report = emulate(board, program)
    difference = np.abs(report.output - expected.ravel()).max()
    if not difference <= 1e-5 * max(1.0, np.abs(expected).max()):
        raise Failure(f"differs from onnxruntime by {difference}")
    stack = read_header(os.path.join(work, "model.h"))["STACK_BYTES"]
    if report.stack > stack + 64:
        raise Failure(f"{report.stack} bytes of stack were touched, the header "
                      f"says {stack}")


def doubles_case(options, board_name):
    """Functions of float64 need the compiler's arithmetic, and no library."""
    board = BOARDS[board_name]
    work = runner_arguments.work_folder(options, "firmware", board_name,
                                        "doubles")
    path = os.path.join(work, "model.onnx")
    inputs, expected = double_models.write(path)
    target = os.path.join(work, "model.o")
    run(options.onnxc, path, *board.onnxc,
        "--freestanding", "--prefix=model", "-o", target)
    helpers = run(*board.helpers, "-print-libgcc-file-name").strip()
    program = link(board, work, [target, helpers], inputs, 2 * expected.size)
    output = emulate(board, program, np.float64).output
    wrong = ~np.isclose(output, expected, rtol=1e-15, atol=0)
    if wrong.any():
        raise Failure(f"{output[wrong][0]!r} instead of "
                      f"{expected[wrong][0]!r}; {wrong.sum()} differ")


def limits_case(options):
    """Budgets that are not kept fail, name what fills them, leave nothing."""
    path = model_cases.model_path("tiny_ds_cnn",
                                  os.path.join(options.build, "models"))
    work = runner_arguments.work_folder(options, "firmware", "limits")
    target = os.path.join(work, "model.o")
    for option, says in (
            ("--max-arena=8K", r"--max-arena allows 8192; it is filled by"
                               r"[^\n]*\n +\"[^\"]+\" \d+"),
            ("--max-flash=32K", r"--max-flash allows 32768; the largest "
                                r"weights are\n +\"[^\"]+\" \d+"),
            ("--max-stack=100", r"--max-stack allows 100; the deepest calls "
                                r"are\n +model_entry\n +model_kernel")):
        try:
            run(options.onnxc, path,
                *BOARDS["cortex-m4"].onnxc, option, "--prefix=model", "-o",
                target)
        except Failure as failure:
            if not re.search(says, str(failure)):
                raise Failure(f"{option}: {failure}")
        else:
            raise Failure(f"{option} was kept to")
        if os.path.exists(target):
            raise Failure(f"{option}: {target} was written")


def allocator_case(options):
    """Sizes that depend on data ask for an allocator, which there is not."""
    work = runner_arguments.work_folder(options, "firmware", "limits")
    path = os.path.join(work, "nonzero.onnx")
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("NonZero", ["x"], ["found"], name="find"),
         onnx.helper.make_node("ReduceMax", ["found"], ["y"])], "nonzero",
        [onnx.helper.make_tensor_value_info("x", 1, [8])],
        [onnx.helper.make_tensor_value_info("y", 7, [1, 1])])
    onnx.save(onnx.helper.make_model(graph, ir_version=10, opset_imports=[
        onnx.helper.make_opsetid("", 21)]), path)
    try:
        run(options.onnxc, path,
            *BOARDS["cortex-m4"].onnxc, "--freestanding", "-o",
            os.path.join(work, "nonzero.o"))
    except Failure as failure:
        if not re.search(r"--freestanding: an allocator .*\n  find",
                         str(failure)):
            raise
    else:
        raise Failure("it was compiled")


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--table", action="store_true",
                        help="print what the programs take")
    parser.add_argument("--chains", type=int, default=12,
                        help="how many random models (12)")
    options = parser.parse()
    cases = {f"{board}-{name}": functools.partial(
        model_case, options, board, name)
        for board in BOARDS for name in (*PEER, *INTEGER_PEER)}
    for seed in range(options.chains):
        board = list(BOARDS)[seed % len(BOARDS)]
        cases[f"{board}-chain-{seed}"] = functools.partial(
            chain_case, options, board, seed)
    cases.update({f"{board}-doubles": functools.partial(
        doubles_case, options, board) for board in BOARDS})
    cases["allocator"] = functools.partial(allocator_case, options)
    cases["limits"] = functools.partial(limits_case, options)
    status = run_cases(cases, options)
    if options.table:
        print_table()
    return status


def print_table():
    print(f"{'board':<12}{'model':<18}{'instructions':>13}{'code':>8}"
          f"{'constants':>11}{'arena':>8}{'stack':>7}{'touched':>8}"
          f"{'helpers':>8}{'differs':>10}")
    for row in sorted(TABLE):
        print(f"{row[0]:<12}{row[1]:<18}{row[2]:>13}{row[3]:>8}{row[4]:>11}"
              f"{row[5]:>8}{row[6]:>7}{row[7]:>8}{row[8]:>8}{row[9]:>10.1e}")


if __name__ == "__main__":
    sys.exit(main())
