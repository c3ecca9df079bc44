"""Models of sequences and optionals, drawn from a seed: they go in and out, are
split off, changed at places that a run is told, and handed on by If and Loop.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import random

import numpy as np
from onnx import TensorProto, helper

from string_tensors import make_strings

TYPES = [TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL,
         TensorProto.STRING, TensorProto.FLOAT16, TensorProto.UINT8,
         TensorProto.DOUBLE]
SIZES = [0, 1, 1, 2, 3, 5, 7, 17, 37]
# Operators of arithmetic, by which bodies change elements.
NUMBERS = {TensorProto.FLOAT, TensorProto.INT64, TensorProto.DOUBLE}


class Program:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.type = self.rng.choice(TYPES)
        self.rank = self.rng.choice([0, 1, 1, 2, 2, 3])
        self.nodes, self.inputs, self.outputs = [], [], []
        self.count = 0
        self.sequences, self.tensors = [], []
        self.positions = []

    def name(self, stem):
        self.count += 1
        return f"{stem}{self.count}"

    def node(self, op, inputs, outputs=None, **attributes):
        outputs = outputs or [self.name(op.lower())]
        self.nodes.append(helper.make_node(op, inputs, outputs, **attributes))
        return outputs[0]

    def constant(self, value):
        return self.node("Constant", [], value=helper.make_tensor(
            self.name("value"), TensorProto.INT64, np.shape(value),
            np.ravel(value).tolist()))

    def element(self, rank=None):
        rank = self.rank if rank is None else rank
        return helper.make_tensor_type_proto(self.type, [None] * rank)

    def add_input(self, stem, type_proto):
        name = self.name(stem)
        self.inputs.append(helper.make_value_info(name, type_proto))
        return name

    def add_sequence(self):
        states_rank = self.rng.random() < 0.9
        element = (self.element() if states_rank
                   else helper.make_tensor_type_proto(self.type, None))
        name = self.add_input("list",
                              helper.make_sequence_type_proto(element))
        self.sequences.append(name)

    def add_tensor(self):
        self.tensors.append(self.add_input("tensor", self.element()))

    def position(self):
        """One that a run is told, a constant, or none."""
        kind = self.rng.choice(["input", "input", "constant", "none"])
        if kind == "none":
            return None
        if kind == "constant":
            return self.constant(self.rng.choice([0, 0, -1, 1]))
        name = self.add_input("at", helper.make_tensor_type_proto(
            TensorProto.INT64, []))
        self.positions.append(name)
        return name

    # Steps.

    def insert(self):
        at = self.position()
        self.sequences.append(self.node(
            "SequenceInsert", [self.rng.choice(self.sequences),
                               self.rng.choice(self.tensors),
                               *([at] if at else [])]))

    def erase(self):
        at = self.position()
        self.sequences.append(self.node(
            "SequenceErase",
            [self.rng.choice(self.sequences), *([at] if at else [])]))

    def construct(self):
        count = self.rng.randint(1, 3)
        self.sequences.append(self.node(
            "SequenceConstruct",
            [self.rng.choice(self.tensors) for _ in range(count)]))

    def split(self):
        """A tensor of one more dimension where that one goes."""
        keeps = self.rng.random() < 0.6
        rank = self.rank if keeps else self.rank + 1
        if rank == 0 or self.type == TensorProto.FLOAT16:
            return self.construct()
        data = self.add_input("whole", self.element(rank))
        axis = self.rng.randint(-rank, rank - 1)
        parts = []
        if keeps and self.rng.random() < 0.6:
            parts = [self.constant(self.rng.choice([1, 2, 3]))]
        self.sequences.append(self.node("SplitToSequence", [data, *parts],
                                        axis=axis, keepdims=int(keeps)))

    def body(self, value):
        """What a body makes of a tensor."""
        if self.type in NUMBERS and self.rng.random() < 0.7:
            return helper.make_node("Add", [value, value], [value + "_out"])
        return helper.make_node("Identity", [value], [value + "_out"])

    def map(self):
        value = self.name("item")
        graph = helper.make_graph(
            [self.body(value)], "body",
            [helper.make_value_info(value, self.element())],
            [helper.make_value_info(value + "_out", self.element())])
        self.sequences.append(self.node(
            "SequenceMap", [self.rng.choice(self.sequences)], body=graph))

    def branch(self):
        condition = self.add_input("condition", helper.make_tensor_type_proto(
            TensorProto.BOOL, []))
        graphs = []
        for which in ("yes", "no"):
            out = self.name(which)
            source = self.rng.choice(self.sequences)
            graphs.append(helper.make_graph(
                [helper.make_node("Identity", [source], [out])], which, [],
                [helper.make_value_info(out, helper.make_sequence_type_proto(
                    helper.make_tensor_type_proto(self.type, None)))]))
        self.sequences.append(self.node(
            "If", [condition], then_branch=graphs[0], else_branch=graphs[1]))

    def loop(self):
        """Appends each element of a list to another."""
        source = self.rng.choice(self.sequences)
        start = self.rng.choice(self.sequences + ["empty"])
        if start == "empty":
            start = self.node("SequenceEmpty", [], dtype=self.type)
        length = self.node("SequenceLength", [source])
        i, go, before, after, value, on = (
            self.name(stem) for stem in ("i", "go", "before", "after", "value",
                                         "on"))
        kind = helper.make_sequence_type_proto(
            helper.make_tensor_type_proto(self.type, None))
        at = [i] if self.rng.random() < 0.3 else []
        graph = helper.make_graph(
            [helper.make_node("SequenceAt", [source, i], [value]),
             self.body(value),
             helper.make_node("SequenceInsert", [before, value + "_out", *at],
                              [after]),
             helper.make_node("Identity", [go], [on])], "body",
            [helper.make_tensor_value_info(i, TensorProto.INT64, []),
             helper.make_tensor_value_info(go, TensorProto.BOOL, []),
             helper.make_value_info(before, kind)],
            [helper.make_tensor_value_info(on, TensorProto.BOOL, []),
             helper.make_value_info(after, kind)])
        self.sequences.append(self.node("Loop", [length, "", start],
                                        body=graph))

    # What is read of a sequence.

    def read_length(self, source):
        self.outputs.append((self.node("SequenceLength", [source]),
                             helper.make_tensor_type_proto(
                                 TensorProto.INT64, [])))

    def read_element(self, source):
        at = self.position() or self.constant(-1)
        self.outputs.append((self.node("SequenceAt", [source, at]),
                             self.element()))

    def read_all(self, source):
        stacks = self.rank == 0 or self.rng.random() < 0.3
        rank = self.rank + stacks
        axis = self.rng.randint(-rank, rank - 1)
        self.outputs.append((self.node(
            "ConcatFromSequence", [source], axis=axis, new_axis=int(stacks)),
            self.element(rank)))

    def read_whole(self, source):
        self.outputs.append((self.node("Identity", [source]),
                             helper.make_sequence_type_proto(
                                 helper.make_tensor_type_proto(
                                     self.type, None))))

    def draw(self):
        self.add_tensor()
        self.add_sequence()
        if self.rng.random() < 0.4:
            self.add_tensor()
        steps = [self.insert, self.erase, self.construct, self.split, self.map,
                 self.branch, self.loop]
        for _ in range(self.rng.randint(1, 4)):
            self.rng.choice(steps)()
        last = self.sequences[-1]
        reads = [self.read_length, self.read_element, self.read_all,
                 self.read_whole]
        for read in self.rng.sample(reads, self.rng.randint(1, 2)):
            read(last)
        graph = helper.make_graph(
            self.nodes, "sequences", self.inputs,
            [helper.make_value_info(*output) for output in self.outputs])
        return helper.make_model(graph, ir_version=10,
                                 opset_imports=[helper.make_opsetid("", 21)])


def draw_tensor(rng, dtype, shape):
    count = int(np.prod(shape))
    if dtype == TensorProto.STRING:
        words = ["", "a", "word", "longer than a few bytes", "\u00e9"]
        return make_strings([rng.choice(words)
                             for _ in range(count)]).reshape(shape)
    numbers = np.array([rng.randint(0, 9) for _ in range(count)])
    return numbers.astype(
        helper.tensor_dtype_to_np_dtype(dtype)).reshape(shape)


def draw_value(rng, kind, dims, rank):
    """`dims` are what sizes are drawn from, few so that some agree; `rank` is
    that of a sequence's tensors."""
    if kind.HasField("sequence_type"):
        tensor = kind.sequence_type.elem_type.tensor_type
        return [draw_tensor(rng, tensor.elem_type,
                            [rng.choice(dims) for _ in range(rank)])
                for _ in range(rng.choice([0, 1, 2, 3, 5]))]
    tensor = kind.tensor_type
    return draw_tensor(rng, tensor.elem_type,
                       [rng.choice(dims) for _ in tensor.shape.dim])


def draw_inputs(program, model, seed):
    rng = random.Random(seed)
    dims = [rng.choice(SIZES) for _ in range(rng.choice([1, 1, 2, 4]))]
    inputs = {}
    for value in model.graph.input:
        if value.name in program.positions:
            inputs[value.name] = np.array(rng.choice([-2, -1, 0, 0, 1, 2]))
        else:
            inputs[value.name] = draw_value(rng, value.type, dims,
                                            program.rank)
    return inputs


def draw_model(seed):
    """A model, and the inputs of several runs."""
    program = Program(seed)
    model = program.draw()
    return model, [draw_inputs(program, model, seed * 10 + k)
                   for k in range(4)]
