#!/usr/bin/env python3
"""Writes docs/speed.md, the tables of bench/ in one place: write_speed.py
[--write]. Without --write it checks that the page is current.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TARGET = os.path.join(ROOT, "docs", "speed.md")
HEADER = """# How fast

`docs/site/write_speed.py --write` writes this page from the tables of `bench/`,
whose pages say how each was measured, and on what. A ratio is our time over the
other's: below 1 onnxc is ahead. `bench/bench_models.py` measures on your
machine.
"""
# A title, a page, how its table begins, and what has to be known of it.
TABLES = (
    ("Models on a CPU", "README.md", "- **Speed** beside",
     "In float32, on one core."),
    ("Quantised models", "bench/README.md", "| model | f32 | int8 |",
     "Milliseconds a run, on one core of an EPYC (Zen 4); the last column is "
     "on AVX2."),
    ("Convolutional networks", "bench/README.md",
     "| network | onnxc | exact | onnxruntime | OpenVINO | MNN",
     "Random weights, one thread of a Zen 3 (AVX2), milliseconds "
     "of CPU; `exact` is `--exact-convolutions`."),
    ("Language models", "bench/README.md", "| | onnxc | onnxruntime, int8",
     "SmolLM2-135M with weights of 4 bits, one thread, milliseconds of CPU."),
    ("Forests", "bench/README.md", "| forest | rows |",
     "Microseconds of CPU a call from Python, on one core of an EPYC (Zen 5)."),
    ("A call from Python", "docs/python.md", "| | `onnxc_run` in C |",
     "Microseconds a call of a small model."),
    ("Cortex-M4, float32", "bench/firmware.md",
     "| network (multiplications) |", "Instructions, as QEMU counts them."),
    ("RISC-V microcontrollers, float32", "bench/firmware.md",
     "| network | onnxc: instructions | code | RAM |",
     "RV32IMAFC; instructions, as QEMU counts them."),
    ("Cortex-M4, int8", "bench/firmware.md",
     "| network | onnxc: instructions | code | arena",
     "Beside tflite-micro with CMSIS-NN."),
    ("Vulkan", "bench/gpu.md", "| model | ours, ms |",
     "On lavapipe, a GPU in software: nothing is said of real ones."),
)


def read_table(page, begin):
    """The lines of a table, or of an item of a list, that begins so."""
    with open(os.path.join(ROOT, page)) as file:
        lines = file.read().splitlines()
    at = [i for i, line in enumerate(lines) if line.startswith(begin)]
    if len(at) != 1:
        sys.exit(f"{page} has {len(at)} tables that begin with {begin}")
    goes_on = "|" if begin.startswith("|") else "  "
    end = at[0] + 1
    while end < len(lines) and lines[end].startswith(goes_on):
        end += 1
    return lines[at[0]:end]


def write_models(lines):
    """The README's sentence of ratios, as a table."""
    text = " ".join(line.strip() for line in lines)
    _, _, ratios = text.partition("ours divided by theirs: ")
    ratios, _, _ = ratios.partition(". int8")
    rows = [ratio.rpartition(" ")[::2] for ratio in ratios.split(", ")]
    return ["| model | ratio to onnxruntime 1.32 |", "| --- | --- |",
            *(f"| {name} | {ratio} |" for name, ratio in rows)]


def write_page():
    lines = [HEADER]
    for title, page, begin, words in TABLES:
        table = read_table(page, begin)
        if not begin.startswith("|"):
            table = write_models(table)
        link = os.path.relpath(os.path.join(ROOT, page),
                               os.path.join(ROOT, "docs"))
        lines += [f"## {title}", "", f"{words} From [{page}]({link}).", "",
                  *table, ""]
    return "\n".join(lines).rstrip() + "\n"


def main():
    page = write_page()
    if "--write" in sys.argv:
        with open(TARGET, "w") as file:
            file.write(page)
        return 0
    with open(TARGET) as file:
        current = file.read() == page
    if not current:
        print("docs/speed.md is not what bench/ has: "
              "docs/site/write_speed.py --write")
    return 0 if current else 1


if __name__ == "__main__":
    sys.exit(main())
