#!/usr/bin/env python3
"""Times language models by turns with onnxruntime: a step behind some tokens,
and prompts.

    bench_language.py MODEL.onnx... [--theirs MODEL.onnx] [--past N...]
        [--prompt N...] [--seconds N] [--options ONNXC OPTIONS...]

The models are as onnxruntime's generator writes them: input_ids, caches
past_*, and of attention_mask, position_ids, seqlens_k and
total_sequence_length what they have. --theirs is the form that onnxruntime runs
best, where it is another one than ours (its accuracy_level, for example). One
thread; milliseconds of CPU a run, the best of each. `logits` is how far ours are
from theirs on the same model, of the largest. It needs the module onnxc
(docs/python.md).

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import os
import sys

import numpy as np
import onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import onnxc  # noqa: E402
from time_turns import time_turns  # noqa: E402

TYPES = {"tensor(int64)": np.int64, "tensor(int32)": np.int32,
         "tensor(float)": np.float32, "tensor(float16)": np.float16}


def open_session(path):
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.log_severity_level = 4
    return onnxruntime.InferenceSession(path, settings,
                                        providers=["CPUExecutionProvider"])


def make_inputs(session, past, length):
    """One sequence, `length` tokens behind a cache of `past`."""
    random = np.random.RandomState(past + length)
    total = past + length
    known = {"input_ids": random.randint(0, 1000, (1, length)),
             "attention_mask": np.ones((1, total)),
             "position_ids": np.arange(past, total)[None],
             "seqlens_k": np.array([total - 1]),
             "total_sequence_length": np.array(total)}
    inputs = {}
    for value in session.get_inputs():
        if value.name in known:
            array = known[value.name]
        elif value.name.startswith("past"):
            # [batch, heads, past, size]; the last two sizes are numbers.
            shape = [size if isinstance(size, int) else
                     1 if axis == 0 else past
                     for axis, size in enumerate(value.shape)]
            array = 0.5 * random.standard_normal(shape)
        else:
            sys.exit(f"what is the input {value.name} {value.shape}?")
        inputs[value.name] = array.astype(TYPES[value.type])
    return inputs


def measure(model, session, theirs, past, length, seconds):
    inputs = make_inputs(session, past, length)
    mine = model.run(inputs)["logits"]
    reference = session.run(["logits"], inputs)[0]
    error = np.abs(mine - reference).max() / np.abs(reference).max()
    best = time_turns([lambda: model.run(inputs),
                       lambda: theirs.run(None, inputs)], seconds)
    return [time / 1000 for time in best], error


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL.onnx")
    parser.add_argument("--theirs", metavar="MODEL.onnx",
                        help="what onnxruntime is timed with (MODEL.onnx)")
    parser.add_argument("--past", nargs="*", type=int, default=[16, 512])
    parser.add_argument("--prompt", nargs="*", type=int, default=[16, 128])
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[],
                        help="for onnxc; last")
    options = parser.parse_args()
    runs = ([(past, 1) for past in options.past] +
            [(0, length) for length in options.prompt])
    print(f"{'model':24} {'past':>5} {'new':>5} {'onnxc':>9} {'theirs':>9} "
          f"{'ratio':>6} {'logits':>8}")
    for path in options.models:
        model = onnxc.compile(path, threads=1, options=options.options)
        session = open_session(path)
        theirs = open_session(options.theirs) if options.theirs else session
        for past, length in runs:
            (ours, other), error = measure(model, session, theirs, past,
                                           length, options.seconds)
            print(f"{os.path.basename(path):24} {past:5} {length:5} "
                  f"{ours:9.2f} {other:9.2f} {ours / other:6.2f} "
                  f"{error:8.1e}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
