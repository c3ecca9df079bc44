#!/usr/bin/env python3
"""Others that speak the Open Inference Protocol: tritonclient asks
examples/server, and MLServer runs a model by examples/server/mlserver_runtime.py.

    run_peers.py

and the arguments of test/runner_arguments.py. Each is installed from PyPI into a
virtual environment in the build tree. The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import Failure, check, expect, run, run_cases

PACKAGES = {
    "tritonclient": ["tritonclient[http,grpc]==2.73.0"],
    "mlserver": ["mlserver==1.7.1", "httpx==0.28.1"],
}


def environment(options, name):
    """The Python of a virtual environment that has the packages."""
    folder = os.path.join(options.build, "server-peers", name)
    python = os.path.join(folder, "bin", "python3")
    stamp = os.path.join(folder, "installed")
    wanted = "\n".join(PACKAGES[name])
    if not os.path.exists(stamp) or open(stamp).read() != wanted:
        run(sys.executable, "-m", "venv", folder)
        run(python, "-m", "pip", "--disable-pip-version-check", "install", "-q",
            *PACKAGES[name])
        with open(stamp, "w") as file:
            file.write(wanted)
    return python


def tritonclient(kind, options, served):
    """The script says what differs."""
    run(environment(options, "tritonclient"),
        os.path.join(HERE, "ask_by_tritonclient.py"), kind,
        str(served.ports["REST" if kind == "http" else "gRPC"]))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def write_settings(folder, ports):
    import server_case
    model = os.path.join(folder, "network")
    os.makedirs(model, exist_ok=True)
    server_case.compiled("network").save(os.path.join(model, "network.so"))
    with open(os.path.join(folder, "settings.json"), "w") as file:
        json.dump({"host": "127.0.0.1", "http_port": ports[0],
                   "grpc_port": ports[1], "metrics_port": ports[2],
                   "parallel_workers": 0, "debug": False}, file)
    with open(os.path.join(model, "model-settings.json"), "w") as file:
        json.dump({"name": "network",
                   "implementation": "mlserver_runtime.OnnxcRuntime",
                   "max_batch_size": 8, "max_batch_time": 0.02,
                   "parameters": {"uri": "./network.so"}}, file)


def wait_for(url, process, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise Failure("the server ended: " + process.stdout.read()[-3000:])
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise Failure(f"{url} is not there after {seconds} s")


def mlserver(options):
    import numpy as np
    import server_case
    python = environment(options, "mlserver")
    with runner_arguments.case_folder(options, "mlserver") as folder:
        ports = [free_port() for _ in range(3)]
        write_settings(folder, ports)
        path = os.pathsep.join([
            os.path.join(options.build, "python"),
            os.path.join(runner_arguments.ROOT, "examples", "server")])
        process = subprocess.Popen(
            [os.path.join(os.path.dirname(python), "mlserver"), "start",
             folder], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=dict(os.environ, PYTHONPATH=path))
        try:
            url = f"http://127.0.0.1:{ports[0]}/v2/models/network"
            wait_for(url + "/ready", process)
            x = server_case.draw(3, 2)

            def ask(array, datatype):
                request = urllib.request.Request(
                    url + "/infer", json.dumps({"inputs": [{
                        "name": "x", "datatype": datatype,
                        "shape": list(array.shape),
                        "data": array.ravel().tolist()}]}).encode(),
                    {"Content-Type": "application/json"})
                try:
                    with urllib.request.urlopen(request, timeout=60) as answer:
                        return answer.status, json.load(answer)
                except urllib.error.HTTPError as error:
                    return error.code, json.load(error)
            status, answer = ask(x, "FP32")
            expect(f"the status ({answer})", status, 200)
            server_case.check_close(
                {output["name"]: np.array(output["data"], "f").reshape(
                    output["shape"]) for output in answer["outputs"]},
                server_case.compiled("network").run({"x": x}))
            status, answer = ask(x, "FP64")
            expect("the status", status, 400)
            check(str(answer), "the model takes float32"
                              in answer["error"])
        finally:
            process.terminate()
            process.communicate(timeout=60)


def main():
    options = runner_arguments.RunnerArguments(__doc__, jobs=1).parse()
    sys.path.insert(0, os.path.join(options.build, "python"))
    sys.path.insert(0, os.path.join(runner_arguments.ROOT, "examples", "server"))
    import server_case
    with server_case.Served(options.build) as served:
        return run_cases({
            "tritonclient over REST": functools.partial(
                tritonclient, "http", options, served),
            "tritonclient over gRPC": functools.partial(
                tritonclient, "grpc", options, served),
            "mlserver": functools.partial(mlserver, options)}, options)


if __name__ == "__main__":
    sys.exit(main())
