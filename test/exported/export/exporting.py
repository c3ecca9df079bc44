"""What all exporters of networks share: how a network is described, and the
file that is written of it.

A network is a function that makes it, its inputs and the sizes to run it at.
An input is a string: its dimensions, names for those that are free, then what
it has other than normally distributed floats:

    "n 3 h w"               floats
    "n 3 h w uniform"       floats between 0 and 1
    "n s below 50"          integers from 0 to 49
    "n s mask"              ones, then zeros: integers
    "n s positions"         0, 1, 2, ...: integers
    "n lengths s"           integers from 1 to s, falling, the first is s
    "is 16000"              one integer

A size gives each name its value. The file NAME.onnx.xz is the model without
float weights (weights.py) and says in `metadata_props` what inputs it is run on
(network_file.py).

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import dataclasses
import json
import lzma
import os
import re
import sys
import tempfile
import traceback
import warnings

import numpy as np
import onnx
import onnxruntime

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, FOLDER)
import network_file
import weights

NETWORKS = os.path.join(FOLDER, "networks")
MOST_BYTES = 400_000


@dataclasses.dataclass
class Network:
    make: object  # a function without arguments
    inputs: dict  # name: string
    sizes: list  # of dictionaries: name of a dimension -> size
    # Which exporters write it, and how: "script", "dynamo", "script fixed",
    # "dynamo half", ...
    exports: tuple = ("script", "dynamo")
    opset: int = None
    more: dict = dataclasses.field(default_factory=dict)  # for the exporter


def words_of(network):
    return {name: text.split() for name, text in network.inputs.items()}


def dimensions(words):
    """The dimensions of an input, and what follows them."""
    kinds = ("uniform", "below", "mask", "positions", "lengths", "is", "bool",
             "half")
    end = next((i for i, word in enumerate(words) if word in kinds),
               len(words))
    return words[:end], words[end:]


def shape_at(dims, size):
    return [int(dim) if dim.isdigit() else size[dim] for dim in dims]


def input_descriptions(network):
    """What network_file.make_inputs takes: a dictionary a size."""
    all_sizes = []
    for size in network.sizes:
        one = {}
        for name, words in words_of(network).items():
            dims, kind = dimensions(words)
            kind = [str(size.get(word, word)) for word in kind]
            one[name] = {"shape": shape_at(dims, size)}
            if kind:
                one[name]["kind"] = " ".join(kind)
        all_sizes.append(one)
    return all_sizes


def free_dimensions(network):
    """{input: {axis: name}}"""
    return {name: {axis: dim for axis, dim in enumerate(dimensions(words)[0])
                   if not dim.isdigit()}
            for name, words in words_of(network).items()}


def forget_origins(model):
    """Stack traces and paths of the machine that exported it."""
    del model.metadata_props[:]
    model.doc_string = ""
    graphs = [model.graph, *model.functions]
    while graphs:
        graph = graphs.pop()
        graph.doc_string = ""
        del graph.metadata_props[:]
        for value in [*getattr(graph, "input", []),
                      *getattr(graph, "output", []), *graph.value_info]:
            if isinstance(value, onnx.ValueInfoProto):
                value.doc_string = ""
                del value.metadata_props[:]
        for tensor in getattr(graph, "initializer", []):
            tensor.doc_string = ""
            del tensor.metadata_props[:]
        for node in graph.node:
            node.doc_string = ""
            del node.metadata_props[:]
            graphs += [attribute.g for attribute in node.attribute
                       if attribute.type == onnx.AttributeProto.GRAPH]


def write(name, model, network, is_fixed=False):
    forget_origins(model)
    weights.strip(model)
    descriptions = input_descriptions(network)
    entry = model.metadata_props.add()
    entry.key = network_file.INPUTS
    entry.value = json.dumps(descriptions[:1] if is_fixed else descriptions)
    data = lzma.compress(model.SerializeToString(deterministic=True),
                         preset=9 | lzma.PRESET_EXTREME)
    if len(data) > MOST_BYTES:
        raise ValueError(f"{len(data)} bytes are too many")
    path = os.path.join(NETWORKS, name + ".onnx.xz")
    with open(path, "wb") as file:
        file.write(data)
    try:
        run(name)
    except Exception:
        os.remove(path)
        raise
    return len(data)


def run(name):
    """onnxruntime has to run the file at all its sizes. Outputs that are no
    numbers compare nothing."""
    model, sizes = network_file.read(name)
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    settings.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), settings)
    for size in sizes:
        for output in session.run(None, network_file.make_inputs(name, model,
                                                                 size)):
            if not np.all(np.isfinite(output)):
                raise ValueError("an output is not finite")


def main(networks, export):
    """Writes the networks whose names contain a pattern. `export` is a
    function of a Network, words of `exports` and a path to write to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--filter", default="")
    parser.add_argument("--missing", action="store_true",
                        help="only those that are not there")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for name, network in networks.items():
        for how in network.exports:
            full = "_".join([name, *how.split()])
            if not re.search(options.filter, full):
                continue
            path = os.path.join(NETWORKS, full + ".onnx.xz")
            if options.missing and os.path.exists(path):
                continue
            try:
                with tempfile.TemporaryDirectory() as folder:
                    path = os.path.join(folder, "model.onnx")
                    export(network, how.split(), path)
                    model = onnx.load(path)
                size = write(full, model, network, "fixed" in how)
                print(f"{full}: {size} bytes", flush=True)
            except Exception as error:
                lines = str(error).strip().splitlines() or [""]
                print(f"{full}: NOT WRITTEN: {type(error).__name__}: "
                      f"{lines[0][:300]}", flush=True)
                if os.environ.get("TRACE"):
                    traceback.print_exc()
