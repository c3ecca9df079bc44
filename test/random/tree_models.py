"""Forests drawn at random: models of one operator of decision trees.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MODES = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ",
         "BRANCH_NEQ")
MEMBER = 6
TRANSFORMS = ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT")
AGGREGATES = ("AVERAGE", "SUM", "MIN", "MAX")
TYPES = {np.float32: TensorProto.FLOAT, np.float64: TensorProto.DOUBLE,
         np.int32: TensorProto.INT32, np.int64: TensorProto.INT64}


def pick(random, *choices):
    return choices[random.randint(len(choices))]


class Node:
    """An inner node, or a leaf, which has weights: pairs of target and
    number."""

    def __init__(self, weights=None, mode=None, feature=0, value=0.0,
                 missing=0, members=(), branches=()):
        self.weights, self.mode, self.feature = weights, mode, feature
        self.value, self.missing = value, missing
        self.members, self.branches = members, branches

    def is_true(self, x):
        if np.isnan(x):
            return self.missing or self.mode == "BRANCH_NEQ"
        if self.mode == MEMBER:
            return x in self.members
        return {"BRANCH_LEQ": x <= self.value, "BRANCH_LT": x < self.value,
                "BRANCH_GTE": x >= self.value, "BRANCH_GT": x > self.value,
                "BRANCH_EQ": x == self.value,
                "BRANCH_NEQ": x != self.value}[self.mode]

    def find_leaf(self, row):
        node = self
        while node.weights is None:
            node = node.branches[0 if node.is_true(row[node.feature]) else 1]
        return node

    def walk(self):
        yield self
        for branch in self.branches:
            yield from branch.walk()


class Shape:
    """What all trees of a forest have in common."""

    def __init__(self, random, dtype, targets, modes):
        self.random, self.dtype, self.modes = random, dtype, modes
        self.features = pick(random, 1, 3, 10, 300)
        self.depth = pick(random, 0, 1, 3, 6, 14)
        self.fullness = pick(random, 0.5, 0.8, 1.0)
        self.missing = pick(random, 0, 0.5, 1) if dtype in (
            np.float32, np.float64) else 0
        self.targets = targets
        self.leaves = pick(random, "one", "all", "some")
        self.positive = random.rand() < 0.5

    def draw_value(self):
        # A coarse grid, so that features meet thresholds.
        if self.dtype in (np.int32, np.int64):
            return float(self.random.randint(-3, 4))
        return float(self.random.randint(-8, 9)) / 4

    def draw_weights(self, target):
        random = self.random
        draw = random.rand if self.positive else random.randn
        if self.leaves == "all":
            targets = range(self.targets)
        elif self.leaves == "one" or self.targets == 1:
            targets = [target]
        else:
            targets = [t for t in range(self.targets) if random.rand() < 0.7]
        return [(t, float(np.float32(draw() / 4))) for t in targets]

    def draw_tree(self, target, depth=None):
        random = self.random
        depth = self.depth if depth is None else depth
        # Deep trees are thin.
        fullness = self.fullness if depth < 8 else 0.55
        if depth == 0 or (depth < self.depth and random.rand() > fullness):
            return Node(weights=self.draw_weights(target))
        mode = pick(random, *self.modes)
        members = random.randint(-3, 4, random.randint(1, 9))
        return Node(mode=mode, feature=random.randint(self.features),
                    value=self.draw_value(), members=[*map(float, members)],
                    missing=int(random.rand() < self.missing),
                    branches=[self.draw_tree(target, depth - 1)
                              for _ in range(2)])

    def draw_forest(self):
        trees = pick(self.random, 1, 3, 8, 20)
        return [self.draw_tree(i % self.targets) for i in range(trees)]

    def draw_rows(self, count):
        rows = np.array([self.draw_value()
                         for _ in range(count * self.features)])
        rows = rows.reshape(count, self.features).astype(self.dtype)
        if self.missing and count:
            rows[self.random.rand(*rows.shape) < 0.2] = np.nan
        return rows


def number(name, values, dtype, random):
    """A list of floats, or the tensor of float64 in its place."""
    if dtype == np.float64 and random.rand() < 0.7:
        return {name + "_as_tensor": numpy_helper.from_array(
            np.array(values, np.float64))}
    return {name: [float(value) for value in values]}


def list_nodes(forest, dtype, random):
    """The attributes of versions 1 and 3, and the weights of leaves."""
    columns = {name: [] for name in (
        "treeids", "nodeids", "featureids", "modes", "truenodeids",
        "falsenodeids", "missing_value_tracks_true")}
    values, weights = [], []
    for number_of_tree, tree in enumerate(forest):
        nodes = list(tree.walk())
        places = {id(node): i for i, node in enumerate(nodes)}
        for i, node in enumerate(nodes):
            is_leaf = node.weights is not None
            below = [0, 0] if is_leaf else [places[id(b)]
                                            for b in node.branches]
            row = (number_of_tree, i, node.feature,
                   "LEAF" if is_leaf else node.mode, *below, node.missing)
            for column, entry in zip(columns.values(), row):
                column.append(entry)
            values.append(node.value)
            weights += [(number_of_tree, i, target, weight)
                        for target, weight in node.weights or ()]
    attributes = {"nodes_" + name: column for name, column in columns.items()}
    if not any(columns["missing_value_tracks_true"]):
        del attributes["nodes_missing_value_tracks_true"]
    return {**attributes, **number("nodes_values", values, dtype, random)}, \
        weights


def make_model(op, dtype, features, outputs, version, attributes):
    x = helper.make_tensor_value_info("x", TYPES[dtype], ["n", features])
    node = helper.make_node(op, ["x"], [name for name, *_ in outputs],
                            domain="ai.onnx.ml", **attributes)
    graph = helper.make_graph([node], "forest", [x], [
        helper.make_tensor_value_info(name, kind, shape)
        for name, kind, shape in outputs])
    return helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml",
                                                         version)])


def draw_bases(random, count, dtype):
    values = random.randn(count).astype(np.float32).tolist()
    return number("base_values", values, dtype, random)


def draw_modes(random, *more):
    if random.rand() < 0.6:
        return [pick(random, *MODES)]
    return [*MODES, *more]


def draw_regressor(random):
    dtype = pick(random, *TYPES)
    targets = pick(random, 1, 1, 2, 5)
    shape = Shape(random, dtype, targets, draw_modes(random))
    trees = shape.draw_forest()
    attributes, weights = list_nodes(trees, dtype, random)
    treeids, nodeids, ids, values = zip(*weights) if weights else [()] * 4
    attributes.update(
        aggregate_function=pick(random, *AGGREGATES), n_targets=targets,
        post_transform=pick(random, *TRANSFORMS), target_treeids=treeids,
        target_nodeids=nodeids, target_ids=ids,
        **number("target_weights", values, dtype, random))
    # onnxruntime has no base value of a target that got no weight.
    has_all = shape.leaves == "all" or (shape.leaves == "one"
                                        and len(trees) >= targets)
    if has_all and random.rand() < 0.5:
        attributes.update(draw_bases(random, targets, dtype))
    forest = Forest(shape, attributes["post_transform"])
    return forest, make_model("TreeEnsembleRegressor", dtype, shape.features,
                              [("y", TensorProto.FLOAT, ["n", targets])], 3,
                              attributes)


def draw_classifier(random):
    dtype = pick(random, *TYPES)
    classes = pick(random, 1, 2, 2, 3, 10)
    shape = Shape(random, dtype, classes, draw_modes(random))
    # One class of two has all weights, or both have; what onnxruntime does
    # where a row gets weights of class 0 only depends on other rows.
    only = random.randint(2)
    if classes == 2:
        shape.leaves = pick(random, "one", "all")
    trees = shape.draw_forest()
    if classes == 2 and shape.leaves == "one":
        for tree in trees:
            for node in tree.walk():
                node.weights = node.weights and [(only, node.weights[0][1])]
    attributes, weights = list_nodes(trees, dtype, random)
    treeids, nodeids, ids, values = zip(*weights) if weights else [()] * 4
    transforms = TRANSFORMS[:4] if classes == 2 else TRANSFORMS
    labels = pick(random, list(range(classes)),
                  random.permutation(1000)[:classes].tolist())
    attributes.update(
        post_transform=pick(random, *transforms), class_treeids=treeids,
        class_nodeids=nodeids, class_ids=ids, classlabels_int64s=labels,
        **number("class_weights", values, dtype, random))
    if random.rand() < 0.5:
        attributes.update(draw_bases(random, classes, dtype))
    forest = Forest(shape, attributes["post_transform"])
    return forest, make_model(
        "TreeEnsembleClassifier", dtype, shape.features,
        [("label", TensorProto.INT64, ["n"]),
         ("scores", TensorProto.FLOAT, ["n", classes])], 3, attributes)


def list_places(forest, dtype):
    """The attributes of version 5."""
    names = ("featureids", "modes", "splits", "truenodeids", "trueleafs",
             "falsenodeids", "falseleafs", "missing_value_tracks_true")
    columns = {name: [] for name in names}
    roots, leaves, members = [], [], []

    def add_leaf(node):
        leaves.append(node.weights[0])
        return len(leaves) - 1

    for tree in forest:
        if tree.weights is not None:
            # A tree of one leaf is a node whose branches are that leaf.
            leaf = add_leaf(tree)
            roots.append(len(columns["modes"]))
            for column, entry in zip(columns.values(),
                                     (0, 0, 0.0, leaf, 1, leaf, 1, 0)):
                column.append(entry)
            continue
        inner = [node for node in tree.walk() if node.weights is None]
        first = len(columns["modes"])
        places = {id(node): first + i for i, node in enumerate(inner)}
        roots.append(first)
        for node in inner:
            branches = []
            for branch in node.branches:
                is_leaf = branch.weights is not None
                branches += [add_leaf(branch) if is_leaf
                             else places[id(branch)], int(is_leaf)]
            mode = MEMBER if node.mode == MEMBER else MODES.index(node.mode)
            if mode == MEMBER:
                members += [*node.members, np.nan]
            row = (node.feature, mode, node.value, *branches, node.missing)
            for column, entry in zip(columns.values(), row):
                column.append(entry)
    tensor = numpy_helper.from_array
    attributes = {"nodes_" + name: column for name, column in columns.items()}
    attributes["nodes_modes"] = tensor(np.array(columns["modes"], np.uint8))
    attributes["nodes_splits"] = tensor(np.array(columns["splits"], dtype))
    if members:
        attributes["membership_values"] = tensor(np.array(members, dtype))
    return {**attributes, "tree_roots": roots,
            "leaf_targetids": [target for target, _ in leaves],
            "leaf_weights": tensor(np.array([w for _, w in leaves], dtype))}


class Forest:
    """How rows are drawn; and of version 5, what its trees are to give."""

    def __init__(self, shape, transform, trees=None, aggregate="SUM"):
        self.shape, self.transform = shape, transform
        self.trees, self.aggregate = trees, aggregate

    def aggregate_row(self, row):
        found = [[] for _ in range(self.shape.targets)]
        for tree in self.trees:
            for target, weight in tree.find_leaf(row).weights:
                found[target].append(self.shape.dtype(weight))
        if self.aggregate in ("MIN", "MAX"):
            extreme = min if self.aggregate == "MIN" else max
            return [extreme(values, default=0) for values in found]
        scale = len(self.trees) if self.aggregate == "AVERAGE" else 1
        return [sum(values, self.shape.dtype(0)) / scale for values in found]

    def evaluate(self, rows):
        y = np.array([self.aggregate_row(row) for row in rows],
                     self.shape.dtype).reshape(len(rows), self.shape.targets)
        if self.shape.targets == 1 and self.transform != "PROBIT":
            return y
        return TRANSFORM_FUNCTIONS[self.transform](y).astype(self.shape.dtype)


def compute_softmax_zero(y):
    if not len(y):
        return y
    most = y.max(axis=1, keepdims=True)
    counts = np.abs(y) > 1e-7
    power = np.exp(y - most)
    total = np.where(counts, power, 0).sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return np.where(counts, power, y * np.exp(-most)) / total


def compute_softmax(y):
    power = np.exp(y - y.max(axis=1, keepdims=True, initial=-np.inf))
    return power / power.sum(axis=1, keepdims=True)


def compute_probit(y):
    z = 2 * y - 1
    with np.errstate(all="ignore"):
        log = np.log((1 - z) * (1 + z))
        v = 2 / (3.14159 * 0.147) + 0.5 * log
        root = np.sqrt(np.sqrt(v * v - log / 0.147) - v)
    return 1.41421356 * np.where(z < 0, -root, root)


TRANSFORM_FUNCTIONS = {
    "NONE": lambda y: y, "SOFTMAX": compute_softmax,
    "LOGISTIC": lambda y: 1 / (1 + np.exp(-y)),
    "SOFTMAX_ZERO": compute_softmax_zero, "PROBIT": compute_probit}


def draw_ensemble(random):
    dtype = pick(random, np.float32, np.float64)
    targets = pick(random, 1, 2, 5)
    shape = Shape(random, dtype, targets, draw_modes(random, MEMBER))
    shape.leaves = "one"
    trees = shape.draw_forest()
    if random.rand() < 0.5:  # Leaves of one tree are of several targets.
        for tree in trees:
            for node in tree.walk():
                node.weights = node.weights and [
                    (random.randint(targets), node.weights[0][1])]
    attributes = list_places(trees, dtype)
    aggregate, transform = random.randint(4), random.randint(5)
    attributes.update(n_targets=targets, aggregate_function=aggregate,
                      post_transform=transform)
    forest = Forest(shape, TRANSFORMS[transform], trees, AGGREGATES[aggregate])
    return forest, make_model("TreeEnsemble", dtype, shape.features,
                              [("y", TYPES[dtype], ["n", targets])], 5,
                              attributes)


def draw(random):
    """The forest, and the model."""
    return pick(random, draw_regressor, draw_classifier, draw_ensemble)(random)
