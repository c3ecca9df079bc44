#!/usr/bin/env python3
"""Compiles real models with onnxc, runs them with onnxc-run and compares every
output with onnxruntime's.

    run_models.py [--names test/models/passing.txt] [--threads N] [--json FILE]
        [--write-names FILE] [-- ONNXC'S OPTIONS]

and the arguments of test/runner_arguments.py; one case at a time unless told,
as compilations are timed. A case passes when max |ours - theirs| <= 1e-4 * max
|theirs| for each output at each of its sizes (integers must be equal).
model_cases.py lists the cases. The table tells the seconds of the compilation,
the compiler's peak memory (`!` where it is over 4 times the model plus 500 MB),
the bytes of the library and of the arena at the first size, and the worst
error. The last line is `N passed, N failed`; whatever cannot be compiled has
failed.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import concurrent.futures
import json
import os
import subprocess
import sys
import time

import numpy as np
import onnx

import model_cases

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import runner_arguments
from suite_cases import Failure, print_counts

TOLERANCE = 1e-4
MB = 1e6
# Runs a command and prints, last, its peak memory in KiB. A process of its own,
# because a child is charged with what its parent held when it was started.
MEASURE = """import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
print(flush=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, end="")
sys.exit(status if status >= 0 else 128 - status)"""


def last_words(output, status):
    """The line of the output that says why."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in lines:
        if "error:" in line or "Assertion" in line:
            return line
    if status > 128:
        return f"signal {status - 128}" + (f": {lines[-1]}" if lines else "")
    return lines[-1] if lines else f"exit status {status}"


def model_bytes(path):
    """The file and its external data."""
    model = onnx.load(path, load_external_data=False)
    files = {os.path.basename(path)}
    for tensor in model.graph.initializer:
        files.update(entry.value for entry in tensor.external_data
                     if entry.key == "location")
    return sum(os.path.getsize(os.path.join(os.path.dirname(path), file))
               for file in files)


def compile_model(case, path, options, folder):
    """Returns the library, the seconds and the compiler's peak memory."""
    library = os.path.join(folder, case.name.replace("-", "_") + ".so")
    command = [options.onnxc, path, "--emit=shared", "-o", library,
               *case.flags, *options.onnxc_options]
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-S", "-c", MEASURE, "timeout", str(options.timeout),
         *command], stdin=subprocess.DEVNULL, text=True, errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    seconds = time.monotonic() - begin
    output, _, kilobytes = done.stdout.rpartition("\n")
    if done.returncode == 124:
        raise Failure(f"onnxc took over {options.timeout} s")
    if done.returncode:
        raise Failure("onnxc: " + last_words(output, done.returncode))
    return library, seconds, int(kilobytes) * 1024


def run_library(library, inputs, options, folder):
    """Runs on the inputs, writes the outputs, returns the timing."""
    command = [options.onnxc_run, library, f"--threads={options.threads}",
               "--output-dir", folder, "--benchmark", "--repeat=3", "--json"]
    for i, (name, array) in enumerate(inputs.items()):
        file = os.path.join(folder, f"in{i}.npy")
        np.save(file, array)
        command.append(f"--input={name}={file}")
    try:
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT,
                              timeout=options.timeout)
    except subprocess.TimeoutExpired:
        raise Failure(f"the model ran over {options.timeout} s") from None
    if done.returncode:
        raise Failure("onnxc-run: " + last_words(done.stdout, done.returncode))
    return json.loads(done.stdout[done.stdout.index("{"):])


def compare(name, ours, theirs):
    """The largest difference, relative to the largest magnitude."""
    if ours.shape != theirs.shape:
        raise Failure(f"output {name} has the shape {list(ours.shape)}, "
                      f"onnxruntime's {list(theirs.shape)}")
    if ours.dtype != theirs.dtype:
        raise Failure(f"output {name} is of type {ours.dtype}, onnxruntime's "
                      f"of {theirs.dtype}")
    if theirs.size == 0 or np.array_equal(ours, theirs):
        return 0.0
    if not np.issubdtype(theirs.dtype, np.floating):
        return float("inf")
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    odd = ~np.isfinite(theirs)
    if not np.array_equal(ours[odd], theirs[odd], equal_nan=True):
        return float("inf")
    difference = np.abs(ours - theirs)[~odd]
    if not np.all(np.isfinite(difference)):
        return float("inf")
    largest = np.abs(theirs[~odd]).max(initial=0)
    return float(difference.max(initial=0) / max(largest, 1e-30))


class Reference:
    """onnxruntime on one model, as its graph stands or rewritten by it."""

    def __init__(self, path, threads, is_rewritten=True, severity=3):
        import onnxruntime
        settings = onnxruntime.SessionOptions()
        if not is_rewritten:
            settings.graph_optimization_level = (
                onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL)
        settings.intra_op_num_threads = threads
        settings.log_severity_level = severity
        self.session = onnxruntime.InferenceSession(
            path, settings, providers=["CPUExecutionProvider"])

    def run(self, inputs):
        names = [output.name for output in self.session.get_outputs()]
        return dict(zip(names, self.session.run(names, inputs)))


def run_case(case, options):
    result = {"status": "failed", "message": "", "error": None}
    with runner_arguments.case_folder(options, case.name) as folder:
        try:
            path = model_cases.model_path(case.model, options.models)
            library, seconds, memory = compile_model(case, path, options,
                                                     folder)
            allowed = 4 * model_bytes(path) + 500 * MB
            result.update(seconds=seconds, memory=memory,
                          over=memory > allowed,
                          bytes=os.path.getsize(library))
            reference = Reference(path, options.threads)
            worst = 0.0
            for size in case.sizes:
                inputs = model_cases.make_inputs(case, path, size)
                facts = run_library(library, inputs, options, folder)
                result.setdefault("arena", facts["arena_bytes"])
                result.setdefault("milliseconds", facts["min_ms"])
                for name, theirs in reference.run(inputs).items():
                    file = os.path.join(folder,
                                        name.replace("/", "_") + ".npy")
                    worst = max(worst, compare(name, np.load(file), theirs))
                    os.remove(file)
                result["error"] = worst
            if worst > TOLERANCE:
                raise Failure(f"differs by {worst:.2e} of the largest value")
            result["status"] = "passed"
        except Exception as error:  # whatever it is, the case has failed
            words = "" if isinstance(error, Failure) else type(error).__name__
            result["message"] = f"{words} {error}".strip()
    return result


def print_row(name, result):
    def column(key, scale=1.0, digits=1):
        value = result.get(key)
        return "-" if value is None else f"{value / scale:.{digits}f}"
    error = result["error"]
    memory = column("memory", MB, 0) + ("!" if result.get("over") else "")
    print(f"{name:<20} {column('seconds'):>8} {memory:>8} "
          f"{column('bytes', MB, 2):>8} {column('arena', MB, 2):>8} "
          f"{column('milliseconds', 1, 3):>9} "
          f"{'-' if error is None else f'{error:.1e}':>8}  "
          f"{result['status']}", flush=True)
    if result["message"]:
        print(f"    {result['message'][:400]}", flush=True)


def read_names(path):
    with open(path) as file:
        lines = (line.split("#")[0].strip() for line in file)
        return [line for line in lines if line]


def parse_arguments():
    parser = runner_arguments.RunnerArguments(__doc__, jobs=1)
    parser.add_argument("--models", help="where generated models are, or will "
                                         "be written (BUILD/models)")
    parser.add_argument("--names", help="a file of names: only these are run")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=600,
                        help="seconds for each program (600)")
    parser.add_argument("--json", help="write all results there")
    parser.add_argument("--write-names", metavar="FILE",
                        help="write those that passed there")
    parser.add_compiler_options()
    options = parser.parse()
    options.models = options.models or os.path.join(options.build, "models")
    for program in (options.onnxc, options.onnxc_run):
        if not os.access(program, os.X_OK):
            parser.error(f"there is no program {program}")
    return options


def main():
    options = parse_arguments()
    cases = {case.name: case for case in model_cases.all_cases()}
    names = read_names(options.names) if options.names else list(cases)
    names = runner_arguments.select(names, options)
    print(f"{'model':<20} {'compile':>8} {'memory':>8} {'library':>8} "
          f"{'arena':>8} {'run':>9} {'error':>8}")
    print(f"{'':<20} {'s':>8} {'MB':>8} {'MB':>8} {'MB':>8} {'ms':>9}")
    results = {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = {name: pool.submit(run_case, cases[name], options)
                   for name in names if name in cases}
        for name in names:
            results[name] = (futures[name].result() if name in futures else
                             {"status": "failed", "error": None,
                              "message": "there is no such case"})
            print_row(name, results[name])
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)
    passed = [name for name in names if results[name]["status"] == "passed"]
    if options.write_names:
        with open(options.write_names, "w") as file:
            file.writelines(name + "\n" for name in passed)
    return print_counts(len(passed), len(names) - len(passed))


if __name__ == "__main__":
    sys.exit(main())
