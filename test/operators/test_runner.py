#!/usr/bin/env python3
"""Tests the runner of ONNX's backend tests with a compiler that is known to
fail in every way.

    test_runner.py ONNXC_RUN CACHE RUNTIME_INCLUDE

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ONNXC_RUN, CACHE, INCLUDE = map(os.path.abspath, sys.argv[1:4])


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
        os.symlink(ONNXC_RUN, os.path.join(cls.folder.name, "onnxc-run"))

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
            "--filter", r"^test_(add|add_uint8|mul|sub|neg|exp|log|abs|add_bcast"
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

    def test_list(self):
        with open(self.path("list.txt"), "w") as file:
            file.write("# must pass\ntest_add\ntest_mul\n")
        _, lines = self.run_runner("--list", self.path("list.txt"), status=0)
        self.assertEqual(lines[-1], "2 passed, 0 failed")
        with open(self.path("list.txt"), "a") as file:
            file.write("test_add_bcast\ntest_of_yore\n")
        _, lines = self.run_runner("--list", self.path("list.txt"), "--write-list",
                                   self.path("new.txt"), status=1)
        self.assertEqual(lines[-1], "2 passed, 2 failed")
        with open(self.path("new.txt")) as file:
            self.assertEqual(file.read().splitlines()[-2:],
                             ["test_add", "test_mul"])


if __name__ == "__main__":
    result = unittest.main(argv=sys.argv[:1], exit=False).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(failed > 0)
