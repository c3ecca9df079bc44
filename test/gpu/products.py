"""Matrix products and convolutions for devices, and what they should give.

A case is a small model with random weights, random inputs and the outputs that
numpy computes in double precision. Sizes are multiples of tiles, odd ones, and
ones below a tile; operands are transposed, broadcast, free in a dimension.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TYPES = {"f32": (TensorProto.FLOAT, np.float32),
         "f16": (TensorProto.FLOAT16, np.float16)}


class Product:
    """A model of some nodes: `inputs` are fed, `constants` are weights. Sizes
    that are strings are free; `dims` are those of the run."""

    def __init__(self, nodes, inputs, constants, output, compute, kind="f32",
                 **dims):
        self.rng = np.random.default_rng(7)
        self.inputs, self.compute = inputs, compute
        self.kind, self.dims = kind, dims
        number, _ = TYPES[kind]
        self.weights = {name: self.fill(shape)
                        for name, shape in constants.items()}
        graph = helper.make_graph(
            nodes, "product",
            [helper.make_tensor_value_info(name, number, shape)
             for name, shape in inputs.items()],
            [helper.make_tensor_value_info("y", number, output)],
            [numpy_helper.from_array(value, name)
             for name, value in self.weights.items()])
        self.model = helper.make_model(
            graph, ir_version=9, opset_imports=[helper.make_opsetid("", 20)])

    def fill(self, shape):
        sizes = [self.dims.get(size, size) for size in shape]
        return self.rng.uniform(-1, 1, sizes).astype(TYPES[self.kind][1])

    def save_model(self, path):
        onnx.save(self.model, path)

    def save_values(self, folder):
        """Returns the arguments by which onnxc-run takes and compares them."""
        values = {name: self.fill(shape) for name, shape in self.inputs.items()}
        wide = {name: value.astype(np.float64)
                for name, value in {**values, **self.weights}.items()}
        expected = self.compute(**wide).astype(TYPES[self.kind][1])
        arguments = []
        for name, value in values.items():
            np.save(f"{folder}/{name}.npy", value)
            arguments.append(f"--input={name}={folder}/{name}.npy")
        np.save(f"{folder}/y.npy", expected)
        # Sums are of single precision whatever the factors are.
        tolerance = {"f32": ("1e-4", "1e-5"), "f16": ("1e-3", "1e-3")}
        relative, absolute = tolerance[self.kind]
        return arguments + [f"--expect=y={folder}/y.npy",
                            f"--rtol={relative}", f"--atol={absolute}"]


def matmul(a, b, y, kind="f32", fixed=True, **dims):
    """y = relu(a b + c), b a weight where it is fixed."""
    nodes = [helper.make_node("MatMul", ["a", "b"], ["p"]),
             helper.make_node("Add", ["p", "c"], ["q"]),
             helper.make_node("Relu", ["q"], ["y"])]
    inputs, constants = {"a": a}, {"c": [y[-1]]}
    (constants if fixed else inputs)["b"] = b
    return Product(nodes, inputs, constants, y,
                   lambda a, b, c: np.maximum(a @ b + c, 0), kind, **dims)


def gemm(m, n, k, left=0, right=0, kind="f32"):
    nodes = [helper.make_node("Gemm", ["a", "b", "c"], ["y"], alpha=0.5,
                              transA=left, transB=right)]

    def compute(a, b, c):
        return 0.5 * (a.T if left else a) @ (b.T if right else b) + c
    return Product(nodes, {"a": [k, m] if left else [m, k]},
                   {"b": [n, k] if right else [k, n], "c": [m, 1]}, [m, n],
                   compute, kind)


def scores(batch, rows, columns, depth, kind="f32", **dims):
    """a b^T of two inputs, as attention has it."""
    nodes = [helper.make_node("Transpose", ["b"], ["t"], perm=[0, 2, 1]),
             helper.make_node("MatMul", ["a", "t"], ["y"])]
    return Product(nodes, {"a": [batch, rows, depth],
                           "b": [batch, columns, depth]}, {},
                   [batch, rows, columns],
                   lambda a, b: a @ b.transpose(0, 2, 1), kind, **dims)


def conv(x, w, y, kind="f32", group=1, strides=(1, 1), dilations=(1, 1),
         pads=(0, 0, 0, 0), **dims):
    nodes = [helper.make_node("Conv", ["x", "w", "b"], ["p"], group=group,
                              strides=strides, dilations=dilations, pads=pads),
             helper.make_node("Relu", ["p"], ["y"])]

    def compute(x, w, b):
        x = np.pad(x, ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])))
        filters, channels, height, width = w.shape
        rows = (x.shape[2] - (height - 1) * dilations[0] - 1) // strides[0] + 1
        columns = (x.shape[3] - (width - 1) * dilations[1] - 1) // strides[1] + 1
        result = np.zeros((x.shape[0], filters, rows, columns))
        each = filters // group
        for g in range(group):
            part = x[:, g * channels:(g + 1) * channels]
            for i in range(height):
                for j in range(width):
                    at_i, at_j = i * dilations[0], j * dilations[1]
                    pixels = part[:, :, at_i:at_i + (rows - 1) * strides[0] + 1:strides[0],
                                  at_j:at_j + (columns - 1) * strides[1] + 1:strides[1]]
                    result[:, g * each:(g + 1) * each] += np.einsum(
                        "nchw,fc->nfhw", pixels,
                        w[g * each:(g + 1) * each, :, i, j])
        return np.maximum(result + b[None, :, None, None], 0)
    return Product(nodes, {"x": x}, {"w": w, "b": [w[0]]}, y, compute, kind,
                   **dims)


def get_cases(kind):
    """Name -> function that makes the case."""
    cases = {
        "whole tiles": lambda: matmul([64, 32], [32, 64], [64, 64], kind),
        "no multiples": lambda: matmul([37, 51], [51, 43], [37, 43], kind),
        "smallest": lambda: matmul([16, 16], [16, 16], [16, 16], kind),
        "even sizes": lambda: matmul([18, 22], [22, 34], [18, 34], kind),
        "batch": lambda: matmul([2, 3, 20, 24], [2, 3, 24, 36],
                                [2, 3, 20, 36], kind, fixed=False),
        "rows of a batch": lambda: matmul([2, 20, 24], [24, 32], [2, 20, 32],
                                          kind),
        "one for a batch": lambda: matmul([2, 1, 20, 24], [3, 24, 32],
                                          [2, 3, 20, 32], kind, fixed=False),
        "free rows": lambda: matmul(["m", 40], [40, 48], ["m", 48], kind, m=33),
        "free depth": lambda: matmul([20, "k"], ["k", 24], [20, 24], kind,
                                     fixed=False, k=37),
        "no depth": lambda: matmul([20, "k"], ["k", 24], [20, 24], kind,
                                   fixed=False, k=0),
        "scores": lambda: scores(2, 33, 34, 24, kind),
        "free scores": lambda: scores("b", "s", "s", 32, kind, b=2, s=35),
        "transposed left": lambda: gemm(40, 36, 28, left=1, kind=kind),
        "transposed right": lambda: gemm(40, 36, 28, right=1, kind=kind),
        "transposed both": lambda: gemm(33, 35, 31, left=1, right=1, kind=kind),
        "pixels": lambda: conv([1, 24, 6, 10], [20, 24, 1, 1], [1, 20, 6, 10],
                               kind),
        "pixels of a batch": lambda: conv([3, 17, 7, 7], [18, 17, 1, 1],
                                          [3, 18, 7, 7], kind),
        "padded": lambda: conv([1, 3, 9, 8], [16, 3, 3, 3], [1, 16, 9, 8], kind,
                               pads=(1, 1, 1, 1)),
        "strides": lambda: conv([2, 5, 13, 11], [17, 5, 3, 3], [2, 17, 7, 5],
                                kind, strides=(2, 2), pads=(1, 0, 1, 0)),
        "dilations": lambda: conv([1, 4, 12, 12], [16, 4, 3, 3], [1, 16, 8, 8],
                                  kind, dilations=(2, 2)),
        "groups": lambda: conv([1, 12, 8, 6], [40, 6, 3, 3], [1, 40, 8, 6],
                               kind, group=2, pads=(1, 1, 1, 1)),
        "free batch": lambda: conv(["n", 16, 5, 5], [16, 16, 1, 1],
                                   ["n", 16, 5, 5], kind, n=3),
    }
    if kind == "f32":
        cases["bytes"] = integers
        cases["brain floats"] = bfloat
    return cases


def bfloat():
    """Halves with the range of floats, made of floats on the way in."""
    nodes = [helper.make_node("Cast", ["a"], ["l"], to=TensorProto.BFLOAT16),
             helper.make_node("Cast", ["b"], ["r"], to=TensorProto.BFLOAT16),
             helper.make_node("MatMul", ["l", "r"], ["p"]),
             helper.make_node("Cast", ["p"], ["y"], to=TensorProto.FLOAT)]

    def compute(a, b):
        a, b = (x.astype(ml_dtypes.bfloat16).astype(np.float64)
                for x in (a, b))
        return (a @ b).astype(ml_dtypes.bfloat16)
    return Product(nodes, {"a": [33, 40], "b": [40, 24]}, {}, [33, 24], compute)


def integers():
    """Sums of bytes, made of floats on the way in."""
    nodes = [helper.make_node("Mul", [x, "scale"], [x + "1"]) for x in "ab"]
    nodes += [helper.make_node("Cast", [x + "1"], [x + "2"],
                               to=TensorProto.INT8) for x in "ab"]
    nodes += [helper.make_node("MatMulInteger", ["a2", "b2"], ["p"]),
              helper.make_node("Cast", ["p"], ["y"], to=TensorProto.FLOAT)]

    def compute(a, b, scale):
        # Weights are from -1 to 1.
        return np.trunc(a * scale) @ np.trunc(b * scale)
    product = Product(nodes, {"a": [33, 40], "b": [40, 24]}, {"scale": [1]},
                      [33, 24], compute)
    product.weights["scale"][:] = 100
    product.model.graph.initializer[0].CopyFrom(
        numpy_helper.from_array(product.weights["scale"], "scale"))
    return product


def get_planted_cases():
    """Of several steps, so that all of their barriers are needed."""
    return {kind: lambda kind=kind: matmul([32, 160], [160, 32], [32, 32], kind)
            for kind in TYPES}


def get_large_cases():
    """Of the sizes that real models have: to be looked at, not to be run on an
    interpreter."""
    return {
        "f32 2048": lambda: matmul([2048, 1024], [1024, 2048], [2048, 2048],
                                   fixed=False),
        "f32 512": lambda: matmul([512, 512], [512, 512], [512, 512],
                                  fixed=False),
        "f32 odd": lambda: matmul([1021, 509], [509, 1013], [1021, 1013],
                                  fixed=False),
        "f32 scores": lambda: scores("b", "s", "s", 64),
        "f32 pixels": lambda: conv([8, 256, 56, 56], [64, 256, 1, 1],
                                   [8, 64, 56, 56]),
        "f32 3x3": lambda: conv([8, 128, 28, 28], [128, 128, 3, 3],
                                [8, 128, 28, 28], pads=(1, 1, 1, 1)),
        "f16 2048": lambda: matmul([2048, 1024], [1024, 2048], [2048, 2048],
                                   "f16", fixed=False),
        "f16 512": lambda: matmul([512, 512], [512, 512], [512, 512], "f16",
                                  fixed=False),
        "f16 odd": lambda: matmul([1021, 509], [509, 1013], [1021, 1013],
                                  "f16", fixed=False),
        "f16 scores": lambda: scores("b", "s", "s", 64, "f16"),
        "f16 pixels": lambda: conv([8, 256, 56, 56], [64, 256, 1, 1],
                                   [8, 64, 56, 56], "f16"),
        "f16 3x3": lambda: conv([8, 128, 28, 28], [128, 128, 3, 3],
                                [8, 128, 28, 28], "f16", pads=(1, 1, 1, 1)),
    }
