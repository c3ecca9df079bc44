#!/usr/bin/env python3
"""Trains small models with scikit-learn, XGBoost, LightGBM and CatBoost, exports
them, and writes what run_pipelines.py tests: NAME.onnx, and NAME.npz with the
inputs of seven rows (`in_INPUT`) and what the library itself makes of them
(`out_OUTPUT`).

    python3 -m venv /tmp/learners
    /tmp/learners/bin/pip install -r test/pipelines/requirements.txt
    /tmp/learners/bin/python test/pipelines/make_pipelines.py [NAME]...

Neither the build nor a test needs what this imports. A file is written only
where onnxruntime gives what the library gives.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys
import traceback
import warnings

import numpy as np
import onnx.helper
import onnxruntime
import skl2onnx
from skl2onnx.common.data_types import (DoubleTensorType, FloatTensorType,
                                        Int64TensorType, StringTensorType)

import boosting_pipelines
import linear_pipelines
import neighbour_pipelines
import string_pipelines
import transforming_pipelines
import tree_pipelines

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "models")
MODULES = (boosting_pipelines, linear_pipelines, neighbour_pipelines,
           string_pipelines, transforming_pipelines, tree_pipelines)
OPSETS = {"": 21, "ai.onnx.ml": 3}
TYPES = {np.dtype(np.float32): FloatTensorType,
         np.dtype(np.float64): DoubleTensorType,
         np.dtype(np.int64): Int64TensorType}


def take_numbers_of_numpy():
    """skl2onnx 1.20 writes lists of them, which onnx 1.23 refuses."""
    make_attribute = onnx.helper.make_attribute

    def convert(x):
        x = x.item() if isinstance(x, np.generic) else x
        return int(x) if isinstance(x, bool) else x

    def make(key, value, *more, **options):
        if isinstance(value, list):
            value = [convert(x) for x in value]
        return make_attribute(key, value, *more, **options)

    onnx.helper.make_attribute = make


def find_type(table):
    return StringTensorType if table.dtype == object else TYPES[table.dtype]


def export(case, model, rows):
    if case.export:
        return case.export(model, rows)
    types = [(name, find_type(table)([None, *table.shape[1:]]))
             for name, table in case.name_inputs(rows).items()]
    options = {id(model): case.options} if case.options else None
    return skl2onnx.convert_sklearn(
        model, case.name, types, options=options,
        target_opset=case.opsets or OPSETS)


def is_close(ours, theirs, tolerance):
    theirs = np.asarray(theirs)
    if np.issubdtype(theirs.dtype, np.floating):
        return np.allclose(ours.reshape(theirs.shape), theirs, rtol=tolerance,
                           atol=tolerance)
    return np.array_equal(ours.reshape(theirs.shape), theirs)


def set_locale(proto):
    """onnxruntime's default is not on every machine."""
    for node in proto.graph.node:
        if node.op_type == "StringNormalizer":
            node.attribute.append(
                onnx.helper.make_attribute("locale", "C.UTF-8"))


def as_stored(array):
    """Without objects."""
    array = np.asarray(array)
    return array.astype(str) if array.dtype == object else array


def make(case):
    model, rows = case.fit()
    proto = export(case, model, rows)
    set_locale(proto)
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        proto.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    inputs = case.name_inputs(rows)
    if len(inputs) == 1:
        inputs = {session.get_inputs()[0].name: rows}
    results = dict(zip([o.name for o in session.get_outputs()],
                       session.run(None, inputs)))
    expected = {}
    for (output, result), theirs in zip(results.items(),
                                      case.evaluate(model, rows)):
        if isinstance(result, list):
            result = np.array([list(row.values()) for row in result])
        if not is_close(result, theirs, case.tolerance):
            raise ValueError(f"onnxruntime's {output} differs from the "
                             f"library's: {result} {theirs}")
        expected["out_" + output] = as_stored(theirs)
    path = os.path.join(FOLDER, case.name)
    with open(path + ".onnx", "wb") as file:
        file.write(proto.SerializeToString())
    np.savez_compressed(
        path + ".npz", **{"in_" + name: as_stored(table)
                          for name, table in inputs.items()},
        **expected, tolerance=case.tolerance)


def main():
    warnings.simplefilter("ignore")
    os.makedirs(FOLDER, exist_ok=True)
    take_numbers_of_numpy()
    failed = 0
    for case in [case for module in MODULES for case in module.CASES]:
        if sys.argv[1:] and case.name not in sys.argv[1:]:
            continue
        try:
            make(case)
            print("wrote", case.name, flush=True)
        except Exception as error:  # of any of the libraries
            failed += 1
            reason = "".join(traceback.format_exception_only(error)).strip()
            print(f"FAILED {case.name}: {reason[:300]}", flush=True)
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
