#!/usr/bin/env python3
"""One small test for each operator and each element type that its schema
allows, with the reference evaluator's results: holes in the coverage of types.
run_backend_tests.py runs them with --cases type.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import warnings
import zlib

import ml_dtypes
import numpy as np
import onnx
import onnx.defs
from onnx import helper
from onnx.reference import ReferenceEvaluator

import case_writer

DTYPES = {
    "float16": np.float16, "float": np.float32, "double": np.float64,
    "bfloat16": ml_dtypes.bfloat16, "int8": np.int8, "int16": np.int16,
    "int32": np.int32, "int64": np.int64, "uint8": np.uint8,
    "uint16": np.uint16, "uint32": np.uint32, "uint64": np.uint64,
    "bool": np.bool_,
}
# What a type's arithmetic is good for, relative and absolute.
TOLERANCES = {"float16": (2e-3, 1e-3), "bfloat16": (1.6e-2, 1e-2)}

I64 = np.int64


def I(*values):
    """An operand that does not change with the type."""
    return np.array(values, I64)


# An operand is a shape, or an array as it is; `positive` and `unit` say what
# the random numbers are. Several forms of an operator have several entries.
UNARY = """Abs Neg Sign Relu Identity Floor Ceil Round Sqrt Exp Log Erf Sin Cos
Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh Reciprocal Sigmoid Softplus
Softsign Elu Selu Celu LeakyRelu HardSigmoid HardSwish Mish Gelu Swish
ThresholdedRelu Not BitwiseNot IsNaN IsInf Softmax LogSoftmax Hardmax Transpose
Flatten NonZero GlobalAveragePool GlobalMaxPool Shrink Det""".split()
BINARY = """Add Sub Mul Div Pow Equal Less Greater LessOrEqual GreaterOrEqual And
Or Xor BitwiseAnd BitwiseOr BitwiseXor PRelu""".split()
VARIADIC = "Max Min Sum Mean".split()
REDUCTIONS = """ReduceSum ReduceProd ReduceMean ReduceMax ReduceMin ReduceL1
ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare""".split()
POSITIVE = {"Sqrt", "Log", "Pow", "ReduceLogSum", "Div", "Reciprocal", "Mod"}
UNIT = {"Asin", "Acos", "Atanh"}
ABOVE_ONE = {"Acosh"}
SHAPES = {"GlobalAveragePool": (2, 3, 4, 5), "GlobalMaxPool": (2, 3, 4, 5),
          "Det": (2, 3, 3)}

OTHERS = [
    ("Mod", {}, [(3, 4), (3, 4)]),
    ("Mod", {"fmod": 1}, [(3, 4), (3, 4)]),
    ("Clip", {}, [(3, 9), (), ()]),
    ("Gemm", {"alpha": 2.0, "transB": 1}, [(3, 4), (5, 4), (5,)]),
    ("MatMul", {}, [(2, 3, 4), (4, 5)]),
    ("Conv", {"pads": [1, 1, 1, 1]}, [(1, 3, 6, 5), (4, 3, 3, 3), (4,)]),
    ("ConvTranspose", {}, [(1, 3, 4, 4), (3, 2, 3, 3)]),
    ("MaxPool", {"kernel_shape": [2, 2]}, [(1, 2, 5, 5)]),
    ("AveragePool", {"kernel_shape": [2, 2]}, [(1, 2, 5, 5)]),
    ("LpPool", {"kernel_shape": [2, 2]}, [(1, 2, 5, 5)]),
    ("BatchNormalization", {}, [(2, 3, 4), (3,), (3,), (3,), "positive 3"]),
    ("InstanceNormalization", {}, [(2, 3, 4), (3,), (3,)]),
    ("LayerNormalization", {}, [(2, 3, 4), (4,), (4,)]),
    ("RMSNormalization", {}, [(2, 3, 4), (4,)]),
    ("LRN", {"size": 3}, [(5, 5, 3, 3)]),
    ("LpNormalization", {}, [(3, 4)]),
    ("CumSum", {}, [(3, 4), I(1)[0:1].reshape(())]),
    ("CumProd", {}, [(3, 4), I(1).reshape(())]),
    ("ArgMax", {"axis": 1}, [(3, 4)]),
    ("ArgMin", {"axis": 1}, [(3, 4)]),
    ("TopK", {}, [(3, 6), I(2)], 2),
    ("Where", {}, [np.array([[True], [False]]), (2, 3), (2, 3)]),
    ("Concat", {"axis": 1}, [(2, 3), (2, 2)]),
    ("Split", {"axis": 1, "num_outputs": 2}, [(2, 4)], 2),
    ("Slice", {}, [(4, 5), I(3, 1), I(0, 5), I(0, 1), I(-1, 2)]),
    ("Pad", {}, [(2, 3), I(1, 0, 0, 2)]),
    ("Pad", {"mode": "reflect"}, [(3, 4), I(1, 2, 1, 1)]),
    ("Tile", {}, [(2, 3), I(2, 2)]),
    ("Expand", {}, [(1, 3), I(2, 3)]),
    ("Reshape", {}, [(2, 6), I(3, -1)]),
    ("Squeeze", {}, [(2, 1, 3), I(1)]),
    ("Unsqueeze", {}, [(2, 3), I(1)]),
    ("Gather", {"axis": 1}, [(3, 4), I(3, 0)]),
    ("GatherElements", {"axis": 1}, [(2, 3), np.array([[2, 0], [1, 1]], I64)]),
    ("GatherND", {}, [(2, 3), np.array([[1, 2], [0, 0]], I64)]),
    ("ScatterElements", {"axis": 1},
     [(2, 4), np.array([[3, 0], [1, 2]], I64), (2, 2)]),
    ("ScatterND", {}, [(4, 3), np.array([[2], [0]], I64), (2, 3)]),
    ("ScatterND", {"reduction": "add"},
     [(4, 3), np.array([[2], [2]], I64), (2, 3)]),
    ("OneHot", {}, [np.array([1, 0, 2], I64), I(3).reshape(()), (2,)]),
    ("Trilu", {}, [(4, 4)]),
    ("EyeLike", {}, [(3, 3)]),
    ("DepthToSpace", {"blocksize": 2}, [(1, 8, 2, 2)]),
    ("SpaceToDepth", {"blocksize": 2}, [(1, 2, 4, 4)]),
    ("ReverseSequence", {}, [(4, 3), I(2, 4, 1)]),
    ("Compress", {"axis": 1}, [(2, 3), np.array([True, False, True])]),
    ("Unique", {}, [(8,)]),
    ("Einsum", {"equation": "ij,jk->ik"}, [(3, 4), (4, 5)]),
    ("Range", {}, [np.array(1), np.array(9), np.array(3)]),
    ("BitShift", {"direction": "LEFT"}, [(3, 4), "small 4"]),
    ("Resize", {"mode": "nearest"},
     [(1, 1, 2, 3), None, np.array([1, 1, 2, 2], np.float32)]),
    ("Resize", {"mode": "linear"},
     [(1, 1, 2, 3), None, np.array([1, 1, 2, 2], np.float32)]),
    ("GridSample", {},
     [(1, 1, 3, 3), np.linspace(-1, 1, 8, dtype=np.float32)
      .reshape(1, 2, 2, 2)]),
    ("GridSample", {"mode": "nearest"},
     [(1, 1, 3, 3), np.linspace(-1, 1, 8, dtype=np.float32)
      .reshape(1, 2, 2, 2)]),
    ("MeanVarianceNormalization", {}, [(2, 3, 3, 2)]),
    ("QuantizeLinear", {}, [(3, 4), "positive"]),
    ("DFT", {}, [(1, 6, 1)]),
]


def list_forms():
    for op in UNARY:
        yield op, {}, [SHAPES.get(op, (3, 9))], 1
    for op in BINARY:
        yield op, {}, [(3, 9), (3, 1) if op != "PRelu" else (9,)], 1
    for op in VARIADIC:
        yield op, {}, [(3, 9), (9,), (3, 1)], 1
    for op in REDUCTIONS:
        yield op, {}, [(3, 4, 5), I(1)], 1
        yield op, {"keepdims": 0}, [(3, 33), I(-1)], 1
    for form in OTHERS:
        yield (*form, 1)[:4]


def draw(random, shape, dtype, kind):
    if dtype == np.bool_:
        return random.rand(*shape) < 0.5
    if np.issubdtype(dtype, np.integer):
        low = 1 if kind == "positive" else 0
        if np.issubdtype(dtype, np.signedinteger) and kind == "any":
            low = -6
        return random.randint(low, 3 if kind == "small" else 7,
                              size=shape).astype(dtype)
    numbers = random.uniform(-1, 1, size=shape)
    if kind != "unit":
        numbers = numbers * 3
    if kind == "positive":
        numbers = np.abs(numbers) + 0.5
    if kind == "above one":
        numbers = np.abs(numbers) + 1
    return numbers.astype(dtype)


def make_operand(random, operand, dtype, kind):
    if isinstance(operand, str):
        kind, *sizes = operand.split()
        operand = tuple(int(size) for size in sizes)
    if isinstance(operand, tuple):
        return draw(random, operand, dtype, kind)
    # A 0-D array without a type of its own takes the operator's.
    if operand.dtype == np.array(1).dtype and operand.ndim == 0:
        return operand.astype(dtype)
    return operand


def make_case(schema, type_name, variable, attributes, operands, num_outputs,
              number):
    """`variable` is the schema's name of the type."""
    op, dtype = schema.name, DTYPES[type_name]
    name = f"type_{op}_{type_name}" + (f"_{number}" if number else "")
    random = np.random.RandomState(zlib.crc32(name.encode()))
    kind = ("positive" if op in POSITIVE else "unit" if op in UNIT else
            "above one" if op in ABOVE_ONE else "any")
    inputs, labels = [], []
    for i, operand in enumerate(operands):
        labels.append("" if operand is None else f"x{i}")
        if operand is not None:
            inputs.append((f"x{i}", np.asarray(
                make_operand(random, operand, dtype, kind))))
    if op in ("CumSum", "CumProd"):
        inputs[1] = (inputs[1][0], np.array(1, I64))
    if op == "Clip":
        inputs[1:] = [("x1", np.array(1, dtype)), ("x2", np.array(4, dtype))]
    outputs = [f"y{i}" for i in range(num_outputs)]
    node = helper.make_node(op, labels, outputs, **attributes)
    # Shapes and indices are constants, as they are in models.
    given = {f"x{i}" for i, o in enumerate(operands)
             if isinstance(o, np.ndarray) and o.dtype == I64 and o.ndim == 1}
    constants = [(n, a) for n, a in inputs if n in given]
    inputs = [(n, a) for n, a in inputs if n not in given]
    opset = onnx.defs.onnx_opset_version()
    draft = case_writer.make_model([node], inputs, [], opset, constants)
    for output in outputs:
        draft.graph.output.add().name = output
    results = ReferenceEvaluator(draft).run(None, dict(inputs))
    # numpy widens some of what the specification does not.
    results = [(o, np.asarray(r, dtype if place.type_str == variable else None))
               for o, r, place in zip(outputs, results, schema.outputs)]
    model = case_writer.make_model([node], inputs, results, opset, constants)
    rtol, atol = TOLERANCES.get(type_name, (1e-4, 1e-5))
    return name, op, model, inputs, results, rtol, atol


def list_cases():
    seen = {}
    for op, attributes, operands, num_outputs in list_forms():
        number = seen[op] = seen.get(op, -1) + 1
        schema = onnx.defs.get_schema(op)
        # The variable of the first operand that changes with the type.
        place = next(i for i, o in enumerate(operands)
                     if isinstance(o, (tuple, str)) or o.ndim == 0)
        parameter = schema.inputs[min(place, len(schema.inputs) - 1)]
        for type_name in DTYPES:
            if f"tensor({type_name})" not in parameter.types:
                continue
            if type_name == "bool" and "reduction" in attributes:
                continue  # allowed, but no sum is defined
            try:
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    yield make_case(schema, type_name, parameter.type_str,
                                    attributes, operands, num_outputs, number)
            except Exception as error:  # what the evaluator has not
                print(f"no reference for {op} of {type_name}: "
                      f"{str(error).splitlines()[0][:80]}")


def materialise(folder):
    return case_writer.write_cases(folder, list_cases())


if __name__ == "__main__":
    import sys
    print(len(materialise(sys.argv[1])), "tests")
