#!/usr/bin/env python3
"""Runs operators with sizes that contradict each other: one free dimension of
one operand has another size than it should when the model runs.

    run_refused_sizes.py [--seed N] [--count N]

and the arguments of test/runner_arguments.py. contradicted_models.py draws
models of ai.onnx, ai.onnx.ml and com.microsoft whose dimensions are all free.
They are compiled with --check-accesses. A run that is refused is right, and so
is one that gives what onnxruntime or the reference evaluator gives. A crash, a
hang, a write beside a buffer, or numbers that nobody gives are not, unless
accepted_sizes.py has a reason. Where neither gives what sizes that agree give,
numbers are not compared. The last line is `N passed, N failed`; a model is
a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import zlib

import numpy as np
import onnx
from onnx import numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import print_counts

import accepted_sizes
import contradicted_models

# Of one model, and each in seconds.
MOST_RUNS = 10
COMPILING, RUNNING, JUDGING = 120, 10, 30
REFUSALS = ("does not fit", "is not allowed", "negative dimension")


def call(command, seconds):
    """The exit status, none for a hang, and what it printed."""
    try:
        done = subprocess.run(command, text=True, errors="replace",
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=seconds)
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stdout.strip()


def list_changes(model, random):
    """Input, dimension and size: of each free dimension some."""
    changes = []
    for name, dimension in contradicted_models.list_free(model.proto):
        size = model.feeds[name].shape[dimension]
        sizes = {0, 1, size - 1, size + 1, 2 * size, 2 * size + 3} - {size, -1}
        changes += [(name, dimension, other) for other in sorted(sizes)]
    if len(changes) <= MOST_RUNS:
        return changes
    chosen = random.permutation(len(changes))[:MOST_RUNS]
    return [changes[i] for i in sorted(chosen)]


def change(feeds, name, dimension, size):
    """Slices are left out, or begin anew behind the last one."""
    array = feeds[name]
    if array.shape[dimension]:
        places = np.arange(size) % array.shape[dimension]
        return feeds | {name: np.take(array, places, dimension)}
    shape = list(array.shape)
    shape[dimension] = size
    return feeds | {name: np.zeros(shape, array.dtype)}


class Program:
    def __init__(self, model, options, folder):
        self.model, self.options, self.folder = model, options, folder
        self.library = os.path.join(folder, "model.so")

    def compile(self):
        """What is wrong, or none."""
        path = os.path.join(self.folder, "model.onnx")
        onnx.save(self.model.proto, path)
        status, said = call([self.options.onnxc, path, "--check-accesses",
                             "--emit=shared", "-o", self.library], COMPILING)
        if status == 0:
            return None
        if status == 1 and "error:" in said:
            return "refused: " + said[:300]
        return f"onnxc, status {status}: {said[-500:]}"

    def run(self, feeds):
        """The outputs by name, or "refused", or what is wrong."""
        command = [self.options.onnxc_run, self.library, "--output-dir",
                   self.folder]
        for i, (name, array) in enumerate(feeds.items()):
            path = os.path.join(self.folder, f"in{i}.pb")
            with open(path, "wb") as file:
                file.write(numpy_helper.from_array(array, name)
                           .SerializeToString())
            command.append(f"--input={name}={path}")
        status, said = call(command, RUNNING)
        if status == 2 and any(text in said for text in REFUSALS):
            return "refused"
        if status is None:
            return "HANGS"
        if status:
            return f"CRASHES, status {status}: {said[-300:]}"
        return {output.name: np.load(os.path.join(
            self.folder, output.name + ".npy"))
                for output in self.model.proto.graph.output}


def judge_apart(model, feeds, ours, prepare=None):
    """model.judge in a process of its own, as onnxruntime may crash, and then
    again without it: what is wrong, or none."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        signal.alarm(JUDGING)
        try:
            if prepare:
                prepare()
            verdict = model.judge(feeds, ours)
        except Exception as error:  # of whatever kind: nobody says
            verdict = f"{accepted_sizes.NOBODY}: {error}"[:300]
        with os.fdopen(sending, "wb") as file:
            pickle.dump(verdict, file)
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as file:
        said = file.read()
    os.waitpid(child, 0)
    if said:
        return pickle.loads(said)
    if prepare:
        return "the oracles crash or hang"
    return judge_apart(model, feeds, ours,
                       contradicted_models.forget_onnxruntime)


def run_change(program, place, feeds, is_judged):
    """What is wrong, or none."""
    model = program.model
    outcome = program.run(feeds)
    shapes = ", ".join(f"{name} {list(array.shape)}"
                       for name, array in feeds.items())
    if isinstance(outcome, str):
        return (None if outcome == "refused" else
                f"{model}: {shapes} (changed: {place}): {outcome}")
    if not any(array.size for array in outcome.values()):
        return None
    wrong = is_judged and judge_apart(model, feeds, outcome)
    if not wrong or accepted_sizes.find(model.op, place, wrong):
        return None
    return f"{model}: {shapes} (changed: {place}): accepted, but {wrong}"


def run_model(model, options):
    """What is wrong with each change of a model."""
    with runner_arguments.case_folder(options, model.name) as folder:
        program = Program(model, options, folder)
        failure = program.compile()
        if failure:
            # A model that needs sizes says so; other suites see to that.
            return [] if failure.startswith("refused") else [failure]
        outcome = program.run(model.feeds)
        if isinstance(outcome, str):
            why = accepted_sizes.find(model.op, ("", 0, None), outcome)
            return [] if why else [f"{model}: sizes that agree: {outcome}"]
        # Where nobody can tell of sizes that agree, nor of others.
        is_judged = not judge_apart(model, model.feeds, outcome)
        random = np.random.RandomState(
            [options.seed, zlib.crc32(model.name.encode())])
        failures = [run_change(program, place, change(model.feeds, *place),
                               is_judged)
                    for place in list_changes(model, random)]
        return [failure for failure in failures if failure]


def run_named(arguments):
    name, options = arguments
    model = contradicted_models.draw(options.seed)[name]()
    return name, run_model(model, options)


def parse_arguments():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=0,
                        help="how many models, of each operator as many as of "
                             "the others (0: all)")
    return parser.parse()


def main():
    options = parse_arguments()
    names = runner_arguments.select(
        list(contradicted_models.draw(options.seed)), options)
    names = names[:options.count or None]
    failed = 0
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        for name, failures in pool.imap(
                run_named, [(name, options) for name in names]):
            failed += bool(failures)
            for failure in failures:
                print(f"{name}: FAILED: {failure}", flush=True)
    return print_counts(len(names) - failed, failed)


if __name__ == "__main__":
    sys.exit(main())
