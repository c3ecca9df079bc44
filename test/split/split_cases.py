"""What is cut where, what the files say, and what is refused.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import hashlib
import json
import os
import subprocess

import network_file
import numpy as np
import onnx.parser
import onnxc
import run_graphs
import runner_arguments
from stages import Chain
from suite_cases import Failure, expect, run

HEAD = '<ir_version: 10, opset_import: ["" : 21]> '
# Four equal layers, of which one output is narrow: the cheapest place of all.
LAYERS = """g (float[batch, 64] x) => (float[batch, 64] y) {
  [a] h0 = MatMul(x, w0) [b] h1 = Relu(h0)
  [c] h2 = MatMul(h1, w1) [d] h3 = Tanh(h2)
  [e] h4 = MatMul(h3, w2) [f] h5 = Relu(h4)
  [g] y = MatMul(h5, w3) }"""
# What goes over each cut: a skip, a size that data decides, a sum of sizes.
SIZES = """g (float[n] x, float[m] z) => (float[k] y, int64[1] count) {
  [abs] p = Abs(x) [find] at = NonZero(x) [turn] t = Transpose <perm = [1, 0]> (at)
  [pick] v = GatherND(p, t) [exp] e = Exp(v) [join] j = Concat <axis = 0> (e, z)
  [scale] s = Mul(j, c) [root] r = Sqrt(s) [double] y = Add(r, r)
  [shape] count = Shape(r) }"""


def write(folder, text, weights=()):
    model = onnx.parser.parse_model(HEAD + text)
    draw = np.random.RandomState(3).normal
    for name, *shape in weights:
        model.graph.initializer.append(onnx.numpy_helper.from_array(
            (draw(size=shape) / 4).astype("f"), name))
    path = os.path.join(folder, "model.onnx")
    onnx.save(model, path)
    return path


def write_layers(folder):
    return write(folder, LAYERS, [("w0", 64, 64), ("w1", 64, 8), ("w2", 8, 64),
                                  ("w3", 64, 64)])


def split(options, path, stages, *flags):
    """The manifest's path."""
    stem = os.path.splitext(path)[0]
    run(options.onnxc, path, f"--split={stages}", "--emit=shared", "-o",
        stem + ".so", *flags)
    return stem + ".stages.json"


def read(path):
    with open(path) as file:
        return json.load(file)


def compare(what, got, wanted, exact=False):
    for name, value in wanted.items():
        other = got[name]
        if isinstance(value, (list, type(None))):
            if not isinstance(value, list):
                expect(f"{what}: {name}", other, value)
                continue
            expect(f"{what}: length of {name}", len(other), len(value))
            compare(what, dict(enumerate(other)), dict(enumerate(value)), exact)
            continue
        if isinstance(value, dict):
            expect(f"{what}: {name}", other, value)
            continue
        expect(f"{what}: {name}", (other.dtype, other.shape),
               (value.dtype, value.shape))
        if value.dtype.kind not in "fcV" and value.dtype.name != "bfloat16":
            same = np.array_equal(other, value)
        elif exact:
            same = other.tobytes() == value.tobytes()
        else:
            a, b = other.astype("D"), value.astype("D")
            scale = np.abs(b[np.isfinite(b)]).max(initial=0)
            limit = 2e-3 if value.dtype.itemsize < 4 else 1e-5
            same = np.allclose(a, b, rtol=0, atol=limit * max(scale, 1e-30),
                               equal_nan=True)
        if not same:
            raise Failure(f"{what}: {name} is {other}, of the whole model {value}")


def check_chains(options, path, numbers, feeds, *flags, exact=False,
                 needs_all=True):
    """Compares chains of so many stages with the whole model, and gives the
    last. Not all models have as many operators."""
    whole = onnxc.compile(path, threads=1, options=flags)
    wanted = [whole.run(feed) for feed in feeds]
    chain = None
    for stages in numbers:
        try:
            manifest = split(options, path, stages, *flags)
        except Failure as failure:
            if needs_all or f"cut into {stages} stages" not in str(failure):
                raise
            continue
        chain = Chain(manifest, threads=1)
        expect("stages", len(chain.models), stages)
        for feed, whole_outputs in zip(feeds, wanted):
            compare(f"{stages} stages", chain.run(feed), whole_outputs, exact)
    return chain


# --- Where it is cut --------------------------------------------------------

def case_the_cheapest_place(options):
    """Between equal halves there are several; eight floats are fewer than 64."""
    with runner_arguments.case_folder(options, "cheapest") as folder:
        x = np.random.RandomState(0).normal(size=(5, 64)).astype("f")
        chain = check_chains(options, write_layers(folder), [2], [{"x": x}],
                            exact=True)
        first, second = chain.manifest.stages
        expect("the cut", [tensor["name"] for tensor in second["inputs"]], ["d"])
        expect("its shape", second["inputs"][0]["shape"], ["batch", 8])
        expect("from", second["inputs"][0]["stage"], 0)
        expect("the input", first["inputs"][0], {
            "name": "x", "type": "float", "shape": ["batch", 64], "stage": None})
        expect("MACs", [first["macs"], second["macs"]],
               ["batch * 4608", "batch * 4608"])


def case_as_many_stages_as_operators(options):
    with runner_arguments.case_folder(options, "many") as folder:
        x = np.random.RandomState(0).normal(size=(3, 64)).astype("f")
        check_chains(options, write_layers(folder), [7], [{"x": x}])


def case_sizes_of_all_kinds(options):
    with runner_arguments.case_folder(options, "sizes") as folder:
        path = write(folder, SIZES, [("c", 1)])
        feeds = [{"x": np.array(x, "f"), "z": np.arange(n, dtype="f")}
                 for x, n in (([1, 0, -2, 0, 3], 4), ([0, 0], 1), ([5], 0))]
        check_chains(options, path, (1, 2, 3, 7), feeds, exact=True)


def case_the_same_each_time(options):
    with runner_arguments.case_folder(options, "same") as folder:
        path = write_layers(folder)

        def digest():
            manifest = split(options, path, 3)
            files = [manifest] + [os.path.join(folder, stage["file"])
                                  for stage in read(manifest)["stages"]]
            return [hashlib.sha256(open(file, "rb").read()).hexdigest()
                    for file in files]
        expect("the bytes", digest(), digest())


def case_weights_in_files(options):
    """Each stage has its own, and they are all of the model's."""
    with runner_arguments.case_folder(options, "weights") as folder:
        x = np.random.RandomState(0).normal(size=(2, 64)).astype("f")
        chain = check_chains(options, write_layers(folder), [2], [{"x": x}],
                            "--weights=file")
        sizes = [os.path.getsize(os.path.join(folder, stage["weights"]))
                 for stage in chain.manifest.stages]
        expect("the sizes", sizes, [stage["weights_bytes"]
                                    for stage in chain.manifest.stages])


def case_in_c(options):
    """Objects and headers of two stages in one program."""
    with runner_arguments.case_folder(options, "c") as folder:
        path = write_layers(folder)
        run(options.onnxc, path, "--split=2", "--dim", "batch=1", "-o",
            os.path.join(folder, "m.o"))
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                              "two_stages.c")
        runtime = os.path.join(runner_arguments.ROOT, "runtime-lite", "include")
        program = os.path.join(folder, "app")
        run("cc", "-Wall", "-Wextra", "-Werror", "-I", folder, "-I", runtime,
            source, os.path.join(folder, "m.stage0.o"),
            os.path.join(folder, "m.stage1.o"),
            os.path.join(options.build, "runtime-lite", "libonnxc-rt.a"),
            "-lm", "-pthread", "-o", program)
        got = np.array(run(program).split(), "f")
        x = np.arange(64, dtype="f") / 64 - 0.5
        whole = onnxc.compile(path, dims={"batch": 1}, threads=1)
        np.testing.assert_allclose(got, whole(x[None])[0], rtol=1e-6, atol=1e-6)


# --- What is refused --------------------------------------------------------

def refuse(options, folder, path, *flags, says):
    before = sorted(os.listdir(folder))
    done = subprocess.run([options.onnxc, path, *flags], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    expect(f"the status of {flags}", done.returncode, 1)
    errors = [line for line in done.stdout.splitlines() if "error:" in line]
    expect(f"the number of errors ({done.stdout})", len(errors), 1)
    if says not in errors[0]:
        raise Failure(f"{errors[0]!r} says nothing of {says!r}")
    expect("the files", sorted(os.listdir(folder)), before)


def case_what_is_refused(options):
    with runner_arguments.case_folder(options, "refused") as folder:
        path = write_layers(folder)
        output = f"-o={folder}/m.o"
        for number in ("0", "-1", "two", "1.5"):
            refuse(options, folder, path, f"--split={number}", output,
                   says="--split wants a number of stages from 1 on")
        refuse(options, folder, path, "--split=8", output,
               says="cannot be cut into 8 stages: there are 6 places")
        refuse(options, folder, path, "--split=4000000000", output,
               says="cannot be cut into 4000000000 stages")
        refuse(options, folder, path, "--split=2", "-o=-",
               says="-o has to name a regular one")
        refuse(options, folder, path, "--split=2", "--emit=mlir", output,
               says="--split is about code")
        refuse(options, folder, path, "--split=2", f"--report={folder}/r.json",
               output, says="do not go with --split")
        refuse(options, folder, path, "--split=2", "-MF", "m.d", output,
               says="-MF names one file")
        refuse(options, folder, path, "--split=2", "--max-arena=1",
               "--dim=batch=1", output, says="--max-arena allows 1")
        refuse(options, folder, f"{folder}/none.onnx", "--split=2", output,
               says="none.onnx")


def case_in_python(options):
    """A Model is one object."""
    with runner_arguments.case_folder(options, "python") as folder:
        try:
            onnxc.compile(write_layers(folder), options=["--split=2"])
        except ValueError as error:
            if "--split makes several objects" not in str(error):
                raise
        else:
            raise Failure("no ValueError")


def case_a_sequence_is_not_cut(options):
    """A value that is no tensor stays within a stage."""
    text = """g (float[4] x) => (float[4] y) {
      [a] p = Neg(x) [b] s = SequenceConstruct(x, p) [c] q = Abs(x)
      i = Constant <value_int = 1> () [d] t = SequenceAt(s, i)
      [e] y = Add(t, q) }"""
    with runner_arguments.case_folder(options, "sequence") as folder:
        path = write(folder, text)
        x = np.array([1, -2, 3, -4], "f")
        check_chains(options, path, [2], [{"x": x}], exact=True)


# --- Models of other suites -------------------------------------------------

def check_network(options, name, numbers):
    with runner_arguments.case_folder(options, name) as folder:
        model, sizes = network_file.read(name)
        path = os.path.join(folder, "model.onnx")
        onnx.save(model, path)
        feeds = [network_file.make_inputs(name, model, described)
                 for described in sizes]
        check_chains(options, path, numbers, feeds, needs_all=False)


def check_graph(options, case):
    model = run_graphs.parse_model(case)
    with runner_arguments.case_folder(options, case.name) as folder:
        path = os.path.join(folder, "model.onnx")
        onnx.save(model, path)
        flags = [*case.flags, *(f"--value={name}={run_graphs.print_value(value)}"
                                for name, value in case.values.items())]
        random = np.random.RandomState(0)
        feeds = [{name: np.array(value, order="C")
                  if isinstance(value, np.ndarray) else value
                  for name, value in run_graphs.make_inputs(
            model, {**case.values, **given}, random).items()
            if name not in case.values} for given in case.inputs]
        check_chains(options, path, [2], feeds, *flags, needs_all=False)


def list_graphs(options):
    return {f"graph {case.name}": functools.partial(check_graph, options, case)
            for case in run_graphs.find_cases() if not case.refused}
