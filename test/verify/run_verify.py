#!/usr/bin/env python3
"""Plants faults in kernels and has `onnxc verify` find them.

    run_verify.py [--exported]

and the arguments of test/runner_arguments.py. Each model of planted.py is
verified as it is, which has to find nothing, and with one kernel wrong
(--plant-fault), which has to be found at the node. The others show what verify
compares with, and what it says of bad input. With --exported all networks of
test/exported are verified as they are.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import json
import os
import re
import subprocess
import sys

import numpy as np
import onnx
import onnx.parser
from onnx import numpy_helper

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import runner_arguments
from suite_cases import Failure, expect, run, run_cases

import planted
from refused import REFUSED

SMALL = """<ir_version: 10, opset_import: ["" : 21]>
agraph (float[n, 8] x) => (float[n, 8] y, float[n] z) {
  a = Exp (x)
  one = Constant <value: tensor = float {1.0}> ()
  b = Add (a, one)
  c = Softmax <axis: int = -1> (b)
  y = Mul (c, x)
  axis = Constant <value: tensor = int64[1] {1}> ()
  z = ReduceSum <keepdims: int = 0> (y, axis)
}"""


def small(folder, text=SMALL, name="small.onnx"):
    path = os.path.join(folder, name)
    onnx.save(onnx.parser.parse_model(text), path)
    return path


def verify(options, folder, *arguments, status=0, environment=None):
    """What is printed, and the report as JSON."""
    report = os.path.join(folder, "report.json")
    done = subprocess.run(
        [options.onnxc, "verify", *arguments, "--json", report], text=True,
        cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "ONNXC_PYTHON": sys.executable,
             **(environment or {})})
    if done.returncode != status:
        raise Failure(f"status {done.returncode} instead of {status}:\n"
                      f"{done.stdout}")
    if status == 2:
        return done.stdout, None
    with open(report) as file:
        return done.stdout, json.load(file)


def find_nothing(case, options):
    with runner_arguments.case_folder(options, case.model) as folder:
        path, inputs = planted.write(case, options, folder)
        text, report = verify(options, folder, path, "--inputs", inputs,
                              *case.flags)
        expect("the first node", report["first"], None)
        differing = [value["node"] for value in report["values"]
                     if value["state"] == "DIFFERS"]
        expect("nodes that differ", differing, [])
        seen = sum(value["state"] == "ok" for value in report["values"])
        if seen < 2:
            raise Failure(f"{seen} values were seen:\n{text}")


def find_fault(case, options):
    name = case.model + "-planted"
    with runner_arguments.case_folder(options, name) as folder:
        path, inputs = planted.write(case, options, folder)
        text, report = verify(options, folder, path, "--inputs", inputs,
                              "--plant-fault", case.node, *case.flags,
                              status=1)
        first = report["first"]
        if not first:
            raise Failure(f"no node is said:\n{text}")
        found = [first["node"], *first["nodes"], *first["kernel"].split(", ")]
        if case.node not in found:
            raise Failure(f"{first['node']} is blamed:\n{text}")
        expect("inside", " / ".join(first["inside"]), case.inside)
        expect("wrong by itself", first["alone"], True)
        saved = os.path.join(folder, first["saved"])
        operands, ours, theirs = (
            dict(np.load(os.path.join(saved, kind + ".npz")))
            for kind in ("operands", "ours", "reference"))
        if any(np.array_equal(ours[name], theirs[name]) for name in theirs):
            raise Failure("ours and the reference's are saved as equal")
        again, _ = verify(options, folder, os.path.join(saved, "node.onnx"),
                          "--plant-fault", case.node, "--save", "again",
                          *given(folder, operands), status=1)
        if "DIFFERS" not in again:
            raise Failure(f"the saved model shows nothing:\n{again}")


def given(folder, operands):
    if not operands:
        return []
    path = os.path.join(folder, "given.npz")
    np.savez(path, **operands)
    return ["--inputs", path]


def code_of(options, folder, path, *flags):
    """Kernels' code by name, and the arena's size."""
    target = os.path.join(folder, "m.o")
    run(options.onnxc, path, "-o", target, "--prefix=m", *flags)
    text = os.path.join(folder, "text")
    run("llvm-objcopy-22", f"--dump-section=.text={text}", target)
    with open(text, "rb") as file:
        code = file.read()
    symbols = re.findall(
        r"([0-9a-f]{16})\s+(\d+)\s+FUNC\s.*\s(\S+)$",
        run("llvm-readelf-22", "-sW", target), re.M)
    with open(os.path.join(folder, "m.h")) as file:
        arena = re.search(r"M_ARENA_BYTES (\d+)", file.read())[1]
    return {name: code[int(start, 16):int(start, 16) + int(size)]
            for start, size, name in symbols}, arena


def change_the_entry_alone(options):
    """Kernels and arena are those of the object that ships, to the byte."""
    case = next(case for case in planted.PLANTED
                if case.model == "tiny_resnet8")
    with runner_arguments.case_folder(options, "code") as folder:
        path, _ = planted.write(case, options, folder)
        plain, arena = code_of(options, folder, path)
        observed, same = code_of(options, folder, path, "--observe")
    expect("arena", same, arena)
    expect("functions", sorted(observed), sorted(plain))
    kernels = [name for name in plain if "kernel" in name]
    if len(kernels) < 5:
        raise Failure(f"there are {len(kernels)} kernels")
    expect("what differs", [name for name in plain
                            if plain[name] != observed[name]], ["m_entry"])


def inputs_of(folder, size=5):
    x = np.random.RandomState(0).standard_normal((size, 8)).astype(np.float32)
    path = os.path.join(folder, "x.npz")
    np.savez(path, x=x)
    return path, x


def right(x):
    b = np.exp(x) + 1
    e = np.exp(b - b.max(-1, keepdims=True))
    y = (e / e.sum(-1, keepdims=True) * x).astype(np.float32)
    return {"y": y, "z": y.sum(1)}


def compare_with_each(options):
    """onnxruntime, onnx's evaluator, another model, arrays."""
    with runner_arguments.case_folder(options, "against") as folder:
        path = small(folder)
        x, array = inputs_of(folder)
        outputs = os.path.join(folder, "outputs.npz")
        np.savez(outputs, **right(array))
        other = small(folder, SMALL.replace("Exp (x)", "Neg (x)"),
                      "other.onnx")
        for against in ("onnxruntime", "reference", path, outputs):
            text, report = verify(options, folder, path, "--inputs", x,
                                  "--against", against)
            expect(against, {name: value["agrees"] for name, value
                             in report["outputs"].items()},
                   {"y": True, "z": True})
        for against in ("onnxruntime", "reference", outputs):
            _, report = verify(options, folder, path, "--inputs", x,
                               "--against", against, "--plant-fault",
                               "Softmax_c", status=1)
            if "Softmax_c" not in [report["first"]["node"],
                                   *report["first"]["nodes"]]:
                raise Failure(f"{against}: {report['first']}")
        text, _ = verify(options, folder, path, "--inputs", x, "--against",
                         other, status=1)
        if "Exp_a" not in text:
            raise Failure(text)


def run_a_test_directory(options):
    with runner_arguments.case_folder(options, "test-dir") as folder:
        path = small(folder)
        _, x = inputs_of(folder, 3)
        data = os.path.join(folder, "test", "test_data_set_0")
        os.makedirs(data)
        for kind, arrays in (("input", {"x": x}), ("output", right(x))):
            for i, (name, array) in enumerate(arrays.items()):
                with open(os.path.join(data, f"{kind}_{i}.pb"), "wb") as file:
                    file.write(numpy_helper.from_array(
                        array, name).SerializeToString())
        folder_of_test = os.path.join(folder, "test")
        text, _ = verify(options, folder, path, "--test-dir", folder_of_test)
        if "beside the test's outputs" not in text:
            raise Failure(text)
        verify(options, folder, path, "--test-dir", folder_of_test,
               "--plant-fault", "Add_b", status=1)


def make_inputs_up(options):
    """Free, bound and bounded dimensions; other machines and threads."""
    with runner_arguments.case_folder(options, "random") as folder:
        path = small(folder)
        for flags in ([], ["--size", "n=7"], ["--size", "n=0"],
                      ["--dim", "n=3"], ["--dim=n=1..6"],
                      ["-mcpu=x86-64", "-O1"], ["--threads=2"],
                      ["--shape", "x=4x8", "--range", "x=-2..2"]):
            verify(options, folder, path, *flags)


def show_a_page(options):
    with runner_arguments.case_folder(options, "page") as folder:
        page = os.path.join(folder, "page.html")
        text, _ = verify(options, folder, small(folder), "--html", page,
                         "--per-node", "--plant-fault", "Softmax_c", status=1)
        with open(page) as file:
            written = file.read()
        for word in ("Softmax_c", "DIFFERS", "first node that diverges"):
            if word not in written or word not in text:
                raise Failure(f"nothing says '{word}':\n{text}")
        if re.search(r"(src|href)=|https?:", written):
            raise Failure("the page needs something beside it")


def call_from_python(options):
    """onnxc.verify with a function that is right, and one that is not."""
    with runner_arguments.case_folder(options, "python") as folder:
        path = small(folder)
        text = os.path.join(folder, "calls.py")
        with open(text, "w") as file:
            file.write(f"""
import numpy as np, onnx, sys
sys.path.insert(0, {os.path.join(runner_arguments.ROOT, "test", "verify")!r})
import onnxc.verify
from run_verify import right
x = np.random.RandomState(0).standard_normal((5, 8)).astype(np.float32)
flags = ["--onnxc", {options.onnxc!r}]
found = onnxc.verify({path!r}, lambda x: list(right(x).values()), {{"x": x}},
                     flags)
assert found and found.node is None, found
found = onnxc.verify(onnx.load({path!r}), right, {{"x": x}},
                     [*flags, "--plant-fault=Softmax_c"])
assert not found and found.node == "Softmax_c", found
assert "DIFFERS" in str(found) and "beside right" in str(found), found
assert onnxc.verify({path!r}, flags=flags)
""")
        run(sys.executable, text, cwd=folder, env={
            **os.environ, "PYTHONPATH": os.path.join(
                runner_arguments.ROOT, "runtime-lite", "python")})


FUNCTION = """<ir_version: 10, opset_import: ["" : 21, "own" : 1]>
agraph (float[n, 8] x) => (float[n, 8] y, bool[n, 8] "a/b", int64[n] a_b) {
  a = own.twice (x)
  b = own.twice (a)
  y = Softmax (b)
  "a/b" = Less (y, x)
  a_b = ArgMax <axis: int = 1, keepdims: int = 0> (b)
}
<opset_import: ["" : 21], domain: "own">
twice (x) => (y) { e = Tanh (x)
 y = Add (e, e) }"""

STRINGS = """<ir_version: 10, opset_import: ["" : 21]>
agraph (string[n] x) => (string[n] y, string[n] z) {
  y = Identity (x)
  z = StringConcat (x, x)
}"""


def take_other_forms(options):
    """Functions, external data, strings, weights in a file."""
    with runner_arguments.case_folder(options, "forms") as folder:
        path = small(folder, FUNCTION, "function.onnx")
        text, report = verify(options, folder, path)
        if "functions are inlined" not in text:
            raise Failure(text)
        verify(options, folder, path, "--plant-fault", "Softmax_y", status=1)
        verify(options, folder, small(folder, STRINGS, "strings.onnx"))
        case = planted.PLANTED[0]
        source, inputs = planted.write(case, options, folder)
        path = os.path.join(folder, "external.onnx")
        onnx.save(onnx.load(source), path, save_as_external_data=True,
                  location="external.data")
        for flags in (["--weights=file"], ["-O0"]):
            verify(options, folder, path, "--inputs", inputs, *flags)
        _, report = verify(options, folder, path, "--inputs", inputs,
                           "--plant-fault", case.node, status=1)
        expect("the node", report["first"]["node"], case.node)


def tell_of_a_crash(options):
    """The last kernel that ended is said; other programs stand in."""
    with runner_arguments.case_folder(options, "crash") as folder:
        programs = {
            "onnxc": f'exec "{options.onnxc}" "$@"',
            "onnxc-run": "while [ $# -gt 1 ]; do [ $1 = --observe ] && "
                         "out=$2; shift; done\nmkdir -p $out\n"
                         "echo '{\"nodes\": \"Exp_a, Add_b\"}' "
                         "> $out/values.jsonl\nkill -SEGV $$"}
        for name, lines in programs.items():
            file = os.path.join(folder, name)
            with open(file, "w") as script:
                script.write(f"#!/bin/sh\n{lines}\n")
            os.chmod(file, 0o755)
        done = subprocess.run(
            [options.onnxc, "verify", small(folder), "--onnxc",
             os.path.join(folder, "onnxc")], text=True, cwd=folder,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    expect("status", done.returncode, 1)
    if "(SIGSEGV) behind the kernel of Exp_a, Add_b" not in done.stdout:
        raise Failure(done.stdout)


OVERFLOW = """<ir_version: 10, opset_import: ["" : 21]>
agraph (float16[4] x) => (float16[4] y) {
  a = Mul (x, x)
  b = Sqrt (a)
  y = Sub (b, x)
}"""


def explain_an_overflow(options):
    """The model's own numerics are told from a fault: x * x is beyond float16,
    where the reference rounds and a kernel does not."""
    with runner_arguments.case_folder(options, "overflow") as folder:
        path = small(folder, OVERFLOW, "half.onnx")
        x = os.path.join(folder, "x.npz")
        np.savez(x, x=np.array([1000, 2, 3, 500], np.float16))
        text, _ = verify(options, folder, path, "--inputs", x, status=1)
        if "float16 ends at 65504" not in text:
            raise Failure(text)


def refuse(name, options):
    case = REFUSED[name]
    with runner_arguments.case_folder(options, name) as folder:
        model = small(folder)
        arguments = case.arguments(folder, model)
        text, _ = verify(options, folder, *arguments, status=case.status,
                         environment=case.environment(folder))
        lines = text.strip().splitlines()
        if not lines or case.says not in text or "Traceback" in text:
            raise Failure(f"'{case.says}' is not said:\n{text}")
        if not any("onnxc verify: error:" in line for line in lines):
            raise Failure(f"no error is said:\n{text}")


def verify_network(name, options):
    network = planted.Planted(name, "", "", network=True)
    with runner_arguments.case_folder(options, name) as folder:
        path, inputs = planted.write(network, options, folder)
        verify(options, folder, path, "--inputs", inputs)


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--exported", action="store_true",
                        help="verify all networks of test/exported")
    options = parser.parse()
    # Beside onnxc-run, which it calls.
    options.onnxc = os.path.join(options.bin, "onnxc")
    if options.exported:
        return run_cases(
            {name: functools.partial(verify_network, name, options)
             for name in planted.network_file.names()}, options)
    cases = {}
    # A fault is found where it is only if all before it is right.
    for case in planted.PLANTED[:3]:
        cases[case.model] = functools.partial(find_nothing, case, options)
    for case in planted.PLANTED:
        cases[case.model + "-planted"] = functools.partial(find_fault, case,
                                                           options)
    for case in (change_the_entry_alone, compare_with_each,
                 run_a_test_directory, make_inputs_up, show_a_page,
                 call_from_python, take_other_forms, tell_of_a_crash, explain_an_overflow):
        cases[case.__name__] = functools.partial(case, options)
    for name in REFUSED:
        cases["refused-" + name] = functools.partial(refuse, name, options)
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())
