#!/usr/bin/env python3
"""Serves models by the Open Inference Protocol, over REST and gRPC.

    server.py digits=digits.onnx ranker=ranker.so [--port 8000] [--grpc-port 8001]

A model is an ONNX file, which is compiled first, or a shared object that onnxc
has made of one. Port 0 takes a free one; the lines `REST on PORT` and `gRPC on
PORT` say which.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import asyncio
import os
import sys

import onnxc
import uvicorn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rest
from batcher import Batcher


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("models", nargs="+", metavar="NAME=FILE")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--grpc-port", type=int,
                        help="also serve gRPC there (needs grpcio and protoc)")
    parser.add_argument("--max-batch", type=int, default=32, metavar="ROWS",
                        help="the most rows of one run (32); 1 joins nothing")
    parser.add_argument("--deadline", type=float, default=2, metavar="MS",
                        help="how long a request waits for others (2 ms)")
    parser.add_argument("--workers", type=int, default=2,
                        help="how many batches of a model run at once (2)")
    parser.add_argument("--threads", type=int, default=1,
                        help="how many threads one run takes (1)")
    parser.add_argument("--waiting", type=int, default=1024, metavar="N",
                        help="how many requests of a model may wait (1024)")
    parser.add_argument("--max-bytes", type=int, default=64 << 20, metavar="N",
                        help="the most bytes of a request (64 MiB)")
    parser.add_argument("--dim", action="append", default=[],
                        metavar="NAME=SIZE", help="as onnxc takes it")
    options = parser.parse_args()
    if min(options.max_batch, options.workers, options.waiting) < 1:
        parser.error("--max-batch, --workers and --waiting are 1 at least")
    for model in options.models:
        if "=" not in model:
            parser.error(f"a model is NAME=FILE, not {model!r}")
    return options


def load(path, options):
    if path.endswith(".so"):
        return onnxc.load(path, threads=options.threads)
    return onnxc.compile(path, threads=options.threads,
                         options=[f"--dim={dim}" for dim in options.dim])


def load_all(options):
    """Batchers by name."""
    batchers = {}
    for text in options.models:
        name, _, path = text.partition("=")
        if name in batchers:
            raise onnxc.Error(f"there are two models '{name}'")
        batchers[name] = Batcher(load(path, options), options.max_batch,
                                 options.deadline / 1e3, options.workers,
                                 options.waiting)
    return batchers


class Server(uvicorn.Server):
    """Says where it listens."""

    async def startup(self, sockets=None):
        await super().startup(sockets)
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            print(f"REST on {port}", flush=True)


async def serve(options, batchers):
    server = Server(uvicorn.Config(
        rest.build_app(batchers, options.max_bytes), host=options.host,
        port=options.port, log_level="warning", access_log=False))
    grpc_server = None
    if options.grpc_port is not None:
        import rpc
        grpc_server, port = await rpc.start(
            batchers, f"{options.host}:{options.grpc_port}", options.max_bytes)
        print(f"gRPC on {port}", flush=True)
    await server.serve()
    if grpc_server:
        await grpc_server.stop(grace=5)


def main():
    options = parse()
    try:
        batchers = load_all(options)
    except (onnxc.Error, OSError) as error:
        sys.exit(f"server.py: error: {error}")
    asyncio.run(serve(options, batchers))
    for batcher in batchers.values():
        batcher.close()


if __name__ == "__main__":
    main()
