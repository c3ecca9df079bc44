"""Programs in Rust that run a model of test/graphs on its inputs; what they
print is compared with onnxruntime.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import re

import numpy as np
import onnx
import onnxruntime

import run_graphs
from suite_cases import Failure, run

FIELD = re.compile(r"^    pub (\w+): (.*),$", re.M)
SHAPE = re.compile(r"let mut shape_\d+: \[i64; \d+\] = \[(.*)\];")
# Numbers that a program may have in its text.
LARGEST = 4000
BITS = {"f32": np.uint32, "f64": np.uint64}
PLAIN = {"f32": np.float32, "f64": np.float64, "bool": bool,
         "[f32; 2]": np.complex64, "[f64; 2]": np.complex128,
         **{f"{sign}{bits}": np.dtype(f"{sign}{bits // 8}")
            for sign in "iu" for bits in (8, 16, 32, 64)}}


class Module:
    """What a module's text declares."""

    def __init__(self, text):
        self.inputs = self.fields(text, "Inputs")
        self.outputs = self.fields(text, "Outputs")
        self.dims = [name for name, _ in self.fields(text, "Dims")]
        self.shapes = [dims.split(", ") for dims in SHAPE.findall(text)]

    @staticmethod
    def fields(text, name):
        found = re.search(rf"^pub struct {name}\b.*?^}}", text, re.M | re.S)
        return FIELD.findall(found[0]) if found else []


def count_columns(shape):
    return None if "dims" in shape[1] else int(shape[1])


def pack_sequence(tensors, columns):
    """All elements, and a row of sizes for each tensor."""
    if columns is None:
        columns = max([tensor.ndim for tensor in tensors], default=0)
    rows = [[*tensor.shape, *[-1] * (columns - tensor.ndim)]
            for tensor in tensors]
    values = [tensor.ravel() for tensor in tensors]
    return (np.concatenate(values) if values else np.zeros(0),
            np.array(rows, np.int64).reshape(len(tensors), columns))


def pack_inputs(values, inputs, module):
    """The tensors of the model's inputs, in the module's order."""
    arrays = []
    for value in values:
        given = inputs[value.name]
        kind = value.type.WhichOneof("value")
        if kind == "map_type":
            for part in list(given), list(given.values()):
                is_text = part and isinstance(part[0], str)
                arrays.append(np.array(part, object if is_text else None))
        elif kind == "tensor_type":
            arrays.append(given)
        else:
            is_nested = kind == "optional_type" and (
                value.type.optional_type.elem_type.HasField("sequence_type"))
            tensors = given if isinstance(given, list) else (
                [] if given is None else [given])
            arrays += pack_sequence(
                tensors, count_columns(module.shapes[len(arrays) + 1]))
            if is_nested:
                arrays.append(np.array(given is not None))
    return arrays


def write_element(element, kind):
    if kind == "&'a [u8]":
        text = element if isinstance(element, bytes) else element.encode()
        return 'b"' + "".join(f"\\x{byte:02x}" for byte in text) + '"'
    if kind in BITS:
        return f"{kind}::from_bits({element.view(BITS[kind])})"
    if kind == "bool":
        return "true" if element else "false"
    if kind.startswith("["):
        part = kind[1:4]
        return "[" + ", ".join(
            write_element(PLAIN[part](x), part)
            for x in (element.real, element.imag)) + "]"
    return str(element)


def write_array(array, kind):
    kind = kind.removeprefix("&'a [").removesuffix("]")
    if array.dtype != object:
        wanted = np.dtype(PLAIN[kind])
        # float16 and its like are held as their bits.
        array = (array.view(wanted) if array.size and
                 array.dtype.itemsize == wanted.itemsize
                 else array.astype(wanted))
    return "&[" + ", ".join(write_element(x, kind) for x in array.ravel()) + "]"


def write_run(module, arrays):
    dims, lines = {}, []
    for (name, kind), shape, array in zip(module.inputs, module.shapes, arrays):
        for size, dim in zip(array.shape, shape):
            if found := re.fullmatch(r"to_size\(dims\.(\w+)\)\?", dim):
                dims[found[1]] = size
        lines.append(f"        {name}: {write_array(array, kind)},")
    sizes = ", ".join(f"{name}: {dims[name]}" for name in module.dims)
    return "\n".join([
        "    let inputs = model::Inputs {", *lines, "    };",
        f"    let dims = model::Dims {{ {sizes} }};" if dims else "",
        "    match model.run_into(" + ("&dims, " if dims else "")
        + "&inputs, &mut out) {",
        '        Err(error) => println!("error: {}", error),',
        "        Ok(()) => {",
        *(f'            println!("{name} {{:?}} {{:?}}", out.{name}.shape, '
          f"out.{name}.data);" for name, _ in module.outputs),
        "        }", "    }"])


def write_program(module, runs):
    return "\n".join(["mod model;", "", "fn main() {",
                      "    let mut model = model::Model::new().unwrap();",
                      "    let mut out = model::Outputs::default();",
                      *(write_run(module, arrays) for arrays in runs), "}", ""])


def find_dtype(kind):
    """NumPy's type of the elements of a tensor, sequence or optional."""
    if kind.HasField("tensor_type"):
        return onnx.helper.tensor_dtype_to_np_dtype(kind.tensor_type.elem_type)
    name = kind.WhichOneof("value")
    return find_dtype(getattr(kind, name).elem_type)


def read_text(text):
    """Bytes where it is no UTF-8."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text


def read_array(line, kind, dtype):
    """An array of what a program has printed."""
    _, shape, data = re.fullmatch(r"(\w+) (\[.*?\]) (\[.*\])", line).groups()
    data = json.loads(re.sub(r"\binf\b", "Infinity", data))
    element = re.fullmatch(r"Tensor<(.*), \d+>", kind)[1]
    if element == "Vec<u8>":
        array, dtype = np.empty(len(data), object), np.dtype(object)
        array[:] = [read_text(bytes(text)) for text in data]
    elif element.startswith("["):
        array = np.array([complex(*pair) for pair in data], PLAIN[element])
    else:
        array = np.array(data, PLAIN[element])
    array = array.reshape(json.loads(shape))
    # float16 and its like are held as their bits.
    return array if array.dtype == dtype else array.view(dtype)


def read_outputs(model, module, lines):
    """Whole outputs of the tensors that were printed."""
    kinds, outputs = [kind for _, kind in module.outputs], []
    tensors = iter(zip(lines, kinds))
    for value in model.graph.output:
        kind = value.type.WhichOneof("value")
        values = read_array(*next(tensors), find_dtype(value.type))
        if kind == "tensor_type":
            outputs.append(values)
            continue
        shapes = read_array(*next(tensors), np.int64)
        elements, at = [], 0
        for row in shapes:
            row = row[row >= 0]
            count = int(np.prod(row))
            elements.append(values[at:at + count].reshape(row))
            at += count
        if kind == "optional_type":
            elements = elements[0] if elements else None
        outputs.append(elements)
    return outputs


def compare(case, model, path, module, runs, said):
    """Whether the program's lines are right."""
    lines = said.splitlines()
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    reference = None
    if not case.expected and not case.refused:
        reference = onnxruntime.InferenceSession(
            path, settings, providers=["CPUExecutionProvider"])
    for inputs, _ in runs:
        if lines[:1] and lines[0].startswith("error: "):
            if not case.refused:
                raise Failure(lines[0])
            lines = lines[1:]
            continue
        if case.refused:
            raise Failure("is not refused")
        ours = read_outputs(model, module, lines)
        theirs = reference.run(None, inputs) if reference else [
            np.asarray(other, one.dtype)
            for one, other in zip(ours, case.expected)]
        lines = lines[len(module.outputs):]
        for value, one, other in zip(model.graph.output, ours, theirs):
            run_graphs.compare(value.name, one, other)


def make_runs(case, model, module):
    """Inputs by name, and packed, of each of the case's sizes."""
    random, runs = np.random.RandomState(0), []
    for given in case.inputs:
        inputs = run_graphs.make_inputs(model, {**case.values, **given}, random)
        values = [value for value in model.graph.input
                  if value.name not in case.values]
        runs.append((inputs, pack_inputs(values, inputs, module)))
    return runs


def run_case(case, model, folder, build):
    """Builds a program of model.rs and runs it, where its numbers fit into a
    text and it needs no functions in C (for which there is a header). Whether
    it did."""
    with open(os.path.join(folder, "model.rs")) as file:
        module = Module(file.read())
    runs = make_runs(case, model, module)
    if os.path.exists(os.path.join(folder, "model.h")) or LARGEST < sum(
            array.size for _, arrays in runs for array in arrays):
        return False
    source = os.path.join(folder, "run.rs")
    with open(source, "w") as file:
        file.write(write_program(module, [arrays for _, arrays in runs]))
    compare(case, model, os.path.join(folder, "model.onnx"), module, runs,
            run(build(source)))
    return True
