#!/usr/bin/env python3
"""Throughput of requests with and without batches, by turns.

    measure.py [MODEL.onnx] [--clients 16] [--seconds 2] [--rounds 5]

Threads ask a Batcher for one row each, as a server's clients do; the ratio of
the two throughputs is printed for each round, and the median. Without a model,
a network of two hidden layers is made.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import os
import statistics
import sys
import threading
import time

import numpy as np
import onnxc

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from batcher import Batcher


def build_network(width=1024):
    import onnx.parser
    from onnx import numpy_helper
    model = onnx.parser.parse_model(
        '<ir_version: 10, opset_import: ["" : 21]> '
        f"g (float[batch, {width}] x) => (float[batch, 16] y) "
        "{ a = MatMul(x, w0) b = Relu(a) c = MatMul(b, w1) d = Relu(c) "
        "y = MatMul(d, w2) }")
    draw = np.random.RandomState(0).normal
    for i, shape in enumerate(((width, width), (width, width), (width, 16))):
        model.graph.initializer.append(numpy_helper.from_array(
            (draw(size=shape) / width ** 0.5).astype("f"), f"w{i}"))
    return model


def draw_row(model):
    random = np.random.RandomState(1)
    feed = {}
    for value in model.inputs:
        shape = [1] + [size if isinstance(size, int) else 16
                       for size in value.shape[1:]]
        array = random.standard_normal(shape) if value.dtype.startswith(
            "float") else np.ones(shape)
        feed[value.name] = array.astype(value.numpy_dtype)
    return feed


def measure(model, clients, seconds, max_rows, deadline, workers):
    """Requests a second, and rows a run."""
    batcher = Batcher(model, max_rows, deadline, workers)
    feed = draw_row(model)
    end = time.monotonic() + seconds
    done = [0] * clients

    def ask(number):
        while time.monotonic() < end:
            batcher.submit(feed).result()
            done[number] += 1

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(clients)]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.monotonic() - begin
    counts = batcher.counts
    batcher.close()
    return sum(done) / elapsed, counts.rows / max(counts.runs, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("model", nargs="?")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--max-batch", type=int, default=16)
    parser.add_argument("--deadline", type=float, default=2, metavar="MS")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    model = onnxc.compile(options.model or build_network(), threads=1)
    ratios = []
    for _ in range(options.rounds):
        alone, _ = measure(model, options.clients, options.seconds, 1, 0,
                           options.workers)
        joined, rows = measure(model, options.clients, options.seconds,
                               options.max_batch, options.deadline / 1e3,
                               options.workers)
        ratios.append(joined / alone)
        print(f"one by one {alone:.0f}/s, in batches {joined:.0f}/s "
              f"({rows:.1f} rows a run): {ratios[-1]:.2f}", flush=True)
    print(f"the median {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
