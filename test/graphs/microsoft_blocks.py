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


def multiply_codes(name, k, n, block, kind, transposed=1, expected=False):
    """Codes of bitsandbytes; onnxruntime has no B that is not transposed."""
    random = np.random.RandomState(k)
    codes = random.randint(0, 256, (n * k + 1) // 2)
    scales = random.rand(-(-n * k // block)).astype(np.float32)
    rows = k if transposed else n
    x = draw(5, 3, rows)
    result = None
    if expected:
        table = np.array([0, 1 / 192, 2 / 3, 1, 1 / 3, 1 / 2, 1 / 6, 1 / 4])
        table = np.concatenate([table, -table])
        flat = np.stack([codes >> 4, codes & 15], 1).ravel()[:n * k]
        result = [x @ (table[flat] * np.repeat(scales, block)[:n * k])
                  .reshape(n, k)]
    return op("ms_bnb4_" + name,
              f"float[m, {rows}] x, uint8[{len(codes)}] b, "
              f"float[{len(scales)}] s",
              f"float[m, {n if transposed else k}] y",
              f"y = {{}}MatMulBnb4 <K = {k}, N = {n}, block_size = {block}, "
              f"quant_type = {kind}, transB = {transposed}> (x, b, s)",
              [{"x": x, "b": codes, "s": scales}], expected=result)


def multiply_blob(name, k, n, kind):
    """onnxruntime has none where a CPU lacks AVX-512: NumPy's results. A byte has
    elements that are 16 apart."""
    random = np.random.RandomState(k)
    blocks = -(-k // 32)
    blob = np.zeros((n, blocks, 20 + kind), np.uint8)
    scales = (random.rand(n, blocks, 1) / 16).astype(np.float32)
    blob[:, :, :4] = scales.view(np.uint8)
    if kind:
        blob[:, :, 4] = random.randint(0, 16, (n, blocks))
    blob[:, :, 4 + kind:] = random.randint(0, 256, (n, blocks, 16))
    codes = blob[:, :, 4 + kind:].astype(int)
    points = blob[:, :, 4:5].astype(int) if kind else 8
    weights = scales * (np.concatenate([codes & 15, codes >> 4], 2) - points)
    x = draw(6, 3, k)
    return op("ms_fp_q4_" + name,
              f"float[m, {k}] x, uint8[{blob.size}] b", f"float[m, {n}] y",
              f"s = Constant <value = int64[2] {{{k}, {n}}}> ()\n"
              f"  y = {{}}MatMulFpQ4 <blk_quant_type = {kind}> (x, b, s)",
              [{"x": x, "b": blob.ravel()}],
              expected=[x @ weights.reshape(n, -1)[:, :k].T])


CASES += [
    multiply_codes("of_minifloats", 64, 5, 16, 0),
    multiply_codes("of_normal_floats", 33, 3, 32, 1),
    multiply_codes("not_transposed", 35, 4, 16, 0, 0, expected=True),
    multiply_blob("symmetric", 64, 5, 0),
    multiply_blob("with_points", 100, 3, 1),
]
