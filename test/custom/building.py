"""How models with custom operators are built and linked: other machines, wrong
signatures, what tools are told.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np

import call_cases
import custom_case
import runner_arguments
import size_cases
from custom_case import INCLUDE, Case, compile_source, write_source
from suite_cases import Failure, expect, run

TEST = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
for folder in ("emulated", "firmware"):
    sys.path.insert(0, os.path.join(TEST, folder))
import boards  # noqa: E402
import emulator  # noqa: E402

SIGNATURE = ("int32_t twice(const float *x0, const int64_t (*x0_shape)[1], "
             "float *y0, const int64_t (*y0_shape)[1])")
TWICE = Case(
    "twice", "g (float[n] x) => (float[n] y) { [node_1] y = my.Twice(x) }",
    [custom_case.TWICE_RULE], custom_case.TWICE, [{"x": (5,)}],
    lambda x: [2 * x])
MATRIX = Case(
    "matrix", "g (float[n,2] x) => (float[n,2] y) { y = my.Twice(x) }",
    [custom_case.TWICE_RULE], "", [], None)
PLAIN = "#include <stdint.h>\n" + custom_case.TWICE


def compile_model(case, options, folder, *flags):
    """The object, and model.h beside it."""
    _, path = custom_case.write_model(case, folder)
    code = os.path.join(folder, "model.o")
    run(options.onnxc, path, *custom_case.flags_of(case, folder), *flags, "-o",
        code)
    return code


def link(code, functions, folder, compiler="cc"):
    run(compiler, "-shared", "-Wl,--no-undefined", code, functions,
        os.path.join(folder, "libonnxc-rt.a"), "-lm", "-lpthread", "-o",
        os.path.join(folder, "model.so"))


def must_fail(says, action, *arguments, **more):
    try:
        action(*arguments, **more)
    except Failure as failure:
        if not re.search(says, str(failure)):
            raise Failure(f"does not say {says}: {failure}") from None
        return
    raise Failure(f"{says!r} was to be refused")


def take_runtime(options, folder):
    shutil.copy(os.path.join(options.build, "runtime-lite", "libonnxc-rt.a"),
                folder)


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def definition_without_header(options, folder):
    code = compile_model(TWICE, options, folder)
    take_runtime(options, folder)
    source = write(folder, "plain.c", PLAIN.replace("memcpy", ""))
    must_fail(r"undefined reference to [`']twice_[0-9a-f]{8}'", link, code,
              compile_source(source, folder), folder)


def wrong_types_with_header(options, folder):
    compile_model(TWICE, options, folder)
    for wrong in (SIGNATURE.replace("float *y0", "double *y0"),
                  SIGNATURE.replace("const float", "float"),
                  SIGNATURE.replace("(*x0_shape)[1]", "(*x0_shape)[2]"),
                  SIGNATURE.replace("int32_t", "int64_t"),
                  SIGNATURE.replace(")[1])", ")[1], float alpha)")):
        source = write(folder, "wrong.c",
                       f'#include "model.h"\n{wrong} {{ return 0; }}\n')
        for compiler in "gcc", "clang-22":
            must_fail("conflicting types", compile_source, source, folder,
                      compiler)


def wrong_types_in_cxx(options, folder):
    """There an overload is no mistake: the linker finds it out."""
    code = compile_model(TWICE, options, folder)
    take_runtime(options, folder)
    source = write(folder, "wrong.cpp", '#include "model.h"\n' +
                   SIGNATURE.replace("float *y0", "double *y0") +
                   " { return 0; }\n")
    wrong = compile_source(source, folder, "g++", ["-std=c++17"])
    must_fail("undefined reference", link, code, wrong, folder)
    source = write(folder, "right.cpp", '#include "model.h"\n' +
                   custom_case.TWICE)
    link(code, compile_source(source, folder, "g++", ["-std=c++17"]), folder)


def header_in_every_language(options, folder):
    code = compile_model(TWICE, options, folder)
    take_runtime(options, folder)
    source = write_source(TWICE, folder)
    for compiler, *flags in (
            ("gcc", "-std=c89"), ("clang-22", "-std=c89"),
            ("clang-22", "-std=c17"),
            # A compiler that cannot be told the linker's name.
            ("clang-22", "-std=c99", "-U__GNUC__"),
            ("g++", "-x", "c++", "-std=c++98"),
            ("clang++-22", "-x", "c++", "-std=c++17")):
        link(code, compile_source(source, folder, compiler,
                                  [*flags, "-Wno-long-long",
                                   "-Wno-variadic-macros"]), folder)


def model_of_other_types(options, folder):
    """The functions are of before a change of the model."""
    compile_model(TWICE, options, folder)
    functions = compile_source(write_source(TWICE, folder), folder)
    code = compile_model(MATRIX, options, folder)
    take_runtime(options, folder)
    must_fail("undefined reference", link, code, functions, folder)


def two_models_one_function(options, folder):
    for name in "first", "second":
        _, path = custom_case.write_model(TWICE, folder)
        run(options.onnxc, path, *custom_case.flags_of(TWICE, folder), "-o",
            os.path.join(folder, f"{name}.o"))
    source = write(folder, "both.c", '#include "first.h"\n#include "second.h"'
                   "\n" + custom_case.TWICE)
    functions = compile_source(source, folder)
    take_runtime(options, folder)
    run("cc", "-shared", "-Wl,--no-undefined",
        *(os.path.join(folder, name) for name in
          ("first.o", "second.o", "libonnxc-rt.a")), functions, "-lm",
        "-lpthread", "-o", os.path.join(folder, "both.so"))


def library_without_function(options, folder):
    _, path = custom_case.write_model(TWICE, folder)
    library = os.path.join(folder, "alone.so")
    run(options.onnxc, path, *custom_case.flags_of(TWICE, folder),
        "--emit=shared", "-o", library)
    done = subprocess.run([options.onnxc_run, library, "--random"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 2 or "undefined symbol: twice_" not in done.stdout:
        raise Failure(f"status {done.returncode}: {done.stdout}")


def profiled(options, folder):
    options = runner_arguments.argparse.Namespace(
        **{**vars(options), "onnxc_options": ["--profile"]})
    _, library = custom_case.build(TWICE, options, folder)
    said = json.loads(run(options.onnxc_run, library, "--symbol", "model",
                          "--random", "--profile", "--repeat=2", "--json",
                          "--dim", "n=3"))
    expect("steps", [(step["nodes"], step["kernel"])
                     for step in said["steps"]], [("node_1", "twice")])


def from_each_phase(options, folder):
    case = size_cases.CASES[1]
    whole = os.path.join(folder, "whole")
    os.mkdir(whole)
    compile_model(case, options, whole, "--save-temps", "--prefix=model")
    for phase in ("import", "graph", "tensor", "loops", "memory", "code"):
        again = os.path.join(folder, f"{phase}.o")
        run(options.onnxc, os.path.join(whole, f"model.{phase}.mlirbc"),
            "--prefix=model", "-o", again)
        for one, other in (("model.o", "o"), ("model.h", "h")):
            with open(os.path.join(whole, one), "rb") as first, \
                    open(os.path.join(folder, f"{phase}.{other}"),
                         "rb") as second:
                if first.read() != second.read():
                    raise Failure(f"{one} differs from {phase} on")


def dependencies(options, folder):
    import function_cases
    case = function_cases.CASES[0]
    compile_model(case, options, folder, "-MD")
    with open(os.path.join(folder, "model.d")) as file:
        if "library0.onnx" not in file.read():
            raise Failure("the file of functions is no dependency")


def operators_of_a_file(options, folder):
    rules = write(folder, "operators.txt",
                  "# What we have\n\nmy::Twice=twice: same-as-input-0  # yes\n")
    case = Case(**{**vars(TWICE), "operators": [],
                   "flags": ["--custom-op-file", rules]})
    custom_case.check(case, options, folder)


def on_emulator(name, case, options, folder):
    machine = emulator.Emulator(name, options.onnxc, os.path.join(
        options.build, "custom-machines"))
    model, path = custom_case.write_model(case, folder)
    source = write_source(case, folder)
    program = machine.build(path, folder, custom_case.flags_of(case, folder),
                            [source])
    inputs = custom_case.make_inputs(model, case.runs[0], 0)
    got = machine.run(program, [
        (value.type.tensor_type.elem_type, inputs[value.name])
        for value in model.graph.input], folder)
    for a, b in zip(got, case.expected(**inputs)):
        if not np.array_equal(a, b):
            raise Failure(f"{a} instead of {b}")


def static(case, dims):
    flags = [f"--dim={name}={size}" for name, size in dims.items()]
    return Case(**{**vars(case), "flags": flags})


def on_board(name, options, folder):
    """A function of all kinds of attributes, without an allocator."""
    case = static(call_cases.ALL_KINDS, {"n": 3})
    board = boards.BOARDS[name]
    code = compile_model(case, options, folder, *board.onnxc,
                         "--freestanding", "--max-stack=16K", "--prefix=model")
    text = case.source.replace("strlen", "length_of").replace(
        "!strcmp(texts[2], \"long one\")", "(length_of(texts[2]) == 8)"
    ).replace("memcpy(y0, values, sizeof values);",
              "for (int i = 0; i < 13; ++i)\n    y0[i] = values[i];")
    source = write_source(case, folder)
    x = np.float32([1, 2, 3])
    # The board's own flags are stricter, and there is no string.h.
    functions = os.path.join(folder, "functions.o")
    run("clang-22", *board.clang, "-ffreestanding", "-O1", "-I", folder, "-I",
        INCLUDE, "-c", source, "-o", functions)
    program = boards.link(board, folder, [code, functions], x, 13)
    got = boards.emulate(board, program).output
    wanted, = case.expected(x)
    if not np.array_equal(got, wanted):
        raise Failure(f"{got} instead of {wanted}")


def no_allocator_there(options, folder):
    must_fail("--freestanding: an allocator would be needed",
              compile_model, size_cases.CASES[0], options, folder,
              "--freestanding")


def on_vulkan(options, folder):
    case = next(case for case in call_cases.CASES
                if case.name == "between_convolutions")
    options = runner_arguments.argparse.Namespace(
        **{**vars(options), "onnxc_options": ["--target=vulkan"]})
    custom_case.check(case, options, folder)


def several_cpus(options, folder):
    options = runner_arguments.argparse.Namespace(
        **{**vars(options), "onnxc_options": ["-mcpu=x86-64,x86-64-v3"]})
    custom_case.check(size_cases.CASES[0], options, folder)


CASES = {case.__name__: case for case in (
    definition_without_header, wrong_types_with_header, wrong_types_in_cxx,
    header_in_every_language, model_of_other_types, two_models_one_function, library_without_function,
    profiled, from_each_phase, dependencies, operators_of_a_file,
    no_allocator_there, on_vulkan, several_cpus)}
for _machine in ("aarch64", "riscv64", "wasm32"):
    for _case in (call_cases.ALL_KINDS, size_cases.CASES[0]):
        CASES[f"{_machine}_{_case.name}"] = functools.partial(
            on_emulator, _machine, _case)
for _board in boards.BOARDS:
    CASES[f"board_{_board}"] = functools.partial(on_board, _board)
