"""A model with inputs and outputs of several kinds, and what a program in any
language prints of it: its interface, two runs, and what is refused.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

FIRST = {"x": np.array([[1, 2, 3], [4, 5, 0]], np.float32),
         "at": np.array([1, 0], np.int64),
         "words": np.array(["one", "Zwei drei", "schön"], object),
         "flags": np.array([True, False]),
         "halves": np.array([1, -2], np.float16),
         "ints": np.array([[7], [-8]], np.int32)}
EMPTY = {"x": np.zeros((1, 3), np.float32), "at": np.zeros(0, np.int64),
         "words": np.zeros(0, object), "flags": np.zeros(0, bool),
         "halves": np.zeros(2, np.float16), "ints": np.zeros((1, 1), np.int32)}
TAKES = "the model takes "
# What is wrong, and the words of it, which are the same everywhere.
REFUSALS = [
    ("name", "there is no input 'y'; the model has 'x', 'at', 'words', "
             "'flags', 'halves', 'ints'"),
    ("type", f"input 'x': it is float64, {TAKES}float32 [n, 3]"),
    ("shape", f"input 'x': its shape is [2, 4], {TAKES}float32 [n, 3]"),
    ("rank", f"input 'x': its shape is [6], {TAKES}float32 [n, 3]"),
    ("missing", f"input 'at': it is missing, {TAKES}int64 [k]"),
    ("sizes", "input 'flags': its shape is [3], which does not fit the inputs "
              f"before it or the bounds: {TAKES}bool [k]"),
    ("run", "beside: j is not n: an input's shape does not fit the model"),
]
# What a language says in words of its own, or a program checks by itself.
REFUSED = ["count", "read", "file"]


def make_model():
    def value(name, dtype, *shape):
        return helper.make_tensor_value_info(name, dtype, shape)

    nodes = [helper.make_node("Gather", ["x", "at"], ["rows"], name="pick"),
             helper.make_node("NonZero", ["x"], ["places"], name="find"),
             helper.make_node("StringConcat", ["words", "words"], ["joined"],
                              name="join"),
             helper.make_node("Not", ["flags"], ["turned"], name="turn"),
             helper.make_node("Add", ["halves", "halves"], ["doubled"],
                              name="double"),
             helper.make_node("Neg", ["ints"], ["negated"], name="negate"),
             helper.make_node("Cast", ["x"], ["left"], to=TensorProto.DOUBLE),
             helper.make_node("Cast", ["ints"], ["right"],
                              to=TensorProto.DOUBLE),
             helper.make_node("Concat", ["left", "right"], ["wide"],
                              name="beside", axis=1)]
    graph = helper.make_graph(
        nodes, "parts",
        [value("x", TensorProto.FLOAT, "n", 3),
         value("at", TensorProto.INT64, "k"),
         value("words", TensorProto.STRING, "m"),
         value("flags", TensorProto.BOOL, "k"),
         value("halves", TensorProto.FLOAT16, 2),
         value("ints", TensorProto.INT32, "j", 1)],
        [value("rows", TensorProto.FLOAT, "k", 3),
         value("places", TensorProto.INT64, 2, "found"),
         value("joined", TensorProto.STRING, "m"),
         value("turned", TensorProto.BOOL, "k"),
         value("doubled", TensorProto.FLOAT16, 2),
         value("negated", TensorProto.INT32, "j", 1),
         value("wide", TensorProto.DOUBLE, "n", 4)])
    return helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21)])


def make_custom_model():
    graph = helper.make_graph(
        [helper.make_node("Twice", ["x"], ["y"], name="twice",
                          domain="my.ops")], "custom",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])])
    return helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21), helper.make_opsetid("my.ops", 1)])


def print_value(name, array):
    if array.dtype == np.float16:
        array = array.view(np.uint16)  # programs print its bits
    elements = [x if isinstance(x, str) else str(int(x)) for x in array.ravel()]
    separator = "|" if array.dtype == object else " "
    sizes = ", ".join(map(str, array.shape))
    return f"{name} [{sizes}]: {separator.join(elements)}".rstrip()


def transcript(path):
    """The lines that each program prints; onnxruntime computes the numbers."""
    session = onnxruntime.InferenceSession(
        path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    lines = ["input x: float32 [n, 3]", "input at: int64 [k]",
             "input words: string [m]", "input flags: bool [k]",
             "input halves: float16 [2]", "input ints: int32 [j, 1]",
             "output rows: float32 [k, 3]", "output places: int64 [2, ?]",
             "output joined: string [m]", "output turned: bool [k]",
             "output doubled: float16 [2]", "output negated: int32 [j, 1]",
             "output wide: float64 [n, 4]"]
    for inputs in FIRST, EMPTY:
        lines += [print_value(name, array) for name, array in
                  zip(names, session.run(None, inputs))]
    lines += [f"{what}: {text}" for what, text in REFUSALS]
    lines += [f"{what}: refused" for what in REFUSED]
    lines += [print_value("rows", session.run(["rows"], FIRST)[0])]
    return lines + ["threads: right", "pool: right"]


if __name__ == "__main__":
    import sys
    onnx.save(make_model(), sys.argv[1])
    print("\n".join(transcript(sys.argv[1])))
