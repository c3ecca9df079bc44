#!/usr/bin/env python3
"""Nothing of one kind of program costs users of another: links the least
program of each kind, and compares the files of the runtime that are in it and
their bytes with footprint.txt.

    run_footprint.py [--table]

and the arguments of test/runner_arguments.py. The last line is `N passed, N
failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import functools
import glob
import os
import re
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import Failure, expect, run, run_cases

RUNTIME = os.path.join(HERE, "..", "..", "runtime-lite")
M4 = ["--target=thumbv7em-none-eabihf", "-mcpu=cortex-m4"]
RV32 = ["--target=riscv32-unknown-none-elf"]
THREADS = r"pthread_\w+|onnxc_pool\w*"
HEAP = r"(?:m|c|re|aligned_)alloc|posix_memalign|free|onnxc_aligned\w+"
FILES = r"mmap|fstat|open|onnxc_map_weights"
LOADING = r"dl(?:open|sym)"
DEVICE = r"vk[A-Z]\w+|cu[A-Z]\w+|onnxc_\w*(?:vulkan|cuda|device)\w*"
STDIO = r"\w*printf|puts|fopen|fputs|stdout|stderr"


@dataclasses.dataclass
class Kind:
    """A kind of program. `foreign` are symbols that it must not have."""
    onnxc: list
    clang: list
    foreign: list
    macro: str = ""
    is_bare: bool = False


KINDS = {
    "cortex-m4": Kind(M4, M4, [THREADS, HEAP, FILES, LOADING, DEVICE, STDIO],
                      is_bare=True),
    "rv32imafc": Kind(RV32, [*RV32, "-march=rv32imafc", "-mabi=ilp32f"],
                      [THREADS, HEAP, FILES, LOADING, DEVICE, STDIO],
                      is_bare=True),
    "wasm32": Kind(["--target=wasm32"], ["--target=wasm32", "-mbulk-memory"],
                   [THREADS, HEAP, FILES, LOADING, DEVICE, STDIO],
                   is_bare=True),
}
X86 = ["--target=x86_64"]
X86_LINUX = ["--target=x86_64-linux-gnu"]
for name, macro, foreign in (
        ("plain", "", [THREADS, HEAP, FILES, LOADING, DEVICE, STDIO]),
        ("heap", "HEAP", [THREADS, FILES, LOADING, DEVICE, STDIO]),
        ("pool", "POOL", [FILES, LOADING, DEVICE, STDIO]),
        ("mapped", "MAPPED", [THREADS, HEAP, LOADING, DEVICE, STDIO])):
    more = ["--weights=file"] if macro == "MAPPED" else []
    KINDS[f"x86-64-{name}"] = Kind(X86 + more, X86_LINUX, foreign, macro)
KINDS["x86-64-levels"] = Kind(
    [*X86, "-mcpu=x86-64-v2,x86-64-v3,x86-64-v4"], X86_LINUX,
    [THREADS, HEAP, FILES, LOADING, DEVICE, STDIO])
for name in "aarch64", "riscv64":
    KINDS[f"{name}-plain"] = Kind(
        [f"--target={name}"], [f"--target={name}-linux-gnu"],
        [THREADS, HEAP, FILES, LOADING, DEVICE, STDIO])
KINDS["vulkan"] = Kind(["--target=vulkan"], X86_LINUX,
                       [THREADS, r"cu[A-Z]\w+|onnxc_\w*cuda\w*", STDIO],
                       "VULKAN")
KINDS["cuda"] = Kind(["--target=nvptx64", "-mcpu=sm_80"], X86_LINUX,
                     [THREADS, r"vk[A-Z]\w+|onnxc_\w*vulkan\w*", STDIO],
                     "CUDA")


@dataclasses.dataclass
class Bound:
    code: int
    data: int
    files: list


def read_bounds():
    with open(os.path.join(HERE, "footprint.txt")) as file:
        lines = [line.split() for line in file if line[:1].strip(" #\n")]
    return {kind: Bound(int(code), int(data), files)
            for kind, code, data, *files in lines}


def write_model(path):
    weight = numpy_helper.from_array(
        np.arange(64, dtype=np.float32).reshape(8, 8), "w")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["m"]),
         helper.make_node("Softmax", ["m"], ["y"])], "least",
        [helper.make_tensor_value_info("x", 1, [4, 8])],
        [helper.make_tensor_value_info("y", 1, [4, 8])], [weight])
    onnx.save(helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21)]), path)


def count_bytes(path):
    """Code with constants, and data, of an object."""
    code = data = 0
    for name, size in re.findall(r"^([.\w]+) +(\d+)",
                                 run("llvm-size-22", "-A", path), re.M):
        if re.match(r"\.(?:text|rodata|data\.rel\.ro)|CODE$", name):
            code += int(size)
        elif re.match(r"\.s?(?:data|bss)|DATA$", name):
            data += int(size)
    return code, data


@functools.cache
def build_runtime(clang, is_bare, work):
    """The archive of the package, every source an object of its own; the
    objects by name."""
    os.makedirs(work, exist_ok=True)
    with open(os.path.join(RUNTIME, "CMakeLists.txt")) as file:
        _, _, hosted = file.read().partition("_HOSTED_SOURCES\n")
    objects = {}
    for source in glob.glob(os.path.join(RUNTIME, "lib", "*.c")):
        name = os.path.basename(source)[:-2]
        is_hosted = f"lib/{name}.c" in hosted.partition(")")[0]
        if is_hosted if is_bare else name.startswith("Freestanding"):
            continue
        objects[name] = os.path.join(work, f"{name}.o")
        run("clang-22", *clang, "-std=c11", "-D_GNU_SOURCE", "-Os",
            *([] if is_bare else ["-fPIC"]),
            *([] if is_hosted else ["-ffreestanding"]),
            "-c", source, "-I", os.path.join(RUNTIME, "include"), "-o",
            objects[name])
    archive = os.path.join(work, "libonnxc-rt.a")
    run("llvm-ar-22", "rcs", archive, *objects.values())
    return archive, objects


def link(kind, work, archive):
    """The program, and what of the archive the linker took."""
    main = os.path.join(work, "main.o")
    program = os.path.join(work, "program")
    run("clang-22", *kind.clang, "-std=c11", "-Os", "-I", work, "-I",
        os.path.join(RUNTIME, "include"),
        *(["-ffreestanding"] if kind.is_bare else []),
        *([f"-DWITH_{kind.macro}"] if kind.macro else []), "-c",
        os.path.join(HERE, "footprint.c"), "-o", main)
    parts = [main, os.path.join(work, "model.o"), archive]
    if not kind.is_bare:
        said = run("clang-22", *kind.clang, "-fuse-ld=lld-22", "-Wl,--trace",
                   *parts, "-lm", "-o", program)
    elif "--target=wasm32" in kind.clang:
        said = run("wasm-ld-22", "--no-entry", "--export=__main_void",
                   "--trace", *parts, "-o", program)
    else:
        said = run("ld.lld-22", "--entry=main", "--trace", *parts, "-o",
                   program)
    return program, sorted(re.findall(r"libonnxc-rt\.a\((\w+)\.o\)", said))


def kind_case(options, name, bound, measured):
    kind = KINDS[name]
    work = runner_arguments.work_folder(options, "footprint", name)
    model = os.path.join(work, "model.onnx")
    write_model(model)
    run(options.onnxc, model, *kind.onnxc,
        *(["--freestanding"] if kind.is_bare else []), "--prefix=model", "-o",
        os.path.join(work, "model.o"))
    machine = kind.clang[0].partition("=")[2]
    archive, objects = build_runtime(
        tuple(kind.clang), kind.is_bare,
        runner_arguments.work_folder(options, "footprint",
                                     f"runtime-{machine}"))
    program, files = link(kind, work, archive)
    sizes = [count_bytes(objects[file]) for file in files]
    code, data = (sum(column) for column in zip(*sizes))
    measured.append(f"{name:<16}{code:>5}{data:>6}  {' '.join(files)}")
    if bound is None:
        raise Failure("footprint.txt has no line of it")
    expect("files of the runtime", files, bound.files)
    if code > bound.code or data > bound.data:
        raise Failure(f"the runtime's part is {code} bytes of code and {data} "
                      f"of data; footprint.txt allows {bound.code} and "
                      f"{bound.data}")
    symbols = {line.split()[-1].partition("@")[0] for line in
               run("llvm-nm-22", program).splitlines() if line.strip()}
    foreign = sorted(symbol for symbol in symbols
                     if any(re.fullmatch(pattern, symbol)
                            for pattern in kind.foreign))
    if foreign:
        raise Failure(f"the program has {', '.join(foreign)}")


def main():
    # Kinds share the runtime of their machine: one after the other.
    parser = runner_arguments.RunnerArguments(__doc__, jobs=1)
    parser.add_argument("--table", action="store_true",
                        help="print what footprint.txt should have")
    options = parser.parse()
    bounds = read_bounds()
    expect("kinds without a program", sorted(set(bounds) - set(KINDS)), [])
    measured = []
    status = run_cases({name: functools.partial(
        kind_case, options, name, bounds.get(name), measured)
        for name in KINDS}, options)
    if options.table:
        print("\n".join(measured))
    return status


if __name__ == "__main__":
    sys.exit(main())
