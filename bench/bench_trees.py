#!/usr/bin/env python3
"""Times forests, by turns with onnxruntime, lleaves and tl2cgen.

    bench_trees.py --bin BUILD/bin [--models FOLDER] [--filter REGEX]
        [--rows 1 100 10000] [--seconds N] [-- ONNXC'S OPTIONS]

It needs packages that neither the build nor a test does, so it runs in an
environment of its own:

    python3 -m venv /tmp/trees
    /tmp/trees/bin/pip install lightgbm lleaves tl2cgen treelite onnxmltools \\
        onnxruntime
    /tmp/trees/bin/python bench/bench_trees.py --bin build/bin

One thread, pinned to one CPU; the best of each counts, in microseconds of CPU a
call. Calls of few rows get others each time: a predictor of branches would
learn the way of one row. The forests are trained by LightGBM on random rows of 50 features, once: FOLDER
keeps them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import itertools
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from compiled_model import CompiledModel  # noqa: E402
from time_turns import time_turns  # noqa: E402

FEATURES = 50
# Rounds, and what LightGBM is told.
FORESTS = {
    "500 trees of depth 8": (500, {"objective": "regression",
                                   "num_leaves": 255, "max_depth": 8}),
    "100 trees of depth 6, 10 classes": (10, {
        "objective": "multiclass", "num_class": 10, "num_leaves": 63,
        "max_depth": 6}),
    "200 deep trees": (200, {
        "objective": "regression", "boosting": "rf", "num_leaves": 1024,
        "bagging_freq": 1, "bagging_fraction": 0.6, "feature_fraction": 0.6,
        "min_data_in_leaf": 2}),
}


def train(name, folder):
    """The booster; its models in LightGBM's text and as ONNX are files."""
    import lightgbm
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType
    path = os.path.join(folder, re.sub(r"\W+", "_", name))
    if os.path.exists(path + ".onnx"):
        return path
    rounds, parameters = FORESTS[name]
    random = np.random.RandomState(0)
    x = random.randn(20000, FEATURES)
    y = (np.sin(x[:, :10]).sum(axis=1) + x[:, 10] * x[:, 11]
         + random.randn(len(x)))
    if "num_class" in parameters:
        y = np.digitize(y, np.quantile(y, np.arange(1, 10) / 10))
    booster = lightgbm.train(
        {"verbose": -1, "seed": 0, "num_threads": 1, "learning_rate": 0.05,
         "min_data_in_leaf": 5, **parameters},
        lightgbm.Dataset(x, y), rounds)
    booster.save_model(path + ".txt")
    model = convert_lightgbm(
        booster, zipmap=False, target_opset=15,
        initial_types=[("x", FloatTensorType([None, FEATURES]))])
    for output in model.graph.output:  # It states one row.
        output.type.tensor_type.shape.dim[0].dim_param = "n"
    with open(path + ".onnx", "wb") as file:
        file.write(model.SerializeToString())
    return path


def load_onnxc(path, options, folder):
    library = os.path.join(folder, os.path.basename(path) + ".so")
    subprocess.run([os.path.join(options.bin, "onnxc"), path + ".onnx",
                    "--emit=shared", "-o", library, *options.options],
                   check=True)

    def prepare(x):
        model = CompiledModel(library, {"x": x})
        return model.run, lambda: list(model.outputs.values())[-1]
    return prepare


def load_onnxruntime(path, options, folder):
    import onnxruntime
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        path + ".onnx", settings, providers=["CPUExecutionProvider"])

    def prepare(x):
        # Bound outputs: what numpy and Python cost does not count.
        binding = session.io_binding()
        binding.bind_cpu_input("x", x)
        for output in session.get_outputs():
            binding.bind_output(output.name)
        return (lambda: session.run_with_iobinding(binding),
                lambda: binding.copy_outputs_to_cpu()[-1])
    return prepare


def load_lleaves(path, options, folder):
    import lleaves
    model = lleaves.Model(model_file=path + ".txt")
    model.compile(cache=path + ".lleaves")
    return lambda x: wrap(lambda rows: model.predict(rows, n_jobs=1),
                          x.astype(np.float64))


def load_tl2cgen(path, options, folder):
    import tl2cgen
    import treelite
    library = path + ".tl2cgen.so"
    if not os.path.exists(library):
        model = treelite.frontend.load_lightgbm_model(path + ".txt")
        tl2cgen.export_lib(model, toolchain="gcc", libpath=library,
                           params={"parallel_comp": 8})
    predictor = tl2cgen.Predictor(library, nthread=1)
    return lambda x: wrap(predictor.predict,
                          tl2cgen.DMatrix(x.astype(np.float64), dtype="float64"))


def wrap(predict, rows):
    return lambda: predict(rows), lambda: predict(rows)


ENGINES = {"onnxc": load_onnxc, "onnxruntime": load_onnxruntime,
           "lleaves": load_lleaves, "tl2cgen": load_tl2cgen}


def take_turns(prepare, rows):
    """A call of the next rows at each call, and the outputs of the first."""
    pairs = [prepare(x) for x in rows]
    calls = itertools.cycle([run for run, _ in pairs])
    pairs[0][0]()
    return lambda: next(calls)(), pairs[0][1]


def bench(name, options, folder):
    path = train(name, options.models)
    engines = {}
    for engine in options.engines:
        try:
            engines[engine] = ENGINES[engine](path, options, folder)
        except ImportError as error:
            print(f"without {engine}: {error}")
    for rows in options.rows:
        random = np.random.RandomState(1)
        inputs = [random.randn(rows, FEATURES).astype(np.float32)
                  for _ in range(max(1, 256 // rows))]
        prepared = [take_turns(prepare, inputs)
                    for prepare in engines.values()]
        best = time_turns([run for run, _ in prepared], options.seconds)
        print(f"{name:34} {rows:6}", *(f"{t:11.1f}" for t in best),
              f"  {min(best[1:], default=0) / best[0]:6.2f}", flush=True)
        first = np.ravel(prepared[0][1]())
        for engine, (_, get) in zip(list(engines)[1:], prepared[1:]):
            other = np.ravel(get())
            # The others compare in float64.
            wrong = np.mean(np.abs(other - first) > 1e-4 * np.abs(first)
                            + 1e-4)
            if other.shape != first.shape or wrong > 0.02:
                print(f"  {engine} gives other numbers: {wrong:.1%}")


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, metavar="FOLDER")
    parser.add_argument("--models", default=os.path.join(
        tempfile.gettempdir(), "onnxc-trees"), metavar="FOLDER")
    parser.add_argument("--filter", default="", metavar="REGEX")
    parser.add_argument("--engines", nargs="+", default=list(ENGINES))
    parser.add_argument("--rows", nargs="+", type=int,
                        default=[1, 100, 10000])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("options", nargs="*", help="of onnxc")
    return parser.parse_args()


def main():
    options = parse_arguments()
    os.makedirs(options.models, exist_ok=True)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(f"{'':34} {'rows':>6}", *(f"{e:>11}" for e in options.engines),
          "  best of the others / onnxc")
    with tempfile.TemporaryDirectory() as folder:
        for name in FORESTS:
            if re.search(options.filter, name):
                bench(name, options, folder)


if __name__ == "__main__":
    sys.exit(main())
