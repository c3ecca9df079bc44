"""onnxruntime's AttnLSTM, beside its own kernel.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from microsoft import draw, op

INPUTS, HIDDEN, DEPTH, SCORED = 5, 4, 3, 6


def attn_lstm(name, runs, attributes="", directions=1, layer=0, optional=()):
    """`runs` are [steps, batch, places], and lengths by their names; `layer`
    is the size of the attention layer, 0 for none."""
    d, h = directions, HIDDEN
    shapes = {"X": ("t", "n", INPUTS),
              "W": (d, 4 * h, INPUTS + (layer or DEPTH)), "R": (d, 4 * h, h),
              "B": (d, 8 * h), "sequence_lens": ("n",),
              "initial_h": (d, "n", h), "initial_c": (d, "n", h),
              "P": (d, 3 * h), "QW": (d, h, SCORED), "MW": (d, DEPTH, SCORED),
              "V": (d, SCORED), "M": ("n", "m", DEPTH),
              "memory_seq_lens": ("n",), "AW": (d, DEPTH + h, layer)}
    left_out = {"B", "sequence_lens", "initial_h", "initial_c", "P",
                "memory_seq_lens", "AW"} - set(optional)
    if layer:
        left_out.remove("AW")
    kept = [label for label in shapes if label not in left_out]
    types = {label: "int32" if label.endswith("_lens") else "float"
             for label in kept}
    inputs = ", ".join(
        f"{types[label]}[{', '.join(map(str, shapes[label]))}] {label}"
        for label in kept)
    operands = ", ".join(label if label in kept else "" for label in shapes)
    given = []
    for steps, batch, places, lengths in runs:
        sizes = {"t": steps, "n": batch, "m": places}
        given.append({label: lengths[label] if label in lengths else draw(
            i, *(sizes.get(size, size) for size in shapes[label])) / 2
            for i, label in enumerate(kept)})
    return op(name, inputs, f"float[t, {d}, n, {h}] Y, float[{d}, n, {h}] Y_h, "
              f"float[{d}, n, {h}] Y_c",
              f"Y, Y_h, Y_c = {{}}AttnLSTM <hidden_size = {h}{attributes}> "
              f"({operands.rstrip(', ')})", given)


SIZES = [(3, 2, 5, {}), (1, 1, 1, {}), (7, 3, 17, {}), (2, 1, 33, {})]
LENGTHS = [
    (5, 3, 4, {"sequence_lens": [2, 5, 1], "memory_seq_lens": [4, 1, 3]}),
    (5, 2, 17, {"sequence_lens": [3, 3], "memory_seq_lens": [17, 16]})]
STATES = ("B", "initial_h", "initial_c", "P")

CASES = [
    attn_lstm("ms_attn_lstm", SIZES),
    attn_lstm("ms_attn_lstm_with_a_layer", SIZES, layer=7, optional=STATES),
    attn_lstm("ms_attn_lstm_of_lengths", LENGTHS,
              optional=("sequence_lens", "memory_seq_lens")),
    attn_lstm("ms_attn_lstm_backwards", LENGTHS, ', direction = "reverse"',
              layer=2, optional=("sequence_lens", "memory_seq_lens", "B")),
    attn_lstm("ms_attn_lstm_both_ways", LENGTHS,
              ', direction = "bidirectional"', 2, layer=3,
              optional=("sequence_lens", "memory_seq_lens") + STATES),
    attn_lstm("ms_attn_lstm_of_whole_sequences_both_ways", SIZES,
              ', direction = "bidirectional"', 2),
    attn_lstm("ms_attn_lstm_of_other_activations", SIZES,
              ', direction = "bidirectional", clip = 0.5, input_forget = 1, '
              'activations = ["HardSigmoid", "Affine", "Tanh", "Sigmoid", '
              '"LeakyRelu", "ScaledTanh"], activation_alpha = [0.3, 0.8, 0.1, '
              '1.2], activation_beta = [0.4, 0.1, 0.7]', 2),
]
