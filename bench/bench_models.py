#!/usr/bin/env python3
"""Times compiled models against onnxruntime, in one process and by turns.

    bench_models.py --bin BUILD/bin --models BUILD/models [--filter REGEX]
        [--seconds N] [--json FILE] [-- ONNXC'S OPTIONS]

Each model is compiled with `-O2 -mcpu=native`, its dimensions bound (those of
test/models/model_cases.py) unless --free is given. Both then run on one
thread, pinned to one CPU, the same inputs, by turns: a few of ours, a few of
theirs, until both have had N seconds. The best of each counts: what the
machine does besides only makes times longer. Outputs are compared first; a
model that differs by more than 1e-4 of the largest value is not timed.

`arena` and `memory` are bytes: ours beside inputs, outputs and weights; what
the process grew by when onnxruntime loaded the model and first ran it (weights
included).

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import json
import os
import re
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "test", "models"))

import model_cases  # noqa: E402
import run_models  # noqa: E402
from compiled_model import CompiledModel  # noqa: E402

DEFAULT = ("tiny_autoencoder|tiny_ds_cnn|tiny_mobilenet|tiny_resnet8"
           "|lstm_stream|mobilenet_v2|resnet50|minilm|gpt2|llama|llama-prompt"
           "|silero_vad|magika|ppocr_det|ppocr_rec|ppocr_cls|light_squeezenet"
           "|light_shufflenet|light_densenet121")


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def time_turn(function, seconds):
    """Runs for some time; the shortest run and their number."""
    best, runs = float("inf"), 0
    end = time.perf_counter() + seconds
    while True:
        begin = time.perf_counter()
        function()
        now = time.perf_counter()
        best, runs = min(best, now - begin), runs + 1
        if now >= end:
            return best, runs


def bench(case, options):
    """Milliseconds and facts of one model."""
    with tempfile.TemporaryDirectory(prefix="onnxc-") as folder:
        path = model_cases.model_path(case.model, options.models)
        os.sched_setaffinity(0, options.cpus)
        library, seconds, memory = run_models.compile_model(
            case, path, options, folder)
        os.sched_setaffinity(0, {max(options.cpus)})
        inputs = model_cases.make_inputs(case, path, case.sizes[0])
        ours = CompiledModel(library, inputs)
        ours.run()

        before = resident()
        theirs = run_models.Reference(path, threads=1)
        expected = theirs.run(inputs)
        their_memory = resident() - before
    error = max(run_models.compare(name, ours.outputs[name], array)
                for name, array in expected.items())
    if error > run_models.TOLERANCE:
        raise run_models.Failure(f"differs by {error:.2e}")

    session = theirs.session
    names = [output.name for output in session.get_outputs()]
    best = [float("inf"), float("inf")]
    spent, turn = 0.0, 0.2
    while spent < options.seconds:
        for i, function in enumerate(
                (ours.run, lambda: session.run(names, inputs))):
            best[i] = min(best[i], time_turn(function, turn)[0])
        spent += turn
    return {"onnxc_ms": best[0] * 1e3, "onnxruntime_ms": best[1] * 1e3,
            "ratio": best[0] / best[1], "error": error,
            "compile_seconds": seconds, "compiler_bytes": memory,
            "arena_bytes": ours.arena_bytes, "onnxruntime_bytes": their_memory}


def cpu_name():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "an unknown CPU"


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Times compiled models against onnxruntime.")
    parser.add_argument("--bin", required=True, help="onnxc's folder")
    parser.add_argument("--models", required=True,
                        help="where generated models are, or will be written")
    parser.add_argument("--filter", default=f"^({DEFAULT})$",
                        help="a pattern that models' names must contain")
    parser.add_argument("--free", action="store_true",
                        help="leave the dimensions free")
    parser.add_argument("--seconds", type=float, default=3,
                        help="for each side of a model (3)")
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument("--json", help="write the results there")
    parser.add_argument("onnxc_options", nargs="*", metavar="OPTION",
                        help="for onnxc, after --")
    options = parser.parse_args()
    options.onnxc = os.path.abspath(os.path.join(options.bin, "onnxc"))
    return options


def main():
    options = parse_arguments()
    options.cpus = os.sched_getaffinity(0)
    import onnxruntime
    print(f"{cpu_name()}, one thread; onnxruntime {onnxruntime.__version__}")
    print(f"{'model':<20} {'onnxc':>9} {'onnxrt':>9} {'ratio':>6} "
          f"{'error':>8} {'compile':>8} {'arena':>8} {'memory':>8}")
    print(f"{'':<20} {'ms':>9} {'ms':>9} {'':>6} {'':>8} {'s':>8} {'MB':>8} "
          f"{'MB':>8}")
    cases = model_cases.all_cases()
    names = [case.name.removesuffix("-bound") for case in cases]
    bound = dict(zip(names, cases))  # the later of two
    free = dict(zip(reversed(names), reversed(cases)))
    results, failed = {}, 0
    for name, case in (free if options.free else bound).items():
        if not re.search(options.filter, name):
            continue
        try:
            row = results[name] = bench(case, options)
        except (run_models.Failure, RuntimeError, ValueError) as failure:
            failed += 1
            print(f"{name:<20} failed: {failure}", flush=True)
            continue
        print(f"{name:<20} {row['onnxc_ms']:>9.3f} "
              f"{row['onnxruntime_ms']:>9.3f} {row['ratio']:>6.2f} "
              f"{row['error']:>8.1e} {row['compile_seconds']:>8.1f} "
              f"{row['arena_bytes'] / 1e6:>8.2f} "
              f"{row['onnxruntime_bytes'] / 1e6:>8.1f}", flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"cpu": cpu_name(), "models": results}, file, indent=1)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
