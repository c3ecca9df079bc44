"""Models of one operator all of whose dimensions are free, each by itself, and
that say what is wrong with results of sizes that contradict each other.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import collections
import dataclasses
import functools
import importlib
import itertools
import os
import random
import sys

import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "versions"))
for folder in ("models", "graphs"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), folder))
import accepted_sizes
import coverage
import models
import oracles
import run_graphs
import run_microsoft
import run_tables
import table_models
import tree_models

# Seeds of com.microsoft and ai.onnx.ml.
MICROSOFT, TABLES, TREES = 3 * len(run_microsoft.DRAWERS), 60, 8
# Modules of test/graphs.
GRAPHS = ("training", "gradients", "microsoft", "microsoft_attention",
          "microsoft_blocks", "microsoft_caches", "microsoft_decoders",
          "microsoft_experts", "microsoft_gates", "microsoft_images",
          "microsoft_matrices", "microsoft_quantized", "microsoft_tokens")


@dataclasses.dataclass
class Model:
    """`judge(feeds, ours)` says what is wrong with outputs by name, none where
    nothing is; it may raise, or crash, where nobody has a result."""
    name: str
    op: str
    proto: onnx.ModelProto
    feeds: dict
    judge: object
    says: str = ""

    def __str__(self):
        return self.says or self.op


def list_free(proto):
    """Pairs of an input and a dimension."""
    return [(value.name, i) for value in proto.graph.input
            for i, dim in enumerate(value.type.tensor_type.shape.dim)
            if dim.dim_param]


def set_free(proto, ones=False):
    """Each dimension of each input is a symbol of its own; those of 1 may be
    there to be broadcast."""
    for value in proto.graph.input:
        for i, dim in enumerate(value.type.tensor_type.shape.dim):
            if ones or dim.dim_param or dim.dim_value != 1:
                dim.dim_param = f"{value.name}_{i}"
    return proto


def run_onnxruntime(proto, feeds):
    """The outputs by name."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        proto.SerializeToString(), options, ["CPUExecutionProvider"])
    names = [output.name for output in proto.graph.output]
    return dict(zip(names, session.run(None, feeds)))


def forget_onnxruntime():
    """For a process in which it would crash."""
    def refuse(*_):
        raise RuntimeError("onnxruntime crashes")
    global run_onnxruntime
    run_onnxruntime = oracles.run_onnxruntime = refuse


# --- ai.onnx -----------------------------------------------------------------

def judge_version(case, feeds, ours):
    operands = [feeds.get(case.label(i), value) if value is not None else None
                for i, value in enumerate(case.operands)]
    changed = dataclasses.replace(case, operands=operands)
    results = []
    for name, dtype in zip(case.results(), models.result_types_of(case)):
        array = ours[name]
        known = (onnx.helper.tensor_dtype_to_np_dtype(dtype) if dtype
                 else case.dtype())
        if array.dtype != known and array.dtype.itemsize == known.itemsize:
            array = array.view(known)
        results.append(array)
    expected = oracles.Expected(changed)
    if expected.results is not None:
        return expected.check(changed, results)
    # Where they differ, either may be right.
    wrong = [expected.compare(changed, results, theirs)
             for theirs in (expected.runtime, expected.reference)
             if theirs is not None]
    if not wrong:
        return f"{accepted_sizes.NOBODY}: {expected.why}"
    return wrong[0] if all(wrong) else None


def make_version(case):
    return Model(case.name, case.op, models.build([case], "free"),
                 models.feeds([case]),
                 functools.partial(judge_version, case), str(case))


def list_versions(seed):
    """The newest version of each operator, of floats where it takes them."""
    cases = coverage.draw_all(seed)
    newest = collections.defaultdict(int)
    for case in cases:
        newest[case.op] = max(newest[case.op], case.version)
    cases = [case for case in cases if case.version == newest[case.op]]
    have_floats = {case.op for case in cases if case.type_name == "float"}
    found = collections.defaultdict(list)
    for case in cases:
        if case.type_name == "float" or case.op not in have_floats:
            found[case.op].append((case.name, functools.partial(make_version,
                                                                case)))
    return found


# --- com.microsoft -----------------------------------------------------------

def judge_microsoft(model, proto, feeds, ours):
    if model.oracle:
        return f"{accepted_sizes.NOBODY}: it has no kernel"
    for name, theirs in run_onnxruntime(proto, feeds).items():
        try:
            run_microsoft.compare(model, name, ours[name], theirs)
        except run_microsoft.Failure as failure:
            return str(failure)
    return None


def make_microsoft(name, seed):
    model, _ = run_microsoft.draw_model(seed)
    proto = set_free(model.build())
    return Model(name, model.op, proto, model.given(),
                 functools.partial(judge_microsoft, model, proto),
                 f"{model.op} {model.attributes}")


def list_microsoft(seed):
    found = collections.defaultdict(list)
    for i in range(seed, seed + MICROSOFT):
        name = f"microsoft_{i}"
        op = run_microsoft.DRAWERS[i % len(run_microsoft.DRAWERS)].__name__
        found[op].append((name, functools.partial(make_microsoft, name, i)))
    return found


# --- ai.onnx.ml --------------------------------------------------------------

def judge_table(model, feeds, ours):
    expected = run_tables.Reference(model).run(feeds)
    steep = model.attributes.get("post_transform") == "PROBIT"
    for (name, _), theirs in zip(model.outputs, expected):
        try:
            run_tables.compare(
                name, ours[name], np.asarray(theirs).astype(ours[name].dtype),
                run_tables.STEEP if steep else run_tables.TOLERANCE)
        except run_tables.Failure as failure:
            return str(failure)
    return None


def make_table(name, seed):
    model = table_models.draw_model(seed)
    build = model.build
    # For the oracle, too.
    model.build = lambda replaced=None: set_free(build(replaced), True)
    feeds = model.draw_inputs(3, np.random.RandomState(seed))
    return Model(name, model.op, model.build(), feeds,
                 functools.partial(judge_table, model),
                 f"{model.op} {model.attributes}"[:200])


def judge_tree(proto, feeds, ours):
    for name, theirs in run_onnxruntime(proto, feeds).items():
        if ours[name].shape != theirs.shape:
            return (f"{name} is {list(ours[name].shape)}, expected "
                    f"{list(theirs.shape)}")
    return None


def make_tree(name, seed):
    forest, proto = tree_models.draw(np.random.RandomState(seed))
    feeds = {"x": forest.shape.draw_rows(3)}
    proto = set_free(proto, True)
    return Model(name, proto.graph.node[0].op_type, proto, feeds,
                 functools.partial(judge_tree, proto))


def list_tables(seed):
    return {kind: [(f"{kind}_{i}", functools.partial(make, f"{kind}_{i}", i))
                   for i in range(seed, seed + count)]
            for kind, make, count in (("table", make_table, TABLES),
                                      ("tree", make_tree, TREES))}


# --- models of test/graphs ---------------------------------------------------

def judge_graph(proto, feeds, ours):
    try:
        expected = run_onnxruntime(proto, feeds)
    except Exception:  # of onnxruntime's many
        results = ReferenceEvaluator(proto).run(None, feeds)
        expected = dict(zip(ours, results))
    for name, theirs in expected.items():
        theirs = np.asarray(theirs)
        if theirs.dtype in (np.int8, np.uint8) and np.array_equal(
                np.clip(theirs, ours[name] - 1., ours[name] + 1.), theirs):
            continue  # A rounding decides.
        wrong = oracles.difference(ours[name], theirs, 1e-3)
        if wrong:
            return f"{name}: {wrong}"
    return None


def make_graph(name, case):
    proto = set_free(run_graphs.parse_model(case), True)
    feeds = run_graphs.make_inputs(proto, case.inputs[0],
                                   np.random.RandomState(1))
    return Model(name, name, proto, feeds,
                 functools.partial(judge_graph, proto), case.text)


def list_graphs():
    """Those that are compiled without flags, by the module that they are of."""
    return {module: [(f"{module}_{case.name}",
                      functools.partial(make_graph, case.name, case))
                     for case in importlib.import_module(module).CASES
                     if not (case.flags or case.values)]
            for module in GRAPHS}


@functools.cache
def draw(seed):
    """Functions that make a model, by name: first one of each operator."""
    groups = [*list_versions(seed).values(), *list_microsoft(seed).values(),
              *list_tables(seed).values(), *list_graphs().values()]
    shuffle = random.Random(seed)
    for group in groups:
        shuffle.shuffle(group)
    shuffle.shuffle(groups)
    rounds = itertools.zip_longest(*groups)
    return dict(entry for entries in rounds for entry in entries if entry)
