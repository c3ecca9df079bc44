"""The model's nodes and values by name, as the compiler names them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import os
import shutil

import onnx
from onnx import AttributeProto

from onnxc.verify.problem import Problem


def node_name(node):
    """What onnxc calls a node: a node without a name has one all the same."""
    if node.name:
        return node.name
    return node.op_type + ("_" + node.output[0] if node.output else "")


def subgraphs(node):
    for attribute in node.attribute:
        if attribute.type == AttributeProto.GRAPH:
            yield attribute.name, attribute.g
        for graph in attribute.graphs:
            yield attribute.name, graph


def outer_names(graph):
    """Values that a sub-graph reads and does not make, in order."""
    known = {value.name for value in graph.input}
    known |= {tensor.name for tensor in graph.initializer}
    known |= {tensor.values.name for tensor in graph.sparse_initializer}
    names = []
    for node in graph.node:
        names += [name for name in operands(node) if name not in known]
        known.update(node.output)
    names += [value.name for value in graph.output if value.name not in known]
    return list(dict.fromkeys(names))


def operands(node):
    """Names of what a node reads, in its sub-graphs as well."""
    names = [name for name in node.input if name]
    for _, graph in subgraphs(node):
        names += outer_names(graph)
    return list(dict.fromkeys(names))


def all_nodes(graph):
    for node in graph.node:
        yield node
        for _, inner in subgraphs(node):
            yield from all_nodes(inner)


@dataclasses.dataclass
class Graph:
    """The nodes of one level: of the model, or of a sub-graph."""
    nodes: list
    inputs: list
    outputs: list
    constants: set

    @classmethod
    def of(cls, graph):
        constants = {tensor.name for tensor in graph.initializer}
        constants |= {tensor.values.name
                      for tensor in graph.sparse_initializer}
        return cls(list(graph.node),
                   [value.name for value in graph.input
                    if value.name not in constants],
                   [value.name for value in graph.output], constants)

    def __post_init__(self):
        self.producer = {name: i for i, node in enumerate(self.nodes)
                         for name in node.output if name}
        self.by_name = {node_name(node): i
                        for i, node in enumerate(self.nodes)}
        self.readers = {}
        for i, node in enumerate(self.nodes):
            for name in operands(node):
                self.readers.setdefault(name, []).append(i)

    def split_names(self, text):
        """The nodes that a list with commas names; names may have commas."""
        found, rest = [], text.split(", ")
        while rest:
            for count in range(len(rest), 0, -1):
                name = ", ".join(rest[:count])
                if name in self.by_name:
                    found.append(self.by_name[name])
                    break
            else:
                count = 1
            rest = rest[count:]
        return sorted(set(found))


def load(path):
    """The model without external data."""
    if not os.path.exists(path):
        raise Problem(f"{path}: there is no such file")
    if os.path.isdir(path):
        raise Problem(f"{path} is a directory; name the .onnx file in it")
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as error:  # protobuf's, of several kinds
        raise Problem(f"{path} is not an ONNX model, or not a whole one "
                      f"({error})") from None
    if not model.graph.node and not model.graph.output:
        raise Problem(f"{path} is not an ONNX model, or not a whole one: it "
                      "has no graph")
    return model


def external_files(model):
    found = set()
    tensors = list(model.graph.initializer)
    for node in all_nodes(model.graph):
        for attribute in node.attribute:
            tensors += [attribute.t, *attribute.tensors]
        for _, graph in subgraphs(node):
            tensors += graph.initializer
    for tensor in tensors:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            found.update(entry.value for entry in tensor.external_data
                         if entry.key == "location")
    return found


def save_beside(model, folder, name, origin):
    """Writes a copy of a model whose external data is beside `origin`."""
    source = os.path.dirname(os.path.abspath(origin))
    for file in external_files(model):
        target = os.path.join(folder, file)
        if os.path.exists(target):
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        try:
            os.link(os.path.join(source, file), target)
        except OSError:
            shutil.copyfile(os.path.join(source, file), target)
    path = os.path.join(folder, name)
    onnx.save(model, path)
    return path


def prepare(model, path, folder):
    """The model whose nodes have one name each, the file that is compiled, and
    what was changed for that, or an empty text. Most models are as they were:
    the file is the user's."""
    said = []
    if model.functions:
        from onnx import inliner
        model = inliner.inline_local_functions(model)
        said.append("its functions are inlined")
    taken, renamed = set(), 0
    for node in all_nodes(model.graph):
        name = node_name(node)
        if name in taken:
            renamed += 1
            number = 2
            while f"{name}_{number}" in taken:
                number += 1
            name = node.name = f"{name}_{number}"
        taken.add(name)
    if renamed:
        said.append(f"{renamed} nodes that shared a name have names of their "
                    "own")
    if said:
        path = save_beside(model, folder, "named.onnx", path)
    return model, path, " and ".join(said)
