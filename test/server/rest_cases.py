"""The protocol over REST, as httpx asks it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import concurrent.futures
import json
import os
import struct
import subprocess
import sys
import tempfile

import httpx
import numpy as np

import server_case
from server_case import check_close, compiled, draw
from suite_cases import check, expect

LENGTH = "Inference-Header-Content-Length"


def tensor(array, name="x", datatype="FP32", **more):
    return {"name": name, "datatype": datatype, "shape": list(array.shape),
            "data": array.ravel().tolist(), **more}


def ask(served, body, model="network", headers=None):
    url = f"{served.url}/v2/models/{model}/infer"
    return httpx.post(url, timeout=60, headers=headers, **(
        {"content": body} if isinstance(body, bytes) else {"json": body}))


def refused(answer, status, *needles):
    expect("the status", answer.status_code, status)
    expect("the answer", list(answer.json()), ["error"])
    for needle in needles:
        check(f"{answer.json()['error']!r} says nothing of {needle!r}",
              needle in answer.json()["error"])


def read(answer):
    """The outputs of an answer in JSON."""
    expect(f"the status ({answer.text[:200]})", answer.status_code, 200)
    types = {"FP32": "f", "BYTES": object}
    return {output["name"]: np.array(
        output["data"], types[output["datatype"]]).reshape(output["shape"])
        for output in answer.json()["outputs"]}


def case_health_and_metadata(served):
    def get(path):
        answer = httpx.get(served.url + path)
        expect(path, answer.status_code, 200)
        return answer.json()
    expect("live", get("/v2/health/live"), {"live": True})
    expect("ready", get("/v2/health/ready"), {"ready": True})
    expect("the server", get("/v2")["extensions"], ["binary_tensor_data"])
    for path in ("/v2/models/network", "/v2/models/network/versions/1"):
        expect("the model", get(path), {
            "name": "network", "versions": ["1"], "platform": "onnxc",
            "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, -1, 16]}],
            "outputs": [{"name": "y", "datatype": "FP32", "shape": [-1, -1, 4]},
                        {"name": "s", "datatype": "FP32", "shape": [-1]}]})
        expect("ready", get(path + "/ready"), {"name": "network", "ready": True})


def case_json(served):
    x = draw(3, 2)
    answer = ask(served, {"id": "me", "inputs": [tensor(x)]})
    check_close(read(answer), compiled("network").run({"x": x}))
    expect("who", [answer.json()[key] for key in
                   ("id", "model_name", "model_version")], ["me", "network", "1"])
    # Nested lists, and one output of two.
    answer = ask(served, {"inputs": [dict(tensor(x), data=x.tolist())],
                          "outputs": [{"name": "s"}]})
    expect("the outputs", list(read(answer)), ["s"])
    check_close(read(answer), {"s": compiled("network").run({"x": x})["s"]})


def binary(x, name="x", **request):
    head = {"inputs": [{"name": name, "datatype": "FP32", "shape": list(x.shape),
                        "parameters": {"binary_data_size": x.nbytes}}], **request}
    text = json.dumps(head).encode()
    return text + x.tobytes(), {LENGTH: str(len(text))}


def case_bytes_both_ways(served):
    x = draw(4, 3)
    body, headers = binary(x, parameters={"binary_data_output": True})
    answer = ask(served, body, headers=headers)
    expect("the status", answer.status_code, 200)
    length = int(answer.headers[LENGTH])
    at, got = length, {}
    for output in json.loads(answer.content[:length])["outputs"]:
        size = output["parameters"]["binary_data_size"]
        got[output["name"]] = np.frombuffer(
            answer.content[at:at + size], "f").reshape(output["shape"])
        at += size
    expect("the end", at, len(answer.content))
    check_close(got, compiled("network").run({"x": x}))


def case_bytes_in_json_out(served):
    x = draw(5)
    body, headers = binary(x)
    check_close(read(ask(served, body, headers=headers)),
                compiled("network").run({"x": x}))


def case_strings(served):
    texts = np.array([["1", "-2.5"], ["1e3", "7"]])
    answer = ask(served, {"inputs": [tensor(texts, "t", "BYTES")]}, "numbers")
    got = read(answer)
    expect("v", got["v"].tolist(), [[1, -2.5], [1000, 7]])
    expect("same", got["same"].tolist(), texts.tolist())
    data = b"".join(struct.pack("<I", len(text)) + text.encode()
                    for text in texts.ravel())
    text = json.dumps({"inputs": [{
        "name": "t", "datatype": "BYTES", "shape": [2, 2],
        "parameters": {"binary_data_size": len(data)}}]}).encode()
    answer = ask(served, text + data, "numbers", {LENGTH: str(len(text))})
    expect("v", read(answer)["v"].tolist(), [[1, -2.5], [1000, 7]])


def case_what_the_model_refuses(served):
    x = draw(0)
    refused(ask(served, {"inputs": [tensor(x)]}, "nonesuch"), 404,
            "no model 'nonesuch'", "network, numbers, whole")
    refused(httpx.get(served.url + "/v2/models/nonesuch"), 404, "nonesuch")
    refused(httpx.get(served.url + "/v2/models/network/versions/7"), 404, "'7'")
    refused(ask(served, {"inputs": [tensor(x, datatype="FP64")]}), 400,
            "input 'x': it is float64, the model takes float32 [batch, n, 16]")
    refused(ask(served, {"inputs": [tensor(x[..., :8])]}), 400,
            "input 'x'", "it is float32 [1, 5, 8]")
    refused(ask(served, {"inputs": [tensor(x[0])]}), 400, "float32 [5, 16]")
    refused(ask(served, {"inputs": [tensor(x), tensor(x, "z")]}), 400,
            "no input 'z'")
    refused(ask(served, {"inputs": []}), 400, "no value for input 'x'")
    refused(ask(served, {"inputs": [tensor(x)], "outputs": [{"name": "q"}]}),
            400, "no output 'q'", "y, s")
    refused(ask(served, {"inputs": [tensor(np.array([["0x10"]]), "t", "BYTES")]},
                "numbers"), 400, "Cast")


def case_what_is_no_request(served):
    x = draw(0)
    for body, says in ((b"{", "no JSON"), (b"[1]", "'inputs'"), (b"{}", "'inputs'"),
                       (b"\xff\xfe", "no JSON"), (b"[" * 100000, "no JSON")):
        refused(ask(served, body[:90000]), 400, says)
    for change, says in (({"datatype": "FP99"}, "FP99"), ({"shape": [1, -1]}, "-1"),
                         ({"shape": "x"}, "'shape'"), ({"data": [1.0]}, "1 are"),
                         ({"data": ["a"] * 80}, "'a' is no FP32"),
                         ({"data": None}, "is a list")):
        refused(ask(served, {"inputs": [dict(tensor(x), **change)]}), 400, says)
    refused(ask(served, {"inputs": [tensor(x), tensor(x)]}), 400, "twice")
    body, headers = binary(x)
    refused(ask(served, body[:-1], headers=headers), 400, "bytes more")
    refused(ask(served, body + b"1", headers=headers), 400, "belong to no input")
    refused(ask(served, body, headers={LENGTH: "99999"}), 400, LENGTH)
    refused(ask(served, body, headers={LENGTH: "-1"}), 400, LENGTH)
    refused(ask(served, b" " * 100001), 413, "100000 bytes")
    expect("another path", httpx.get(served.url + "/v3").status_code, 404)


def case_numbers_of_integers(served):
    """A number that is no UINT8 is refused, and never wrapped."""
    for value in (256, -1, 1.5, True):
        refused(ask(served, {"inputs": [{"name": "a", "datatype": "UINT8",
                                         "shape": [1], "data": [value]}]},
                    "whole"), 400, "UINT8")


def case_many_clients(served):
    """Each gets its own rows, whatever else is in the batch."""
    model = compiled("network")

    def client(seed):
        with httpx.Client(timeout=60) as session:
            for turn in range(6):
                x = draw(1000 + 10 * seed + turn, 1 + turn % 2)
                answer = session.post(f"{served.url}/v2/models/network/infer",
                                      json={"inputs": [tensor(x)]})
                check_close(read(answer), model.run({"x": x}))

    def count():
        return httpx.get(f"{served.url}/v2/models/network/stats").json()
    before = count()
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        list(pool.map(client, range(12)))
    after = count()
    requests = after["requests"] - before["requests"]
    check("all were counted", requests >= 72)
    check("batches were made", after["runs"] - before["runs"] < requests)


def case_a_model_that_cannot_be_loaded(served):
    def start(*arguments):
        return subprocess.run(
            [sys.executable, server_case.SERVER, *arguments], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
            env=dict(os.environ, PYTHONPATH=os.path.join(served.build, "python")))
    done = start("a=/nonexistent.onnx")
    expect("the status", done.returncode, 1)
    check(done.stderr, "server.py: error:" in done.stderr
          and "nonexistent.onnx: cannot be read" in done.stderr
          and "Traceback" not in done.stderr)
    with tempfile.NamedTemporaryFile(suffix=".so") as file:
        done = start(f"a={file.name}")
    check(done.stderr, done.returncode == 1 and "Traceback" not in done.stderr)
    check("no NAME=FILE", start("model.onnx").returncode == 2)
