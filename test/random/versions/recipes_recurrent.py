"""RNN, GRU, LSTM; attention; sequences of signals.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from recipe import B, Operand, Recipe, Scalar, V, X

FLOATS = ["float", "double", "float16"]
HIDDEN, SIZE, LENGTH, BATCH = 4, 3, 5, 2


def ways(a):
    return 2 if a.get("direction") == "bidirectional" else 1


def small(*shape, **more):
    return Operand(shape, low=-0.7, high=0.7, **more)


def weight(*shape):
    return small(*shape, is_bound=True)


def sequence(a):
    return small(*((BATCH, LENGTH) if a.get("layout") else (LENGTH, BATCH)),
                 SIZE)


def state(a):
    return small(*((BATCH, ways(a)) if a.get("layout") else (ways(a), BATCH)),
                 HIDDEN)


def lengths(_):
    return V([5, 3], np.int32)


def weights(gates):
    return [lambda a: weight(ways(a), gates * HIDDEN, SIZE),
            lambda a: weight(ways(a), gates * HIDDEN, HIDDEN)]


def bias(gates):
    return lambda a: weight(ways(a), 2 * gates * HIDDEN)


def recurrent(op, gates, activations, more, **others):
    states = [state, state] if op == "LSTM" else [state]
    full = [sequence, *weights(gates), bias(gates), lengths, *states]
    alternatives = [[sequence, *weights(gates)], full,
                    [sequence, *weights(gates), bias(gates)],
                    [sequence, *weights(gates), None, lengths]]
    if op == "LSTM":
        alternatives.append(full + [lambda a: weight(ways(a), 3 * HIDDEN)])
    attributes = {"direction": ["forward", "reverse", "bidirectional"],
                  "activations": activations, "clip": [0.3], **more}
    outputs = 3 if op == "LSTM" else 2
    valid = lambda o, a: len(a.get("activations", [0] * len(
        activations[0]) * ways(a))) == len(activations[0]) * ways(a)
    always = {"hidden_size": HIDDEN, "output_sequence": 1}
    yield Recipe(op, alternatives, attributes, always, versions=(1, 13),
                 outputs=outputs, types=FLOATS, valid=valid, draws=8, like=(7, {}))
    yield Recipe(op, alternatives, attributes, always, versions=(14, 99),
                 outputs=outputs, types=FLOATS, valid=valid, draws=10)
    # What onnxruntime has not, and the reference only so.
    yield Recipe(op, [[sequence, *weights(gates)],
                      [sequence, *weights(gates), bias(gates)]], {},
                 {**always, "layout": 1}, versions=(14, 99), outputs=outputs,
                 types=FLOATS)
    # Attributes of activations, which only some take.
    count = len(activations[0])
    yield Recipe(op, [[sequence, *weights(gates)]], {}, {
        **always, "activations": ["HardSigmoid", "LeakyRelu", "Elu"][:count],
        "activation_alpha": [0.3, 0.1, 0.5][:count],
        "activation_beta": [0.4]}, outputs=outputs, types=["float"], like=(7, {}))


def heads(*shape, bound=(1, 3)):
    """Heads and their size are bound."""
    return X(*shape, low=-1, high=1, is_bound=bound)


def joined(*shape):
    """[batch, sequence, heads * size]"""
    return heads(*shape, bound=(2,))


Q, KEY, VALUE = heads(2, 4, 3, 8), heads(2, 4, 5, 8), heads(2, 4, 5, 6)
ATTENTION = {"is_causal": [0, 1], "scale": [0.3], "softcap": [2.0],
             "qk_matmul_output_mode": [0, 1, 2, 3],
             "left_window_size": [-1, 1], "right_window_size": [-1, 1],
             "softmax_precision": [1]}

RECIPES = [
    *recurrent("RNN", 1, [["Relu"], ["Sigmoid"], ["Tanh", "Relu"]], {}),
    *recurrent("GRU", 3, [["Relu", "Sigmoid"], ["Sigmoid", "Tanh"],
                          ["Sigmoid", "Tanh", "Tanh", "Relu"]],
               {"linear_before_reset": [0, 1]}),
    *recurrent("LSTM", 4, [["Sigmoid", "Relu", "Tanh"],
                           ["Tanh", "Sigmoid", "Relu"]],
               {"input_forget": [0, 1]}),
    Recipe("Attention", [[Q, KEY, VALUE], [Q, KEY, VALUE, heads(3, 5)],
                         [Q, KEY, VALUE, B(2, 1, 3, 5)],
                         [heads(2, 4, 3, 8), heads(2, 2, 5, 8),
                          heads(2, 2, 5, 8)]],
           ATTENTION, types=FLOATS + ["bfloat16"], draws=8),
    Recipe("Attention", [[Q, heads(2, 4, 3, 8), heads(2, 4, 3, 6), None,
                          heads(2, 4, 2, 8), heads(2, 4, 2, 6)]],
           ATTENTION, outputs=4, types=["float"], draws=6),
    Recipe("Attention", [[joined(2, 3, 8), joined(2, 5, 4), joined(2, 5, 6)]],
           ATTENTION, {"q_num_heads": 4, "kv_num_heads": 2}, types=["float"],
           draws=4),
    Recipe("Attention", [[Q, KEY, VALUE, None, None, None,
                          V([5, 3], np.int64)]], {"is_causal": [0, 1]},
           versions=(24, 99), types=["float"]),
    Recipe("RotaryEmbedding", [
        [heads(2, 4, 3, 8), heads(9, 4), heads(9, 4),
         V([[0, 1, 2], [4, 5, 8]], np.int64)],
        [heads(2, 4, 3, 8), heads(2, 3, 4), heads(2, 3, 4)]],
           {"interleaved": [0, 1]}, types=FLOATS, draws=3),
    Recipe("RotaryEmbedding", [[heads(2, 3, 32), heads(2, 3, 4),
                                heads(2, 3, 4)]], {"interleaved": [0, 1]},
           {"num_heads": 4}, types=["float"]),
    Recipe("CausalConvWithState", [
        [heads(2, 4, 7), heads(4, 1, 3)],
        [heads(2, 4, 7), heads(4, 1, 3), heads(4), heads(2, 4, 2)]],
           {"activation": ["none", "silu", "swish"]}, outputs=2,
           types=["float"]),
    Recipe("LinearAttention", [
        [heads(2, 3, 8), heads(2, 3, 8), heads(2, 3, 8)]],
           {"scale": [0.3]},
           {"q_num_heads": 2, "kv_num_heads": 2, "update_rule": "linear"},
           outputs=2, types=["float"]),
    Recipe("SwiGLU", [[heads(2, 3, 8), heads(2, 3, 8)],
                      [heads(2, 8), heads(2, 8)]],
           {"alpha": [0.5]}, types=FLOATS),
    Recipe("DFT", [[X(2, 7, 1)], [X(2, 8, 2)], [X(2, 7, 1), Scalar(5)]],
           {"axis": [1], "inverse": [0, 1], "onesided": [0, 1]},
           versions=(17, 19), types=["float", "double"], draws=4,
           valid=lambda o, a: not a.get("onesided") or (
               o[0].shape[-1] == 1 and not a.get("inverse"))),
    Recipe("DFT", [[X(2, 7, 1), None, Scalar(1)], [X(2, 8, 2), None, Scalar(1)],
                   [X(2, 7, 1), Scalar(5), Scalar(1)], [X(2, 7, 1)],
                   [X(3, 7, 2), Scalar(4), Scalar(0)]],
           {"inverse": [0, 1], "onesided": [0, 1]},
           versions=(20, 99), types=["float", "double"], draws=4,
           valid=lambda o, a: not a.get("onesided") or (
               o[0].shape[-1] == 1 and not a.get("inverse"))),
    Recipe("STFT", [[X(2, 32, 1), Scalar(4), X(8)],
                    [X(2, 32, 1), Scalar(5), None, Scalar(16)],
                    [X(1, 32, 2), Scalar(4), X(8)]],
           {"onesided": [0, 1]}, types=["float", "double"],
           valid=lambda o, a: o[0].shape[2] == 1 or a.get("onesided") == 0),
    *(Recipe(op, [[Scalar(9)], [V(8, np.int64)]],
             {"periodic": [0, 1], "output_datatype": [1, 11]})
      for op in ("HannWindow", "HammingWindow", "BlackmanWindow")),
    Recipe("MelWeightMatrix", [[
        Scalar(6), Scalar(16), Scalar(8000), Scalar(50.0, np.float32),
        Scalar(3500.0, np.float32)]], {"output_datatype": [1, 11]}),
]
