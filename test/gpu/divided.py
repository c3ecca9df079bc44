"""Models of which the device runs parts, and the host the rest.

A case is a small model, with its inputs; onnxruntime says what it should give.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
node, info = helper.make_node, helper.make_tensor_value_info


class Divided:
    def __init__(self, parts, nodes, inputs, outputs, weights=()):
        """The device runs `parts` parts. `inputs` are arrays by name, with
        their shapes in the model; `outputs` are names and types."""
        self.parts = parts
        self.inputs = {name: array for name, (array, _) in inputs.items()}
        self.outputs = [name for name, _ in outputs]
        graph = helper.make_graph(
            nodes, "divided",
            [info(name, helper.np_dtype_to_tensor_dtype(array.dtype), shape)
             for name, (array, shape) in inputs.items()],
            [info(name, kind, None) for name, kind in outputs],
            [numpy_helper.from_array(np.asarray(value), name)
             for name, value in dict(weights).items()])
        self.model = helper.make_model(
            graph, ir_version=9, opset_imports=[helper.make_opsetid("", 18)])

    def save_model(self, path):
        onnx.save(self.model, path)

    def save_values(self, folder):
        """Returns the arguments by which onnxc-run takes and compares them."""
        session = onnxruntime.InferenceSession(
            self.model.SerializeToString(), providers=["CPUExecutionProvider"])
        arguments = ["--rtol=1e-4", "--atol=1e-5"]
        values = [("input", name, value) for name, value in self.inputs.items()]
        values += [("expect", name, value) for name, value
                   in zip(self.outputs, session.run(self.outputs, self.inputs))]
        for what, name, value in values:
            np.save(f"{folder}/{name}.npy", value)
            arguments.append(f"--{what}={name}={folder}/{name}.npy")
        return arguments


def uniform(*shape):
    return np.random.default_rng(3).uniform(-1, 1, shape).astype(np.float32)


def positions():
    """Sizes that data decide, between two parts."""
    return Divided(
        2,
        [node("MatMul", ["x", "w"], ["p"]), node("Relu", ["p"], ["r"]),
         node("NonZero", ["r"], ["n"]), node("Transpose", ["n"], ["t"]),
         node("GatherND", ["r", "t"], ["v"]), node("Exp", ["v"], ["y"])],
        {"x": (uniform(37, 20), ["n", 20])}, [("y", FLOAT), ("n", INT64)],
        {"w": uniform(20, 30)})


def branch(positive):
    """A part before the branch, one in each block, one behind."""
    def block(name, op):
        return helper.make_graph(
            [node("MatMul", ["r", "w"], [name + "m"]),
             node(op, [name + "m"], [name])], name, [], [info(name, FLOAT, None)])
    x = np.abs(uniform(24, 24)) * (1 if positive else -1)
    return Divided(
        4,
        [node("Tanh", ["x"], ["r"]), node("ReduceMean", ["x"], ["m"], keepdims=0),
         node("Greater", ["m", "zero"], ["c"]),
         node("If", ["c"], ["i"], then_branch=block("a", "Relu"),
              else_branch=block("b", "Sigmoid")),
         node("Add", ["i", "r"], ["y"])],
        {"x": (x, [24, 24])}, [("y", FLOAT)],
        {"w": uniform(24, 24), "zero": np.float32(0)})


def loop(times):
    """A part in each iteration, on what the iteration before has made."""
    body = helper.make_graph(
        [node("MatMul", ["a", "w"], ["m"]), node("Tanh", ["m"], ["b"]),
         node("Identity", ["go"], ["on"]), node("Add", ["b", "x"], ["s"])],
        "body", [info("i", INT64, []), info("go", BOOL, []),
                 info("a", FLOAT, [16, 16])],
        [info("on", BOOL, []), info("b", FLOAT, [16, 16]),
         info("s", FLOAT, [16, 16])])
    return Divided(
        3,
        [node("Relu", ["x"], ["r"]),
         node("Loop", ["times", "", "r"], ["l", "all"], body=body),
         node("ReduceSum", ["all"], ["y"], keepdims=0)],
        {"x": (uniform(16, 16), [16, 16]),
         "times": (np.array(times, np.int64), [])},
        [("l", FLOAT), ("all", FLOAT), ("y", FLOAT)], {"w": uniform(16, 16)})


def best():
    """How many, an input says."""
    return Divided(
        1,
        [node("Softmax", ["x"], ["s"]), node("TopK", ["s", "k"], ["v", "i"]),
         node("Mul", ["v", "v"], ["y"])],
        {"x": (uniform(5, 40), ["n", 40]), "k": (np.array([7], np.int64), [1])},
        [("y", FLOAT), ("i", INT64)])


def detector():
    """Convolutions, boxes that are suppressed, and what is left of them."""
    rng = np.random.default_rng(5)
    return Divided(
        2,
        [node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
         node("Relu", ["c"], ["r"]),
         node("Conv", ["r", "v"], ["h"]),
         node("Split", ["h", "parts"], ["hb", "hs"], axis=1),
         node("Reshape", ["hb", "four"], ["b4"]),
         node("Transpose", ["b4"], ["bt"], perm=[0, 2, 1]),
         node("Sigmoid", ["bt"], ["boxes"]),
         node("Reshape", ["hs", "three"], ["s3"]),
         node("Softmax", ["s3"], ["scores"], axis=1),
         node("NonMaxSuppression",
              ["boxes", "scores", "most", "overlap", "least"], ["kept"]),
         node("Gather", ["kept", "two"], ["at"], axis=1),
         node("Gather", ["boxes", "at"], ["found"], axis=1),
         node("Mul", ["found", "scale"], ["y"])],
        {"x": (uniform(1, 3, 12, 12), [1, 3, "h", "w"])},
        [("kept", INT64), ("y", FLOAT)],
        {"w": rng.uniform(-1, 1, (8, 3, 3, 3)).astype(np.float32),
         "v": rng.uniform(-1, 1, (7, 8, 1, 1)).astype(np.float32),
         "parts": np.array([4, 3], np.int64),
         "four": np.array([1, 4, -1], np.int64),
         "three": np.array([1, 3, -1], np.int64),
         "most": np.array([9], np.int64),
         "overlap": np.array([0.4], np.float32),
         "least": np.array([0.35], np.float32), "two": np.int64(2),
         "scale": np.float32(100)})


def remainder():
    """A function that the device lacks in double precision, between products
    that it has."""
    wide = uniform(20, 20).astype(np.float64)
    return Divided(
        2,
        [node("MatMul", ["x", "w"], ["p"]), node("Mod", ["p", "d"], ["m"], fmod=1),
         node("MatMul", ["m", "w"], ["y"])],
        {"x": (wide, [20, 20])},
        [("y", TensorProto.DOUBLE), ("p", TensorProto.DOUBLE)],
        {"d": np.float64(0.3), "w": wide})


def sizes():
    """A size as a tensor."""
    return Divided(
        1,
        [node("Shape", ["x"], ["s"]), node("Cast", ["s"], ["f"], to=FLOAT),
         node("ReduceProd", ["f"], ["p"], keepdims=0),
         node("Div", ["x", "p"], ["y"])],
        {"x": (uniform(6, 9), ["n", "m"])}, [("y", FLOAT), ("s", INT64)])


def many():
    """More buffers than a launch takes."""
    names = [f"s{i}" for i in range(70)]
    return Divided(
        1,
        [node("Split", ["x"], names, axis=0, num_outputs=70),
         node("Concat", names[::-1], ["c"], axis=0),
         node("MatMul", ["c", "w"], ["y"])],
        {"x": (uniform(70, 9), [70, 9])}, [("y", FLOAT), ("c", FLOAT)],
        {"w": uniform(9, 8)})


def get_cases():
    """Name -> function that makes the case."""
    return {
        "positions": positions,
        "a branch taken": lambda: branch(True),
        "the other branch": lambda: branch(False),
        "a loop": lambda: loop(4),
        "a loop of no iterations": lambda: loop(0),
        "how many": best,
        "a detector": detector,
        "double precision": remainder,
        "sizes as tensors": sizes,
        "many buffers": many,
    }
