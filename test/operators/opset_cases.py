#!/usr/bin/env python3
"""Tests of operators as old opsets had them, each with what it computed then.
run_backend_tests.py runs them with --cases opset.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
from onnx import TensorProto, helper

import case_writer

RANDOM = np.random.RandomState(0)
F32, I64 = np.float32, np.int64


def normal(*shape):
    return RANDOM.standard_normal(shape).astype(F32)


def softmax(x, axis):
    """Before opset 13: of a matrix, the dimensions from the axis on joined."""
    rows = x.reshape(int(np.prod(x.shape[:axis])), -1)
    e = np.exp(rows - rows.max(1, keepdims=True))
    return (e / e.sum(1, keepdims=True)).reshape(x.shape)


A, B, C, D = normal(2, 3, 4, 5), normal(3, 4), normal(5), normal(2, 3, 4, 5)
M, N = normal(3, 4), normal(4, 5)
BOOLS = A > 0, B > 0
CHANNEL = normal(3)
POSITIVE = np.abs(normal(3)) + 1
INTS = RANDOM.randint(0, 5, (2, 3, 4, 5)).astype(np.int32)
OLD = {"consumed_inputs": [0, 0]}


def aligned(b):
    return b.reshape(3, 4, 1)


def slope(x):
    return np.where(x < 0, x * CHANNEL.reshape(3, 1, 1), x)


def normalized(x):
    def wide(v):
        return v.reshape(3, 1, 1)
    mean, scale = wide(CHANNEL), wide(POSITIVE)
    return (x - mean) / np.sqrt(scale + 1e-5) * scale + mean


def upsampled(x):
    return x.repeat(2, 2).repeat(3, 3)


def normalized_elements(x, scale, bias, mean, variance):
    return (x - mean) / np.sqrt(variance + F32(1e-5)) * scale + bias


def normalized_groups(x, scale, bias):
    """Of two groups, whose scales they are."""
    rows = x.reshape(x.shape[0], 2, -1)
    rows = rows - rows.mean(2, keepdims=True)
    rows = rows / np.sqrt((rows * rows).mean(2, keepdims=True) + 1e-5)
    return (rows * scale[:, None] + bias[:, None]).reshape(x.shape)


def selu(x):
    return np.where(x < 0, 1.0507 * 1.6732 * (np.exp(x) - 1), 1.0507 * x)


def places(size, scale, half=0.0):
    """What a dimension of the result is made from: places of the input."""
    return (np.arange(int(np.floor(size * scale))) + half) / F32(scale)


def asymmetric(x, *scales):
    """Rounded down, of the last two dimensions."""
    rows, columns = (np.floor(places(size, scale)).astype(int)
                     for size, scale in zip(x.shape[-2:], scales))
    return x[..., rows[:, None], columns]


def asymmetric_linear(x, *scales):
    for axis, scale in zip((-2, -1), scales):
        size = x.shape[axis]
        at = places(size, scale)
        low = np.minimum(np.floor(at).astype(int), size - 1)
        high = np.minimum(low + 1, size - 1)
        part = (at - low).astype(F32).reshape((-1, 1) if axis == -2 else -1)
        x = x.take(low, axis) * (1 - part) + x.take(high, axis) * part
    return x.astype(F32)


def half_pixel_for_nearest(x, *scales, rounded=np.floor):
    rows, columns = (
        np.clip(rounded(places(size, scale, 0.5)).astype(int), 0, size - 1)
        for size, scale in zip(x.shape[-2:], scales))
    return x[..., rows[:, None], columns]


def hardmax(x, axis):
    rows = x.reshape(int(np.prod(x.shape[:axis])), -1)
    return np.eye(rows.shape[1], dtype=F32)[rows.argmax(1)].reshape(x.shape)


def one_hot(indices, depth):
    return (indices[:, None] == np.arange(depth)).astype(F32) * 3 - 1


def largest(x, k):
    order = np.argsort(-x, axis=-1, kind="stable")[..., :k]
    return np.take_along_axis(x, order, -1), order


BINARY = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply,
          "Div": np.divide}
ELEMENTS = [normal(3, 4, 5) for _ in range(3)] + [np.abs(normal(3, 4, 5)) + 1]
GROUPED, GROUP_SCALE, GROUP_BIAS = normal(2, 4, 5), normal(2), normal(2)
NORM_INPUTS = [A, POSITIVE, CHANNEL, CHANNEL, POSITIVE]

# (name, opset, operator, attributes, inputs, results); an input in a tuple is
# an initializer.
FORMS = [
    ("PRelu_1", 5, "PRelu", OLD, [A, CHANNEL], [slope(A)]),
    ("PRelu_6", 6, "PRelu", {}, [A, CHANNEL], [slope(A)]),
    ("PRelu_6_one", 6, "PRelu", {}, [A, CHANNEL[:1]],
     [np.where(A < 0, A * CHANNEL[0], A)]),
    ("And_1_axis", 6, "And", {"broadcast": 1, "axis": 1}, list(BOOLS),
     [BOOLS[0] & aligned(BOOLS[1])]),
    ("Or_1_axis", 6, "Or", {"broadcast": 1, "axis": 1}, list(BOOLS),
     [BOOLS[0] | aligned(BOOLS[1])]),
    ("Xor_1", 6, "Xor", {}, [BOOLS[0], D > 0], [BOOLS[0] ^ (D > 0)]),
    ("Equal_1_suffix", 6, "Equal", {"broadcast": 1}, [INTS, INTS[0, 0, 0]],
     [INTS == INTS[0, 0, 0]]),
    ("Less_1_axis", 6, "Less", {"broadcast": 1, "axis": 1}, [A, B],
     [A < aligned(B)]),
    ("Greater_1_axis_negative", 6, "Greater", {"broadcast": 1, "axis": -3},
     [A, B], [A > aligned(B)]),
    ("Pow_1", 6, "Pow", {"broadcast": 1}, [np.abs(A), C], [np.abs(A) ** C]),
    ("Cast_1", 5, "Cast", {"to": "INT32"}, [A], [A.astype(np.int32)]),
    ("Cast_6", 6, "Cast", {"to": TensorProto.DOUBLE}, [A],
     [A.astype(np.float64)]),
    ("Gemm_1_broadcast", 5, "Gemm", {"broadcast": 1, "alpha": 2.0},
     [M, N, C], [2 * M @ N + C]),
    ("Gemm_6", 6, "Gemm", {"transA": 1}, [M.T.copy(), N, normal(3, 5) * 0],
     [M @ N]),
    ("Pad_1", 1, "Pad", {"paddings": [0, 0, 1, 0, 0, 0, 0, 2], "value": 1.5},
     [A], [np.pad(A, ((0, 0), (0, 0), (1, 0), (0, 2)), constant_values=1.5)]),
    ("Pad_2", 10, "Pad", {"pads": [0, 0, 1, 0, 0, 0, 0, 2], "mode": "edge"},
     [A], [np.pad(A, ((0, 0), (0, 0), (1, 0), (0, 2)), "edge")]),
    ("Pad_2_double", 10, "Pad", {"pads": [0, 0, 1, 0, 0, 0, 0, -2],
                                 "value": 1.5}, [A.astype(np.float64)],
     [np.pad(A[..., :-2].astype(np.float64), ((0, 0), (0, 0), (1, 0), (0, 0)),
             constant_values=1.5)]),
    ("Split_1", 1, "Split", {"axis": 3, "split": [2, 3]}, [A],
     [A[..., :2], A[..., 2:]]),
    ("Split_2_equal", 12, "Split", {"axis": 0}, [A], [A[:1], A[1:]]),
    ("Tile_1", 5, "Tile", {}, [A, (np.array(2, F32),), (np.array(1, F32),)],
     [np.tile(A, (1, 2, 1, 1))]),
    ("Reshape_1", 4, "Reshape", {"shape": [0, -1, 5]}, [A],
     [A.reshape(2, 12, 5)]),
    ("Softmax_1", 10, "Softmax", {"axis": 1}, [A], [softmax(A, 1)]),
    ("Softmax_11_empty", 12, "Softmax", {"axis": 0}, [A[:0]], [A[:0]]),
    ("Softmax_11", 12, "Softmax", {"axis": 2}, [A], [softmax(A, 2)]),
    ("LogSoftmax_1", 10, "LogSoftmax", {}, [A], [np.log(softmax(A, 1))]),
    ("BatchNormalization_1", 5, "BatchNormalization",
     {"is_test": 1, "consumed_inputs": [0, 0, 0, 0, 0]}, NORM_INPUTS,
     [normalized(A)]),
    ("BatchNormalization_6", 6, "BatchNormalization", {"is_test": 1},
     NORM_INPUTS, [normalized(A)]),
    ("BatchNormalization_7", 8, "BatchNormalization", {}, NORM_INPUTS,
     [normalized(A)]),
    ("BatchNormalization_9", 13, "BatchNormalization", {}, NORM_INPUTS,
     [normalized(A)]),
    ("Dropout_1", 5, "Dropout", {"is_test": 1, "ratio": 0.3}, [A], [A]),
    ("Dropout_6", 6, "Dropout", {"is_test": 1}, [A], [A]),
    ("Dropout_7", 9, "Dropout", {"ratio": 0.3}, [A], [A]),
    ("BatchNormalization_6_elements", 6, "BatchNormalization",
     {"is_test": 1, "spatial": 0}, [A, *ELEMENTS],
     [normalized_elements(A, *ELEMENTS)]),
    ("BatchNormalization_7_elements", 8, "BatchNormalization", {"spatial": 0},
     [A, *ELEMENTS], [normalized_elements(A, *ELEMENTS)]),
    ("GroupNormalization_18", 20, "GroupNormalization", {"num_groups": 2},
     [GROUPED, GROUP_SCALE, GROUP_BIAS],
     [normalized_groups(GROUPED, GROUP_SCALE, GROUP_BIAS)]),
    ("Dropout_7_mask", 9, "Dropout", {}, [A], [A, np.ones_like(A)]),
    ("Dropout_10", 11, "Dropout", {"ratio": 0.3}, [A], [A]),
    ("Clip_1", 5, "Clip", {"min": -0.5, "max": 0.5}, [A],
     [np.clip(A, -0.5, 0.5)]),
    ("Clip_6", 10, "Clip", {"min": -0.5}, [A], [np.maximum(A, F32(-0.5))]),
    ("Clip_6_double", 10, "Clip", {"max": 0.5}, [A.astype(np.float64)],
     [np.minimum(A, 0.5).astype(np.float64)]),
    ("Clip_1_half", 5, "Clip", {"min": -0.5}, [A.astype(np.float16)],
     [np.maximum(A, F32(-0.5)).astype(np.float16)]),
    ("Selu_1", 5, "Selu", {}, [A * 20], [selu(A * 20).astype(F32)]),
    ("Erf_9_integers", 12, "Erf", {}, [INTS * 7],
     [(INTS > 0).astype(np.int32)]),
    ("ReduceLogSum_1_integers", 17, "ReduceLogSum", {"axes": [1]}, [INTS + 1],
     [np.log((INTS + 1).sum(1, keepdims=True)).astype(np.int32)]),
    ("ReduceLogSumExp_13_integers", 17, "ReduceLogSumExp", {"axes": [-1]},
     [INTS], [np.log(np.exp(INTS).sum(-1, keepdims=True)).astype(np.int32)]),
    ("Add_1_one_element", 6, "Add", {"broadcast": 1, "axis": 2},
     [A, np.array([[[2]]], F32)], [A + 2]),
    ("Slice_1", 9, "Slice", {"starts": [1, 0], "ends": [9, -1],
                             "axes": [1, 3]}, [A], [A[:, 1:, :, :-1]]),
    ("TopK_1", 9, "TopK", {"k": 2}, [A], list(largest(A, 2))),
    ("Upsample_7", 8, "Upsample", {"scales": [1.0, 1.0, 2.0, 3.0]}, [A],
     [upsampled(A)]),
    ("Upsample_9", 9, "Upsample", {},
     [A, (np.array([1, 1, 2, 3], F32),)], [upsampled(A)]),
    ("Resize_10", 10, "Resize", {},
     [A, (np.array([1, 1, 2, 3], F32),)], [upsampled(A)]),
    ("Upsample_7_uneven", 8, "Upsample", {"scales": [1.0, 1.0, 1.6, 2.3]},
     [A], [asymmetric(A, 1.6, 2.3)]),
    ("Upsample_9_less", 9, "Upsample", {"mode": "nearest"},
     [A, (np.array([1, 1, 2.4, 1.7], F32),)], [asymmetric(A, 2.4, 1.7)]),
    ("Upsample_9_linear", 9, "Upsample", {"mode": "linear"},
     [A, (np.array([1, 1, 2.5, 1.7], F32),)], [asymmetric_linear(A, 2.5, 1.7)]),
    ("Resize_10_uneven", 10, "Resize", {},
     [A, (np.array([1, 1, 1.6, 2.3], F32),)], [asymmetric(A, 1.6, 2.3)]),
    ("Resize_10_down", 10, "Resize", {},
     [A, (np.array([1, 1, 0.6, 0.5], F32),)], [asymmetric(A, 0.6, 0.5)]),
    ("Resize_10_linear", 10, "Resize", {"mode": "linear"},
     [A, (np.array([1, 1, 2, 3], F32),)], [asymmetric_linear(A, 2, 3)]),
    ("Resize_11_tf_half_pixel_for_nn", 11, "Resize",
     {"coordinate_transformation_mode": "tf_half_pixel_for_nn",
      "nearest_mode": "floor"},
     [A, (np.zeros(0, F32),), (np.array([1, 1, 1.6, 2.3], F32),)],
     [half_pixel_for_nearest(A, 1.6, 2.3)]),
    ("Resize_12_tf_half_pixel_for_nn_round", 12, "Resize",
     {"coordinate_transformation_mode": "tf_half_pixel_for_nn"},
     [A, (np.zeros(0, F32),), (np.array([1, 1, 2.7, 0.6], F32),)],
     [half_pixel_for_nearest(A, 2.7, 0.6,
                             rounded=lambda x: np.ceil(x - 0.5))]),
    ("Hardmax_1", 10, "Hardmax", {}, [A], [hardmax(A, 1)]),
    ("Hardmax_11", 12, "Hardmax", {"axis": 2}, [A], [hardmax(A, 2)]),
    ("OneHot_9_negative", 10, "OneHot", {},
     [np.array([0, -1, 2, 5, -3], I64), (np.array(4, I64),),
      (np.array([-1, 2], F32),)],
     [one_hot(np.array([0, -1, 2, 5, -3]), 4)]),
    ("Squeeze_1", 12, "Squeeze", {"axes": [0]}, [A[:1]], [A[0]]),
    ("Unsqueeze_1", 12, "Unsqueeze", {"axes": [0, 2]}, [B],
     [B[None, :, None]]),
    ("ReduceSum_1", 12, "ReduceSum", {"axes": [1], "keepdims": 0}, [A],
     [A.sum(1)]),
    ("ReduceMean_1", 17, "ReduceMean", {"axes": [-1]}, [A],
     [A.mean(-1, keepdims=True)]),
    ("ArgMax_1", 10, "ArgMax", {"axis": 1, "keepdims": 0}, [A],
     [A.argmax(1)]),
    ("Concat_1", 3, "Concat", {}, [A, D], [np.concatenate([A, D], 1)]),
    ("Flatten_1", 8, "Flatten", {"axis": 2}, [A], [A.reshape(6, 20)]),
    ("Sum_6", 6, "Sum", {}, [A, D, A], [A + D + A]),
    ("Mean_6", 6, "Mean", {}, [A, D], [(A + D) / 2]),
    ("Max_6", 6, "Max", {}, [A, D], [np.maximum(A, D)]),
    ("Upsample_10_deprecated", 12, "Upsample", {},
     [A, (np.array([1, 1, 1.6, 2.3], F32),)], [asymmetric(A, 1.6, 2.3)]),
    ("Scatter_11_deprecated", 12, "Scatter", {},
     [M, (np.array([[1, 2]], I64),), (np.array([[8, 9]], F32),)],
     [np.array([M[0], [8, *M[1, 1:]], [M[2, 0], 9, *M[2, 2:]]], F32)]),
    ("Scatter_9", 10, "Scatter", {"axis": 1},
     [M, (np.array([[1, 3]], I64),), (np.array([[8, 9]], F32),)],
     [np.array([[M[0, 0], 8, M[0, 2], 9], *M[1:]], F32)]),
    ("Gather_1", 10, "Gather", {"axis": 1}, [A, (np.array([2, 0], I64),)],
     [A[:, [2, 0]]]),
    ("MatMul_1", 8, "MatMul", {}, [M, N], [M @ N]),
    ("LpPool_1", 1, "LpPool", {"kernel_shape": [4, 5], "p": 2.0}, [A],
     [np.sqrt((A * A).sum((2, 3), keepdims=True))]),
    ("GlobalLpPool_1", 1, "GlobalLpPool", {"p": 2.0}, [A],
     [np.sqrt((A * A).sum((2, 3), keepdims=True))]),
    ("MeanVarianceNormalization_9_double", 12, "MeanVarianceNormalization", {},
     [A.astype(np.float64)],
     [((A - A.mean((0, 2, 3), keepdims=True)) / A.std((0, 2, 3), keepdims=True))
      .astype(np.float64)]),
    ("GlobalLpPool_1_third", 1, "GlobalLpPool", {"p": 3.0}, [A],
     [(np.abs(A) ** 3).sum((2, 3), keepdims=True) ** (1 / 3)]),
    ("MaxPool_10_in_padding", 11, "MaxPool",
     {"kernel_shape": [2, 2], "strides": [3, 3], "pads": [1, 1, 1, 1],
      "ceil_mode": 1}, [np.full((1, 1, 5, 5), 2, F32)],
     [np.full((1, 1, 2, 2), 2, F32)]),
    ("MaxPool_1", 7, "MaxPool", {"kernel_shape": [4, 5]}, [A],
     [A.max((2, 3), keepdims=True)]),
    ("AveragePool_1", 6, "AveragePool", {"kernel_shape": [4, 5]}, [A],
     [A.mean((2, 3), keepdims=True)]),
    ("HardSigmoid_1", 5, "HardSigmoid", {"consumed_inputs": [0]}, [A],
     [np.clip(A * F32(0.2) + F32(0.5), 0, 1)]),
]
for _op, _function in BINARY.items():
    FORMS += [
        (f"{_op}_1_axis", 5, _op, {"broadcast": 1, "axis": 1, **OLD},
         [A, np.abs(B) + 1], [_function(A, aligned(np.abs(B) + 1))]),
        (f"{_op}_6_suffix", 6, _op, {"broadcast": 1}, [A, np.abs(C) + 1],
         [_function(A, np.abs(C) + 1)]),
    ]


def recurrent_forms():
    """One step from zero state: LSTM-1, GRU-1 and RNN-1."""
    x, hidden = normal(1, 2, 3), 2

    def sigmoid(v):
        return 1 / (1 + np.exp(-v))

    w, r = normal(1, hidden, 3), normal(1, hidden, hidden)
    h = np.tanh(x[0] @ w[0].T)
    yield ("RNN_1", 6, "RNN", {"hidden_size": hidden, "output_sequence": 1},
           [x, (w,), (r,)], [h[None, None]])
    w, r = normal(1, 4 * hidden, 3), normal(1, 4 * hidden, hidden)
    i, o, _, c = np.split(x[0] @ w[0].T, 4, axis=1)
    h = sigmoid(o) * np.tanh(sigmoid(i) * np.tanh(c))
    yield ("LSTM_1", 6, "LSTM", {"hidden_size": hidden, "output_sequence": 1},
           [x, (w,), (r,)], [h[None, None]])
    w, r = normal(1, 3 * hidden, 3), normal(1, 3 * hidden, hidden)
    z, _, c = np.split(x[0] @ w[0].T, 3, axis=1)
    h = (1 - sigmoid(z)) * np.tanh(c)
    for version, opset in ((1, 2), (3, 6)):
        yield (f"GRU_{version}", opset, "GRU",
               {"hidden_size": hidden, "output_sequence": 1},
               [x, (w,), (r,)], [h[None, None], h[None]])


def list_cases():
    for name, opset, op, attributes, operands, results in (
            *FORMS, *recurrent_forms()):
        inputs, constants, labels = [], [], []
        for i, operand in enumerate(operands):
            labels.append(f"x{i}")
            if isinstance(operand, tuple):
                constants.append((f"x{i}", operand[0]))
            else:
                inputs.append((f"x{i}", operand))
        outputs = [(f"y{i}", np.asarray(r)) for i, r in enumerate(results)]
        node = helper.make_node(op, labels, [o for o, _ in outputs],
                                **attributes)
        model = case_writer.make_model([node], inputs, outputs, opset,
                                       constants)
        yield (f"opset_{name}", op, model, inputs, outputs, 1e-4, 1e-5)


def materialise(folder):
    return case_writer.write_cases(folder, list_cases())


if __name__ == "__main__":
    import sys
    print(len(materialise(sys.argv[1])), "tests")
