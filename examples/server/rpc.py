"""The gRPC half of the Open Inference Protocol, version 2.

The messages are built from a description that protoc writes of
open_inference.proto, so that no code is generated and any protobuf will do.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import asyncio
import os
import subprocess
import tempfile

import grpc
import onnxc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

import protocol
from protocol import BadRequest
from rest import EXTENSIONS, find, status_of

HERE = os.path.dirname(os.path.abspath(__file__))
SERVICE = "inference.GRPCInferenceService"
_CODES = {400: grpc.StatusCode.INVALID_ARGUMENT, 404: grpc.StatusCode.NOT_FOUND,
          413: grpc.StatusCode.RESOURCE_EXHAUSTED,
          501: grpc.StatusCode.UNIMPLEMENTED,
          503: grpc.StatusCode.UNAVAILABLE}
_CONTENTS = {"BOOL": "bool_contents", "INT8": "int_contents",
             "INT16": "int_contents", "INT32": "int_contents",
             "INT64": "int64_contents", "UINT8": "uint_contents",
             "UINT16": "uint_contents", "UINT32": "uint_contents",
             "UINT64": "uint64_contents", "FP32": "fp32_contents",
             "FP64": "fp64_contents", "BYTES": "bytes_contents"}


class Messages:
    """The protocol's messages, as attributes, and the methods of its service."""

    def __init__(self, protoc="protoc"):
        with tempfile.TemporaryDirectory(prefix="onnxc-") as folder:
            path = os.path.join(folder, "protocol.pb")
            subprocess.run([protoc, f"--proto_path={HERE}",
                            f"--descriptor_set_out={path}",
                            os.path.join(HERE, "open_inference.proto")],
                           check=True)
            files = descriptor_pb2.FileDescriptorSet()
            with open(path, "rb") as file:
                files.ParseFromString(file.read())
        pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            pool.Add(file)
            for message in file.message_type:
                setattr(self, message.name, message_factory.GetMessageClass(
                    pool.FindMessageTypeByName(f"{file.package}.{message.name}")))
        self.methods = [method.name for method
                        in files.file[0].service[0].method]


def read_inputs(request):
    """Arrays by name, of a ModelInferRequest."""
    raw = request.raw_input_contents
    if raw and len(raw) != len(request.inputs):
        raise BadRequest(f"{len(request.inputs)} inputs have {len(raw)} "
                         "raw_input_contents")
    feed = {}
    for i, tensor in enumerate(request.inputs):
        shape, name = list(tensor.shape), tensor.name
        if name in feed:
            raise BadRequest(f"input '{name}' is there twice")
        if raw:
            feed[name] = protocol.from_bytes(raw[i], tensor.datatype, shape,
                                             name)
            continue
        if tensor.datatype not in _CONTENTS:
            raise BadRequest(f"input '{name}': {tensor.datatype} is sent by "
                             "raw_input_contents")
        feed[name] = protocol.from_list(
            list(getattr(tensor.contents, _CONTENTS[tensor.datatype])),
            tensor.datatype, shape, name, texts=bytes)
    return feed


class Service:
    """The methods, by their names in the protocol."""

    def __init__(self, batchers, messages):
        self.batchers, self.messages = batchers, messages

    async def ServerLive(self, _):
        return self.messages.ServerLiveResponse(live=True)

    async def ServerReady(self, _):
        return self.messages.ServerReadyResponse(ready=True)

    async def ModelReady(self, request):
        find(self.batchers, request.name, request.version)
        return self.messages.ModelReadyResponse(ready=True)

    async def ServerMetadata(self, _):
        return self.messages.ServerMetadataResponse(
            name="onnxc", version=onnxc.__version__, extensions=EXTENSIONS)

    async def ModelMetadata(self, request):
        batcher = find(self.batchers, request.name, request.version)
        return self.messages.ModelMetadataResponse(
            **protocol.describe(batcher.model, request.name))

    async def ModelInfer(self, request):
        batcher = find(self.batchers, request.model_name, request.model_version)
        known = {value.name: value for value in batcher.model.outputs}
        names = [output.name for output in request.outputs] or list(known)
        for name in names:
            if name not in known:
                raise BadRequest(f"the model has no output '{name}'; it has "
                                 + ", ".join(known))
        outputs = await asyncio.wrap_future(batcher.submit(read_inputs(request)))
        answer = self.messages.ModelInferResponse(
            model_name=request.model_name, model_version="1", id=request.id)
        for name in names:
            answer.outputs.add(name=name,
                               datatype=protocol.datatype_of(known[name]),
                               shape=outputs[name].shape)
            answer.raw_output_contents.append(protocol.to_bytes(outputs[name]))
        return answer


def _handler(method, messages, name):
    async def call(request, context):
        try:
            return await method(request)
        except Exception as error:
            await context.abort(_CODES.get(status_of(error),
                                           grpc.StatusCode.INTERNAL), str(error))
    return grpc.unary_unary_rpc_method_handler(
        call, request_deserializer=getattr(
            messages, f"{name}Request").FromString,
        response_serializer=lambda message: message.SerializeToString())


async def start(batchers, address, most_bytes=64 << 20):
    """A server that listens, and its port."""
    messages = Messages()
    service = Service(batchers, messages)
    server = grpc.aio.server(options=[
        ("grpc.max_receive_message_length", most_bytes),
        ("grpc.max_send_message_length", -1)])
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(
        SERVICE, {name: _handler(getattr(service, name), messages, name)
                  for name in messages.methods})])
    port = server.add_insecure_port(address)
    await server.start()
    return server, port
