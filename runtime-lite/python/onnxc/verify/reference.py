"""What is right: onnxruntime, onnx's reference evaluator, another model, or
arrays in a file.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import tempfile

import numpy as np
import onnx
from onnx import helper

from onnxc.verify import graph
from onnxc.verify.inputs import read_npz
from onnxc.verify.problem import Problem, need


class Onnxruntime:
    name = "onnxruntime"

    def __init__(self):
        self.package = need("onnxruntime", "for --against onnxruntime "
                            "(--against reference does without)")

    def run(self, model, origin, inputs, every=True):
        """All values of the model by name, or its outputs. `origin` is the file
        that external data is beside. Its graph stays as it is written: a value
        that is rewritten away could not be told."""
        settings = self.package.SessionOptions()
        settings.graph_optimization_level = (
            self.package.GraphOptimizationLevel.ORT_DISABLE_ALL)
        settings.log_severity_level = 4
        copy = onnx.ModelProto()
        copy.CopyFrom(model)
        if every:
            add_outputs(copy)
        with tempfile.TemporaryDirectory(prefix="onnxc-") as folder:
            path = graph.save_beside(copy, folder, "all.onnx", origin)
            try:
                session = self.package.InferenceSession(
                    path, settings, providers=["CPUExecutionProvider"])
                names = [value.name for value in session.get_outputs()]
                results = session.run(names, inputs)
            except Exception as error:  # of many kinds
                if every:
                    return self.run(model, origin, inputs, every=False)
                raise Problem(
                    f"onnxruntime does not run the model: "
                    f"{first_line(error)} (--against reference asks onnx's "
                    "own evaluator)") from None
        return only_arrays(zip(names, results))


class Evaluator:
    name = "onnx's reference evaluator"

    def run(self, model, origin, inputs, every=True):
        from onnx.reference import ReferenceEvaluator
        copy = onnx.ModelProto()
        copy.CopyFrom(model)
        try:
            onnx.load_external_data_for_model(
                copy, os.path.dirname(os.path.abspath(origin)))
            # Weights are given as inputs may be: it writes onto neither.
            found = ReferenceEvaluator(copy).run(None, dict(inputs),
                                                 intermediate=True)
        except Exception as error:
            raise Problem(f"onnx's reference evaluator does not run the "
                          f"model: {type(error).__name__}: "
                          f"{first_line(error)}") from None
        if not every:
            outputs = {value.name for value in model.graph.output}
            found = {name: found[name] for name in found if name in outputs}
        return only_arrays(found.items())


class OtherModel:
    """Another model with the same inputs and outputs. Values of the same name
    are compared."""

    def __init__(self, path, engine):
        self.path, self.engine = path, engine
        self.model = graph.load(path)
        self.name = os.path.basename(path)

    def run(self, model, origin, inputs, every=True):
        from onnxc.verify.inputs import stated
        missing = sorted(set(stated(self.model)) - set(inputs))
        if missing:
            raise Problem(f"{self.path} has an input '{missing[0]}', which "
                          f"the model has not")
        given = {name: inputs[name] for name in stated(self.model)}
        found = self.engine.run(self.model, self.path, given, every)
        outputs = [value.name for value in model.graph.output]
        shared = [name for name in outputs if name in found]
        theirs = [value.name for value in self.model.graph.output]
        if not shared and len(theirs) == len(outputs):
            # The same outputs under other names.
            found.update(zip(outputs, [found[name] for name in theirs]))
            shared = outputs
        if not shared:
            raise Problem(f"{self.path} has none of the outputs "
                          f"{', '.join(outputs)}")
        return found


class Arrays:
    """Outputs, or other values, that something else has computed."""

    def __init__(self, arrays, name):
        self.arrays, self.name = arrays, name

    @classmethod
    def of_file(cls, path):
        return cls(read_npz(path, "--against"), os.path.basename(path))

    def run(self, model, origin, inputs, every=True):
        outputs = [value.name for value in model.graph.output]
        if not set(outputs) & set(self.arrays):
            raise Problem(f"{self.name} has none of the outputs "
                          f"{', '.join(outputs)}; it has "
                          f"{', '.join(self.arrays) or 'nothing'}")
        return dict(self.arrays)


def make_engine():
    """What computes values: onnxruntime where it is there."""
    try:
        return Onnxruntime()
    except Problem:
        return Evaluator()


def choose(against):
    if against == "onnxruntime":
        return Onnxruntime()
    if against == "reference":
        return Evaluator()
    if against.endswith(".npz"):
        return Arrays.of_file(against)
    if against.endswith(".onnx"):
        return OtherModel(against, make_engine())
    raise Problem(f"--against wants onnxruntime, reference, a .onnx or a .npz "
                  f"file, not '{against}'")


def add_outputs(model):
    """Every value becomes an output; its type is found by whoever reads it."""
    known = {value.name for value in model.graph.output}
    for node in model.graph.node:
        for name in node.output:
            if name and name not in known:
                known.add(name)
                model.graph.output.append(
                    helper.make_empty_tensor_value_info(name))


def only_arrays(found):
    return {name: np.asarray(value) for name, value in found
            if isinstance(value, (np.ndarray, np.generic))}


def first_line(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
