"""Random products with weights of 2, 4 and 8 bits, many to a model: nodes
MatMulNBits, and products with constants that DequantizeLinear scales.

Sizes lie around what emitters are sized by: no row, one, a tile, more than are
unpacked in registers, more than a task has; columns beside panels; depths that
end within a word, a block, or beside a part. What is right is computed in
float64, and so is how far rounding may lead: a small multiple of the sum of the
products' magnitudes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses

import ml_dtypes
import numpy as np
import onnx
from onnx import helper, numpy_helper

ROWS = (0, 1, 1, 1, 2, 3, 4, 5, 7, 12, 13, 31, 64, 97, 400)
DEPTHS = (1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 64, 97, 128, 255, 256, 257, 576)
COLUMNS = (1, 2, 3, 8, 15, 16, 17, 31, 32, 33, 47, 64, 96, 112, 113, 129, 320)
MOST_WORK = 4_000_000
# Of float32, and of what float16 and bfloat16 are rounded to.
ERRORS = {"float32": 4e-6, "float16": 1e-3, "bfloat16": 8e-3}
TYPES = {"float32": np.float32, "float16": np.float16,
         "bfloat16": ml_dtypes.bfloat16}


@dataclasses.dataclass
class Case:
    name: str
    element: str
    rows: tuple
    depth: int
    columns: int
    bits: int
    block: int
    zeros: str  # "none", "packed" or "real"
    has_bias: bool
    # "MatMulNBits"; or the product with a DequantizeLinear: "MatMul", with a
    # "Transpose" between, or a "Gemm" that transposes.
    form: str = "MatMulNBits"
    is_signed: bool = False
    # What a scale is for: a "block", a "column" or "all".
    scale: str = "block"
    # Whether the depth is free as well where sizes are.
    has_free_depth: bool = False

    @property
    def blocks(self):
        return -(-self.depth // self.block)

    @property
    def is_standard(self):
        return self.form != "MatMulNBits"


def draw(seed, index, elements=("float32", "float32", "float16", "bfloat16")):
    random = np.random.RandomState([seed, index])

    def pick(values):
        return values[random.randint(len(values))]

    rows, depth, columns = pick(ROWS), pick(DEPTHS), pick(COLUMNS)
    while rows * depth * columns > MOST_WORK:
        rows //= 2
    batch = (pick((1, 2, 3)),) if rows < 50 and random.rand() < 0.4 else ()
    case = Case(f"c{index}", pick(elements), (*batch, rows), depth, columns,
                pick((2, 4, 4, 4, 8)), pick((16, 32, 32, 64, 128, 256)),
                pick(("none", "packed", "real")), random.rand() < 0.3)
    case.has_free_depth = random.rand() < 0.15
    if random.rand() < 0.4:
        case.form = pick(("MatMul", "Transpose", "Gemm"))
        case.is_signed = random.rand() < 0.5
        case.scale = pick(("block", "block", "column", "all"))
        case.zeros = pick(("none", "packed"))
        if case.form == "Gemm":
            case.rows = case.rows[-1:]
        else:
            case.has_bias = False
    return case


def pack(values, bits):
    """Along the last axis, the first in the lowest bits."""
    per_byte = 8 // bits
    padding = -values.shape[-1] % per_byte
    values = np.pad(values, ((0, 0), (0, padding)))
    parts = values.reshape(len(values), -1, per_byte).astype(np.uint32)
    return (parts << (np.arange(per_byte) * bits)).sum(-1).astype(np.uint8)


class Operands:
    """The operands of a case, and what its result is."""

    def __init__(self, case, seed):
        random = np.random.RandomState([seed, 78])
        dtype = TYPES[case.element]
        n, blocks, most = case.columns, case.blocks, 2 ** case.bits
        self.a = random.standard_normal((*case.rows, case.depth)).astype(dtype)
        q = random.randint(0, most, (n, blocks * case.block))
        shape = {"block": (n, blocks), "column": (n, 1),
                 "all": (1, 1)}[case.scale]
        size = 2.0 / most / np.sqrt(case.depth)
        scales = (size * random.uniform(-1, 1, shape)).astype(dtype)
        self.bias = random.standard_normal(n).astype(dtype)
        zeros = np.full(shape, 0 if case.is_standard and not case.is_signed
                        else most // 2)
        if case.zeros == "packed":
            zeros = random.randint(0, most, shape)
        elif case.zeros == "real":
            zeros = random.uniform(0, most, shape).astype(dtype)
        self.set_result(case, q, scales, zeros)
        if case.is_standard:
            self.store_standard(case, q[:, :case.depth], scales, zeros)
            return
        self.b = pack(q, case.bits).reshape(n, blocks, -1)
        self.scales = scales
        self.zeros = {"none": None, "real": zeros}.get(case.zeros)
        if case.zeros == "packed":
            self.zeros = pack(zeros, case.bits).reshape(-1)

    def set_result(self, case, q, scales, zeros):
        def spread(values):
            values = np.broadcast_to(values.astype(np.float64),
                                     (case.columns, case.blocks))
            return np.repeat(values, case.block, 1)

        weights = ((q - spread(zeros)) * spread(scales))[:, :case.depth].T
        a = self.a.astype(np.float64)
        self.result = a @ weights
        self.allowed = np.abs(a) @ np.abs(weights)
        if case.has_bias:
            self.result = self.result + self.bias.astype(np.float64)
            self.allowed = self.allowed + np.abs(self.bias.astype(np.float64))
        self.allowed = ERRORS[case.element] * self.allowed + 1e-30

    def store_standard(self, case, q, scales, zeros):
        """As DequantizeLinear takes them."""
        dtype = getattr(ml_dtypes, f"{'' if case.is_signed else 'u'}int"
                        f"{case.bits}") if case.bits < 8 else (
                            np.int8 if case.is_signed else np.uint8)
        shift = 2 ** (case.bits - 1) if case.is_signed else 0
        self.b = (q - shift).astype(np.int64).astype(dtype)
        self.scales, self.zeros = scales, None
        if case.zeros == "packed":
            self.zeros = (zeros - shift).astype(np.int64).astype(dtype)
        if case.form == "MatMul":
            self.b = self.b.T.copy()
            self.scales = self.scales.T.copy()
            self.zeros = None if self.zeros is None else self.zeros.T.copy()
        if case.scale != "block":
            self.scales = self.scales.reshape(-1)
            if self.zeros is not None:
                self.zeros = self.zeros.reshape(-1)
        if case.scale == "all":
            self.scales = self.scales.reshape(())
            if self.zeros is not None:
                self.zeros = self.zeros.reshape(())


def add_standard(case, names, nodes):
    """The nodes of a product with a constant that is dequantised."""
    depth_axis = 0 if case.form == "MatMul" else 1
    axis = depth_axis if case.scale == "block" else 1 - depth_axis
    real = f"{case.name}_real"
    attributes = {"block_size": case.block} if case.scale == "block" else {}
    nodes.append(helper.make_node(
        "DequantizeLinear", names[1:4], [real], axis=axis, **attributes))
    if case.form == "Transpose":
        nodes.append(helper.make_node("Transpose", [real], [real + "_t"],
                                      perm=[1, 0]))
        real += "_t"
    if case.form == "Gemm":
        bias = [names[5]] if case.has_bias else []
        nodes.append(helper.make_node(
            "Gemm", [names[0], real, *bias], [case.name],
            name=f"node_{case.name}", transB=1))
    else:
        nodes.append(helper.make_node("MatMul", [names[0], real], [case.name],
                                      name=f"node_{case.name}"))


def add_microsoft(case, names, nodes):
    nodes.append(helper.make_node(
        "MatMulNBits", names, [case.name], domain="com.microsoft",
        name=f"node_{case.name}", K=case.depth, N=case.columns,
        bits=case.bits, block_size=case.block))


def write(cases, seed, is_free, path):
    """Writes the model; returns the operands by the names of cases."""
    nodes, inputs, outputs, weights, operands = [], [], [], [], {}
    for case in cases:
        o = operands[case.name] = Operands(case, seed)
        names = [f"{case.name}_a"]
        for label, array in (("b", o.b), ("scales", o.scales),
                             ("zeros", o.zeros), ("", None),
                             ("bias", o.bias if case.has_bias else None)):
            names.append(f"{case.name}_{label}" if array is not None else "")
            if array is not None:
                weights.append(numpy_helper.from_array(array, names[-1]))
        dims = [f"{case.name}_d{i}" if is_free else size
                for i, size in enumerate(case.rows)]
        kind = helper.np_dtype_to_tensor_dtype(o.a.dtype)
        depth = (f"{case.name}_k" if is_free and case.has_free_depth else
                 case.depth)
        inputs.append(helper.make_tensor_value_info(names[0], kind,
                                                    [*dims, depth]))
        outputs.append(helper.make_tensor_value_info(case.name, kind, None))
        add = add_standard if case.is_standard else add_microsoft
        add(case, names, nodes)
    graph = helper.make_graph(nodes, "products", inputs, outputs, weights)
    onnx.save(helper.make_model(graph, ir_version=13, opset_imports=[
        helper.make_opsetid("", 25),
        helper.make_opsetid("com.microsoft", 1)]), path)
    return operands
