"""Forms of operators that have no lowering: what is said names the node, the
form and, where there is one, the remedy.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from bad_models import Case, node, of, value


def one(name, op_type, inputs, says, opset=21, outputs=("y",), **attributes):
    """A node of inputs {name: shape}, or (shape, type) for other than floats."""
    given = [value(key, *(what if isinstance(what, tuple) else (what,)))
             for key, what in inputs.items()]
    return Case(name, of([node(op_type, list(inputs), list(outputs),
                               **attributes)],
                         given, [value(output, None) for output in outputs],
                         opset=opset),
                [f'"{op_type}_node" \\({op_type}\\): is not supported in this '
                 "form: ", *says])


def all_cases():
    def heads(*shape):
        return {name: list(shape) for name in ("q", "k", "v")}
    yield one("attention-free-head-size", "Attention",
              heads("b", 2, "s", "d"), ["head size is free: bind it with --dim"],
              opset=23)
    yield one("lstm-free-hidden-size", "LSTM",
              {"x": [5, 2, 3], "w": [1, "w", 3], "r": [1, "w", "h"]},
              ["hidden size is free: state hidden_size, or bind"])
    yield one("lp-normalization-p", "LpNormalization", {"x": [4, 4]},
              ["p must be 1 or 2"], p=3)
    # All of them, not only the first.
    norms = [node("LpNormalization", ["x"], [f"y{p}"], name=f"norm_{p}", p=p)
             for p in (3, 4)]
    yield Case("two-forms", of(norms, [value("x", [4, 4])],
                               [value("y3", [4, 4]), value("y4", [4, 4])]),
               ['"norm_3" .*p must be 1 or 2', '"norm_4" .*p must be 1 or 2'])
