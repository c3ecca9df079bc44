#!/usr/bin/env python3
"""Runs ONNX's backend tests: compiles each model with onnxc, runs it with
onnxc-run on the test's data, and prints by operator how many passed, failed,
are unsupported (onnxc says so) or crashed one of the programs.

    run_backend_tests.py [--cases backend|opset|type] [--names FILE]
        [--expected-failures FILE] [--emulate MACHINE] [--symbolic]
        [--inputs given|free|constant] [--sample N] [--json FILE] [--write-names FILE] [-- ONNXC'S OPTIONS]

and the arguments of test/runner_arguments.py. Each test must pass. One that
--expected-failures lists (a name and a reason a line) must not: when it passes,
its line has to go, so that the list only shrinks. --report counts tests that
are unsupported and does not call them failures. With --symbolic all models are
compiled with free dimensions, and not run: each must be taken, or refused in
words that a user understands. With --inputs the tests are run with free
dimensions, or with their inputs as constants of the model; what is then refused
is no failure, but other numbers are. The last line is `N passed, N
failed`; the exit status is non-zero when one failed.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import collections
import concurrent.futures
import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "emulated"))
import emulator
import onnx

import runner_arguments
from suite_cases import print_counts

STATUSES = ("passed", "expected", "failed", "unsupported", "crashed")
UNSUPPORTED = re.compile(r"\b(?:not supported|unsupported)\b", re.I)
# What LLVM and our own checks print when a program is at fault.
CRASH = re.compile(r"Assertion .* failed|PLEASE submit a bug report"
                   r"|LLVM ERROR|Stack dump:|UNREACHABLE executed"
                   r"|(?:Address|UndefinedBehavior|Leak)Sanitizer"
                   r"|internal compiler error")
# What only those who know the compiler's inside would understand.
INSIDE = re.compile(r"failed to legalize|explicitly marked illegal"
                    r"|do not fit together|without saying why"
                    r"|is left (?:in a kernel )?after|not supported yet"
                    r"|doesn't match function result|op requires|verif")


class Outcome:
    """How a program ended."""

    def __init__(self, command, timeout, cwd):
        begin = time.monotonic()
        process = subprocess.Popen(command, cwd=cwd, text=True,
                                   errors="replace", start_new_session=True,
                                   stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        self.timed_out = False
        try:
            self.output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.timed_out = True
            # With the linker that it may have started.
            os.killpg(process.pid, signal.SIGKILL)
            self.output, _ = process.communicate()
        self.status = process.returncode
        self.seconds = time.monotonic() - begin

    def crashed(self):
        # A shell in between reports a signal as 128 + its number.
        return not self.timed_out and (
            self.status < 0 or self.status >= 128 or
            CRASH.search(self.output) is not None)

    def line(self):
        """The line of the output that says most."""
        lines = [line.strip() for line in self.output.splitlines() if line]
        for pattern in (CRASH, re.compile("error:"), re.compile("MISMATCH")):
            for line in lines:
                if pattern.search(line):
                    return line
        if self.crashed() and self.status < 0:
            return "signal " + signal.Signals(-self.status).name
        return lines[-1] if lines else f"exit status {self.status}"


def run_test(name, options):
    """One test's entry in the results."""
    folder = os.path.join(options.cache, name)
    with open(os.path.join(folder, "case.json")) as file:
        case = json.load(file)
    result = {"operator": case["operator"], "status": "passed",
              "compile_seconds": 0.0, "run_seconds": 0.0, "message": "",
              "ulp": 0.0}

    def ended(status, message):
        result.update(status=status, message=message)
        return result

    special = [kind for kind in case["special_io"] if kind != "strings"]
    if options.emulator:
        if special:
            return ended("unsupported", "no emulation of sequences")
        try:
            options.emulator.check_case(folder, case["rtol"], case["atol"],
                                        options.onnxc_options)
        except emulator.EmulationError as error:
            bad = UNSUPPORTED.search(str(error))
            return ended("unsupported" if bad else "failed", str(error))
        return result

    with runner_arguments.case_folder(options, name) as scratch:
        if options.inputs != "given" and not special:
            folder = vary_inputs(folder, scratch, options.inputs)
        library = os.path.join(scratch, "model.so")
        compiled = Outcome([options.onnxc, os.path.join(folder, "model.onnx"),
                            "--emit=shared", "-o", library,
                            *options.onnxc_options], options.timeout, scratch)
        result["compile_seconds"] = round(compiled.seconds, 3)
        if compiled.timed_out:
            return ended("failed", f"onnxc took over {options.timeout} s")
        if compiled.crashed():
            return ended("crashed", "onnxc: " + compiled.line())
        if compiled.status:
            status = ("unsupported" if UNSUPPORTED.search(compiled.output)
                      or options.inputs != "given" else "failed")
            return ended(status, compiled.line())
        if not os.path.exists(library):
            return ended("failed", "onnxc wrote no library")
        ran = Outcome([options.onnxc_run, library, "--test-dir", folder,
                       f"--rtol={case['rtol']}", f"--atol={case['atol']}",
                       f"--threads={options.threads}"],
                      options.timeout, scratch)
        result["run_seconds"] = round(ran.seconds, 3)
        if ran.timed_out:
            return ended("failed", f"the model ran over {options.timeout} s")
        if ran.crashed():
            return ended("crashed", "onnxc-run: " + ran.line())
        if ran.status:
            return ended("failed", ran.line())
        result["ulp"] = max(map(float, re.findall(r"\bulp ([\d.e+]+)",
                                                  ran.output)), default=0.0)
    return result


def free_dimensions(model):
    """All sizes of the model's inputs are free, those of its outputs open."""
    constants = {tensor.name for tensor in model.graph.initializer}
    for value in model.graph.input:
        if value.type.HasField("tensor_type") and value.name not in constants:
            for i, dim in enumerate(value.type.tensor_type.shape.dim):
                dim.dim_param = f"{value.name}_{i}"
    for value in model.graph.output:
        if value.type.HasField("tensor_type"):
            value.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]


def fix_inputs(model, data):
    """All inputs are weights, as the data set has them."""
    given = {tensor.name for tensor in model.graph.initializer}
    values = [value for value in model.graph.input if value.name not in given]
    for i, value in enumerate(values):
        tensor = onnx.load_tensor(os.path.join(data, f"input_{i}.pb"))
        tensor.name = value.name
        model.graph.initializer.append(tensor)
    del model.graph.input[:]


def vary_inputs(folder, scratch, how):
    """The test again in a folder of its own, with other inputs."""
    model = onnx.load(os.path.join(folder, "model.onnx"))
    data = os.path.join(folder, "test_data_set_0")
    varied = os.path.join(scratch, "test_data_set_0")
    shutil.copytree(data, varied)
    if how == "free":
        free_dimensions(model)
    else:
        fix_inputs(model, data)
        for file in os.listdir(varied):
            if file.startswith("input_"):
                os.remove(os.path.join(varied, file))
    onnx.save(model, os.path.join(scratch, "model.onnx"))
    return scratch


def compile_symbolic(name, options):
    """One model with free dimensions: taken, or refused at a node."""
    folder = os.path.join(options.cache, name)
    with open(os.path.join(folder, "case.json")) as file:
        operator = json.load(file)["operator"]
    result = {"operator": operator, "status": "passed",
              "compile_seconds": 0.0, "run_seconds": 0.0, "message": ""}
    with runner_arguments.case_folder(options, name) as scratch:
        model = onnx.load(os.path.join(folder, "model.onnx"))
        free_dimensions(model)
        onnx.save(model, os.path.join(scratch, "model.onnx"))
        compiled = Outcome([options.onnxc, "model.onnx", "-o", "model.o",
                            *options.onnxc_options], options.timeout, scratch)
    result["compile_seconds"] = round(compiled.seconds, 3)
    result["message"] = compiled.line()
    if compiled.timed_out:
        result["status"] = "failed"
    elif compiled.crashed():
        result["status"] = "crashed"
    elif compiled.status and (INSIDE.search(compiled.output)
                              or "error:" not in compiled.output):
        result["status"] = "failed"
    return result


def run_all(names, options):
    results = {}
    run = compile_symbolic if options.symbolic else run_test
    progress = sys.stderr.isatty()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = {pool.submit(run, name, options): name
                   for name in names}
        for future in concurrent.futures.as_completed(futures):
            results[futures[future]] = future.result()
            if progress:
                print(f"\r{len(results)}/{len(names)}", end="",
                      file=sys.stderr)
    if progress:
        print("\r", end="", file=sys.stderr)
    return dict(sorted(results.items()))


def hold_to_expectations(results, expected):
    """What is expected to fail and does is `expected`; what passes although it
    is expected to fail has failed."""
    for name, result in results.items():
        if name not in expected:
            continue
        if result["status"] == "passed":
            result.update(status="failed", message="passes now: take its line "
                                                   "out of the list")
        elif result["status"] in ("failed", "unsupported"):
            result.update(status="expected")


def print_report(results, seconds, options):
    table = collections.defaultdict(collections.Counter)
    for result in results.values():
        table[result["operator"]][result["status"]] += 1
    if not options.names and not options.filter:
        print(f"{'operator':<34}" + "".join(f"{s:>12}" for s in STATUSES))
        for operator in sorted(table):
            counts = table[operator]
            print(f"{operator:<34}" +
                  "".join(f"{counts[s] or '.':>12}" for s in STATUSES))

    wrong = ["crashed", "failed"] + ([] if options.report else ["unsupported"])
    for status in wrong:
        bad = {n: r for n, r in results.items() if r["status"] == status}
        if bad:
            print(f"\n{status}:")
        for name, result in bad.items():
            print(f"  {name}: {result['message'][:200]}")

    total = collections.Counter(r["status"] for r in results.values())
    slow = sorted(results.items(), key=lambda r: -r[1]["compile_seconds"])[:3]
    print(f"\n{len(results)} tests in {seconds:.0f} s; slowest to compile: " +
          ", ".join(f"{n} {r['compile_seconds']:.1f} s" for n, r in slow))
    print(", ".join(f"{total[s]} {s}" for s in STATUSES))
    # That a test fails as expected is as good as that one passes.
    return print_counts(total["passed"] + total["expected"],
                        sum(total[status] for status in wrong))


def read_names(path):
    with open(path) as file:
        lines = (line.split("#")[0].strip() for line in file)
        return [line for line in lines if line]


def read_expected_failures(path):
    """Names, each with the reason that follows it on its line."""
    expected = {}
    for line in read_names(path):
        name, _, reason = line.partition(" ")
        if not reason.strip():
            sys.exit(f"{path}: {name} has no reason")
        expected[name] = reason.strip()
    return expected


def parse_arguments():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--cases", default="backend",
                        choices=("backend", "opset", "type"),
                        help="ONNX's tests, or ours of old opsets and of "
                             "element types (backend)")
    parser.add_argument("--cache", help="where the tests are, or will be "
                                        "written once (BUILD/CASES-tests)")
    parser.add_argument("--names", help="a file of names: only these are run")
    parser.add_argument("--expected-failures", metavar="FILE",
                        help="a file of names that must not pass, each with a "
                             "reason")
    parser.add_argument("--report", action="store_true",
                        help="tests that are unsupported are not failures")
    parser.add_argument("--timeout", type=float, default=600,
                        help="seconds for each program (600)")
    parser.add_argument("--threads", type=int, default=1,
                        help="threads of each model (1)")
    parser.add_argument("--emulate", choices=emulator.MACHINES,
                        help="compile for this machine and run under QEMU")
    parser.add_argument("--symbolic", action="store_true",
                        help="compile the models with free dimensions")
    parser.add_argument("--inputs", default="given",
                        choices=("given", "free", "constant"),
                        help="how the models have their inputs (given)")
    parser.add_argument("--sample", type=int, default=1,
                        help="every so many tests (1)")
    parser.add_argument("--json", help="write all results there")
    parser.add_argument("--write-names", metavar="FILE",
                        help="write the names that passed there")
    parser.add_argument("--write-errors", metavar="FILE",
                        help="write each operator's largest error there, in "
                             "units in the last place of its floats")
    parser.add_compiler_options()
    options = parser.parse()
    options.cache = os.path.abspath(
        options.cache or os.path.join(options.build, f"{options.cases}-tests"))
    for program in (options.onnxc, options.onnxc_run):
        if not os.access(program, os.X_OK):
            parser.error(f"there is no program {program}")
    options.emulator = options.emulate and emulator.Emulator(
        options.emulate, options.onnxc, options.cache + "-emulated")
    return options


def write_errors(results, path):
    """Of the operators whose tests have all passed."""
    largest = {}
    for result in results.values():
        name = result["operator"]
        passed = result["status"] == "passed"
        largest[name] = (max(largest.get(name, 0.0), result.get("ulp", 0.0))
                         if passed and largest.get(name, 0.0) is not None
                         else None)
    with open(path, "w") as file:
        file.writelines(f"{name} {ulp:.3g}\n"
                        for name, ulp in sorted(largest.items())
                        if ulp is not None and not name.startswith("("))


def main():
    options = parse_arguments()
    cases = importlib.import_module(f"{options.cases}_cases")
    names = cases.materialise(options.cache)
    expected = (read_expected_failures(options.expected_failures)
                if options.expected_failures else {})
    unknown = set(expected) - set(names)
    if options.names:
        wanted = set(read_names(options.names))
        unknown |= wanted - set(names)
        names = sorted(wanted & set(names))
    names = runner_arguments.select(names, options)[::options.sample]
    begin = time.monotonic()
    results = run_all(names, options)
    seconds = time.monotonic() - begin
    hold_to_expectations(results, expected)
    for name in sorted(unknown):  # a list that has aged must not pass unnoticed
        results[name] = {"operator": "(unknown)", "status": "failed",
                         "compile_seconds": 0.0, "run_seconds": 0.0,
                         "message": "there is no such test"}
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"seconds": round(seconds, 1), "tests": results}, file,
                      indent=1)
    if options.write_names:
        with open(options.write_names, "w") as file:
            file.writelines(name + "\n" for name, r in results.items()
                            if r["status"] == "passed")
    if options.write_errors:
        write_errors(results, options.write_errors)
    return print_report(results, seconds, options)


if __name__ == "__main__":
    sys.exit(main())
