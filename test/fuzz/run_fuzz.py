#!/usr/bin/env python3
"""Runs the fuzzing targets on their corpus and on changes of it.

    run_fuzz.py [--mutations N] [--first N] [--runs N] [--backend-tests]

and the arguments of test/runner_arguments.py. A target may give any status; a
crash, a failed assertion, an error without a message, a file left open, more
than 30 seconds or 2 GiB are failures. Changes are made from numbers, the same
each time. `--runs N` is for a build with the preset `fuzz` and has libFuzzer
look for N inputs. With --keep FOLDER what fails is left there. The last line is
`N passed, N failed`; an input is a test, and so is a run of libFuzzer.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import concurrent.futures
import os
import re
import subprocess
import sys

import corpus
import runner_arguments
from suite_cases import print_counts, run

TARGETS = ("import", "graph", "run")
COUNTS = re.compile(r"^(\d+) passed, (\d+) failed$")
# A sanitizer finds what these would end.
SANITIZERS = "detect_leaks=0:allow_user_poisoning=0:allocator_may_return_null=1"


def write_inputs(options, folder):
    models = os.path.join(folder, "corpus")
    corpus.write(models, options.backend_tests and os.path.join(
        options.build, "backend-tests"))
    path, library = (os.path.join(folder, f"run.{end}") for end in
                     ("onnx", "so"))
    corpus.write_run_model(path)
    # A kernel that leaves its tensors ends the run.
    run(options.onnxc, path, "--emit=shared", "-O1", "--check-accesses", "-o",
        library)
    return models, library


def get_command(target, models, options, folder):
    program = os.path.join(options.build, "test", "fuzz",
                           f"onnxc-fuzz-{target}")
    failed = os.path.join(folder, f"failed-{target}")
    files = [] if target == "run" else [models]
    if options.runs is None:
        # A change of a call is quicker than one of a model.
        many = options.mutations * (50 if target == "run" else 1)
        return [program, "--mutations", str(many), "--first",
                str(options.first), "--save", failed, *files]
    grown = os.path.join(folder, f"grown-{target}")
    for new in (grown, failed):
        os.makedirs(new, exist_ok=True)
    return [program, f"-runs={options.runs}", "-timeout=30", "-max_len=65536",
            "-rss_limit_mb=2048", f"-artifact_prefix={failed}/",
            "-print_final_stats=1", grown, *files]


def run_target(target, inputs, options, folder):
    """How many inputs passed and failed."""
    models, library = inputs
    scratch = os.path.join(folder, f"scratch-{target}")
    os.makedirs(scratch, exist_ok=True)
    done = subprocess.run(
        get_command(target, models, options, folder), text=True,
        errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env=dict(
            os.environ, TMPDIR=scratch, ONNXC_FUZZ_MODEL=library,
            ASAN_OPTIONS=SANITIZERS))
    lines = done.stdout.strip().splitlines()
    counts = COUNTS.match(lines[-1]) if lines else None
    passed, failed = (map(int, counts.groups()) if counts else
                      (done.returncode == 0, done.returncode != 0))
    if done.returncode and not failed:
        failed = 1
    said = lines[-60:] if failed else lines[-1:]
    print("\n".join(f"{target}: {line}" for line in said), flush=True)
    return int(passed), int(failed)


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--mutations", type=int, default=2000, metavar="N",
                        help="how many changes of models (2000); 50 times as "
                             "many of calls")
    parser.add_argument("--first", type=int, default=0, metavar="N",
                        help="the number of the first change (0)")
    parser.add_argument("--runs", type=int, metavar="N",
                        help="of libFuzzer, in a build with the preset fuzz")
    parser.add_argument("--backend-tests", action="store_true",
                        help="start from ONNX's operator tests, too")
    options = parser.parse()
    targets = runner_arguments.select(TARGETS, options)
    with runner_arguments.case_folder(options, "fuzz") as folder:
        inputs = write_inputs(options, folder)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            counts = list(pool.map(
                lambda target: run_target(target, inputs, options, folder),
                targets))
    return print_counts(sum(passed for passed, _ in counts),
                        sum(failed for _, failed in counts))


if __name__ == "__main__":
    sys.exit(main())
