"""Operators with sub-graphs, and those of sequences and optionals, which need
other nodes beside them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
from onnx import TensorProto, helper

import texts
from recipe import F, K, Recipe, Scalar, V


def typed(name, shape=None, dtype=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def old(case, first):
    """The name that operators had before version 7 for no broadcasting."""
    return {"broadcast": 1} if case.version < first else {}


def branch(case, name, *nodes):
    """Names inside are the case's own."""
    last = nodes[-1].output[0]
    return helper.make_graph(list(nodes), f"{case.name}_{name}", [],
                             [typed(last)])


def choose(case, names, results):
    """One branch has a value from outside, the other another shape's."""
    condition, x = names
    yes, no = f"{case.name}_yes", f"{case.name}_no"
    return [helper.make_node(
        "If", [condition], results, name=case.name,
        then_branch=branch(case, "then", helper.make_node("Neg", [x], [yes])),
        else_branch=branch(case, "else", helper.make_node("Exp", [x], [no])))]


def loop(case, names, results):
    """A state and a scan output; ends by the count or the condition."""
    count, condition, state = names
    n = case.name

    def name(what):
        return f"{n}_{what}"
    nodes = [
        helper.make_node("Add", [name("s"), name("s")], [name("t")]),
        helper.make_node("Identity", [name("t")], [name("scan")]),
        helper.make_node("Cast", [name("i")], [name("f")],
                         to="FLOAT" if case.version < 6 else 1),
        helper.make_node("Constant", [], [name("limit")],
                         value=helper.make_tensor("l", 1, [], [2.5])),
        helper.make_node("Less", [name("f"), name("limit")], [name("go")]),
    ]
    body = helper.make_graph(
        nodes, name("body"),
        [typed(name("i"), [], TensorProto.INT64),
         typed(name("c"), [], TensorProto.BOOL),
         typed(name("s"), list(case.operands[2].shape))],
        [typed(name("go"), [], TensorProto.BOOL), typed(name("t")),
         typed(name("scan"))])
    return [helper.make_node("Loop", [count, condition, state], results,
                             name=n, body=body)]


def scan_body(case, shape, states):
    n = case.name
    nodes, outputs = [], []
    if states:
        nodes.append(helper.make_node("Add", [f"{n}_s", f"{n}_e"], [f"{n}_t"]))
        outputs.append(typed(f"{n}_t", shape))
    else:
        nodes.append(helper.make_node("Neg", [f"{n}_e"], [f"{n}_t"]))
    nodes.append(helper.make_node("Mul", [f"{n}_t", f"{n}_e"], [f"{n}_o"]))
    outputs.append(typed(f"{n}_o", shape))
    inputs = [typed(f"{n}_s", shape)] * states + [typed(f"{n}_e", shape)]
    return helper.make_graph(nodes, f"{n}_body", inputs, outputs)


def scan(case, names, results):
    """The state is a sum of the elements."""
    if case.version < 9:
        names = ["", *names]
    shape = list(case.operands[0].shape)[1 if case.version < 9 else 0:]
    return [helper.make_node(
        "Scan", names, results, name=case.name, num_scan_inputs=1,
        body=scan_body(case, shape, len(case.operands) - 1),
        **case.attributes)]


def gather(case, sequence, results):
    return [helper.make_node("ConcatFromSequence", [sequence], results,
                             name=case.name + "_join", axis=0)]


def of_sequence(op, places=0):
    """SequenceConstruct, the operator, and what makes a tensor of it."""
    def build(case, names, results):
        n, out = case.name, []
        values = names[:len(names) - places]
        last = names[len(names) - places:] if places else []
        out.append(helper.make_node("SequenceConstruct", values, [f"{n}_q"],
                                    name=n + "_make"))
        if op in ("SequenceAt", "SequenceLength"):
            out.append(helper.make_node(op, [f"{n}_q", *last], results,
                                        name=n))
        elif op == "ConcatFromSequence":
            out.append(helper.make_node(op, [f"{n}_q"], results, name=n,
                                        **case.attributes))
        else:
            inputs = [f"{n}_q", *last]
            if op == "SequenceInsert":
                inputs = [f"{n}_q", values[0], *last]
            out.append(helper.make_node(op, inputs, [f"{n}_r"], name=n))
            out += gather(case, f"{n}_r", results)
        return out
    return build


def construct(case, names, results):
    n = case.name
    return [helper.make_node("SequenceConstruct", names, [f"{n}_q"], name=n),
            *gather(case, f"{n}_q", results)]


def empty(case, names, results):
    n = case.name
    return [helper.make_node("SequenceEmpty", [], [f"{n}_q"], name=n,
                             **case.attributes),
            helper.make_node("SequenceInsert", [f"{n}_q", names[0]],
                             [f"{n}_r"]), *gather(case, f"{n}_r", results)]


def divide(case, names, results):
    n = case.name
    return [helper.make_node("SplitToSequence", names, [f"{n}_q"], name=n,
                             **case.attributes),
            helper.make_node("Constant", [], [f"{n}_one"],
                             value=helper.make_tensor("o", 7, [], [1])),
            helper.make_node("SequenceAt", [f"{n}_q", f"{n}_one"], results)]


def apply(case, names, results):
    """SequenceMap: the negative of each."""
    n = case.name
    body = helper.make_graph(
        [helper.make_node("Neg", [f"{n}_e"], [f"{n}_f"])], f"{n}_body",
        [typed(f"{n}_e", [2, 3])], [typed(f"{n}_f", [2, 3])])
    return [helper.make_node("SequenceConstruct", names, [f"{n}_q"]),
            helper.make_node("SequenceMap", [f"{n}_q"], [f"{n}_r"], name=n,
                             body=body), *gather(case, f"{n}_r", results)]


def optional(op):
    def build(case, names, results):
        n = case.name
        nodes = [helper.make_node("Optional", names, [f"{n}_q"], name=n)]
        last = "OptionalGetElement" if op == "Optional" else op
        return nodes + [helper.make_node(last, [f"{n}_q"], results,
                                         name=n + "_get")]
    return build


FLOAT = ["float"]
PAIR = [F(2, 3), F(2, 3)]
PLACE = Scalar(1)

RECIPES = [
    Recipe("If", [[V(True, np.bool_), F(2, 3)], [V(False, np.bool_), F(2, 3)],
                  [Scalar(True, np.bool_), F(7)]], build=choose),
    Recipe("Loop", [[V(4, np.int64), V(True, np.bool_), F(2, 3)],
                    [V(2, np.int64), V(True, np.bool_), F(7)],
                    [V(0, np.int64), V(True, np.bool_), F(2)],
                    [Scalar(3), Scalar(True, np.bool_), F(2, 1)]],
           outputs=2, build=loop, text=texts.loop),
    Recipe("Scan", [[F(2, 3), F(2, 5, 3)], [F(1, 3), F(1, 1, 3)]],
           {"directions": [[0], [1]]}, versions=(8, 8), outputs=2, build=scan,
           text=texts.scan_batch),
    Recipe("Scan", [[F(3), F(5, 3)], [F(2, 3), F(1, 2, 3)]],
           {"scan_input_directions": [[0], [1]],
            "scan_output_directions": [[0], [1]],
            "scan_input_axes": [[0]], "scan_output_axes": [[0]]},
           versions=(9, 99), outputs=2, build=scan, text=texts.scan),
    Recipe("Scan", [[F(3), F(3, 5)]],
           {"scan_output_axes": [[1], [0]], "scan_input_directions": [[1]]},
           {"scan_input_axes": [1]}, versions=(9, 99), outputs=2, build=scan, text=texts.scan),
    Recipe("Scan", [[F(3), F(3, 5)]], {"scan_output_axes": [[-1]]},
           {"scan_input_axes": [-1]}, versions=(11, 99), outputs=2, build=scan,
           text=texts.scan),
    Recipe("SequenceConstruct", [PAIR], build=construct),
    Recipe("SequenceEmpty", [[F(2, 3)]], {"dtype": [1]}, build=empty),
    Recipe("SequenceAt", [PAIR + [PLACE], PAIR + [Scalar(-2)]],
           build=of_sequence("SequenceAt", 1)),
    Recipe("SequenceLength", [PAIR], build=of_sequence("SequenceLength")),
    Recipe("SequenceErase", [PAIR + [PLACE]],
           build=of_sequence("SequenceErase", 1)),
    Recipe("SequenceInsert", [PAIR + [Scalar(0)], PAIR + [Scalar(-1)]],
           build=of_sequence("SequenceInsert", 1)),
    Recipe("ConcatFromSequence", [PAIR], {"axis": [1, -1], "new_axis": [0, 1]},
           {"axis": 0}, build=of_sequence("ConcatFromSequence")),
    Recipe("SplitToSequence", [[F(4, 6), K(1, 3)], [F(4, 6), Scalar(2)],
                               [F(4, 6)]],
           {"axis": [0, -2], "keepdims": [0, 1]}, build=divide, types=FLOAT,
           draws=3),
    Recipe("SequenceMap", [PAIR], build=apply),
    *(Recipe(op, [[F(2, 3)]], build=optional(op), versions=(15, 99),
             like=(18, {}))
      for op in ("Optional", "OptionalGetElement", "OptionalHasElement")),
]
