"""What happens in If, Loop and Scan: the reference runs the sub-graph as a model
of its own, once an iteration, and our values of that iteration are held against
its.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
from onnx import helper

from onnxc.verify import search, values
from onnxc.verify.graph import Graph, node_name, outer_names, subgraphs
from onnxc.verify.problem import Problem

MOST_ITERATIONS = 64


def body_model(base, level, graph, given):
    """The sub-graph as a model: what it reads from outside are inputs."""
    made = onnx.GraphProto()
    made.CopyFrom(graph)
    del made.input[:]
    constants = {tensor.name for tensor in made.initializer}
    feeds = {}
    for name in [*given, *outer_names(graph)]:
        if name in feeds or name in constants:
            continue
        array = given.get(name, level.references.get(name))
        if array is None and name in level.tensors:
            made.initializer.append(level.tensors[name])
            continue
        if array is None:
            raise Problem(f"the value of '{name}' is not known")
        feeds[name] = array
        made.input.append(helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape))
    return helper.make_model(made, opset_imports=base.opset_import,
                             ir_version=base.ir_version), feeds


def attributes(node):
    return {attribute.name: helper.get_attribute_value(attribute)
            for attribute in node.attribute}


def iterations(level, node, run):
    """The sub-graph that ran and, for each time, its inputs and values: tuples
    of (graph, number or None, values). `run(graph, given)` gives all values."""
    given = attributes(node)
    operand = [level.references.get(name, None) if name else None
               for name in node.input]
    operand = [array if array is not None or not name
               else onnx.numpy_helper.to_array(level.tensors[name])
               for array, name in zip(operand, node.input)]
    if node.op_type == "If":
        branch = "then_branch" if np.asarray(operand[0]).all() \
            else "else_branch"
        yield given[branch], None, run(given[branch], {})
        return
    body = given["body"]
    names = [value.name for value in body.input]
    outputs = [value.name for value in body.output]
    if node.op_type == "Loop":
        trips = None if operand[0] is None else int(operand[0].reshape(-1)[0])
        condition = True if operand[1] is None else bool(
            operand[1].reshape(-1)[0])
        carried, number = operand[2:], 0
        while condition and (trips is None or number < trips) \
                and number < MOST_ITERATIONS:
            found = run(body, dict(zip(names, [
                np.array(number, np.int64), np.array(True), *carried])))
            yield body, number, found
            condition = bool(found[outputs[0]].reshape(-1)[0])
            carried = [found[name] for name in outputs[1:1 + len(carried)]]
            number += 1
        return
    scans = given["num_scan_inputs"]
    count = len(operand) - scans
    states, sliced = operand[:count], operand[count:]
    axes = given.get("scan_input_axes", [0] * scans)
    backwards = given.get("scan_input_directions", [0] * scans)
    length = sliced[0].shape[axes[0]]
    for number in range(min(length, MOST_ITERATIONS)):
        parts = [array.take(length - 1 - number if back else number, axis)
                 for array, axis, back in zip(sliced, axes, backwards)]
        found = run(body, dict(zip(names, [*states, *parts])))
        yield body, number, found
        states = [found[name] for name in outputs[:count]]


def told_in(events, graph, number):
    """What was told in one iteration: each place of the code was reached once
    in each."""
    if number is None:
        return events
    places, told = {}, []
    for event in events:
        count = places.get(event["site"], 0)
        places[event["site"]] = count + 1
        if count == number:
            told.append(event)
    return told


def descend(level, node, base, origin, engine, tolerance):
    """The level of the sub-graph and the values in it that diverge first, or
    None where all of it that was seen agrees."""
    inner_names = {node_name(inner) for _, graph in subgraphs(node)
                   for inner in graph.node}
    events = [event for event in level.events
              if set(event["makers"].split(", ")) & inner_names
              or len(inner_names) == 0]

    def run(graph, given):
        model, feeds = body_model(base, level, graph, given)
        found = engine.run(model, origin, feeds)
        return {**feeds, **found}
    try:
        for graph, number, references in iterations(level, node, run):
            told = told_in(events, graph, number)
            inner = Graph.of(graph)
            name = node_name(node)
            if number is not None:
                name += f" (iteration {number})"
            tensors = {**level.tensors,
                       **{tensor.name: tensor for tensor in graph.initializer}}
            found = search.Level(
                inner, {**level.references, **references},
                values.match(inner, told, references, tolerance),
                (*level.names, name), tensors, level.events)
            found.aside = values.set_aside(
                inner, found.seen, [value.name for value in graph.output])
            wrong = [value for value in inner.producer
                     if found.differs(value)]
            if wrong:
                return found, search.candidates(found, wrong)
    except (Problem, KeyError, IndexError, ValueError):
        return None
    return None
