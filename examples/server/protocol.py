"""Tensors as the Open Inference Protocol (version 2) sends them.

In JSON a tensor is a list of elements, nested or not; with the extension for
binary data its bytes follow the JSON, little-endian. gRPC has the same bytes, or
lists by type.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import math
import struct

import numpy as np

# The protocol's name of each type of onnxc's that it has.
DATATYPES = {
    "bool": "BOOL", "uint8": "UINT8", "uint16": "UINT16", "uint32": "UINT32",
    "uint64": "UINT64", "int8": "INT8", "int16": "INT16", "int32": "INT32",
    "int64": "INT64", "float16": "FP16", "float32": "FP32", "float64": "FP64",
    "bfloat16": "BF16", "string": "BYTES",
}
_NUMPY = {datatype: np.dtype(name) for name, datatype in DATATYPES.items()
          if datatype not in ("BF16", "BYTES")}
LENGTH_HEADER = "Inference-Header-Content-Length"


class BadRequest(Exception):
    """What the client has to hear, with its HTTP status."""

    def __init__(self, text, status=400):
        super().__init__(text)
        self.status = status


def datatype_of(value):
    """The protocol's name of a model's value; BadRequest for what it has not."""
    if value.kind != "tensor" or value.dtype not in DATATYPES:
        raise BadRequest(f"'{value.name}' is {value}, which the protocol cannot "
                         "send", 501)
    return DATATYPES[value.dtype]


def numpy_dtype(datatype, name):
    if datatype == "BF16":
        import ml_dtypes
        return np.dtype(ml_dtypes.bfloat16)
    if datatype == "BYTES":
        return np.dtype(object)
    if datatype not in _NUMPY:
        raise BadRequest(f"input '{name}': there is no datatype {datatype!r}")
    return _NUMPY[datatype]


def check_shape(shape, name):
    if not isinstance(shape, list) or not all(
            type(size) is int and size >= 0 for size in shape):
        raise BadRequest(f"input '{name}': its shape is a list of sizes, not "
                         f"{shape!r}")
    return tuple(shape)


def from_bytes(data, datatype, shape, name):
    """The tensor that some bytes are."""
    shape, count = check_shape(shape, name), math.prod(shape)
    if datatype == "BYTES":
        return _strings(data, count, name).reshape(shape)
    dtype = numpy_dtype(datatype, name)
    if len(data) != count * dtype.itemsize:
        raise BadRequest(f"input '{name}': {datatype} {list(shape)} takes "
                         f"{count * dtype.itemsize} bytes, {len(data)} are there")
    return np.frombuffer(data, dtype).reshape(shape)


def _strings(data, count, name):
    """Each is its length, four bytes, and its bytes."""
    found, at = [], 0
    while at + 4 <= len(data):
        length, = struct.unpack_from("<I", data, at)
        if at + 4 + length > len(data):
            break
        found.append(bytes(data[at + 4:at + 4 + length]))
        at += 4 + length
    if at != len(data) or len(found) != count:
        raise BadRequest(f"input '{name}': its bytes are not {count} strings")
    strings = np.empty(count, object)
    strings[:] = found
    return strings


def to_bytes(array):
    if array.dtype == object:
        encoded = [text.encode() if isinstance(text, str) else text
                   for text in array.ravel()]
        return b"".join(struct.pack("<I", len(text)) + text for text in encoded)
    return np.ascontiguousarray(array).tobytes()


def _flatten(data, into):
    for element in data:
        if isinstance(element, list):
            _flatten(element, into)
        else:
            into.append(element)
    return into


def from_list(data, datatype, shape, name, texts=str):
    """The tensor that a list is; its strings are `texts`."""
    shape, dtype = check_shape(shape, name), numpy_dtype(datatype, name)
    if not isinstance(data, list):
        raise BadRequest(f"input '{name}': its data is a list")
    flat = _flatten(data, [])
    if len(flat) != math.prod(shape):
        raise BadRequest(f"input '{name}': {list(shape)} has "
                         f"{math.prod(shape)} elements, {len(flat)} are there")
    wanted = (texts if datatype == "BYTES" else
              bool if datatype == "BOOL" else (int, float))
    for element in flat:
        if not isinstance(element, wanted) or (
                wanted == (int, float) and isinstance(element, bool)):
            raise BadRequest(f"input '{name}': {element!r} is no {datatype}")
    if dtype.kind in "iu" and not all(type(element) is int
                                      and np.iinfo(dtype).min <= element
                                      <= np.iinfo(dtype).max
                                      for element in flat):
        raise BadRequest(f"input '{name}': not all elements are {datatype}")
    if dtype == object:
        array = np.empty(len(flat), object)
        array[:] = flat
        return array.reshape(shape)
    return np.array(flat, dtype).reshape(shape)


def to_list(array):
    if array.dtype == object:
        return [text if isinstance(text, str) else text.decode(errors="replace")
                for text in array.ravel()]
    if array.dtype.kind not in "biuf" or array.dtype.itemsize < 2:
        return array.ravel().tolist()
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        # Python's json writes NaN and Infinity, which most readers take.
        return array.ravel().astype(np.float64).tolist()
    return array.ravel().tolist()


# --- Requests and responses over REST --------------------------------------

def _member(entry, key, kind, what):
    if not isinstance(entry, dict) or not isinstance(entry.get(key), kind):
        raise BadRequest(f"{what} has no {key!r} that is a {kind.__name__}")
    return entry[key]


def read_request(body, header_length):
    """The request's JSON, and its inputs as arrays by name. `header_length` is
    the text of the header that tells where the JSON ends, or None."""
    length = len(body)
    if header_length is not None:
        if not header_length.isdecimal() or int(header_length) > len(body):
            raise BadRequest(f"{LENGTH_HEADER} is {header_length!r}, of a body of "
                             f"{len(body)} bytes")
        length = int(header_length)
    try:
        request = json.loads(bytes(body[:length]))
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the request is no JSON: {error}") from error
    feed, at = {}, length
    for entry in _member(request, "inputs", list, "the request"):
        name = _member(entry, "name", str, "an input")
        datatype = _member(entry, "datatype", str, f"input '{name}'")
        shape = _member(entry, "shape", list, f"input '{name}'")
        size = (entry.get("parameters") or {}).get("binary_data_size")
        if name in feed:
            raise BadRequest(f"input '{name}' is there twice")
        if size is None:
            feed[name] = from_list(entry.get("data"), datatype, shape, name)
            continue
        if type(size) is not int or size < 0 or at + size > len(body):
            raise BadRequest(f"input '{name}': there are not {size!r} bytes more "
                             "behind the JSON")
        feed[name] = from_bytes(body[at:at + size], datatype, shape, name)
        at += size
    if at != len(body):
        raise BadRequest(f"{len(body) - at} bytes behind the JSON belong to no "
                         "input")
    return request, feed


def wanted_outputs(request, model):
    """The outputs that the request asks for, and whether as bytes."""
    names = [value.name for value in model.outputs]
    binary = (request.get("parameters") or {}).get("binary_data_output", False)
    if not request.get("outputs"):
        return [(name, bool(binary)) for name in names]
    wanted = []
    for entry in _member(request, "outputs", list, "the request"):
        name = _member(entry, "name", str, "an output")
        if name not in names:
            raise BadRequest(f"the model has no output '{name}'; it has "
                             + ", ".join(names))
        wanted.append((name, bool((entry.get("parameters") or {}).get(
            "binary_data", binary))))
    return wanted


def write_response(request, model, name, wanted, outputs):
    """The body, and the length of its JSON where bytes follow it."""
    entries, blobs = [], []
    values = {value.name: value for value in model.outputs}
    for output, as_bytes in wanted:
        array = outputs[output]
        entry = {"name": output, "datatype": datatype_of(values[output]),
                 "shape": list(array.shape)}
        if as_bytes:
            blobs.append(to_bytes(array))
            entry["parameters"] = {"binary_data_size": len(blobs[-1])}
        else:
            entry["data"] = to_list(array)
        entries.append(entry)
    response = {"model_name": name, "model_version": "1", "outputs": entries}
    if "id" in request:
        response["id"] = request["id"]
    text = json.dumps(response).encode()
    return b"".join([text, *blobs]), len(text) if blobs else None


def describe(model, name):
    """What the protocol tells of a model."""
    def tensors(values):
        return [{"name": value.name, "datatype": datatype_of(value),
                 "shape": [size if isinstance(size, int) else -1
                           for size in value.shape]} for value in values]
    return {"name": name, "versions": ["1"], "platform": "onnxc",
            "inputs": tensors(model.inputs), "outputs": tensors(model.outputs)}
