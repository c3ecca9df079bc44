"""onnxruntime's operators of matrices, spectra and integers, beside its own
kernels or a NumPy form of the schemas' texts.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from microsoft import draw, op


def invert(name, *shapes, kind="float"):
    rank = len(shapes[0])
    sizes = ", ".join([f"b{i}" for i in range(rank - 2)] + ["n", "n"])
    return op("ms_inverse_" + name, f"{kind}[{sizes}] x", f"{kind}[{sizes}] y",
              "y = {}Inverse(x)",
              [{"x": draw(1, *shape) + 3 * np.eye(shape[-1])}
               for shape in shapes])


# Pivots are below the diagonal.
SHIFTED = np.roll(np.diag([2.0, -4.0, 0.5, 8.0]), 1, 0)

INVERSES = [
    invert("of_matrices", (3, 4, 4), (1, 7, 7), (0, 2, 2)),
    invert("of_one", (2, 2), (1, 1), (9, 9)),
    invert("of_batches", (2, 3, 5, 5)),
    invert("double", (2, 6, 6), kind="double"),
    op("ms_inverse_by_pivots", "float[n, n] x", "float[n, n] y",
       "y = {}Inverse(x)", [{"x": SHIFTED}],
       expected=[np.linalg.inv(SHIFTED)]),
]

SIGNAL = draw(2, 3, 8)
SPECTRUM = np.fft.rfft(SIGNAL)
PAIRS = np.stack([SPECTRUM.real, SPECTRUM.imag], -1)
BYTES = np.random.RandomState(3).randint(0, 256, (3, 4, 5))
SIGNED = np.random.RandomState(4).randint(-128, 128, (4, 5))
A, B = draw(5, 3, 4), draw(6, 3, 5)

BY_THE_TEXT = [
    op("ms_rfft", "float[n, 8] x", "float[n, 5, 2] y", "y = {}Rfft(x)",
       [{"x": SIGNAL}], expected=[PAIRS]),
    op("ms_irfft", "float[n, 5, 2] x", "float[n, 8] y",
       "y = {}Irfft <signal_ndim = 1> (x)", [{"x": PAIRS}], expected=[SIGNAL]),
    op("ms_sparse_product", "float[k, m] x, float[k, n] z", "float[m, n] y",
       "y = {}SparseToDenseMatMul <transA = 1, alpha = 0.5> (x, z)",
       [{"x": A, "z": B}], expected=[0.5 * A.T @ B]),
    op("ms_mul_integer", "uint8[a, b, c] x, int8[b, c] z, uint8 p, int8 q",
       "int32[a, b, c] y", "y = {}MulInteger(x, p, z, q)",
       [{"x": BYTES, "z": SIGNED, "p": 7, "q": -3}],
       expected=[(BYTES - 7) * (SIGNED + 3)]),
    op("ms_mul_integer_without_points", "uint8[a, b, c] x, int8[b, c] z",
       "int32[a, b, c] y", "y = {}MulInteger(x, , z)",
       [{"x": BYTES, "z": SIGNED}], expected=[BYTES * SIGNED]),
    op("ms_sum_of_bytes", "uint8[a, b, c] x", "uint32[a, c] y",
       "y = {}ReduceSumInteger <axes = [1], keepdims = 0> (x)",
       [{"x": BYTES}], expected=[BYTES.sum(1)]),
    op("ms_sum_of_signed_bytes", "int8[a, b] x", "int32[a, 1] y",
       "y = {}ReduceSumInteger <axes = [-1], keepdims = 1> (x)",
       [{"x": SIGNED}], expected=[SIGNED.sum(1, keepdims=True)]),
]


def finite(name, expected, *values, **attributes):
    text = ", ".join(f"{key} = {value}" for key, value in attributes.items())
    names = [f"x{i}" for i in range(len(values))]
    return op("ms_all_finite_" + name,
              ", ".join(f"float[n{i}] {x}" for i, x in enumerate(names)),
              "bool y", f"y = {{}}IsAllFinite <{text}> ({', '.join(names)})"
              .replace(" <>", ""),
              [dict(zip(names, values))], expected=[np.array(expected)])


FINITE = [
    finite("so", True, [1.0, 2.0], []),
    finite("nan", False, [1.0, np.nan]),
    finite("infinite", False, [1.0], [3.0, -np.inf]),
    finite("infinite_only", True, [1.0, np.nan], isinf_only=1),
    finite("nan_only", True, [1.0, np.inf], isnan_only=1),
]

CASES = INVERSES + BY_THE_TEXT + FINITE
