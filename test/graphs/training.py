"""Steps of an optimiser (ai.onnx.preview.training), beside NumPy in double:
onnxruntime has no kernels of them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case

IMPORTS = '"" : 21, "ai.onnx.preview.training" : 1'
NUMPY = {"float": np.float32, "double": np.float64}


def adagrad(rate, updates, x, gradient, squares, norm_coefficient=0.0,
            decay_factor=0.0, epsilon=1e-6):
    rate = rate / (1 + updates * decay_factor)
    gradient = norm_coefficient * x + gradient
    squares = squares + gradient * gradient
    return x - rate * gradient / (np.sqrt(squares) + epsilon), squares


def adam(rate, updates, x, gradient, mean, squares, norm_coefficient=0.0,
         norm_coefficient_post=0.0, alpha=0.9, beta=0.999, epsilon=1e-6):
    alpha, beta = float(np.float32(alpha)), float(np.float32(beta))
    gradient = norm_coefficient * x + gradient
    mean = alpha * mean + (1 - alpha) * gradient
    squares = beta * squares + (1 - beta) * gradient * gradient
    if updates > 0:
        rate *= np.sqrt(1 - beta**updates) / (1 - alpha**updates)
    x = x - rate * mean / (np.sqrt(squares) + epsilon)
    return (1 - norm_coefficient_post) * x, mean, squares


def momentum(rate, updates, x, gradient, sums, norm_coefficient, alpha, beta,
             mode):
    gradient = norm_coefficient * x + gradient
    sums = alpha * sums + (beta if updates > 0 else 1) * gradient
    move = gradient + alpha * sums if mode == "nesterov" else sums
    return x - rate * move, sums


STEPS = {"Adagrad": (adagrad, 3), "Adam": (adam, 4), "Momentum": (momentum, 3)}


def print_attribute(value):
    return f'"{value}"' if isinstance(value, str) else repr(float(value))


def step(name, op, shapes, updates, kind="float", rate_shape=(), free=False,
         **attributes):
    """The tensors' shapes; what is kept of squares is not negative."""
    function, lists = STEPS[op]
    random = np.random.RandomState(len(name))
    dtype = NUMPY[kind]
    kept = [[random.standard_normal(shape).astype(dtype) for shape in shapes]
            for _ in range(lists)]
    if op != "Momentum":
        kept[-1] = [x * x for x in kept[-1]]
    names = [f"t{i}" for i in range(lists * len(shapes))]
    results = [f"r{i}" for i in range((lists - 1) * len(shapes))]
    flat = [x for tensors in kept for x in tensors]

    def declare(label, x):
        sizes = ("n, " * x.ndim if free else
                 "".join(f"{size}, " for size in x.shape))[:-2]
        return f"{kind}[{sizes}] {label}" if x.ndim else f"{kind} {label}"

    outputs = flat[:len(shapes)] + flat[2 * len(shapes):]
    rate = "float" + str(list(rate_shape)) * bool(rate_shape)
    text = (f"agraph ({rate} r, int64 t, "
            f"{', '.join(map(declare, names, flat))}) => "
            f"({', '.join(map(declare, results, outputs))}) {{\n"
            f"  {', '.join(results)} = ai.onnx.preview.training.{op} <"
            + ", ".join(f"{key} = {print_attribute(value)}"
                        for key, value in attributes.items())
            + f"> (r, t, {', '.join(names)})\n}}").replace(" <>", "")
    wide = [function(float(np.float32(0.1)), updates,
                     *(tensors[i].astype(np.float64) for tensors in kept),
                     **attributes) for i in range(len(shapes))]
    return Case(name, text, [{"r": np.full(rate_shape, 0.1, np.float32),
                              "t": updates, **dict(zip(names, flat))}],
                imports=IMPORTS,
                expected=[wide[i][k] for k in range(lists - 1)
                          for i in range(len(shapes))])


PLAIN = {"norm_coefficient": 0.0, "alpha": 0.9, "beta": 0.7,
         "mode": "standard"}

CASES = [
    step("adagrad_of_a_scalar", "Adagrad", [()], 3, rate_shape=(1,),
         decay_factor=0.25),
    step("adagrad_of_three", "Adagrad", [(3, 5), (0, 2), (17,)], 7,
         norm_coefficient=0.5, decay_factor=0.125, epsilon=0.5),
    step("adagrad_double", "Adagrad", [(7,)], 0, "double"),
    step("adagrad_of_free_sizes", "Adagrad", [(5, 5)], 2, free=True),
    step("adam_first", "Adam", [(3, 5)], 0),
    step("adam_second", "Adam", [(3, 5), (1,)], 1, norm_coefficient=0.25,
         norm_coefficient_post=0.5),
    step("adam_late", "Adam", [(33,)], 1000, alpha=0.5, beta=0.75,
         epsilon=0.25),
    step("adam_double", "Adam", [(3, 2)], 5, "double", rate_shape=(1,)),
    step("adam_of_free_sizes", "Adam", [(4, 4)], 2, free=True),
    step("momentum_first", "Momentum", [(3, 5)], 0, **PLAIN),
    step("momentum_of_two", "Momentum", [(3, 5), (65,)], 4,
         **{**PLAIN, "norm_coefficient": 0.25}),
    step("momentum_of_nesterov", "Momentum", [(3, 5), ()], 4, "double",
         **{**PLAIN, "mode": "nesterov", "norm_coefficient": 0.125}),
]
