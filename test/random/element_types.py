"""A network of float32 in another type of floats, and how far from what is
exact its results may be.

float16 and bfloat16: the network of float32 with weights and inputs that are
such numbers, as onnxruntime computes it, is what is exact: its own error is a
thousandth of a half's. The same with the result of each node rounded to the
type says what rounding may do. A result may be four times as far off, and two
units of the largest element: sums have another order, and chains of operators
that are computed together round less often.

float64: onnx's reference evaluator, where it computes in float64 and agrees
with onnxruntime's float32.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import exact_operators
import run_models
from suite_cases import Failure

TYPES = {"float": TensorProto.FLOAT, "float16": TensorProto.FLOAT16,
         "bfloat16": TensorProto.BFLOAT16, "double": TensorProto.DOUBLE}
DTYPES = {"float": np.dtype(np.float32), "float16": np.dtype(np.float16),
          "bfloat16": np.dtype(ml_dtypes.bfloat16),
          "double": np.dtype(np.float64)}
NARROW = ("float16", "bfloat16")
# Sums of some hundred float64 in another order.
DOUBLE_TOLERANCE = 1e-11
# docs/limits.md: the reference evaluator's GridSample is not what frameworks
# compute. The others have statistics of float32, as their stash_type says.
WITHOUT_REFERENCE = ("GridSample", "LayerNormalization", "GroupNormalization")
# The first opset whose convolutions are of bfloat16.
BFLOAT16_OPSET = 22
ARGUMENT = ("--element", {"choices": (*TYPES, "any"), "default": "any",
                          "help": "the type of floats (one that the seed "
                                  "chooses)"})


def draw(seed, options):
    if options.element != "any":
        return options.element
    random = np.random.RandomState([seed, 3])
    return ("float16", "bfloat16", "double", *["float"] * 5)[random.randint(8)]


def graphs_of(graph):
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from graphs_of(attribute.g)


def find_tensors(graph):
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t


def convert(model, element):
    """All floats of a model, in another type."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    floats, to = set(TYPES.values()), TYPES[element]
    for graph in graphs_of(model.graph):
        for tensor in find_tensors(graph):
            if tensor.data_type in floats:
                # -1e9, which masks have, is -inf in 16 bits.
                with np.errstate(over="ignore"):
                    array = numpy_helper.to_array(tensor).astype(
                        DTYPES[element])
                tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.name in ("to", "dtype") and attribute.i in floats:
                    attribute.i = to
        for value in (*graph.input, *graph.output):
            kind = value.type.tensor_type
            if kind.elem_type in floats:
                kind.elem_type = to
        del graph.value_info[:]
    for opset in model.opset_import:
        if element == "bfloat16" and not opset.domain:
            opset.version = max(opset.version, BFLOAT16_OPSET)
    return model


def round_weights(model, element):
    """Of float32, with weights that the type has."""
    return convert(convert(model, element), "float")


def round_results(model, element):
    """The same with the result of each node rounded to the type."""
    model = onnx.shape_inference.infer_shapes(model)
    for graph in graphs_of(model.graph):
        floats = {value.name for value in (*graph.value_info, *graph.output)
                  if value.type.tensor_type.elem_type == TensorProto.FLOAT}
        nodes = []
        for node in graph.node:
            nodes.append(node)
            for i, name in enumerate(node.output):
                if name not in floats:
                    continue
                node.output[i] = f"{name}_exact"
                nodes.append(helper.make_node(
                    "Cast", [f"{name}_exact"], [f"{name}_rounded"],
                    to=TYPES[element]))
                nodes.append(helper.make_node(
                    "Cast", [f"{name}_rounded"], [name], to=TensorProto.FLOAT))
        del graph.node[:]
        graph.node.extend(nodes)
        del graph.value_info[:]
    return model


def has_any(model, operators):
    return any(node.op_type in operators for node in model.graph.node)


class Session(run_models.Reference):
    """onnxruntime on a model that is in no file, as it stands: what only
    rounds is not to be left out."""

    def __init__(self, model):
        super().__init__(model.SerializeToString(), 1, is_rewritten=False,
                         severity=4)


class Oracle:
    """What a network of float32 gives in the type `element`. check() raises
    what is wrong with results. The largest element of each is taken to be
    `scale` at least: as large as what it is a difference of."""

    def __init__(self, model, element, tolerance=run_models.TOLERANCE,
                 scale=0):
        self.element, self.tolerance, self.scale = element, tolerance, scale
        self.dtype = DTYPES[element]
        self.evaluator = None
        self.exact = Session(round_weights(model, element)
                             if element in NARROW else model)
        if element in NARROW:
            self.rounded = Session(round_results(round_weights(model, element),
                                                 element))
        elif element == "double" and not has_any(model, WITHOUT_REFERENCE):
            self.evaluator = ReferenceEvaluator(
                convert(model, element), new_ops=exact_operators.OPERATORS)

    def cast(self, inputs):
        """The inputs as the model takes them."""
        return {name: x.astype(self.dtype) if x.dtype == np.float32 else x
                for name, x in inputs.items()}

    def run(self, inputs):
        """Of each output what is exact, and how far off a result may be."""
        inputs = {name: x.astype(np.float32) if x.dtype == self.dtype else x
                  for name, x in inputs.items()}
        exact = self.exact.run(inputs)
        allowed = {name: self.tolerance * self.largest(x)
                   for name, x in exact.items()}
        if self.element in NARROW:
            unit = float(ml_dtypes.finfo(self.dtype).eps)
            for name, rounded in self.rounded.run(inputs).items():
                known = np.isfinite(rounded) & np.isfinite(exact[name])
                off = np.abs(rounded - exact[name], where=known,
                             out=np.zeros_like(rounded))
                # What overflows says nothing of the rest.
                exact[name] = np.where(known, exact[name], np.nan)
                allowed[name] = (2 * unit * self.largest(exact[name])
                                 + 4 * off.max(initial=0))
        return exact, allowed

    def largest(self, array):
        array = np.abs(np.asarray(array, np.float64))
        return float(array[np.isfinite(array)].max(initial=self.scale))

    def check(self, inputs, ours):
        exact, allowed = self.run(inputs)
        if self.evaluator:
            exact, allowed = self.widen(inputs, exact, allowed)
        for name, wanted in exact.items():
            check_array(name, ours[name], wanted, allowed[name],
                        self.dtype if wanted.dtype.kind == "f" else
                        wanted.dtype, self.element in NARROW)

    def widen(self, inputs, exact, allowed):
        """The reference evaluator's results, where it agrees with
        onnxruntime."""
        names = list(exact)
        try:
            results = self.evaluator.run(None, self.cast(inputs))
        except Exception:  # not for it, as negative pads of a mode are not
            return exact, allowed
        wide = dict(zip(names, results))
        for name in names:
            x = np.asarray(wide[name])
            if (x.dtype == np.float64 and x.shape == exact[name].shape and
                    np.abs(x - exact[name]).max(initial=0) <= allowed[name]):
                exact[name] = x
                allowed[name] = DOUBLE_TOLERANCE * self.largest(x)
        return exact, allowed


def check_array(name, ours, wanted, allowed, dtype, skips_unknown):
    if ours.shape != wanted.shape or ours.dtype != dtype:
        raise Failure(f"{name} is {ours.dtype}{list(ours.shape)}, not "
                      f"{dtype}{list(wanted.shape)}")
    if wanted.dtype.kind != "f":
        if not np.array_equal(ours, wanted):
            raise Failure(f"{name} differs")
        return
    ours, wanted = ours.astype(np.float64), wanted.astype(np.float64)
    known = np.isfinite(wanted)
    if not skips_unknown and not np.array_equal(
            ours[~known], wanted[~known], equal_nan=True):
        raise Failure(f"{name} differs where it is not finite")
    worst = np.abs(ours - wanted)[known].max(initial=0)
    if not worst <= allowed:
        raise Failure(f"{name} differs by {worst:.3g}, where {allowed:.3g} "
                      "would be right")
