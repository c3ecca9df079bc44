"""Tests of the program onnxc-run on a model written by hand (AddModel.h).

    test_onnxc_run.py [--model BUILD/test/runtime/add_model.so]

and the arguments of test/runner_arguments.py.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import contextlib
import json
import os
import subprocess
import sys
import unittest

import numpy as np
from onnx import numpy_helper

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import runner_arguments
from suite_cases import run_unit_tests


def parse_arguments():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--model", help="the compiled AddModel.c")
    options = parser.parse()
    options.model = os.path.abspath(options.model or os.path.join(
        options.build, "test", "runtime", "add_model.so"))
    return options


OPTIONS = parse_arguments()


def write_proto(path, array, name=""):
    with open(path, "wb") as file:
        file.write(numpy_helper.from_array(array, name).SerializeToString())


class OnnxcRunTest(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.folder = stack.enter_context(runner_arguments.case_folder(
            OPTIONS, self.id().split(".")[-1]))
        self.a = np.arange(6, dtype=np.float32).reshape(2, 3)
        self.b = np.float32([[10, -10, 10], [-10, 10, -10]])
        np.save(self.path("a.npy"), self.a)
        np.save(self.path("b.npy"), self.b)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_program(self, *arguments, status=0):
        result = subprocess.run([OPTIONS.onnxc_run, OPTIONS.model, *arguments], text=True,
                                capture_output=True, cwd=self.folder)
        self.assertEqual(result.returncode, status,
                         result.stdout + result.stderr)
        return result.stderr if status == 2 else result.stdout

    def check_sum(self, *arguments, a=None):
        self.run_program(*arguments, "--output", "C=c.npy")
        expected = (self.a if a is None else a) + self.b
        np.testing.assert_array_equal(np.load(self.path("c.npy")), expected)

    def test_reads_every_kind_of_file(self):
        self.check_sum("--input", "A=a.npy", "--input", "B=b.npy")
        self.check_sum("--input=a.npy", "--input=b.npy")  # by position
        write_proto(self.path("b.pb"), self.b)
        self.check_sum("--input", "A=a.npy", "--input", "B=b.pb")
        np.savez(self.path("ab.npz"), A=self.a, B=self.b)
        self.check_sum("--input", "ab.npz")
        np.savez_compressed(self.path("packed.npz"), A=self.a, B=self.b)
        self.check_sum("--input", "packed.npz")
        self.check_sum("--input", "A=ab.npz", "--input", "B=packed.npz")
        np.save(self.path("fortran.npy"), np.asfortranarray(self.a))
        self.check_sum("--input", "fortran.npy", "--input", "b.npy")
        np.save(self.path("big.npy"), self.a.astype(">f4"))
        self.check_sum("--input", "big.npy", "--input", "b.npy")
        one = np.float32([[1, 2, 3]])
        np.save(self.path("one.npy"), one)
        np.save(self.path("b.npy"), self.b[:1])
        self.b = self.b[:1]
        self.check_sum("--input=one.npy", "--input=b.npy", a=one)

    def test_writes_all_outputs(self):
        self.run_program("--input=a.npy", "--input=b.npy", "--output-dir=out")
        np.testing.assert_array_equal(np.load(self.path("out/C.npy")),
                                      self.a + self.b)
        np.testing.assert_array_equal(np.load(self.path("out/kept.npy")),
                                      [10, 12, 14])

    def test_threads(self):
        self.check_sum("--input=a.npy", "--input=b.npy", "--threads=3")

    def test_compares(self):
        inputs = ["--input=a.npy", "--input=b.npy"]
        right = self.a + self.b
        np.save(self.path("c.npy"), right)
        self.assertIn("C: ok, max abs 0",
                      self.run_program(*inputs, "--expect=C=c.npy"))
        np.save(self.path("c.npy"), np.nextafter(right, np.float32(100)))
        self.assertIn("ulp 1\n",
                      self.run_program(*inputs, "--expect=C=c.npy"))
        wrong = right.copy()
        wrong[1, 2] += 0.5
        np.save(self.path("c.npy"), wrong)
        text = self.run_program(*inputs, "--expect=C=c.npy", status=1)
        self.assertIn("1 of 6 differ, worst at element 5: -5 instead of -4.5",
                      text)
        self.run_program(*inputs, "--expect=C=c.npy", "--atol=0.5")
        wrong[1, 2] = np.nan
        np.save(self.path("c.npy"), wrong)
        self.run_program(*inputs, "--expect=C=c.npy", "--atol=9", status=1)
        np.save(self.path("c.npy"), right[:1])
        self.assertIn("has shape 2x3, expected 1x3", self.run_program(
            *inputs, "--expect=C=c.npy", status=1))
        np.save(self.path("c.npy"), right.astype(np.float64))
        self.assertIn("has type float32, expected float64", self.run_program(
            *inputs, "--expect=C=c.npy", status=1))

    def test_nan_equals_nan(self):
        self.a[0, 0] = np.nan
        self.a[0, 1] = -np.inf
        np.save(self.path("a.npy"), self.a)
        np.save(self.path("c.npy"), self.a + self.b)
        self.run_program("--input=a.npy", "--input=b.npy", "--expect=C=c.npy")

    def test_names_the_wrong_input(self):
        def message(*arguments):
            return self.run_program(*arguments, status=2)

        self.assertIn("input 'B' (float32 [n, 3]) is missing",
                      message("--input=a.npy"))
        np.save(self.path("x.npy"), self.a.astype(np.int64))
        text = message("--input=x.npy", "--input=b.npy")
        self.assertIn("'A': an input has the wrong element type: it is int64 "
                      "2x3, the model takes float32 [n, 3]", text)
        np.save(self.path("x.npy"), self.a[:, :2])
        self.assertIn("'B'", message("--input=a.npy", "--input=x.npy"))
        np.save(self.path("x.npy"), self.a[0])
        self.assertIn("wrong rank", message("--input=x.npy", "--input=b.npy"))
        np.save(self.path("x.npy"), np.zeros((65, 3), np.float32))
        self.assertIn("n 1..64", message("--input=x.npy", "--input=x.npy"))
        self.assertIn("no input 'X'; the model has: A, B",
                      message("--input=X=a.npy"))
        self.assertIn("given twice",
                      message("--input=A=a.npy", "--input=A=b.npy"))
        self.assertIn("only 2 inputs",
                      message("--input=a.npy", "--input=b.npy",
                              "--input=b.npy"))
        self.assertIn("missing.npy", message("--input=missing.npy"))
        self.assertIn("no free dimension 'm'",
                      message("--random", "--dim=m=3"))
        self.assertIn("no symbol 'other'", message("--symbol=other"))
        self.a[0, 0] = 3e30
        np.save(self.path("a.npy"), self.a)
        self.assertIn(": add_node (n 2)", message("--input=a.npy", "--input=b.npy"))

    def test_broken_files(self):
        good = {}
        np.savez_compressed(self.path("x.npz"), A=self.a)
        np.save(self.path("x.npy"), self.a)
        write_proto(self.path("x.pb"), self.a)
        for name in ["x.npz", "x.npy", "x.pb"]:
            with open(self.path(name), "rb") as file:
                good[name] = file.read()
        generator = np.random.default_rng(0)
        for name, content in good.items():
            for trial in range(40):
                bad = bytearray(content)
                if trial % 2:
                    bad = bad[: generator.integers(len(bad))]
                else:
                    bad[generator.integers(len(bad))] ^= 0xFF
                with open(self.path(name), "wb") as file:
                    file.write(bad)
                result = subprocess.run(
                    [OPTIONS.onnxc_run, OPTIONS.model, "--input=A=" + name, "--random"],
                    cwd=self.folder, capture_output=True)
                # A changed number is a number; nothing may crash.
                self.assertIn(result.returncode, (0, 2), result.stderr)
        with open(self.path("s.pb"), "wb") as file:
            file.write(numpy_helper.from_array(
                np.array(["x"], dtype=object)).SerializeToString())
        self.assertIn("it is string 1",
                      self.run_program("--input=s.pb", "--random", status=2))

    def test_random(self):
        first = self.run_program("--random", "--dim=n=4")
        self.assertIn("C: float32 4x3", first)
        self.assertEqual(first, self.run_program("--random", "--dim=n=4"))
        self.assertNotEqual(first,
                            self.run_program("--random", "--dim=n=4",
                                             "--seed=1"))
        self.assertEqual(first, self.run_program("--random", "--shape=A=4x3"))
        self.run_program("--random", "--range=A=5..5", "--range=B=-2..-2",
                         "--output=C=c.npy")
        np.testing.assert_array_equal(np.load(self.path("c.npy")),
                                      [[3, 3, 3]])

    def test_benchmark(self):
        result = json.loads(self.run_program("--random", "--dim=n=8",
                                             "--benchmark", "--json",
                                             "--repeat=20", "--threads=2"))
        self.assertEqual(result["arena_bytes"], 96)
        self.assertEqual(result["runs"], 20)
        self.assertEqual(result["threads"], 2)
        self.assertLessEqual(result["min_ms"], result["median_ms"])
        self.assertLessEqual(result["p10_ms"], result["p90_ms"])

    def test_info(self):
        text = self.run_program("--info")
        self.assertIn("input     A: float32 [n, 3]  the left summand", text)
        self.assertIn("dimension n: 1 to 64", text)
        self.assertIn("dimension num_kept: known after a run", text)
        self.assertIn("metadata  purpose: test", text)
        result = json.loads(self.run_program("--info", "--json"))
        self.assertEqual(result["inputs"][0]["shape"], ["n", 3])

    def test_test_directory(self):
        for index in range(2):
            folder = self.path("case/test_data_set_%d" % index)
            os.makedirs(folder)
            write_proto(folder + "/input_0.pb", self.a, "A")
            write_proto(folder + "/input_1.pb", self.b, "B")
            write_proto(folder + "/output_0.pb", self.a + self.b)
            write_proto(folder + "/output_1.pb", np.float32([10, 12, 14]))
        self.assertEqual(self.run_program("--test-dir=case").count("ok"), 4)
        write_proto(folder + "/output_1.pb", np.float32([10, 12, 15]))
        self.assertIn("test_data_set_1 kept: MISMATCH",
                      self.run_program("--test-dir=case", status=1))
        self.assertIn("no test_data_set_", self.run_program("--test-dir=.",
                                                            status=2))


if __name__ == "__main__":
    sys.exit(run_unit_tests(OnnxcRunTest, OPTIONS))
