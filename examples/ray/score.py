#!/usr/bin/env python3
"""Scores a data set on Ray.

    score.py model.so data.npz -o scores.npz [--workers 4]
    score.py model.stages.json data.npz -o scores.npz

data.npz has an array for each input, with one row a sample. A shared object
(`onnxc model.onnx --emit=shared --weights=file -o model.so`) is run by so many
workers, a chain of stages (`onnxc model.onnx --split=2 --emit=shared -o model.so`)
by one worker a stage.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import os
import sys
import time

import numpy as np
import ray

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from pipeline import Pipeline
from pool import Pool, ScoringError


def cut_rows(data, rows):
    """Feeds of so many samples each."""
    count = len(next(iter(data.values())))
    if any(len(array) != count for array in data.values()):
        raise ScoringError("the inputs have different numbers of rows: "
                           + ", ".join(f"{name} {len(array)}"
                                       for name, array in data.items()))
    for begin in range(0, count, rows):
        yield {name: array[begin:begin + rows] for name, array in data.items()}


def start_ray(address=None, cpus=None):
    """Workers find what this program has imported."""
    modules = os.pathsep.join(path for path in sys.path if path)
    ray.init(address=address, num_cpus=None if address else cpus,
             include_dashboard=False, log_to_driver=False,
             logging_level="error",
             runtime_env={"env_vars": {"PYTHONPATH": modules}})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("-o", "--output", default="scores.npz")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rows", type=int, default=32,
                        help="samples of a batch (32)")
    parser.add_argument("--threads", type=int, default=1,
                        help="of one run (1)")
    parser.add_argument("--address", help="of a running cluster")
    options = parser.parse_args()
    if min(options.workers, options.rows, options.threads) < 1:
        parser.error("--workers, --rows and --threads are 1 at least")
    try:
        data = dict(np.load(options.data))
        is_chain = options.model.endswith(".stages.json")
        start_ray(options.address, cpus=max(options.workers, 16))
        begin = time.monotonic()
        if is_chain:
            results = list(Pipeline(options.model, options.threads).run(
                cut_rows(data, options.rows)))
        else:
            results = list(Pool(options.model, options.workers,
                                options.threads).score(
                cut_rows(data, options.rows)))
        seconds = time.monotonic() - begin
    except (ScoringError, OSError, ValueError) as error:
        sys.exit(f"score.py: error: {error}")
    scores = {name: np.concatenate([result[name] for result in results])
              for name in results[0]}
    np.savez(options.output, **scores)
    count = len(next(iter(data.values())))
    print(f"{count} rows in {seconds:.2f} s: {count / seconds:.0f} a second")


if __name__ == "__main__":
    main()
