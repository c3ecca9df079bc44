#!/usr/bin/env python3
"""Prints every suite's counts and, as the last line, `N passed, N failed`.

    summarize.py RESULTS_DIR

RESULTS_DIR holds ctest.xml (ctest's own JUnit file) and a NAME.json of each
suite that counted its tests; a ctest test without one is one test. Exits
non-zero when a test failed or none ran.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import sys
import xml.etree.ElementTree as xml


def main(results):
    try:
        cases = list(xml.parse(os.path.join(results, "ctest.xml")).iter("testcase"))
    except (OSError, xml.ParseError) as error:
        print(f"ctest left no results: {error}")
        cases = []
    rows = []
    for case in cases:
        name = case.get("name")
        status = case.get("status")  # run, fail, disabled, notrun
        if status == "disabled":
            continue
        passed, failed = (1, 0) if status == "run" else (0, 1)
        counted = os.path.join(results, name + ".json")
        if os.path.exists(counted):
            with open(counted) as file:
                counts = json.load(file)
            passed, failed = counts["passed"], counts["failed"]
            if status != "run" and not failed:  # a timeout, say
                failed = 1
        rows.append((name, passed, failed, float(case.get("time") or 0)))

    print(f"\n{'suite':<34} {'passed':>7} {'failed':>7} {'seconds':>8}")
    for name, passed, failed, seconds in rows:
        print(f"{name:<34} {passed:>7} {failed:>7} {seconds:>8.1f}")
    passed = sum(row[1] for row in rows)
    failed = sum(row[2] for row in rows) if rows else 1
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
