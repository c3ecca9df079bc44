#!/usr/bin/env python3
"""Links compiled models into programs in every way that the README describes.

    run_linking.py

takes the arguments of test/runner_arguments.py. The last line is `N passed, N
failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import glob
import json
import os
import re
import shutil
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import Failure, expect, run, run_cases

INCLUDE = os.path.join(HERE, "..", "..", "runtime-lite", "include")
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror"]
GCC = shutil.which("gcc")
CLANG = shutil.which("clang-22") or shutil.which("clang")
ROWS = "20 26 44 66"  # what `rows` makes of 0 to 7
SCALE = "1 20 300 4 50 600"


def value(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def save(path, nodes, inputs, outputs, weights=(), **more):
    graph = helper.make_graph(nodes, "linked", inputs, outputs, list(weights),
                              **more)
    onnx.save(helper.make_model(
        graph, ir_version=10, opset_imports=[helper.make_opsetid("", 21)]),
        path)


def write_models(folder):
    weight = numpy_helper.from_array(
        np.array([1, 10, 100], np.float32), "w")
    save(os.path.join(folder, "scale.onnx"),
         [helper.make_node("Mul", ["x", "w"], ["y"], "scale")],
         [value("x", [2, 3])], [value("y", [2, 3])], [weight])
    matrix = numpy_helper.from_array(
        np.array([[0, 1], [1, 2], [2, 3], [3, 4]], np.float32), "w")
    bias = numpy_helper.from_array(np.array([6, 6], np.float32), "b")
    save(os.path.join(folder, "rows.onnx"),
         [helper.make_node("MatMul", ["x", "w"], ["m"], "product"),
          helper.make_node("Add", ["m", "b"], ["s"], "sum"),
          helper.make_node("Softmax", ["x"], ["p"], "softmax"),
          helper.make_node("ReduceSum", ["p", "axis"], ["one"], "reduce"),
          helper.make_node("Mul", ["s", "one"], ["y"], "last")],
         [value("x", ["n", 4])], [value("y", ["n", 2])],
         [matrix, bias, numpy_helper.from_array(np.array([1]), "axis")])
    save(os.path.join(folder, "expand.onnx"),
         [helper.make_node("Expand", ["x", "shape"], ["y"], "expand")],
         [value("x", [1]), helper.make_tensor_value_info(
             "shape", TensorProto.INT64, [2])], [value("y", ["a", "b"])])
    save(os.path.join(folder, "awkward.onnx"),
         [helper.make_node("Add", ["int", "a/b:0"], ["first sum"]),
          helper.make_node("Add", ["first sum", "a.b_0"], ["class"])],
         [value("int", ["while"]), value("a/b:0", ["while"]),
          value("a.b_0", ["while"])], [value("class", ["while"])],
         doc_string="Ends */ #error a comment \\ early ??/\n/* // */")


class Linking:
    def __init__(self, options, folder):
        self.build = options.build
        self.bin = options.bin
        self.folder = folder
        self.runtime = os.path.join(self.build, "runtime-lite",
                                    "libonnxc-rt.a")
        # A user's program has no sanitizers, and needs a runtime without.
        if "__asan_init" in run("llvm-nm-22", self.runtime):
            self.runtime = self.build_runtime()

    def build_runtime(self):
        library = os.path.join(self.folder, "libonnxc-rt.a")
        sources = glob.glob(os.path.join(INCLUDE, "..", "lib", "*.c"))
        self.run(GCC, "-std=c11", "-D_GNU_SOURCE", "-O1", "-fPIC", "-c", "-I",
                 INCLUDE, *(source for source in sources
                            if "Freestanding" not in source))
        self.run("llvm-ar-22", "rcs", library,
                 *glob.glob(os.path.join(self.folder, "*.o")))
        return library

    def run(self, *command, **more):
        more.setdefault("cwd", self.folder)
        return run(*command, **more)

    def onnxc(self, model, *flags, **more):
        return self.run(os.path.join(self.bin, "onnxc"),
                        f"{model}.onnx", *flags, **more)

    def link(self, source, *files, compiler=GCC, flags=("-std=c11",)):
        """Builds a program of a C file of this folder and runs nothing."""
        program = source.split(".")[0]
        self.run(compiler, *flags, "-O1", *STRICT, "-I.", "-I", INCLUDE,
                 os.path.join(HERE, source), *files, self.runtime, "-lm",
                 "-pthread", "-o", program)
        return os.path.join(self.folder, program)

    def both(self, *flags):
        for model in "scale", "rows":
            self.onnxc(model, "-o", f"{model}.o", *flags)

    def expect_both(self, *files, **more):
        program = self.link("two_models.c", *files, **more)
        expect("printed", self.run(program).split(),
               f"{SCALE} {ROWS}".split())

    # Each method below is a test.

    def test_two_models_in_one_program(self):
        self.both()
        self.expect_both("scale.o", "rows.o")

    def test_levels_give_the_same_numbers(self):
        for level in "0123":
            self.both(f"-O{level}")
            self.expect_both("scale.o", "rows.o")

    def test_cpu_levels_give_the_same_numbers(self):
        for cpu in "x86-64", "x86-64-v2", "native":
            self.both(f"-mcpu={cpu}")
            self.expect_both("scale.o", "rows.o")

    def test_two_threads_do_not_race(self):
        self.both()
        sources = [os.path.join(INCLUDE, "..", "lib", name) for name in (
            "Check.c", "Cpu.c", "Dtype.c", "Run.c", "Status.c",
            "HostAlloc.c")]
        self.expect_both("scale.o", "rows.o", *sources, compiler=CLANG,
                         flags=("-std=c11", "-g", "-fsanitize=thread"))

    def test_archive(self):
        for model in "scale", "rows":
            self.onnxc(model, "--emit=archive", "-o", f"lib{model}.a",
                       f"--prefix={model}")
            os.replace(os.path.join(self.folder, f"lib{model}.h"),
                       os.path.join(self.folder, f"{model}.h"))
        self.expect_both("librows.a", "libscale.a")

    def test_assembly_and_llvm(self):
        # The weights are not part of the text.
        for kind, suffix in ("asm", "s"), ("llvm", "ll"):
            for model in "scale", "rows":
                self.onnxc(model, "-o", f"{model}.o", "--weights=file")
                self.onnxc(model, f"--emit={kind}", "--weights=file",
                           "-mcpu=x86-64", "-o", f"{model}.{suffix}")
                self.run(CLANG, "-c", "-fPIC", f"{model}.{suffix}", "-o",
                         f"{model}.o")
            program = self.link("weights.c", "rows.o")
            expect(kind, self.run(program, "rows.weights").split()[-4:],
                   ROWS.split())

    def test_weights_beside_the_object(self):
        self.onnxc("rows", "-o", "rows.o", "--weights=file")
        lines = self.run(self.link("weights.c", "rows.o"),
                         "rows.weights").splitlines()
        expect("printed", [line.strip() for line in lines],
               ["the model's weights were not given", "rows.weights", "ok",
                ROWS])

    def test_weights_of_the_application(self):
        self.onnxc("rows", "-o", "rows.o", "--weights=extern")
        lines = self.run(self.link("weights.c", "rows.o"),
                         "rows.weights").splitlines()
        expect("printed", [line.strip() for line in lines],
               ["the model's weights were not given", "-", "ok", ROWS])

    def test_several_models_in_one_library(self):
        self.both()
        self.run(GCC, "-shared", "scale.o", "rows.o", "-lm", "-o", "both.so")
        runner = os.path.join(self.bin, "onnxc-run")
        for model in "scale", "rows":
            printed = self.run(runner, "both.so", "--symbol", model,
                               "--random")
            expect(model, printed.split(":")[0], "y")

    def test_profile_by_node(self):
        self.onnxc("rows", "--emit=shared", "--profile", "-o", "rows.so")
        runner = os.path.join(self.bin, "onnxc-run")
        printed = json.loads(self.run(
            runner, "rows.so", "--random", "--profile", "--repeat=5",
            "--json", "--dim", "n=3"))
        expect("nodes", sorted(name for step in printed["steps"]
                               for name in step["nodes"].split(", ")),
               ["last", "product", "reduce", "softmax", "sum"])
        if not 0 < sum(step["ms"] for step in printed["steps"]) < \
                printed["ms"]:
            raise Failure(f"steps take longer than the run: {printed}")

    def test_sizes_that_data_ask_for(self):
        self.onnxc("expand", "--emit=shared", "-o", "expand.so")
        runner = os.path.join(self.bin, "onnxc-run")
        for shape, said in (([2, 3], ""), ([0, 3], ""),
                            ([-2, 3], "a value is not allowed"),
                            ([1 << 62, 4], "does not fit"),
                            ([1 << 31, 1 << 31], "does not fit"),
                            ([1 << 30, 1 << 30], "out of memory")):
            np.save(os.path.join(self.folder, "shape.npy"),
                    np.array(shape, np.int64))
            arguments = (runner, "expand.so", "--random", "--input",
                         "shape=shape.npy")
            try:
                self.run(*arguments)
                refused = ""
            except Failure as failure:
                refused = str(failure)
            if bool(said) != bool(refused) or said not in refused:
                raise Failure(f"{shape}: {refused or 'ran'}")

    def test_refusals(self):
        self.onnxc("rows", "-o", "rows.o")
        lines = self.run(self.link("refusals.c", "rows.o")).splitlines()
        small = "the arena is too small or misaligned (linked)"
        expect("printed", lines, [
            "good: ok (-)", f"small arena: {small}",
            f"misaligned arena: {small}", f"no arena: {small}",
            "another ABI: the model was compiled for another version of the "
            "runtime (-)",
            "another CPU: this CPU lacks an instruction set the model was "
            "compiled for (-)",
            "another type: an input has the wrong element type (x)",
            "another rank: an input has the wrong rank (x)",
            "another shape: an input's shape does not fit the model (x)",
            "no input: an input has no data (x)",
            "no output: an output's buffer is missing or misdescribed (y)"])

    def test_header_in_every_language(self):
        self.onnxc("awkward", "-o", "awkward.o")
        languages = [(GCC, f"-std={std}") for std in
                     ("c89", "c99", "c11", "c17")]
        languages += [(CLANG, f"-std={std}") for std in
                      ("c89", "c99", "c11", "c2x")]
        for compiler in GCC, CLANG:
            languages += [(compiler, "-xc++", f"-std={std}") for std in
                          ("c++11", "c++14", "c++17", "c++20")]
        for compiler, *flags in languages:
            program = self.link("awkward.c", "-xnone", "awkward.o",
                                compiler=compiler, flags=flags)
            self.run(program)

    def test_profiler(self):
        self.onnxc("rows", "-o", "rows.o", "--profile")
        lines = self.run(self.link("profile.c", "rows.o")).splitlines()
        names = [name for line in lines[::2] for name in line.split(", ")]
        expect("nodes", sorted(names),
               ["last", "product", "reduce", "softmax", "sum"])
        expect("ends", set(lines[1::2]), {"end"})

    def test_debug_lines(self):
        self.onnxc("rows", "-o", "rows.o", "-g")
        program = self.link("profile.c", "rows.o")
        with open(os.path.join(self.folder, "rows.onnx.txt")) as file:
            listing = file.read().splitlines()
        line = [number for number, text in enumerate(listing, 1)
                if text.endswith("// product")][0]
        dump = self.run("llvm-dwarfdump-22", "--debug-line", program)
        table = dump[dump.index("rows.onnx.txt"):]
        if not re.search(rf"^0x\w+ +{line} ", table, re.M):
            raise Failure(f"no address of line {line}, {listing[line - 1]}")

    def test_same_bytes_everywhere(self):
        elsewhere = os.path.join(self.folder, "else where")
        os.makedirs(os.path.join(elsewhere, "tmp"))
        self.onnxc("rows", "-g", "-o", "rows.o")
        self.run(os.path.join(self.bin, "onnxc"), "../rows.onnx",
                 "-g", "-o", "rows.o", "--single-thread", cwd=elsewhere,
                 env=dict(os.environ, TMPDIR=os.path.join(elsewhere, "tmp")))
        for name in "rows.o", "rows.h", "rows.onnx.txt":
            with open(os.path.join(self.folder, name), "rb") as one, \
                    open(os.path.join(elsewhere, name), "rb") as other:
                if one.read() != other.read():
                    raise Failure(f"{name} differs")

    def test_objects_for_other_machines(self):
        for triple, cpu, machine in (
                ("aarch64-linux-gnu", "", 183), ("riscv64-linux-gnu", "", 243),
                ("aarch64-linux-gnu", "neoverse-n1", 183),
                ("armv7-linux-gnueabihf", "", 40),
                ("thumbv7em-none-eabi", "cortex-m7", 40),
                ("powerpc64le-linux-gnu", "", 21),
                ("s390x-linux-gnu", "", 22), ("i686-linux-gnu", "", 3)):
            self.onnxc("rows", f"--target={triple}", "-o", "other.o",
                       *([f"-mcpu={cpu}"] if cpu else []))
            with open(os.path.join(self.folder, "other.o"), "rb") as file:
                head = file.read(64)
            order = "little" if head[5] == 1 else "big"
            expect(triple, int.from_bytes(head[18:20], order), machine)
            if triple.startswith("riscv"):  # floats in registers
                expect(triple, int.from_bytes(head[48:52], order) & 6, 4)
        for triple, magic in (
                ("wasm32-unknown-unknown", b"\0asm"),
                ("aarch64-apple-darwin", b"\xcf\xfa\xed\xfe"),
                ("x86_64-pc-windows-msvc", b"\x64\x86")):
            self.onnxc("rows", f"--target={triple}", "-o", "other.o")
            with open(os.path.join(self.folder, "other.o"), "rb") as file:
                expect(triple, file.read(len(magic)), magic)


def main():
    options = runner_arguments.RunnerArguments(__doc__).parse()

    def case(name):
        def call():
            with runner_arguments.case_folder(options, name) as folder:
                write_models(folder)
                getattr(Linking(options, folder), name)()
        return call
    return run_cases({name: case(name) for name in dir(Linking)
                      if name.startswith("test_")}, options)


if __name__ == "__main__":
    sys.exit(main())
