"""Models of other suites through the module, beside onnxruntime: those of
test/graphs, and strings and sequences drawn at random.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import sys

import numpy as np
import onnxc
import onnxruntime

TEST = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
for folder in "graphs", "random", "models":
    sys.path.append(os.path.join(TEST, folder))
import run_graphs
import run_sequences
import run_strings
import sequence_programs
import string_models
from string_tensors import make_strings
from suite_cases import Failure


def open_reference(model):
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    return onnxruntime.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"])


def in_order(value):
    if isinstance(value, np.ndarray) and value.ndim:
        return np.ascontiguousarray(value)
    return value


def compare_graph(case):
    proto = run_graphs.parse_model(case)
    model = onnxc.compile(proto, values=case.values, options=case.flags)
    reference = None
    if not case.refused and not case.expected:
        reference = open_reference(proto)
    random = np.random.RandomState(0)
    for given in case.inputs:
        inputs = run_graphs.make_inputs(proto, {**case.values, **given}, random)
        feed = {name: in_order(value) for name, value in inputs.items()
                if name not in case.values}
        if case.refused:
            try:
                model.run(feed)
            except onnxc.RunError as error:
                if case.refused not in str(error):
                    raise Failure(f"says {error}") from error
                continue
            raise Failure("is not refused")
        results = model.run(feed)
        theirs = reference.run(None, inputs) if reference else case.expected
        for output, expected in zip(proto.graph.output, theirs):
            ours = results[output.name]
            if isinstance(ours, np.ndarray):
                expected = np.asarray(expected,
                                      None if reference else ours.dtype)
            run_graphs.compare(output.name, ours, expected)


def compare_strings(seed):
    whole, runs = string_models.draw_model(seed)
    proto, _ = run_strings.drop_what_is_refused(whole)
    if not proto.graph.node:
        return
    session, model = open_reference(proto), onnxc.compile(proto)
    for shape, strings in runs:
        array = make_strings(strings, *shape)
        results = model.run({"x": array})
        for value, theirs in zip(proto.graph.output,
                                 session.run(None, {"x": array})):
            run_strings.compare(value.name, results[value.name], theirs,
                                strings)


def compare_sequences(seed):
    proto, runs = sequence_programs.draw_model(seed)
    session = run_strings.open_session(proto)
    if not session:
        return
    try:
        model = onnxc.compile(proto)
    except onnxc.CompileError as error:
        if run_sequences.reads_unknown_rank(str(error)) or (
                "outside of a sequence" in str(error)
                and all(run_sequences.fails(session, run) for run in runs)):
            return
        raise
    for inputs in runs:
        try:
            theirs = session.run(None, inputs)
        except Exception as error:  # onnxruntime's have no common class
            if run_sequences.is_laxer(str(error)):
                continue
            theirs = None
        try:
            ours = model.run(inputs)
        except onnxc.RunError as error:
            if theirs is None or ("reads it: ConcatFromSequence" in str(error)
                                  and run_sequences.is_stricter(inputs)):
                continue
            raise
        if theirs is None:
            raise Failure(f"{inputs}: onnxruntime refuses that")
        for value, expected in zip(proto.graph.output, theirs):
            if not run_sequences.is_same(ours[value.name], expected):
                raise Failure(f"{value.name} of {inputs} is "
                              f"{ours[value.name]}, expected {expected}")


def list_cases(every, seeds):
    """Each `every`th model of test/graphs, and so many seeds."""
    cases = {f"graphs: {case.name}": functools.partial(compare_graph, case)
             for case in list(run_graphs.find_cases())[::every]}
    for kind, compare in (("strings", compare_strings),
                          ("sequences", compare_sequences)):
        for seed in range(1, seeds + 1):
            cases[f"{kind}: seed {seed}"] = functools.partial(compare, seed)
    return cases
