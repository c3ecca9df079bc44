"""Weights of 2, 4 and 8 bits in blocks, beside onnxruntime.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from microsoft import draw, op


def multiply(name, k, n, block, bits=4, points="", bias=False, groups=False,
             rows=((3,), (1,), (2, 5))):
    """`points` are packed, real or left out."""
    random = np.random.RandomState(k + n + bits)
    blocks = -(-k // block)
    blob = block * bits // 8
    inputs = {"b": (f"uint8[{n}, {blocks}, {blob}]",
                    random.randint(0, 256, (n, blocks, blob))),
              "s": (f"float[{n}, {blocks}]",
                    random.rand(n, blocks).astype(np.float32) / 10)}
    operands = ["x", "b", "s", "", "", ""]
    if points == "packed":
        length = -(-blocks * bits // 8)
        inputs["z"] = (f"uint8[{n}, {length}]",
                       random.randint(0, 256, (n, length)))
    elif points:
        inputs["z"] = (f"float[{n}, {blocks}]",
                       (random.rand(n, blocks) * 2**bits).astype(np.float32))
    if points:
        operands[3] = "z"
    if groups:
        inputs["g"] = (f"int32[{k}]", random.permutation(
            np.arange(k) // block))
        operands[4] = "g"
    if bias:
        inputs["v"] = (f"float[{n}]", draw(3, n))
        operands[5] = "v"
    while not operands[-1]:
        operands.pop()
    cases = []
    for shape in rows:
        free = ", ".join(f"m{i}" for i in range(len(shape)))
        text = ", ".join(f"{kind} {key}" for key, (kind, _) in inputs.items())
        cases.append(op(
            f"ms_n_bits_{name}_rows_{'_'.join(map(str, shape))}",
            f"float[{free}, {k}] x, {text}", f"float[{free}, {n}] y",
            f"y = {{}}MatMulNBits <K = {k}, N = {n}, bits = {bits}, "
            f"block_size = {block}> ({', '.join(operands)})",
            [{"x": draw(5, *shape, k),
              **{key: array for key, (_, array) in inputs.items()}}]))
    return cases


CASES = [
    *multiply("plain", 64, 7, 32),
    *multiply("rest_of_a_block", 50, 7, 16),
    *multiply("packed_points", 96, 5, 32, points="packed", bias=True),
    *multiply("real_points", 64, 5, 16, points="real"),
    *multiply("of_8", 64, 5, 32, bits=8, points="packed"),
    *multiply("of_2", 128, 5, 32, bits=2, points="packed"),
    # With packed zero points as well onnxruntime takes those of other blocks.
    *multiply("in_groups", 64, 5, 16, groups=True, rows=((3,),)),
    op("ms_gather_of_blocks", "uint8[20, 32] data, int64[n, k] at, "
       "float[20, 4] s, uint8[20, 2] z", "float[n, k, 64] y",
       "y = {}GatherBlockQuantized <block_size = 16, bits = 4> (data, at, s, z)",
       [{"data": np.random.RandomState(1).randint(0, 256, (20, 32)),
         "at": [[0, 3, 19], [7, 7, 1]], "s": draw(2, 20, 4),
         "z": np.random.RandomState(3).randint(0, 256, (20, 2))}]),
    op("ms_gather_of_blocks_of_8_bits", "uint8[20, 64] data, int32[n] at, "
       "float[20, 4] s", "float[n, 64] y",
       "y = {}GatherBlockQuantized <block_size = 16, bits = 8> (data, at, s)",
       [{"data": np.random.RandomState(1).randint(0, 256, (20, 64)),
         "at": [0, 3, 19], "s": draw(2, 20, 4)}]),
]
