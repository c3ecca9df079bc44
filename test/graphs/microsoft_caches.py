"""Attention over a cache of keys and values, beside onnxruntime: prompts,
steps, caches that grow and caches of a fixed length.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
import onnx.parser
import onnxruntime

from microsoft import IMPORTS, draw, op

HEADS, KV_HEADS, SIZE = 4, 2, 16
Q, KV = HEADS * SIZE, KV_HEADS * SIZE
# Batch, new keys, and the lengths of each batch before them.
RUNS = {"prompt": (2, 5, (0, 0)), "step": (2, 1, (6, 6)),
        "steps_apart": (2, 1, (6, 3)), "verify": (1, 3, (4,))}


def attend(name, run, attributes="", packed=False, capacity=0, more=None,
           rotary=False):
    """A cache that grows, or one of `capacity`; `more` are further operands:
    their place, type and elements."""
    batch, new, before = RUNS[run]
    total = max(before) + new
    past = capacity or max(before)
    inputs, run_inputs = [], {}
    operands = [""] * 16

    def add(place, name, kind, array):
        operands[place] = name
        inputs.append(f"{kind} {name}")
        run_inputs[name] = array

    if packed:
        add(0, "q", f"float[n, s, {Q + 2 * KV}]", draw(1, batch, new, Q + 2 * KV))
    else:
        add(0, "q", f"float[n, s, {Q}]", draw(1, batch, new, Q))
        add(1, "k", f"float[n, s, {KV}]", draw(2, batch, new, KV))
        add(2, "v", f"float[n, s, {KV}]", draw(3, batch, new, KV))
    for place, key in ((3, "pk"), (4, "pv")):
        cache = draw(place, batch, KV_HEADS, past, SIZE)
        # onnxruntime gives zeros in place of what no key is in.
        for rows, size in zip(cache, before):
            rows[:, size:] = 0
        add(place, key, f"float[n, {KV_HEADS}, c, {SIZE}]", cache)
    add(5, "lengths", "int32[n]", [size + new - 1 for size in before])
    add(6, "total", "int32", total)
    if rotary:
        angles = np.arange(32)[:, None] / 3.0 ** np.arange(SIZE // 2)
        add(7, "c", f"float[32, {SIZE // 2}]", np.cos(angles))
        add(8, "d", f"float[32, {SIZE // 2}]", np.sin(angles))
        attributes += ", do_rotary = 1"
    for place, key, kind, array in more or ():
        add(place, key, kind, array)
    while not operands[-1]:
        operands.pop()
    cache = f"float[n, {KV_HEADS}, t, {SIZE}]"
    return op(f"ms_cache_{name}_{run}{'_of_a_capacity' if capacity else ''}",
              ", ".join(inputs),
              f"float[n, s, {Q}] y, {cache} fk, {cache} fv",
              f"y, fk, fv = {{}}GroupQueryAttention <num_heads = {HEADS}, "
              f"kv_num_heads = {KV_HEADS}{attributes}> ({', '.join(operands)})",
              [run_inputs], sizes_known=False)


def normalized():
    """onnxruntime's CPU kernel does not normalise: it is given what is."""
    weights = {"qn": draw(9, SIZE), "kn": draw(10, SIZE)}
    case = attend("normalized", "step", rotary=True,
                  more=[(14, "qn", f"float[{SIZE}]", weights["qn"]),
                        (15, "kn", f"float[{SIZE}]", weights["kn"])])
    plain = attend("normalized", "step", rotary=True)
    inputs = dict(plain.inputs[0])
    for name in "qk":
        x = inputs[name].reshape(2, 1, -1, SIZE)
        root = np.sqrt((x * x).mean(-1, keepdims=True) + 1e-6)
        inputs[name] = (x / root * weights[name + "n"]).reshape(
            inputs[name].shape)
    model = onnx.parser.parse_model(
        f"<ir_version: 8, opset_import: [{IMPORTS}]> {plain.text}")
    types = {value.name: onnx.helper.tensor_dtype_to_np_dtype(
        value.type.tensor_type.elem_type) for value in model.graph.input}
    case.expected = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]).run(
            None, {name: np.asarray(array, types[name])
                   for name, array in inputs.items()})
    return case


CASES = [
    *(attend("plain", run) for run in ("prompt", "step", "verify")),
    *(attend("plain", run, capacity=12) for run in RUNS),
    *(attend("packed", run, packed=True) for run in ("prompt", "step")),
    *(attend("rotated", run, rotary=True)
      for run in ("prompt", "step", "verify")),
    *(attend("rotated", run, rotary=True, capacity=12) for run in RUNS),
    attend("interleaved", "step", ", rotary_interleaved = 1", rotary=True,
           packed=True),
    *(attend("window", run, ", local_window_size = 2")
      for run in ("prompt", "step", "verify")),
    attend("capped", "step", ", softcap = 2.0, scale = 0.4"),
    attend("smooth", "prompt", ", smooth_softmax = 1"),
    attend("sinks", "step",
           more=[(11, "h", f"float[{HEADS}]", draw(7, HEADS))]),
    attend("biased", "step",
           more=[(10, "b", f"float[1, {HEADS}, s, u]", draw(8, 1, HEADS, 1, 7))]),
    normalized(),
]
