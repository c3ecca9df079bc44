"""A model that is trained and exported, and the tables that models are trained
on.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses

import numpy as np
from sklearn import datasets
from sklearn.pipeline import make_pipeline

ROWS = 7
PROBABILITIES = ("predict", "predict_proba")
SCORES = ("predict", "decision_function")


@dataclasses.dataclass
class Pipeline:
    """`model` is fitted to a table of DATA, with the arguments `fitting`;
    `gives` are the methods whose results are the outputs, `options` and
    `opsets` skl2onnx's, where no `export` of its own makes the file."""
    name: str
    data: str
    gives: tuple
    model: object
    options: dict = None
    tolerance: float = 1e-4
    dtype: type = np.float32
    opsets: dict = None
    export: object = None
    fitting: dict = None

    def fit(self):
        """The trained model and a few rows."""
        table, target = DATA[self.data]()
        self.model.fit(table, target, **(self.fitting or {}))
        rows = table[::max(1, len(table) // ROWS)][:ROWS].copy()
        if np.issubdtype(rows.dtype, np.floating):
            rows = rows.astype(self.dtype)
        # Not the rows that it was trained on: nothing is at a distance of 0.
        if self.data not in ("counts", "categories", "marked"):
            rows += np.linspace(0.01, 0.1, rows.shape[1], dtype=rows.dtype)
        return self.model, rows

    def name_inputs(self, rows):
        """What goes into the file's model, by names."""
        return {"X": rows}

    def evaluate(self, model, rows):
        return [getattr(model, method)(rows) for method in self.gives]


def classifier(name, *steps, data="three", **more):
    more["options"] = {"zipmap": False, **more.get("options", {})}
    return Pipeline(name, data, more.pop("gives", PROBABILITIES),
                    join(steps), **more)


def regressor(name, *steps, data="numbers", **more):
    return Pipeline(name, data, ("predict",), join(steps), **more)


def transformer(name, *steps, data="two", **more):
    return Pipeline(name, data, ("transform",), join(steps), **more)


def join(steps):
    return steps[0] if len(steps) == 1 else make_pipeline(*steps)


def make_classes(classes):
    table, target = datasets.make_classification(
        120, 6, n_informative=5, n_redundant=1, n_classes=classes,
        random_state=0)
    return table.astype(np.float32), target


def make_numbers(targets=1):
    table, target = datasets.make_regression(
        120, 6, n_targets=targets, noise=1, random_state=1)
    return table.astype(np.float32), target / 50


def make_positive():
    table, target = make_numbers()
    return table, np.exp(target / 2)


def make_counts():
    random = np.random.RandomState(2)
    table = random.poisson(3, (120, 6))
    return table.astype(np.float32), (table[:, 0] > table[:, 1]) * 1


def make_categories():
    random = np.random.RandomState(3)
    table = random.randint(0, 5, (120, 3)).astype(np.int64)
    return table, (table[:, 0] + table[:, 1] > 4) * 1


def make_marked():
    """Two columns of categories and two of numbers."""
    random = np.random.RandomState(4)
    table = random.rand(240, 4).astype(np.float32)
    table[:, :2] = random.randint(0, 40, (240, 2))
    return table, ((table[:, 0] % 3 == 1) ^ (table[:, 1] % 5 > 2) ^
                   (table[:, 2] > 0.7)) * 1


def make_queries():
    table, target = make_numbers()
    return table, np.digitize(target, [-1, 0, 1])


def make_missing():
    table, target = make_classes(2)
    table[::5, 1] = np.nan
    table[1::7, 3] = np.nan
    return table, target


DATA = {
    "two": lambda: make_classes(2),
    "three": lambda: make_classes(3),
    "five": lambda: make_classes(5),
    "numbers": make_numbers,
    "pairs": lambda: make_numbers(2),
    "positive": make_positive,
    "counts": make_counts,
    "categories": make_categories,
    "marked": make_marked,
    "queries": make_queries,
    "missing": make_missing,
}
