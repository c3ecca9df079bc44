#!/usr/bin/env python3
"""Tests the runner of ONNX's backend tests with a compiler that is known to
fail in every way.

    test_runner.py

takes the arguments of test/runner_arguments.py.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import run_unit_tests

OPTIONS = runner_arguments.RunnerArguments(__doc__, jobs=1).parse()
CACHE = os.path.join(OPTIONS.build, "backend-tests")
INCLUDE = os.path.join(runner_arguments.ROOT, "runtime-lite", "include")


class RunnerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        wrapper = os.path.join(cls.folder.name, "onnxc")
        with open(wrapper, "w") as file:
            file.write(f"#!/bin/sh\nexec '{sys.executable}' "
                       f"'{HERE}/fake_onnxc.py' \"$@\"\n")
        os.chmod(wrapper, 0o755)
        os.symlink(OPTIONS.onnxc_run, os.path.join(cls.folder.name, "onnxc-run"))

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def run_runner(self, *arguments, status):
        result = subprocess.run(
            [sys.executable, os.path.join(HERE, "run_backend_tests.py"),
             "--bin", self.folder.name, "--cache", CACHE, "--timeout", "10",
             "--json", self.path("results.json"), *arguments],
            text=True, capture_output=True,
            env={**os.environ, "ONNXC_RUNTIME_INCLUDE": INCLUDE})
        self.assertEqual(result.returncode, status,
                         result.stdout + result.stderr)
        with open(self.path("results.json")) as file:
            tests = json.load(file)["tests"]
        return tests, result.stdout.splitlines()

    def test_tells_the_ends_apart(self):
        tests, lines = self.run_runner(
            "--report", "--filter", r"^test_(add|add_uint8|mul|sub|neg|exp|log|abs|add_bcast"
            r"|sequence_insert_at_back|identity_sequence)$", status=1)
        status = {name: test["status"] for name, test in tests.items()}
        self.assertEqual(status, {
            "test_abs": "failed", "test_add": "passed",
            "test_add_bcast": "unsupported", "test_add_uint8": "unsupported",
            "test_exp": "crashed", "test_identity_sequence": "unsupported",
            "test_log": "failed", "test_mul": "passed", "test_neg": "crashed",
            "test_sequence_insert_at_back": "unsupported",
            "test_sub": "failed"})
        self.assertIn("took over 10", tests["test_abs"]["message"])
        self.assertIn("MISMATCH", tests["test_sub"]["message"])
        self.assertIn("SIGSEGV", tests["test_neg"]["message"])
        self.assertEqual(tests["test_add_bcast"]["operator"], "Add")
        self.assertEqual(lines[-1], "2 passed, 5 failed")

    def write_names(self, *lines):
        with open(self.path("names.txt"), "w") as file:
            file.writelines(line + "\n" for line in lines)
        return self.path("names.txt")

    def test_names(self):
        names = self.write_names("# some", "test_add", "test_mul")
        _, lines = self.run_runner("--names", names, status=0)
        self.assertEqual(lines[-1], "2 passed, 0 failed")
        names = self.write_names("test_add", "test_mul", "test_add_bcast",
                                 "test_of_yore")
        _, lines = self.run_runner("--names", names, "--write-names",
                                   self.path("new.txt"), status=1)
        self.assertEqual(lines[-1], "2 passed, 2 failed")
        with open(self.path("new.txt")) as file:
            self.assertEqual(file.read().splitlines(),
                             ["test_add", "test_mul"])

    def test_expected_failures(self):
        some = "--filter", r"^test_(add|add_bcast|sub|neg)$"
        tests, lines = self.run_runner(
            *some, "--expected-failures", self.write_names(
                "test_add_bcast it is unsupported", "test_sub it is wrong"),
            status=1)
        self.assertEqual(tests["test_sub"]["status"], "expected")
        self.assertEqual(tests["test_add_bcast"]["status"], "expected")
        self.assertEqual(lines[-1], "3 passed, 1 failed")
        # A crash never is, nor a test that passes or is gone.
        tests, lines = self.run_runner(
            *some, "--expected-failures", self.write_names(
                "test_add a", "test_add_bcast b", "test_sub c", "test_neg d",
                "test_of_yore e"), status=1)
        self.assertEqual(tests["test_neg"]["status"], "crashed")
        self.assertIn("take its line out", tests["test_add"]["message"])
        self.assertEqual(lines[-1], "2 passed, 3 failed")

    def test_a_filter_that_selects_nothing_fails(self):
        result = subprocess.run(
            [sys.executable, os.path.join(HERE, "run_backend_tests.py"),
             "--bin", self.folder.name, "--cache", CACHE, "--filter", "yore"],
            text=True, capture_output=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn("no case matches", result.stderr)


if __name__ == "__main__":
    sys.exit(run_unit_tests(RunnerTest, OPTIONS))
