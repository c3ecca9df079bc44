#!/usr/bin/env python3
"""Runs one test suite and writes how many of its tests passed and failed.

    run_suite.py RESULTS_DIR NAME [--junit FILE] -- COMMAND ...

The counts are taken from a JUnit file, else from the last line of the output
that reads `N passed, N failed`, else from Catch2's last line, else the command
is one test. They go to RESULTS_DIR/NAME.json.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

OWN = re.compile(r"^(?:.*\D)?(\d+) passed, (\d+) failed\b")
CATCH_PASS = re.compile(r"^All tests passed \(.* in (\d+) test cases?\)")
CATCH_FAIL = re.compile(r"^test cases: *(\d+) \|(?: *(\d+) passed \|)?"
                        r" *(?:(\d+) failed)?")


def from_junit(path):
    """Counts test cases; lit's unsupported ones are `skipped` and not counted."""
    passed = failed = 0
    for case in xml.parse(path).getroot().iter("testcase"):
        if case.find("skipped") is not None:
            continue
        bad = case.find("failure") is not None or case.find("error") is not None
        failed += bad
        passed += not bad
    return passed, failed


def from_output(lines):
    for line in reversed(lines):
        if match := OWN.match(line):
            return int(match[1]), int(match[2])
        if match := CATCH_PASS.match(line):
            return int(match[1]), 0
        if match := CATCH_FAIL.match(line):
            return int(match[2] or 0), int(match[3] or 0)
    return None


def main(args):
    results, name, *rest = args
    split = rest.index("--")
    junit = rest[1] if split and rest[0] == "--junit" else None
    if junit and os.path.exists(junit):
        os.remove(junit)

    process = subprocess.Popen(rest[split + 1:], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True,
                               errors="replace")
    lines = []
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        lines.append(line.rstrip("\n"))
    status = process.wait()

    counts = None
    if junit and os.path.exists(junit):
        counts = from_junit(junit)
    counts = counts or from_output(lines) or (int(status == 0), 0)
    passed, failed = counts
    # A suite that dies after its last count has failed all the same.
    if status and not failed:
        failed = 1
    os.makedirs(results, exist_ok=True)
    with open(os.path.join(results, name + ".json"), "w") as out:
        json.dump({"passed": passed, "failed": failed}, out)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
