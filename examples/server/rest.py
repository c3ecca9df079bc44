"""The REST half of the Open Inference Protocol, version 2.

    GET  /v2                              what the server is
    GET  /v2/health/live, /v2/health/ready
    GET  /v2/models/NAME                  inputs and outputs
    GET  /v2/models/NAME/ready
    POST /v2/models/NAME/infer            JSON, or JSON and bytes behind it
    GET  /v2/models/NAME/stats            requests, runs and rows so far

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import asyncio
import dataclasses

import fastapi
import onnxc
from fastapi.responses import JSONResponse, Response

import protocol
from batcher import Closed, Overloaded
from protocol import BadRequest

EXTENSIONS = ["binary_tensor_data"]


def status_of(error):
    """The HTTP status of what went wrong."""
    if isinstance(error, BadRequest):
        return error.status
    if isinstance(error, onnxc.RunError):
        # The model refuses its inputs, or found what it cannot compute in them.
        return 400
    return 503 if isinstance(error, (Overloaded, Closed)) else 500


def find(batchers, name, version=None):
    if name not in batchers:
        raise BadRequest(f"there is no model '{name}'; there is "
                         + ", ".join(sorted(batchers)), 404)
    if version not in (None, "", "1"):
        raise BadRequest(f"model '{name}' has no version {version!r}, only 1",
                         404)
    return batchers[name]


async def read_body(request, most):
    """The request's bytes; no more than so many are kept."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise BadRequest(f"the request has more than {most} bytes", 413)
    return bytes(body)


def build_app(batchers, most_bytes=64 << 20):
    """The application over models' batchers by name."""
    app = fastapi.FastAPI(title="onnxc", openapi_url=None)

    @app.exception_handler(Exception)
    @app.exception_handler(BadRequest)
    @app.exception_handler(onnxc.RunError)
    @app.exception_handler(Overloaded)
    @app.exception_handler(Closed)
    async def refuse(_, error):
        return JSONResponse({"error": str(error)}, status_of(error))

    @app.get("/v2")
    async def server():
        return {"name": "onnxc", "version": onnxc.__version__,
                "extensions": EXTENSIONS}

    @app.get("/v2/health/live")
    async def live():
        return {"live": True}

    @app.get("/v2/health/ready")
    async def ready():
        return {"ready": True}

    async def metadata(name: str, version: str | None = None):
        return protocol.describe(find(batchers, name, version).model, name)

    async def model_ready(name: str, version: str | None = None):
        find(batchers, name, version)
        return {"name": name, "ready": True}

    async def stats(name: str, version: str | None = None):
        return dataclasses.asdict(find(batchers, name, version).counts)

    async def infer(request: fastapi.Request, name: str,
                    version: str | None = None):
        batcher = find(batchers, name, version)
        body = await read_body(request, most_bytes)
        wish, feed = protocol.read_request(
            body, request.headers.get(protocol.LENGTH_HEADER))
        wanted = protocol.wanted_outputs(wish, batcher.model)
        outputs = await asyncio.wrap_future(batcher.submit(feed))
        answer, length = protocol.write_response(wish, batcher.model, name,
                                                 wanted, outputs)
        if length is None:
            return Response(answer, media_type="application/json")
        return Response(answer, media_type="application/octet-stream",
                        headers={protocol.LENGTH_HEADER: str(length)})

    for path in ("/v2/models/{name}", "/v2/models/{name}/versions/{version}"):
        app.get(path)(metadata)
        app.get(path + "/ready")(model_ready)
        app.get(path + "/stats")(stats)
        app.post(path + "/infer")(infer)
    return app
