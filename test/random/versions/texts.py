"""What texts of old versions say, where neither onnxruntime nor the reference
evaluator has that version, or has it wrong: functions of operands and
attributes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

FUNCTIONS = {
    "Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide,
    "Pow": np.power, "Equal": np.equal, "Less": np.less,
    "Greater": np.greater, "And": np.logical_and, "Or": np.logical_or,
    "Xor": np.logical_xor,
}


def divide(a, b):
    """Integers are rounded towards 0."""
    if not np.issubdtype(a.dtype, np.integer):
        return a / b
    return np.trunc(a.astype(np.float64) / b).astype(a.dtype)


def aligned(op):
    """Before version 7: the second operand's dimensions begin at `axis` of the
    first's, or are its last ones."""
    function = divide if op == "Div" else FUNCTIONS[op]

    def compute(operands, attributes):
        a, b = operands
        if attributes.get("broadcast") and b.size != 1:
            axis = attributes.get("axis", a.ndim - b.ndim)
            b = b.reshape(b.shape + (1,) * (a.ndim - axis - b.ndim))
        if b.size == 1:
            b = b.reshape(())
        return [function(a, b)]
    return compute


def prelu(operands, _):
    x, slope = operands
    slope = slope.reshape((-1,) + (1,) * (x.ndim - 2))
    return [np.where(x < 0, x * slope, x)]


def flattened(function):
    """Before version 13: of a matrix, the dimensions from the axis on joined."""
    def compute(operands, attributes):
        x, = operands
        axis = attributes.get("axis", 1)
        rows = x.reshape(int(np.prod(x.shape[:axis])),
                         int(np.prod(x.shape[axis:])))
        return [function(rows.astype(np.float64)).reshape(x.shape)
                .astype(x.dtype)]
    return compute


def softmax_rows(rows):
    e = np.exp(rows - rows.max(1, keepdims=True, initial=-1e30))
    return e / e.sum(1, keepdims=True)


def log_softmax_rows(rows):
    low = rows - rows.max(1, keepdims=True, initial=-1e30)
    return low - np.log(np.exp(low).sum(1, keepdims=True))


def hardmax_rows(rows):
    return np.eye(rows.shape[1])[rows.argmax(1)] if rows.size else rows


def gemm(operands, attributes):
    """Before version 7: C is the shape of the result, or broadcast to it."""
    a, b, c = operands
    a = a.T if attributes.get("transA") else a
    b = b.T if attributes.get("transB") else b
    alpha, beta = (attributes.get(name, 1.0) for name in ("alpha", "beta"))
    return [(alpha * (a @ b) + beta * c).astype(a.dtype)]


def reshape(operands, attributes):
    x, = operands
    shape = [x.shape[i] if size == 0 else size
             for i, size in enumerate(attributes["shape"])]
    return [x.reshape(shape)]


def split(operands, attributes):
    """Version 1: sizes are an attribute or an operand; equal ones if neither."""
    x, axis = operands[0], attributes.get("axis", 0)
    sizes = attributes.get("split", operands[1] if len(operands) > 1 else None)
    if sizes is None:
        return np.split(x, 2, axis)
    return np.split(x, np.cumsum(np.array(sizes, int))[:-1], axis)


def slices(operands, attributes):
    """Before version 10: without steps; ends beyond are the ends."""
    x, = operands
    starts, ends = attributes["starts"], attributes["ends"]
    places = [slice(None)] * x.ndim
    for axis, start, end in zip(attributes.get("axes", range(len(starts))),
                                starts, ends):
        places[axis] = slice(start, end)
    return [x[tuple(places)]]


def tile(operands, _):
    """Before version 6: one axis is repeated."""
    x, tiles, axis = operands
    repeats = [1] * x.ndim
    repeats[int(axis)] = int(tiles)
    return [np.tile(x, repeats)]


def batch_normalization(operands, attributes):
    """Outside of training; without `spatial` each element has statistics."""
    x, *statistics = operands
    if attributes.get("spatial", 1):
        statistics = [s.reshape((-1,) + (1,) * (x.ndim - 2))
                      for s in statistics]
    scale, bias, mean, variance = (s.astype(np.float64) for s in statistics)
    root = np.sqrt(variance + attributes.get("epsilon", 1e-5))
    return [((x - mean) / root * scale + bias).astype(x.dtype)]


def dropout(operands, _):
    return [operands[0]]


def upsample(operands, attributes):
    """A place of the result divided by the scale, rounded down or between."""
    x = operands[0]
    if "height_scale" in attributes:
        scales = [1, 1, attributes["height_scale"], attributes["width_scale"]]
    else:
        scales = attributes.get("scales",
                                operands[1] if len(operands) > 1 else None)
    for axis, scale in enumerate(np.array(scales, np.float32)):
        size = x.shape[axis]
        at = np.arange(int(np.floor(np.float32(size) * scale))) / scale
        low = np.minimum(np.floor(at).astype(int), size - 1)
        if attributes.get("mode", "nearest") == "nearest":
            x = x.take(low, axis)
            continue
        high = np.minimum(low + 1, size - 1)
        part = (at - low).astype(x.dtype).reshape(
            (-1,) + (1,) * (x.ndim - 1 - axis))
        x = x.take(low, axis) * (1 - part) + x.take(high, axis) * part
    return [x.astype(operands[0].dtype)]


def pad(operands, attributes):
    """Before version 11: negative pads take elements away."""
    x, = operands
    pads = attributes.get("pads", attributes.get("paddings"))
    ends = list(zip(pads[:x.ndim], pads[x.ndim:]))
    x = x[tuple(slice(-min(a, 0), n + min(b, 0))
                for n, (a, b) in zip(x.shape, ends))]
    mode = attributes.get("mode", "constant")
    more = ({"constant_values": attributes.get("value", 0)}
            if mode == "constant" else {})
    return [np.pad(x, [(max(a, 0), max(b, 0)) for a, b in ends], mode, **more)]


def global_lp_pool(operands, attributes):
    x, = operands
    p, axes = attributes.get("p", 2), tuple(range(2, operands[0].ndim))
    sums = (np.abs(x.astype(np.float64)) ** p).sum(axes, keepdims=True)
    return [(sums ** (1 / p)).astype(x.dtype)]


def lrn(operands, attributes):
    """The neighbours reach from floor((size - 1) / 2) before a channel to
    ceil((size - 1) / 2) after it."""
    x, size = operands[0].astype(np.float64), attributes["size"]
    squares = np.zeros_like(x)
    for c in range(x.shape[1]):
        low, high = c - (size - 1) // 2, c + size // 2
        squares[:, c] = (x[:, max(low, 0):high + 1] ** 2).sum(1)
    alpha, beta, bias = (attributes.get(name, value) for name, value in (
        ("alpha", 1e-4), ("beta", 0.75), ("bias", 1.0)))
    return [(x / (bias + alpha / size * squares) ** beta)
            .astype(operands[0].dtype)]


def cast(operands, attributes):
    """Before version 6 the type is named."""
    types = {"FLOAT": np.float32, "DOUBLE": np.float64, "INT32": np.int32,
             "BOOL": np.bool_, "UINT8": np.uint8, "FLOAT16": np.float16}
    return [operands[0].astype(types[attributes["to"]])]


def loop(operands, _):
    """The state of recipes_graphs.loop is doubled."""
    count, go, state = int(operands[0]), bool(operands[1]), operands[2]
    rows = []
    for i in range(count):
        if not go:
            break
        state = state + state
        rows.append(state)
        go = i < 2.5
    return [state, np.array(rows, np.float32).reshape(-1, *state.shape)]


def scan(operands, attributes):
    """The state of recipes_graphs.scan is a sum."""
    state, x = operands
    x = np.moveaxis(x, attributes.get("scan_input_axes", [0])[0], 0)
    if attributes.get("scan_input_directions", [0])[0]:
        x = x[::-1]
    rows = []
    for row in x:
        state = state + row
        rows.append(state * row)
    if attributes.get("scan_output_directions", [0])[0]:
        rows = rows[::-1]
    return [state, np.moveaxis(np.array(rows), 0,
                               attributes.get("scan_output_axes", [0])[0])]


def scan_batch(operands, attributes):
    """Version 8: one scan for each sequence of the batch."""
    directions = attributes.get("directions", [0])
    results = [scan([state, x], {"scan_input_directions": directions})
               for state, x in zip(*operands)]
    return [np.array(part) for part in zip(*results)]


def group_normalization(operands, attributes):
    """Before version 21 scale and bias are of groups."""
    x, scale, bias = operands
    groups = attributes["num_groups"]
    rows = x.astype(np.float64).reshape(x.shape[0], groups, -1)
    rows = rows - rows.mean(2, keepdims=True)
    rows = rows / np.sqrt((rows * rows).mean(2, keepdims=True)
                          + attributes.get("epsilon", 1e-5))
    rows = rows * scale[:, None] + bias[:, None]
    return [rows.reshape(x.shape).astype(x.dtype)]


def scatter(operands, attributes):
    x, indices, updates = operands
    result, axis = x.copy(), attributes.get("axis", 0)
    for place in np.ndindex(indices.shape):
        to = list(place)
        to[axis] = indices[place]
        result[tuple(to)] = updates[place]
    return [result]
