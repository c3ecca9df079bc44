#!/usr/bin/env python3
"""Runs ONNX's backend tests: compiles each model with onnxc, runs it with
onnxc-run on the test's data, and prints by operator how many passed, failed,
are unsupported (onnxc says so) or crashed one of the programs.

    run_backend_tests.py --bin BUILD/bin --cache BUILD/backend-tests
        [--cases backend|opset|type] [--filter REGEX] [--list test/operators/passing.txt] [--jobs N]
        [--emulate aarch64|riscv64|riscv64v] [--json FILE] [--write-list FILE] [-- ONNXC'S OPTIONS]

With --list the tests named there are run and each must pass. Without, all
2033 are run, and unsupported ones are not failures. The last line is
`N passed, N failed`; the exit status is non-zero when one failed.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import collections
import concurrent.futures
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "emulated"))
import emulator

STATUSES = ("passed", "failed", "unsupported", "crashed")
UNSUPPORTED = re.compile(r"\b(?:not supported|unsupported)\b", re.I)
# What LLVM and our own checks print when a program is at fault.
CRASH = re.compile(r"Assertion .* failed|PLEASE submit a bug report"
                   r"|LLVM ERROR|Stack dump:|UNREACHABLE executed"
                   r"|(?:Address|UndefinedBehavior|Leak)Sanitizer"
                   r"|internal compiler error")


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
              "compile_seconds": 0.0, "run_seconds": 0.0, "message": ""}

    def ended(status, message):
        result.update(status=status, message=message)
        return result

    if options.emulator:
        if case["special_io"]:
            return ended("unsupported", "no emulation of strings or sequences")
        try:
            options.emulator.check_case(folder, case["rtol"], case["atol"],
                                        options.onnxc_options)
        except emulator.EmulationError as error:
            bad = UNSUPPORTED.search(str(error))
            return ended("unsupported" if bad else "failed", str(error))
        return result

    with tempfile.TemporaryDirectory(prefix="onnxc-") as scratch:
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
                      else "failed")
            return ended(status, compiled.line())
        if not os.path.exists(library):
            return ended("failed", "onnxc wrote no library")
        if case["special_io"]:
            return ended("unsupported", "onnxc-run: inputs or outputs that are "
                         + ", ".join(case["special_io"]))
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
    return result


def run_all(names, options):
    results = {}
    progress = sys.stderr.isatty()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = {pool.submit(run_test, name, options): name
                   for name in names}
        for future in concurrent.futures.as_completed(futures):
            results[futures[future]] = future.result()
            if progress:
                print(f"\r{len(results)}/{len(names)}", end="",
                      file=sys.stderr)
    if progress:
        print("\r", end="", file=sys.stderr)
    return dict(sorted(results.items()))


def print_report(results, seconds, must_pass):
    table = collections.defaultdict(collections.Counter)
    for result in results.values():
        table[result["operator"]][result["status"]] += 1
    print(f"{'operator':<34}" + "".join(f"{s:>12}" for s in STATUSES))
    for operator in sorted(table):
        counts = table[operator]
        print(f"{operator:<34}" +
              "".join(f"{counts[s] or '.':>12}" for s in STATUSES))

    shown = ["crashed", "failed"] + (["unsupported"] if must_pass else [])
    for status in shown:
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
    failed = total["failed"] + total["crashed"]
    if must_pass:
        failed += total["unsupported"]
    print(f"{total['passed']} passed, {failed} failed")
    return failed


def read_list(path):
    with open(path) as file:
        lines = (line.split("#")[0].strip() for line in file)
        return [line for line in lines if line]


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Runs ONNX's backend tests with onnxc and onnxc-run.")
    parser.add_argument("--bin", required=True,
                        help="the folder of onnxc and onnxc-run")
    parser.add_argument("--cache", required=True,
                        help="where the tests are, or will be written once")
    parser.add_argument("--cases", default="backend",
                        choices=("backend", "opset", "type"),
                        help="ONNX's tests, or ours of old opsets and of "
                             "element types (backend)")
    parser.add_argument("--filter", help="a pattern that names must contain")
    parser.add_argument("--list", help="a file of names; each must pass")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--timeout", type=float, default=600,
                        help="seconds for each program (600)")
    parser.add_argument("--threads", type=int, default=1,
                        help="threads of each model (1)")
    parser.add_argument("--emulate", choices=emulator.MACHINES,
                        help="compile for this machine and run under QEMU")
    parser.add_argument("--json", help="write all results there")
    parser.add_argument("--write-list",
                        help="write the names that passed there")
    parser.add_argument("onnxc_options", nargs="*", metavar="OPTION",
                        help="for onnxc, after --")
    options = parser.parse_args()
    options.onnxc = os.path.abspath(os.path.join(options.bin, "onnxc"))
    options.onnxc_run = os.path.abspath(os.path.join(options.bin, "onnxc-run"))
    options.cache = os.path.abspath(options.cache)
    for program in (options.onnxc, options.onnxc_run):
        if not os.access(program, os.X_OK):
            parser.error(f"there is no program {program}")
    options.emulator = options.emulate and emulator.Emulator(
        options.emulate, options.onnxc, options.cache + "-emulated")
    return options


def main():
    options = parse_arguments()
    cases = importlib.import_module(f"{options.cases}_cases")
    names = cases.materialise(options.cache)
    unknown = []
    if options.list:
        wanted = read_list(options.list)
        unknown = sorted(set(wanted) - set(names))
        names = sorted(set(wanted) & set(names))
    if options.filter:
        names = [n for n in names if re.search(options.filter, n)]
    begin = time.monotonic()
    results = run_all(names, options)
    seconds = time.monotonic() - begin
    for name in unknown:  # a list that has aged must not pass unnoticed
        results[name] = {"operator": "(unknown)", "status": "failed",
                         "compile_seconds": 0.0, "run_seconds": 0.0,
                         "message": "ONNX has no such test"}
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"seconds": round(seconds, 1), "tests": results}, file,
                      indent=1)
    if options.write_list:
        with open(options.write_list, "w") as file:
            file.write("# ONNX backend tests that pass; each must go on to. "
                       "Written by\n# run_backend_tests.py --write-list.\n")
            file.writelines(name + "\n" for name, r in results.items()
                            if r["status"] == "passed")
    return 1 if print_report(results, seconds, options.list) else 0


if __name__ == "__main__":
    sys.exit(main())
