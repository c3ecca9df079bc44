"""What a case computes: by onnxruntime, by onnx's reference evaluator, and by
the text of the version where they differ or have not that version.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import contextlib
import dataclasses
import io
import warnings

import ml_dtypes
import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator

import decisions
import models

# What a type's arithmetic is good for, relative and absolute.
TOLERANCES = {np.dtype(np.float16): (2e-3, 1e-3),
              np.dtype(ml_dtypes.bfloat16): (1.6e-2, 1e-2)}
ABSOLUTE = 1e-5


def is_float(dtype):
    return (np.issubdtype(dtype, np.floating)
            or np.issubdtype(dtype, np.complexfloating)
            or dtype in TOLERANCES or dtype.name.startswith("float"))


def difference(ours, theirs, rtol):
    """What is wrong, or none."""
    if ours.shape != theirs.shape:
        return f"the shape is {list(ours.shape)}, not {list(theirs.shape)}"
    if ours.dtype != theirs.dtype:
        return f"the type is {ours.dtype}, not {theirs.dtype}"
    if not is_float(theirs.dtype):
        if np.array_equal(ours, theirs):
            return None
    else:
        relative, absolute = TOLERANCES.get(theirs.dtype, (rtol, ABSOLUTE))
        with np.errstate(all="ignore"):
            if np.allclose(ours.astype(np.float64), theirs.astype(np.float64),
                           relative, absolute, equal_nan=True):
                return None
    return f"{shorten(ours)}, not {shorten(theirs)}"


def shorten(array):
    return np.array2string(np.asarray(array).ravel()[:12], precision=5,
                           separator=" ", max_line_width=200)


def agree(case, left, right):
    return case.recipe.is_random or not any(difference(a, b, case.recipe.rtol)
                   for a, b in zip(left, right))


def run_onnxruntime(case):
    model = models.build([case], "fixed")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL)
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                           ["CPUExecutionProvider"])
    return session.run(None, models.feeds([case]))


def run_reference(case):
    model = models.build([case], "fixed")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(io.StringIO()):
            return ReferenceEvaluator(model).run(None, models.feeds([case]))


def list_stand_ins(case):
    """The case, and others that compute the same where an oracle lacks it: a
    newer version whose text is the same, and numbers as float."""
    yield case
    like, attributes = case.recipe.like, {
        name: value for name, value in case.attributes.items()
        if name not in ("consumed_inputs", "output_sequence")}
    changed = dataclasses.replace(case, attributes=attributes)
    if like:
        version, more = like
        changed = dataclasses.replace(
            changed, version=version,
            attributes={**more, **attributes})
    if like or len(attributes) < len(case.attributes):
        yield changed
    if case.type_name in ("float", "bool"):
        return
    wide = [v if v is None or v.dtype != case.dtype()
            else v.astype(np.float32) for v in case.operands]
    yield dataclasses.replace(case, operands=wide, attributes=attributes)
    yield dataclasses.replace(changed, operands=wide)


def ask(oracle, case):
    """The results of the first of the stand-ins that it knows, or why there
    are none."""
    why = ""
    types = [onnx.helper.tensor_dtype_to_np_dtype(t) if t else None
             for t in models.result_types_of(case)]
    for stand_in in list_stand_ins(case):
        results, wrong = attempt(oracle, stand_in)
        if results is not None:
            # numpy widens some of what the specification does not.
            return [restore(r, t, case) for r, t in zip(results, types)], ""
        why = why or wrong
    return None, why


def restore(result, dtype, case):
    """In the type stated, or that of the operands if nobody states it."""
    if dtype is None and result.dtype == np.float32:
        dtype = case.dtype()
    # np.dtype("float64") == None, says NumPy.
    if dtype is None or dtype == result.dtype:
        return result
    return result.astype(dtype)


def in_floats(case):
    """Of numbers with few digits, whose sums are rounded one way or another."""
    if case.type_name not in ("float16", "bfloat16"):
        return None
    wide = list(list_stand_ins(case))[-1]
    results, _ = attempt(run_onnxruntime, wide)
    if results is None:
        results, _ = attempt(run_reference, wide)
    types = [onnx.helper.tensor_dtype_to_np_dtype(t) if t else None
             for t in models.result_types_of(case)]
    return results and [restore(r, t, case) for r, t in zip(results, types)]


def attempt(function, *arguments):
    """The results, or why there are none."""
    try:
        return [np.asarray(r) for r in function(*arguments)], ""
    except Exception as error:  # whatever an oracle raises: it has no answer
        return None, f"{type(error).__name__}: {error}".split("\n")[0][:200]


class Expected:
    """`results` are none where nobody can tell; `why` says it then."""

    def __init__(self, case):
        self.results, self.by, self.why = None, "", ""
        if case.recipe.text:
            self.by = "text"
            self.results, self.why = attempt(case.recipe.text, case.operands,
                                             case.attributes)
            return
        self.runtime, no_runtime = ask(run_onnxruntime, case)
        self.reference, no_reference = ask(run_reference, case)
        if decided := decisions.find(case):
            self.by = decided
        elif self.runtime is None and self.reference is None:
            self.why = (f"no oracle: onnxruntime: {no_runtime}; reference: "
                        f"{no_reference}")
            return
        elif self.runtime is None:
            self.by = "reference"
        elif self.reference is None or agree(case, self.runtime,
                                             self.reference):
            self.by = "onnxruntime"
        elif rounded := in_floats(case):
            self.by, self.results = "float", rounded
            return
        else:
            self.by = "both"
            return
        self.results = (self.reference if self.by == "reference"
                        else self.runtime)
        if self.results is None:
            self.why = f"no answer of {self.by}"

    def check(self, case, ours):
        """What is wrong with our results, or none."""
        if self.by == "both":
            verdicts = {"onnxruntime": self.runtime,
                        "reference": self.reference}
            wrong = {name: self.compare(case, ours, theirs)
                     for name, theirs in verdicts.items()}
            right = [name for name, w in wrong.items() if not w]
            return ("the oracles differ, ours is as "
                    f"{' and '.join(right) or 'neither'}: " + "; ".join(
                        f"{name}: {w}" for name, w in wrong.items() if w))
        if self.results is None:
            return self.why
        wrong = self.compare(case, ours, self.results)
        return wrong and f"{wrong} ({self.by})"

    def compare(self, case, ours, theirs):
        for i, (a, b) in enumerate(zip(ours, theirs)):
            if case.recipe.is_random:
                if (a.shape, a.dtype) != (b.shape, b.dtype):
                    return f"result {i}: {a.dtype}{list(a.shape)}, not " \
                           f"{b.dtype}{list(b.shape)}"
            elif wrong := difference(a, b, case.recipe.rtol):
                return f"result {i}: {wrong}"
        return None
