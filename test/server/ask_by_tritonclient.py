"""Asks a server as users of Triton do: ask_by_tritonclient.py http|grpc PORT
[--triton], the latter where it is Triton itself, which looks at requests before
the model does. It knows nothing of onnxc, and says what is wrong.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import importlib
import sys

import numpy as np
from tritonclient.utils import InferenceServerException


def check(what, is_true):
    if not is_true:
        sys.exit(f"wrong: {what}")


def main():
    kind, port, *is_triton = sys.argv[1:]
    client = importlib.import_module(f"tritonclient.{kind}")
    server = client.InferenceServerClient(f"127.0.0.1:{port}")
    check("live", server.is_server_live() and server.is_server_ready())
    check("ready", server.is_model_ready("network"))
    about = server.get_model_metadata("network")
    name = about["name"] if kind == "http" else about.name
    check(f"the name {name}", name == "network")

    x = np.random.RandomState(1).normal(size=(3, 5, 16)).astype("f")

    def ask(array, datatype, model="network", tensor="x", **more):
        given = client.InferInput(tensor, list(array.shape), datatype)
        given.set_data_from_numpy(array, **more)
        return server.infer(model, [given], request_id="7", outputs=[
            client.InferRequestedOutput("y")] if tensor == "x" else None)

    whole = ask(x, "FP32").as_numpy("y")
    check(f"{whole.dtype} {whole.shape}", whole.shape == (3, 5, 4))
    for i in range(3):
        row = ask(x[i:i + 1], "FP32").as_numpy("y")
        check(f"row {i} differs", np.allclose(row[0], whole[i], atol=1e-5))
    if kind == "http":
        listed = ask(x, "FP32", binary_data=False).as_numpy("y")
        check("JSON differs", np.allclose(listed, whole, atol=1e-5))
    texts = np.array([["1.5", "-2"]], object)
    numbers = ask(texts, "BYTES", "numbers", "t")
    check("numbers", numbers.as_numpy("v").tolist() == [[1.5, -2]])
    check("texts", numbers.as_numpy("same").ravel().tolist() == [b"1.5", b"-2"])
    wrong = [(x.astype("d"), "FP64", "network"),
             (x[..., :7].copy(), "FP32", "network"), (x, "FP32", "nonesuch")]
    for (array, datatype, model), says in zip(wrong, (
            "expects 'FP32'", "unexpected shape", "unknown model")
            if is_triton else ("the model takes float32", "float32 [3, 5, 7]",
                               "no model 'nonesuch'")):
        try:
            ask(array, datatype, model)
        except InferenceServerException as error:
            check(f"{error} says nothing of {says}", says in str(error))
        else:
            check(f"no error that says {says}", False)
    server.close()


if __name__ == "__main__":
    main()
