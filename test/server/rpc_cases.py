"""The protocol over gRPC.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools

import grpc
import numpy as np
import rpc

from server_case import check_close, compiled, draw
from suite_cases import check, expect, raises

CODES = grpc.StatusCode


@functools.lru_cache(maxsize=None)
def messages():
    return rpc.Messages()


def call(served, method, timeout=60, **fields):
    with grpc.insecure_channel(
            f"127.0.0.1:{served.ports['gRPC']}") as channel:
        return channel.unary_unary(
            f"/{rpc.SERVICE}/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=getattr(
                messages(), f"{method}Response").FromString)(
                    getattr(messages(), f"{method}Request")(**fields),
                    timeout=timeout)


def tensor(x, name="x", datatype="FP32", **more):
    return {"name": name, "datatype": datatype, "shape": x.shape, **more}


def infer(served, x, model="network", **more):
    return call(served, "ModelInfer", model_name=model,
                raw_input_contents=[x.tobytes()], inputs=[tensor(x)], **more)


def read(answer):
    return {output.name: np.frombuffer(data, "f").reshape(output.shape)
            for output, data in zip(answer.outputs, answer.raw_output_contents)}


def refused(code, *needles):
    """A with block that has to end so."""
    return raises(grpc.RpcError, f"StatusCode.{code.name}", *needles)


def case_health_and_metadata(served):
    check("live", call(served, "ServerLive").live)
    check("ready", call(served, "ServerReady").ready)
    check("the model is ready", call(served, "ModelReady", name="whole").ready)
    expect("the server", call(served, "ServerMetadata").name, "onnxc")
    model = call(served, "ModelMetadata", name="network")
    expect("inputs", [(each.name, each.datatype, list(each.shape))
                      for each in model.inputs], [("x", "FP32", [-1, -1, 16])])
    expect("outputs", [each.name for each in model.outputs], ["y", "s"])


def case_bytes(served):
    x = draw(6, 2)
    answer = infer(served, x, id="me")
    expect("the id", answer.id, "me")
    check_close(read(answer), compiled("network").run({"x": x}))
    answer = infer(served, x, outputs=[{"name": "s"}])
    expect("outputs", list(read(answer)), ["s"])


def case_contents_by_type(served):
    x = draw(7)
    answer = call(served, "ModelInfer", model_name="network", inputs=[
        tensor(x, contents={"fp32_contents": x.ravel().tolist()})])
    check_close(read(answer), compiled("network").run({"x": x}))
    texts = [b"1", b"2"]
    answer = call(served, "ModelInfer", model_name="numbers", inputs=[
        tensor(np.array([texts]), "t", "BYTES",
               contents={"bytes_contents": texts})])
    expect("v", np.frombuffer(answer.raw_output_contents[0], "f").tolist(),
           [1, 2])
    expect("same", answer.raw_output_contents[1], b"\1\0\0\0001\1\0\0\0002")


def case_refused(served):
    x = draw(0)
    with refused(CODES.NOT_FOUND, "no model 'nonesuch'"):
        infer(served, x, "nonesuch")
    with refused(CODES.NOT_FOUND, "no model 'nonesuch'"):
        call(served, "ModelReady", name="nonesuch")
    with refused(CODES.INVALID_ARGUMENT, "the model takes float32"):
        call(served, "ModelInfer", model_name="network", raw_input_contents=[
            x.astype("d").tobytes()], inputs=[tensor(x, datatype="FP64")])
    with refused(CODES.INVALID_ARGUMENT, "it is float32 [1, 5, 8]"):
        infer(served, np.ascontiguousarray(x[..., :8]))
    with refused(CODES.INVALID_ARGUMENT, "takes 320 bytes, 319"):
        call(served, "ModelInfer", model_name="network", inputs=[tensor(x)],
             raw_input_contents=[x.tobytes()[1:]])
    with refused(CODES.INVALID_ARGUMENT, "raw_input_contents"):
        call(served, "ModelInfer", model_name="network", inputs=[tensor(x)],
             raw_input_contents=[x.tobytes()] * 2)
    with refused(CODES.INVALID_ARGUMENT, "no output 'q'"):
        infer(served, x, outputs=[{"name": "q"}])
    with refused(CODES.INVALID_ARGUMENT, "FP16 is sent by"):
        call(served, "ModelInfer", model_name="network",
             inputs=[tensor(x, datatype="FP16")])
    with refused(CODES.RESOURCE_EXHAUSTED):
        infer(served, draw(0, 400))
