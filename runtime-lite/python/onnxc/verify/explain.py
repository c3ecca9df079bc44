"""Numerics that are the model's own: what it computes has no good number.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import warnings

import numpy as np
import onnx
from onnx import helper, numpy_helper

from onnxc.verify.graph import all_nodes, node_name

DOUBLE, FLOATS = onnx.TensorProto.DOUBLE, (
    onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16)
LIMITS = {"float16": 65504.0}


def widen(model):
    """The model in float64: weights, inputs, casts."""
    wide = onnx.ModelProto()
    wide.CopyFrom(model)

    def widen_tensor(tensor):
        if tensor.data_type in FLOATS:
            tensor.CopyFrom(numpy_helper.from_array(
                numpy_helper.to_array(tensor).astype(np.float64),
                tensor.name))
    for tensor in wide.graph.initializer:
        widen_tensor(tensor)
    for value in [*wide.graph.input, *wide.graph.output]:
        if value.type.tensor_type.elem_type in FLOATS:
            value.type.tensor_type.elem_type = DOUBLE
    for node in all_nodes(wide.graph):
        for attribute in node.attribute:
            if attribute.HasField("t"):
                widen_tensor(attribute.t)
            if attribute.name in ("to", "dtype") and attribute.i in FLOATS:
                attribute.i = DOUBLE
    return wide


def evaluate_exactly(model, operands):
    """All values in float64; None where onnx's evaluator has no such."""
    from onnx.reference import ReferenceEvaluator
    feeds = {name: array.astype(np.float64)
             if array.dtype.kind == "f" else array
             for name, array in operands.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ReferenceEvaluator(widen(model)).run(
                None, feeds, intermediate=True)
        except Exception:  # it has not all operators, nor all types
            return None


def find_poles(model, values):
    """Operands for which an operator has no finite value, in words."""
    said = []

    def operand(node, i):
        array = values.get(node.input[i]) if i < len(node.input) else None
        return None if array is None else np.asarray(array)
    for node in model.graph.node:
        name, kind = node_name(node), node.op_type
        if kind == "Log":
            x = operand(node, 0)
            if x is not None and (x <= 0).any():
                said.append(f"{name}: Log of {(x <= 0).sum()} elements that "
                            "are 0 or negative")
        elif kind in ("Div", "Reciprocal", "Mod"):
            x = operand(node, 0 if kind == "Reciprocal" else 1)
            if x is not None and (x == 0).any():
                said.append(f"{name}: {kind} by {(x == 0).sum()} elements "
                            "that are 0")
        elif kind == "Sqrt":
            x = operand(node, 0)
            if x is not None and (x < 0).any():
                said.append(f"{name}: Sqrt of {(x < 0).sum()} negative "
                            "elements")
        elif kind == "Exp":
            x = operand(node, 0)
            if x is not None and x.dtype.kind == "f" and (x > 88.7).any():
                said.append(f"{name}: Exp of {x.max():g} is beyond float32")
    return said


def find_overflows(model, exact, references):
    """Values that are too large for their type."""
    said = []
    for node in model.graph.node:
        for name in node.output:
            theirs, right = references.get(name), exact.get(name)
            if theirs is None or right is None:
                continue
            limit = LIMITS.get(np.asarray(theirs).dtype.name)
            size = np.abs(np.asarray(right, np.float64))
            size = size[np.isfinite(size)].max(initial=0.0)
            if limit and size > limit:
                said.append(
                    f"{node_name(node)}: reaches {size:.3g}, float16 ends at "
                    f"{limit:g}. onnxc keeps what one kernel computes in "
                    "float32, so that ours may be finite where the reference "
                    "is not. No option widens values between kernels: make "
                    "the node's output float32 in the model (a Cast)")
    return said


def find_cancellation(output, exact, ours, theirs):
    """What float64 says of the two."""
    right = exact.get(output)
    if right is None or ours is None or theirs is None:
        return []
    right = np.asarray(right, np.float64)
    if right.shape != ours.shape or ours.dtype.kind != "f":
        return []
    finite = (np.isfinite(right) & np.isfinite(ours) & np.isfinite(theirs))
    if not finite.any():
        return []
    largest = np.abs(right[finite]).max()
    off = [float(np.abs(array[finite].astype(np.float64)
                        - right[finite]).max()) / (largest or 1.0)
           for array in (ours, theirs)]
    text = (f"beside float64 ours is off by {off[0]:.2g} of the largest value, "
            f"the reference by {off[1]:.2g}: ")
    if off[0] <= 4 * off[1]:
        return [text + ("the reference is wrong" if off[1] > 10 * off[0] else
                        "in its type the node is that inexact (cancellation, "
                        "or a sum of many terms), and neither is wrong")]
    return [text + "ours is wrong"]


def explain(trial, output, references, ours):
    """What can be said of the model's own numerics, a list of sentences."""
    model = trial.model
    exact = evaluate_exactly(model, trial.operands) or {}
    known = {**references, **trial.operands}
    for tensor in model.graph.initializer:
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            known[tensor.name] = numpy_helper.to_array(tensor)
    return [*find_poles(model, known),
            *find_overflows(model, exact, known),
            *find_cancellation(output, exact, ours, references.get(output))]
