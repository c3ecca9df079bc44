"""AttnLSTM of com.microsoft. onnxruntime refuses float64 and lengths of 0, which
NumPy computes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from microsoft_models import Input, sigmoid

# With the numbers of alphas and betas that each takes.
ACTIVATIONS = {"Relu": (0, 0), "Tanh": (0, 0), "Sigmoid": (0, 0),
               "Softsign": (0, 0), "Softplus": (0, 0), "Affine": (1, 1),
               "LeakyRelu": (1, 0), "ThresholdedRelu": (1, 0),
               "ScaledTanh": (1, 1), "HardSigmoid": (1, 1), "Elu": (1, 0)}
DIRECTIONS = ("forward", "reverse", "bidirectional")


def attend(h, keys, memory, count, part):
    """What a state reads from `count` places of a memory."""
    scores = np.tanh(keys[:count] + h @ part["QW"]) @ part["V"]
    shares = np.exp(scores - scores.max(initial=0))
    context = shares @ memory[:count] / max(shares.sum(), 1e-300)
    return context if part["AW"] is None else \
        np.concatenate([h, context]) @ part["AW"]


def run_sequence(x, h, c, part, keys, memory, count):
    """The states of all steps; gates are input, output, forget and cell."""
    bias = 0 if part["B"] is None else sum(np.split(part["B"], 2))
    peepholes = np.zeros(3 * len(h)) if part["P"] is None else part["P"]
    pi, po, pf = np.split(peepholes, 3)
    read = np.zeros(part["W"].shape[1] - x.shape[1])
    states = []
    for row in x:
        sums = part["W"] @ np.concatenate([row, read]) + part["R"] @ h + bias
        i, o, f, g = np.split(sums, 4)
        c = sigmoid(f + pf * c) * c + sigmoid(i + pi * c) * np.tanh(g)
        h = sigmoid(o + po * c) * np.tanh(c)
        read = attend(h, keys, memory, count, part)
        states.append(h)
    return states, h, c


def compute(model):
    """With the default activations."""
    given = {name: entry and entry.array.astype(np.float64)
             for name, entry in model.inputs.items()}
    steps, batch, _ = given["X"].shape
    directions, _, hidden = given["R"].shape
    y = np.zeros((steps, directions, batch, hidden))
    last = np.zeros((2, directions, batch, hidden))
    for d in range(directions):
        part = {name: None if given[name] is None else given[name][d]
                for name in ("W", "R", "B", "P", "QW", "V", "AW")}
        backwards = d == 1 or model.attributes["direction"] == "reverse"
        for n in range(batch):
            length, count = (
                size if given[name] is None else int(given[name][n])
                for name, size in (("sequence_lens", steps),
                                   ("memory_seq_lens", given["M"].shape[1])))
            order = slice(None, None, -1 if backwards else 1)
            memory = given["M"][n]
            h, c = (np.zeros(hidden) if given[name] is None
                    else given[name][d, n] for name in ("initial_h",
                                                        "initial_c"))
            states, h, c = run_sequence(
                given["X"][:length, n][order], h, c, part,
                memory @ given["MW"][d], memory, count)
            if states:
                y[:length, d, n] = np.array(states)[order]
            last[:, d, n] = h, c
    return [y, last[0], last[1]]


def draw_activations(draw, count):
    names = [draw.choice(list(ACTIVATIONS)) for _ in range(count)]
    numbers = np.sum([ACTIVATIONS[name] for name in names], 0)
    return {"activations": names,
            "activation_alpha": [draw.uniform(0.1, 0.9)
                                 for _ in range(numbers[0])],
            "activation_beta": [draw.uniform(0.1, 0.9)
                                for _ in range(numbers[1])]}


def draw_attn_lstm(draw):
    direction = draw.choice(DIRECTIONS)
    d = 2 if direction == "bidirectional" else 1
    h, depth = draw.choice((1, 3, 4, 8, 17)), draw.choice((1, 2, 5, 16))
    scored, width = draw.choice((1, 3, 8, 17)), draw.choice((1, 2, 5, 16))
    layer, least = draw.choice((0, 0, 1, 3, 8)), draw.choice((1, 1, 0))
    sizes = (1, 2, 3, 5, 9) if least else (0, 1, 2, 3, 5, 9)
    steps, batch = draw.size("t", sizes), draw.size("n", sizes)
    places = draw.size("m", sizes + (17, 33))
    if not least and draw.maybe():
        draw.element = np.dtype(np.float64)
    is_constant = 0.7 * draw.maybe()

    def weights(*labels):
        return draw.floats(*labels, scale=0.5, constant=is_constant)

    def lengths(most):
        values = draw.numbers.randint(least, most + 1, batch)
        return Input(values.astype(np.int32), ("n",)) if draw.maybe() else None

    attributes = {"direction": direction, "hidden_size": h}
    if least and draw.maybe():
        attributes.update(input_forget=draw.randint(0, 1),
                          clip=draw.uniform(0.3, 2),
                          **draw_activations(draw, 3 * d))
        attributes = {name: value for name, value in attributes.items()
                      if value != []}
    model = draw.model("AttnLSTM", {
        "X": draw.floats("t", "n", width),
        "W": weights(d, 4 * h, width + (layer or depth)),
        "R": weights(d, 4 * h, h),
        "B": weights(d, 8 * h) if draw.maybe() else None,
        "sequence_lens": lengths(steps),
        "initial_h": draw.floats(d, "n", h) if draw.maybe() else None,
        "initial_c": draw.floats(d, "n", h) if draw.maybe() else None,
        "P": weights(d, 3 * h) if draw.maybe() else None,
        "QW": weights(d, h, scored), "MW": weights(d, depth, scored),
        "V": weights(d, scored), "M": draw.floats("n", "m", depth),
        "memory_seq_lens": lengths(places),
        "AW": weights(d, depth + h, layer) if layer else None},
        "Y Y_h Y_c", attributes, tolerance=1e-4)
    if not least:
        model.oracle = lambda: compute(model)
    return model


DRAWERS = (draw_attn_lstm,)
