"""Runs small models in an arena of the size they ask for, between guards, full
of NaNs at first, and with parallel loops cut into single tasks on threads.

    run_memory_tests.py

takes the arguments of test/runner_arguments.py. Outputs are compared with
onnx's reference evaluator, and between one thread and several bit by bit.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import contextlib
import ctypes
import os
import subprocess
import sys
import threading
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "bench"))
sys.path.insert(0, os.path.dirname(HERE))
import compiled_model  # noqa: E402
import runner_arguments  # noqa: E402
from suite_cases import run_unit_tests  # noqa: E402

OPTIONS = runner_arguments.RunnerArguments(__doc__, jobs=1).parse()
GUARD = 4096
BODY = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
PARALLEL_FOR = ctypes.CFUNCTYPE(None, ctypes.c_void_p, BODY, ctypes.c_void_p,
                                ctypes.c_int64, ctypes.c_int64)


def make_model(nodes, inputs, outputs, weights=()):
    """inputs: name -> shape; all of f32."""
    def values(names):
        return [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                for name, shape in names.items()]
    graph = helper.make_graph(
        [helper.make_node(op, ins.split(), outs.split(), **attributes)
         for op, ins, outs, attributes in nodes],
        "test", values(inputs), values(outputs),
        [numpy_helper.from_array(array, name)
         for name, array in dict(weights).items()])
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)


def random(*shape, seed=0):
    generator = np.random.default_rng(seed + sum(shape))
    return generator.standard_normal(shape, dtype=np.float32)


class Pool:
    """A parallel_for that hands out single tasks, the last first, to threads;
    it counts its calls."""

    def __init__(self, threads=4):
        self.calls = 0
        self.threads = threads
        self.function = PARALLEL_FOR(self.run)

    def run(self, _, body, args, count, grain):
        assert count > 0 and grain > 0
        self.calls += 1
        tasks = list(range(count))
        lock = threading.Lock()

        def work():
            while True:
                with lock:
                    if not tasks:
                        return
                    task = tasks.pop()
                body(args, task, task + 1)

        workers = [threading.Thread(target=work) for _ in range(self.threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()


class MemoryTest(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.folder = stack.enter_context(runner_arguments.case_folder(
            OPTIONS, self.id().split(".")[-1]))
        self.count = 0

    def compile(self, model, *flags):
        self.count += 1
        path = os.path.join(self.folder, f"m{self.count}.onnx")
        library = path.replace(".onnx", ".so")
        onnx.save(model, path)
        subprocess.run([OPTIONS.onnxc, path, "--emit=shared", "-o", library, *flags],
                       check=True)
        return library

    def run_compiled(self, library, inputs, pool=None):
        """The outputs; checks that nothing else was written."""
        compiled = compiled_model.CompiledModel(library, inputs)
        size = compiled.arena_bytes
        guarded = compiled_model.aligned(size + 2 * GUARD)
        guarded[:] = 0xff  # NaNs, and indices out of range
        compiled.context.arena = guarded.ctypes.data + GUARD
        compiled.context.arena_bytes = size
        if pool:
            compiled.context.parallel_for = ctypes.cast(pool.function,
                                                        ctypes.c_void_p).value
        before = [array.tobytes() for array in compiled.arrays]
        for output in compiled.outputs.values():
            output.view(np.uint8)[...] = 0xff
        compiled.run()
        self.assertTrue((guarded[:GUARD] == 0xff).all(), "before the arena")
        self.assertTrue((guarded[GUARD + size:] == 0xff).all(),
                        "behind the arena")
        self.assertEqual(before, [a.tobytes() for a in compiled.arrays],
                         "an input was overwritten")
        self.arena_bytes = size
        return compiled.outputs

    def check(self, model, inputs, *flags, library=None, parallel=None):
        library = library or self.compile(model, *flags)
        outputs = self.run_compiled(library, inputs)
        expected = ReferenceEvaluator(model).run(None, inputs)
        for name, value in zip(outputs, expected):
            np.testing.assert_allclose(outputs[name], value, rtol=1e-4,
                                       atol=1e-4, err_msg=name)
        pool = Pool()
        again = self.run_compiled(library, inputs, pool)
        for name in outputs:
            self.assertEqual(outputs[name].tobytes(), again[name].tobytes(),
                             f"{name} depends on the threads")
        if parallel is not None:
            self.assertEqual(pool.calls > 0, parallel, "parallel loops")

    # --- In place ---------------------------------------------------------

    def test_chain_of_products_with_residuals(self):
        # Each addition is on the memory of what it adds to; k of 64 needs no
        # partial sums, k of 600 does.
        for k in (64, 600):
            w = random(k, k) / np.float32(np.sqrt(k))
            nodes = [("MatMul", "x w", "a0", {})]
            for i in range(4):
                nodes += [("Softmax", f"a{i}", f"b{i}", {}),
                          ("MatMul", f"b{i} w", f"c{i}", {}),
                          ("Add", f"c{i} a{i}", f"a{i + 1}", {})]
            model = make_model(nodes, {"x": [33, k]}, {"a4": [33, k]},
                               {"w": w})
            self.check(model, {"x": random(33, k)})

    def test_residual_convolutions(self):
        w = random(64, 64, 3, 3) / np.float32(24)
        v = random(64, 64, 1, 1) / np.float32(8)
        nodes = [("Conv", "x v", "a", {}), ("Conv", "a w", "b",
                                            {"pads": [1, 1, 1, 1]}),
                 ("Relu", "b", "c", {}), ("Conv", "c v", "d", {}),
                 ("Add", "d a", "e", {}), ("Relu", "e", "f", {}),
                 ("Conv", "f v", "g", {}), ("Add", "g f", "y", {})]
        model = make_model(nodes, {"x": [1, 64, 20, 23]},
                           {"y": [1, 64, 20, 23]}, {"w": w, "v": v})
        self.check(model, {"x": random(1, 64, 20, 23)})
        # a dies in the sum e, f in y, which is the caller's memory.
        self.assertLess(self.arena_bytes, 3.1 * 64 * 20 * 23 * 4)

    def test_value_used_later_is_kept(self):
        nodes = [("MatMul", "x x", "a", {}), ("Softmax", "a", "b", {}),
                 ("MatMul", "b x", "c", {}), ("MatMul", "a c", "y", {}),
                 ("Softmax", "a", "z", {"axis": 0})]
        shape = [40, 40]
        model = make_model(nodes, {"x": shape}, {"y": shape, "z": shape})
        self.check(model, {"x": random(40, 40) / np.float32(8)})

    def test_value_passed_twice(self):
        nodes = [("MatMul", "x x", "a", {}),
                 ("Transpose", "a", "t", {"perm": [1, 0]}),
                 ("Add", "a t", "b", {}), ("MatMul", "b x", "y", {})]
        model = make_model(nodes, {"x": [48, 48]}, {"y": [48, 48]})
        self.check(model, {"x": random(48, 48) / np.float32(8)})

    # --- Bounded dimensions ----------------------------------------------

    def test_bounded_dimensions_are_planned_at_their_bound(self):
        w = random(24, 24) / np.float32(5)
        nodes = [("MatMul", "x w", "a", {}), ("Softmax", "a", "b", {}),
                 ("Transpose", "b", "t", {"perm": [0, 2, 1]}),
                 ("MatMul", "b t", "c", {}), ("MatMul", "c a", "d", {}),
                 ("Add", "d a", "e", {}), ("MatMul", "e w", "y", {})]
        model = make_model(nodes, {"x": ["n", "s", 24]},
                           {"y": ["n", "s", 24]}, {"w": w})
        library = self.compile(model, "--dim=n=1..3", "--dim=s=1..50")
        with open(library.replace(".so", ".h")) as file:
            header = file.read()
        sizes = set()
        for n, s in ((3, 50), (1, 1), (2, 17), (3, 49)):
            self.check(model, {"x": random(n, s, 24)}, library=library)
            sizes.add(self.arena_bytes)
        self.assertEqual(len(sizes), 1)
        self.assertIn(f"_ARENA_BYTES {sizes.pop()}\n", header)

    def test_bounded_and_free_dimensions(self):
        nodes = [("MatMul", "x w", "a", {}), ("Softmax", "a", "b", {}),
                 ("MatMul", "b w", "c", {}), ("Add", "c a", "d", {}),
                 ("MatMul", "d w", "y", {})]
        model = make_model(nodes, {"x": ["n", "s", 24]},
                           {"y": ["n", "s", 24]}, {"w": random(24, 24)})
        library = self.compile(model, "--dim=s=1..50")
        sizes = {}
        for n, s in ((1, 50), (1, 3), (2, 50), (5, 1)):
            self.check(model, {"x": random(n, s, 24)}, library=library)
            sizes.setdefault(n, set()).add(self.arena_bytes)
        self.assertEqual(len(sizes[1]), 1)
        self.assertEqual(2 * sizes[1].pop(), sizes[2].pop())

    # --- Threads ------------------------------------------------------------

    def test_products_and_convolutions_are_parallel(self):
        w = random(300, 300) / np.float32(17)
        model = make_model([("MatMul", "x w", "y", {})], {"x": [500, 300]},
                           {"y": [500, 300]}, {"w": w})
        self.check(model, {"x": random(500, 300)}, parallel=True)
        w = random(64, 32, 3, 3) / np.float32(17)
        model = make_model([("Conv", "x w", "y", {"strides": [2, 2]})],
                           {"x": [1, 32, 80, 80]}, {"y": [1, 64, 39, 39]},
                           {"w": w})
        self.check(model, {"x": random(1, 32, 80, 80)}, parallel=True)

    def test_elementwise_loops_are_parallel(self):
        for shape in ([1_000_003], [1, 1000, 1001], [700, 20, 7, 11]):
            model = make_model(
                [("Sigmoid", "x", "a", {}), ("Mul", "a x", "y", {})],
                {"x": shape}, {"y": shape})
            self.check(model, {"x": random(*shape)}, parallel=True)

    def test_reductions_and_moves_are_parallel(self):
        shape = [900, 1300]
        nodes = [("ReduceMean", "x one", "a", {}),
                 ("ReduceMax", "x zero", "b", {}),
                 ("Transpose", "x", "c", {"perm": [1, 0]}),
                 ("Softmax", "x", "d", {})]
        model = make_model(
            nodes, {"x": shape},
            {"a": [900, 1], "b": [1, 1300], "c": [1300, 900], "d": shape},
            {"one": np.int64([1]), "zero": np.int64([0])})
        self.check(model, {"x": random(*shape)}, parallel=True)

    def measure_code(self, length):
        """The bytes of code of a chain whose sizes data decide."""
        nodes = []
        for i in range(length):
            nodes += [("NonZero", f"x{i}", f"n{i}", {}),
                      ("Squeeze", f"n{i} axis", f"s{i}", {}),
                      ("Gather", f"x{i} s{i}", f"g{i}", {}),
                      ("Sin", f"g{i}", f"x{i + 1}", {})]
        library = self.compile(make_model(
            nodes, {"x0": [100]}, {f"x{length}": [None]},
            {"axis": np.zeros(1, np.int64)}))
        sizes = subprocess.run(["size", library], check=True, text=True,
                               stdout=subprocess.PIPE).stdout
        return int(sizes.splitlines()[1].split()[0])

    def test_code_grows_with_the_buffers_on_the_heap(self):
        """Not with their square: each way out of the entry releases all."""
        few, more, many = map(self.measure_code, (16, 32, 64))
        self.assertLess(many - more, 3 * (more - few))

    def test_free_sizes_decide_at_run_time(self):
        model = make_model(
            [("MatMul", "x x", "a", {}), ("Sigmoid", "a", "y", {})],
            {"x": ["n", "n"]}, {"y": ["n", "n"]})
        library = self.compile(model)
        for n, parallel in ((4, False), (1, False), (600, True)):
            self.check(model, {"x": random(n, n) / np.float32(n)},
                       library=library, parallel=parallel)

    def test_short_loops_run_directly(self):
        model = make_model(
            [("MatMul", "x x", "a", {}), ("Sigmoid", "a", "y", {})],
            {"x": [20, 20]}, {"y": [20, 20]})
        self.check(model, {"x": random(20, 20)}, parallel=False)


if __name__ == "__main__":
    sys.exit(run_unit_tests(MemoryTest, OPTIONS))
