#!/usr/bin/env python3
"""The backend of examples/triton in the stand-in host, both under sanitizers.

    run_host.py

and the arguments of test/runner_arguments.py. The last line is `N passed, N
failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
EXAMPLE = os.path.join(os.path.dirname(TESTS), "examples", "triton")
sys.path[:0] = [TESTS, os.path.join(TESTS, "server")]
import runner_arguments
from suite_cases import Failure, expect, run, run_cases

SANITIZE = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
FP32, FP64, BYTES = 11, 12, 13


class Host:
    """The programs, and how a model is asked."""

    def __init__(self, options, folder):
        self.folder = folder
        self.runtime = os.path.join(options.build, "runtime-lite",
                                    "libonnxc-rt.a")
        self.compile("backend.so", "backend.c", "execute.c", "-fPIC", "-shared",
                     "-fvisibility=hidden", self.runtime)
        self.compile("host", "host.c", "-rdynamic")

    def compile(self, output, *arguments):
        run("cc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", *SANITIZE,
            "-I", os.path.join(runner_arguments.ROOT, "runtime-lite", "include"),
            *(os.path.join(EXAMPLE, each) if each.endswith(".c") else each
              for each in arguments),
            "-ldl", "-pthread", "-o", os.path.join(self.folder, output))

    def add(self, name, **options):
        """A model's folder."""
        import server_case
        model = tempfile.mkdtemp(prefix=name, dir=self.folder)
        os.mkdir(os.path.join(model, "1"))
        server_case.compiled(name, **options).save(
            os.path.join(model, "1", "model.so"))
        return model

    def ask(self, model, batches, status=0, version="1", config=(), **more):
        """What the host prints, and the folder with its files. A batch is a list
        of requests: inputs (name, type, array or bytes, shape), and outputs."""
        work = tempfile.mkdtemp(dir=self.folder)
        lines = []
        for batch in batches:
            for inputs, wanted in batch:
                lines.append("request")
                for name, kind, data, shape in inputs:
                    file = os.path.join(work, f"in{len(lines)}")
                    with open(file, "wb") as to:
                        to.write(data if isinstance(data, bytes)
                                 else data.tobytes())
                    lines.append(f"input {name} {kind} {file} "
                                 + " ".join(map(str, shape)))
                lines += [f"want {name}" for name in wanted]
            lines.append("execute")
        done = subprocess.run(
            [os.path.join(self.folder, "host"),
             os.path.join(self.folder, "backend.so"), model, version, *config],
            cwd=work, text=True, input="\n".join(lines) + "\n" * bool(lines),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, **more))
        if done.returncode != status:
            raise Failure(f"status {done.returncode}: {done.stdout}\n"
                          f"{done.stderr[-3000:]}")
        return done.stdout.splitlines(), work


def read(lines, work, number):
    """The outputs of a request."""
    import numpy as np
    outputs = {}
    for line in lines:
        of, what, *rest = line.split(" ")
        if of != str(number) or what != "output":
            continue
        name, kind, *shape = rest
        with open(os.path.join(work, f"{number}.{name}"), "rb") as file:
            data = file.read()
        if int(kind) == BYTES:
            outputs[name] = data
        else:
            expect("the type", int(kind), FP32)
            outputs[name] = np.frombuffer(data, "f").reshape(
                list(map(int, shape)))
    return outputs


def encode(*texts):
    return b"".join(struct.pack("<I", len(text)) + text.encode()
                    for text in texts)


def rows(x, kind=FP32, name="x", wanted=("y",)):
    return [(name, kind, x, x.shape)], wanted


def draw(seed, count):
    import numpy as np
    return np.random.RandomState(seed).normal(size=(count, 16)).astype("f")


def expect_line(lines, *needles):
    if not any(all(needle in line for needle in needles) for line in lines):
        raise Failure(f"no line has {needles}: {lines}")


def batches(host):
    import server_case
    model = server_case.compiled("rows")
    given = [draw(i, 1 + i) for i in range(4)]
    lines, work = host.ask(host.add("rows"), [[rows(x) for x in given[:3]],
                                              [rows(given[3])]])
    expect("runs", [line for line in lines if line.startswith("run")],
           ["run of 6 rows", "run of 4 rows"])
    for number, x in enumerate(given):
        server_case.check_close(read(lines, work, number), {"y": model(x)})
    expect("the configuration", lines[0],
           'config {"name":"m","max_batch_size":64,"input":[{"name":"x",'
           '"data_type":"TYPE_FP32","dims":[16]}],"output":[{"name":"y",'
           '"data_type":"TYPE_FP32","dims":[4]}]}')


def other_rows_apart(host):
    """And no output but those that are asked for."""
    import server_case
    model = server_case.compiled("network")
    given = [server_case.draw(i, 1, n) for i, n in enumerate((3, 5, 3))]
    lines, work = host.ask(host.add("network"), [
        [rows(x, wanted=("s", "y") if i else ("y",))
         for i, x in enumerate(given)]])
    for number, x in enumerate(given):
        wanted = model.run({"x": x})
        got = read(lines, work, number)
        expect("outputs", sorted(got), ["s", "y"] if number else ["y"])
        server_case.check_close(got, {name: wanted[name] for name in got})


def the_bound_of_the_model(host):
    lines, _ = host.ask(host.add("rows", options=("--dim=batch=1..3",)),
                        [[rows(draw(i, 2)) for i in range(2)], [rows(draw(0, 4))]])
    expect("runs", [line for line in lines if line.startswith("run")][:2],
           ["run of 2 rows", "run of 2 rows"])
    expect_line(lines, "2 error 3", "it is [4, 16], the model takes [batch, 16]")
    expect_line(lines[:1], '"max_batch_size":3')


def strings(host):
    """One bad request among good ones."""
    texts = [("1", "-2.5"), ("0x10", "2"), ("", "1"), ("7", "1e3")]
    lines, work = host.ask(host.add("numbers"), [[
        ([("t", BYTES, encode(*row), (1, 2))], ("v", "same")) for row in texts]])
    for number in (0, 3):
        got = read(lines, work, number)
        expect("v", got["v"].tolist(), [[float(x) for x in texts[number]]])
        expect("same", got["same"], encode(*texts[number]))
    for number in (1, 2):
        expect_line(lines, f"{number} error 3", "Cast")


def a_model_without_batch(host):
    import numpy as np
    x = np.ones((2, 3), "f")
    lines, work = host.ask(host.add("whole"), [
        [rows(x, name="a", wanted=("b",))] * 2])
    for number in range(2):
        np.testing.assert_allclose(read(lines, work, number)["b"], np.exp(x))
    expect_line(lines[:1], '"max_batch_size":0', '"dims":[2,3]')


def what_is_refused(host):
    x = draw(0, 2)
    short = [("x", FP32, x.tobytes()[:-4], x.shape)], ("y",)
    lacking = [("z", FP32, x, x.shape)], ("y",)
    huge = [("x", FP32, b"", (1 << 40, 1 << 40))], ("y",)
    lines, work = host.ask(host.add("rows"), [[
        rows(x.astype("d"), FP64), rows(x[:, :7].copy()), short, lacking, huge,
        rows(x.ravel()), rows(x)]])
    for number, says in enumerate((
            ["another type than the model's, TYPE_FP32"],
            ["input 'x'", "it is [2, 7], the model takes [batch, 16]"],
            ["124 bytes for 32 elements"], ["lacks an input"], ["too large"],
            ["it is [32], the model takes [batch, 16]"])):
        expect_line(lines, f"{number} error 3 ", *says)
    expect("the good one", list(read(lines, work, 6)), ["y"])
    cut = [("t", BYTES, encode("1", "2")[:-1], (1, 2))], ("v",)
    more = [("t", BYTES, encode("1", "2", "3"), (1, 2))], ("v",)
    lines, _ = host.ask(host.add("numbers"), [[cut, more]])
    expect_line(lines, "0 error 3", "fewer than 2 strings")
    expect_line(lines, "1 error 3", "more than 2 strings")


def models_that_cannot_be_loaded(host):
    model = host.add("rows")
    lines, _ = host.ask(model, [], status=1, version="2")
    expect_line(lines, "error 2", "2/model.so")
    path = os.path.join(model, "1", "model.so")
    run("cc", "-shared", "-x", "c", "/dev/null", "-o", path)
    lines, _ = host.ask(model, [], status=1)
    expect_line(lines, "error 3", "is no model of onnxc's")
    with open(path, "w"):
        pass
    lines, _ = host.ask(model, [], status=1)
    expect_line(lines, "error 2", "file too short")
    lines, _ = host.ask(model, [], status=1, HOST_API_MAJOR="2")
    expect_line(lines, "error 5", "version 2.0")


def weights_in_a_file(host):
    import server_case
    model = host.add("rows", options=("--weights=file",))
    lines, work = host.ask(model, [[rows(draw(5, 2))]])
    server_case.check_close(read(lines, work, 0),
                            {"y": server_case.compiled("rows")(draw(5, 2))})
    folder = os.path.join(model, "1")
    for name in os.listdir(folder):
        if name != "model.so":
            os.remove(os.path.join(folder, name))
    lines, _ = host.ask(model, [], status=1)
    expect_line(lines, "error 2", "is not there, or has not 256 bytes")


def a_configuration_that_is_given(host):
    path = os.path.join(host.folder, "config.json")
    text = '{"name":"m","input":[{"name":"x"}],"output":[{"name":"y"}]}'
    with open(path, "w") as file:
        file.write(text)
    lines, _ = host.ask(host.add("rows"), [], config=[path])
    expect("it stays", lines[0], "config " + text)


CASES = (batches, other_rows_apart, the_bound_of_the_model, strings,
         a_model_without_batch, what_is_refused, models_that_cannot_be_loaded,
         weights_in_a_file, a_configuration_that_is_given)


def main():
    options = runner_arguments.RunnerArguments(__doc__).parse()
    sys.path.insert(0, os.path.join(options.build, "python"))
    with tempfile.TemporaryDirectory(prefix="onnxc-") as folder:
        host = Host(options, folder)
        return run_cases({case.__name__.replace("_", " "):
                          functools.partial(case, host) for case in CASES},
                         options)


if __name__ == "__main__":
    sys.exit(main())
