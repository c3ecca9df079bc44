"""A model of a few nodes, and whether they are wrong by themselves.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import os
import zipfile

import numpy as np
import onnx
from onnx import helper

from onnxc.verify import graph as graphs
from onnxc.verify.compare import compare
from onnxc.verify.problem import Problem
from onnxc.verify.programs import Crash, storage
from onnxc.verify.values import as_dtype

# Flags of onnxc that name something of the model: --dim and its like.
NAMED = ("--dim", "--shape", "--value", "--plant-fault")


@dataclasses.dataclass
class Trial:
    """What a model of some nodes gives when it is compiled alone."""
    names: list
    model: onnx.ModelProto
    operands: dict
    ours: dict = dataclasses.field(default_factory=dict)
    theirs: dict = dataclasses.field(default_factory=dict)
    comparison: object = None
    failure: str = ""

    @property
    def is_wrong(self):
        return bool(self.failure) or (self.comparison is not None
                                      and not self.comparison.agrees)


def split_value(name, array, shapes):
    """The type of an input; dimensions that the model leaves free stay so."""
    dims = shapes.get(name)
    if dims is None or len(dims) != array.ndim:
        dims = array.shape
    element = helper.np_dtype_to_tensor_dtype(array.dtype)
    return helper.make_tensor_value_info(name, element, list(dims))


def build(base, level, region, boundary, output, shapes):
    """The model of these nodes, and its operands."""
    tensors = [level.tensors[name] for name in boundary
               if name in level.tensors]
    operands = {name: level.references[name] for name in boundary
                if name not in level.tensors}
    value = helper.make_empty_tensor_value_info(output)
    if output in level.references:
        value = helper.make_tensor_value_info(
            output, helper.np_dtype_to_tensor_dtype(
                level.references[output].dtype), None)
    made = helper.make_graph(
        [level.graph.nodes[i] for i in region], "part",
        [split_value(name, array, shapes)
         for name, array in operands.items()], [value])
    for tensor in tensors:
        kind = made.sparse_initializer if isinstance(
            tensor, onnx.SparseTensorProto) else made.initializer
        kind.append(tensor)
    model = helper.make_model(made, opset_imports=base.opset_import,
                              ir_version=base.ir_version)
    return model, operands


def fitting_flags(flags, model):
    """Those that name what the model has."""
    names = {value.name for value in model.graph.input}
    for value in model.graph.input:
        names.update(dim.dim_param
                     for dim in value.type.tensor_type.shape.dim)
    names.update(graphs.node_name(node)
                 for node in graphs.all_nodes(model.graph))
    kept, i = [], 0
    while i < len(flags):
        flag, _, value = flags[i].partition("=")
        flag = "--" + flag.lstrip("-")
        if flag not in NAMED:
            kept.append(flags[i])
            i += 1
            continue
        step = 1 if value else 2
        text = value or (flags[i + 1] if i + 1 < len(flags) else "")
        name = text if flag == "--plant-fault" else text.rpartition("=")[0]
        if name in names:
            kept += flags[i:i + step]
        i += step
    return kept


class Laboratory:
    """Compiles parts of a model and compares each with the reference."""

    def __init__(self, compiler, engine, base, origin, folder, tolerance,
                 threads):
        self.compiler, self.engine = compiler, engine
        self.base, self.origin, self.folder = base, origin, folder
        self.tolerance, self.threads = tolerance, threads
        self.shapes = infer_shapes(base)
        self.count = 0

    def try_nodes(self, level, region, boundary, output):
        model, operands = build(self.base, level, region, boundary, output,
                                self.shapes)
        names = [graphs.node_name(level.graph.nodes[i]) for i in region]
        trial = Trial(names, model, operands)
        self.count += 1
        folder = os.path.join(self.folder, f"part{self.count}")
        os.makedirs(folder)
        path = graphs.save_beside(model, folder, "model.onnx", self.origin)
        library = os.path.join(folder, "model.so")
        try:
            trial.theirs = self.engine.run(model, path, operands, every=False)
            self.compiler.compile(path, library, fitting_flags(
                self.compiler.flags, model), observe=False)
            found, _ = self.compiler.execute(
                library, operands, [output], folder, self.threads,
                observe=False)
        except Crash as crash:
            trial.failure = str(crash)
            return trial
        except Problem:
            return None  # not as a model of its own
        theirs = trial.theirs.get(output)
        ours = found.get(output)
        if theirs is None or ours is None:
            return None
        number = helper.np_dtype_to_tensor_dtype(theirs.dtype)
        trial.ours = {output: as_dtype(ours, number)}
        trial.comparison = compare(trial.ours[output], theirs, self.tolerance)
        return trial


    def is_inherited(self, level, trial, output):
        """Whether the reference computes what we did, given our operands."""
        ours = {name: level.seen[name].array if name in level.seen else array
                for name, array in trial.operands.items()}
        if output not in level.seen:
            return False
        try:
            found = self.engine.run(trial.model, self.origin, ours, every=False)
        except Problem:
            return False
        return output in found and compare(
            level.seen[output].array, found[output], self.tolerance).agrees


def infer_shapes(model):
    """Dimensions of values by name: sizes, and names of free ones."""
    shapes = {}
    try:
        model = onnx.shape_inference.infer_shapes(model)
    except Exception:  # it is a help only
        pass
    for value in [*model.graph.value_info, *model.graph.input,
                  *model.graph.output]:
        tensor = value.type.tensor_type
        if not tensor.HasField("shape"):
            continue
        dims = [dim.dim_value if dim.HasField("dim_value")
                else dim.dim_param for dim in tensor.shape.dim]
        if all(isinstance(dim, int) or dim for dim in dims):
            shapes[value.name] = dims
    return shapes


def save_npz(path, arrays):
    """As numpy.savez, which takes no array of the name \"file\"."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            with archive.open(name + ".npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, storage(np.asarray(array)))
