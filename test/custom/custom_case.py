"""A model with custom operators, the functions that compute them, and what has
to come out.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import os
import subprocess
import sys

import numpy as np
import onnx
import onnx.parser

HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDE = os.path.join(HERE, "..", "..", "runtime-lite", "include")
STRICT = ["-Wall", "-Wextra", "-Wno-unused-parameter", "-pedantic",
          "-Werror", "-fPIC", "-O1"]
sys.path.insert(0, os.path.dirname(HERE))
from suite_cases import Failure, run

# An operator of one operand, and its function.
TWICE_RULE = "my::Twice=twice:same-as-input-0"
TWICE = """
int32_t twice(const float *x0, const int64_t (*x0_shape)[1], float *y0,
              const int64_t (*y0_shape)[1]) {
  int64_t i;
  for (i = 0; i < (*x0_shape)[0]; ++i)
    y0[i] = 2 * x0[i];
  return 0;
}"""


@dataclasses.dataclass
class Case:
    name: str
    text: str  # the graph in ONNX's text form
    operators: list  # what --custom-op is given
    source: str  # C, behind #include "model.h"
    runs: list  # inputs by name: arrays, or shapes of random ones
    # From arrays to those of the outputs, or of a run that is refused to what
    # is said.
    expected: object
    flags: list = dataclasses.field(default_factory=list)
    imports: str = '"" : 21, "my" : 1'
    refused: bool = False
    warns: str = ""  # what the compiler says
    # What the header has to say.
    declares: list = dataclasses.field(default_factory=list)
    # Models in ONNX's text form, whose functions --functions takes.
    libraries: list = dataclasses.field(default_factory=list)


def parse(text, imports):
    return onnx.parser.parse_model(
        f"<ir_version: 10, opset_import: [{imports}]> {text}")


def write_model(case, folder):
    model = parse(case.text, case.imports)
    path = os.path.join(folder, "model.onnx")
    onnx.save(model, path)
    for i, library in enumerate(case.libraries):
        onnx.save(onnx.parser.parse_model(library),
                  os.path.join(folder, f"library{i}.onnx"))
    return model, path


def flags_of(case, folder):
    flags = list(case.flags)
    for operator in case.operators:
        flags += ["--custom-op", operator]
    for i in range(len(case.libraries)):
        flags += ["--functions", os.path.join(folder, f"library{i}.onnx")]
    return flags


def write_source(case, folder, name="functions.c"):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        if "mem" in case.source:
            file.write("#include <string.h>\n")
        file.write('#include "model.h"\n' + case.source)
    return path


def compile_source(source, folder, compiler="cc", options=("-std=c99",)):
    target = source + ".o"
    run(compiler, *STRICT, *options, "-I", folder, "-I", INCLUDE, "-c", source,
        "-o", target)
    return target


def build(case, options, folder):
    """The model and a library of it and its functions."""
    model, path = write_model(case, folder)
    code = os.path.join(folder, "model.o")
    done = subprocess.run(
        [options.onnxc, path, *flags_of(case, folder), *options.onnxc_options,
         "-o", code], text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    if done.returncode or case.warns not in done.stdout or (
            "warning" in done.stdout and not case.warns):
        raise Failure(f"onnxc: status {done.returncode}: {done.stdout}")
    with open(os.path.join(folder, "model.h")) as file:
        header = " ".join(file.read().split())
    for wanted in case.declares:
        if " ".join(wanted.split()) not in header:
            raise Failure(f"the header does not declare {wanted}:\n"
                          f"{header[-1500:]}")
    functions = compile_source(write_source(case, folder), folder)
    library = os.path.join(folder, "model.so")
    run("cc", "-shared", "-Wl,--no-undefined", code, functions,
        os.path.join(options.build, "runtime-lite", "libonnxc-rt.a"), "-lm",
        "-lpthread", "-o", library)
    return model, library


def make_inputs(model, given, seed):
    random = np.random.RandomState(seed)
    inputs = {}
    for value in model.graph.input:
        dtype = onnx.helper.tensor_dtype_to_np_dtype(
            value.type.tensor_type.elem_type)
        what = given[value.name]
        array = np.asarray(
            random.randint(-9, 9, what) if isinstance(what, tuple) else what)
        inputs[value.name] = (array.astype(str) if dtype == object else
                              array).astype(dtype)
    return inputs


def call(options, library, folder, inputs):
    """What onnxc-run makes of it: the status and the text."""
    command = [options.onnxc_run, library, "--symbol", "model",
               "--output-dir", folder]
    for name, array in inputs.items():
        file = os.path.join(folder, f"in_{name}.pb")
        with open(file, "wb") as out:
            out.write(onnx.numpy_helper.from_array(
                array, name).SerializeToString())
        command.append(f"--input={name}={file}")
    done = subprocess.run(command, text=True, errors="replace", timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def compare(model, folder, wanted):
    for output, expected in zip(model.graph.output, wanted):
        file = os.path.join(folder, output.name + ".npy")
        ours = np.load(file)
        os.remove(file)
        expected = np.asarray(expected)
        if ours.dtype.kind == "U":
            expected = expected.astype(str)
        elif ours.dtype != expected.dtype and \
                ours.dtype.itemsize == expected.dtype.itemsize:
            # NumPy has no name for some: integers of their storage.
            expected = expected.view(ours.dtype)
        if ours.shape != expected.shape:
            raise Failure(f"{output.name} has shape {ours.shape}, expected "
                          f"{expected.shape}")
        if not np.array_equal(ours, expected):
            raise Failure(f"{output.name} is {ours.tolist()}, expected "
                          f"{expected.tolist()}")


def check(case, options, folder):
    model, library = build(case, options, folder)
    for seed, given in enumerate(case.runs):
        inputs = make_inputs(model, given, seed)
        status, said = call(options, library, folder, inputs)
        if case.refused:
            if status != 2 or case.expected not in said:
                raise Failure(f"status {status}, not 2: {said[-600:]}")
            continue
        if status:
            raise Failure(f"status {status}: {said[-600:]}")
        compare(model, folder, case.expected(**inputs))
