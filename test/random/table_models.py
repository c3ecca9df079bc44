"""Models of one operator of ai.onnx.ml with attributes drawn at random.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import random

import numpy as np
import onnx
from onnx import helper

DOMAIN = "ai.onnx.ml"
FLOAT, DOUBLE, INT32, INT64 = (np.dtype(t) for t in (
    np.float32, np.float64, np.int32, np.int64))
NUMBERS = (FLOAT, DOUBLE, INT32, INT64)
TRANSFORMS = ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT")


@dataclasses.dataclass
class Model:
    """`inputs` are (name, dtype, columns); `outputs` (name, dtype)."""
    op: str
    attributes: dict
    inputs: list
    outputs: list
    version: int = 1
    constants: dict = dataclasses.field(default_factory=dict)
    is_vector: bool = False  # one row [C]
    # Elements that X is drawn from; all numbers where there are none.
    elements: list = None

    def build(self, replaced=None):
        """A model without an import of ai.onnx; elements of the inputs may be
        of another type, onnxruntime does not take all."""
        inputs = [helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(replaced or dtype),
            [columns] if self.is_vector else ["n", columns])
            for name, dtype, columns in self.inputs]
        outputs = [helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(
                replaced if dtype is None and replaced else
                dtype or self.inputs[0][1]), None)
            for name, dtype in self.outputs]
        names = [name for name, _, _ in self.inputs] + list(self.constants)
        node = helper.make_node(self.op, names,
                                [name for name, _ in self.outputs], "node",
                                domain=DOMAIN, **self.attributes)
        weights = [onnx.numpy_helper.from_array(array, name)
                   for name, array in self.constants.items()]
        graph = helper.make_graph([node], "table", inputs, outputs, weights)
        return helper.make_model(
            graph, ir_version=8,
            opset_imports=[helper.make_opsetid(DOMAIN, self.version)])

    def draw_inputs(self, rows, numbers):
        """Numbers that all types hold exactly."""
        inputs = {}
        for name, dtype, columns in self.inputs:
            shape = (columns,) if self.is_vector else (rows, columns)
            if self.elements is not None:
                array = numbers.choice(np.array(self.elements), shape)
            elif np.issubdtype(dtype, np.floating):
                array = np.round(numbers.standard_normal(shape), 3)
                array = array.astype(np.float32)
            else:
                array = numbers.randint(-4, 5, shape)
            inputs[name] = array.astype(dtype)
        return inputs


class Draw(random.Random):
    def floats(self, count, scale=1.0):
        return [float(np.float32(self.gauss(0, scale))) for _ in range(count)]

    def table(self, op, attributes, outputs, columns, dtypes=NUMBERS, **more):
        more.setdefault("version", self.randint(1, 5))
        return Model(op, attributes, [("X", self.choice(dtypes), columns)],
                     outputs, is_vector=self.random() < 0.15, **more)

    def columns(self):
        return self.choice((1, 2, 3, 4, 7, 8, 17))

    def transform(self, classes=3):
        """onnxruntime leaves a score unwritten for PROBIT of two classes."""
        return self.choice(TRANSFORMS[:-1] if classes == 2 else TRANSFORMS)

    def labels(self, count):
        return self.choice((list(range(count)),
                            self.sample(range(-9, 30), count)))


def draw_scaler(draw):
    columns = draw.columns()
    count = draw.choice((1, columns))
    return draw.table("Scaler", {"offset": draw.floats(count),
                                 "scale": draw.floats(count)},
                      [("Y", FLOAT)], columns)


def draw_normalizer(draw):
    elements = draw.choice((None, None, [0, 1, -2]))
    return draw.table("Normalizer", {"norm": draw.choice(("MAX", "L1", "L2"))},
                      [("Y", FLOAT)], draw.columns(), elements=elements)


def draw_imputer(draw):
    columns = draw.columns()
    count = draw.choice((1, columns))
    if draw.random() < 0.5:
        replaced = draw.choice((0.0, 1.5, float("nan")))
        return draw.table(
            "Imputer", {"imputed_value_floats": draw.floats(count),
                        "replaced_value_float": replaced}, [("Y", None)],
            columns, (FLOAT, DOUBLE), elements=[replaced, 1.5, 2.0, -7.25])
    values = [draw.randint(-99, 99) for _ in range(count)]
    return draw.table("Imputer", {"imputed_value_int64s": values,
                                  "replaced_value_int64": 3}, [("Y", None)],
                      columns, (INT32, INT64), elements=[3, 4, 5])


def draw_feature_vectorizer(draw):
    dtype = draw.choice(NUMBERS)
    inputs = [(f"x{i}", dtype, draw.columns())
              for i in range(draw.randint(1, 3))]
    lengths = [max(1, columns + draw.choice((0, 0, 1, -1)))
               for _, _, columns in inputs]
    return Model("FeatureVectorizer", {"inputdimensions": lengths}, inputs,
                 [("Y", FLOAT)], draw.randint(1, 5),
                 is_vector=draw.random() < 0.2)


def draw_array_feature_extractor(draw):
    columns = draw.columns()
    shape = draw.choice(((1,), (3,), (1, 2), (5,)))
    places = np.array([draw.randrange(columns)
                       for _ in range(int(np.prod(shape)))], np.int64)
    return draw.table("ArrayFeatureExtractor", {}, [("Z", None)], columns,
                      constants={"places": places.reshape(shape)})


def draw_linear_regressor(draw):
    columns, targets = draw.columns(), draw.choice((1, 1, 2, 5))
    attributes = {"coefficients": draw.floats(targets * columns),
                  "targets": targets, "post_transform": draw.transform()}
    if draw.random() < 0.7:
        attributes["intercepts"] = draw.floats(targets)
    return draw.table("LinearRegressor", attributes, [("Y", FLOAT)], columns)


def draw_linear_classifier(draw):
    columns, classes = draw.columns(), draw.choice((2, 2, 3, 6))
    functions = draw.choice((1, 2)) if classes == 2 else classes
    return draw.table(
        "LinearClassifier",
        {"coefficients": draw.floats(functions * columns),
         "intercepts": draw.floats(functions),
         "classlabels_ints": draw.labels(classes),
         "multi_class": draw.randint(0, 1),
         "post_transform": draw.transform(classes)},
        [("Y", INT64), ("Z", FLOAT)], columns)


def draw_kernel(draw):
    kind = draw.choice(("LINEAR", "POLY", "RBF", "SIGMOID"))
    gamma = draw.choice((0.05, 0.3, 2.0)) if kind == "RBF" else 0.2
    return {"kernel_type": kind,
            "kernel_params": [gamma, draw.choice((0.0, 0.5)),
                              draw.choice((1.0, 2.0, 3.0, 4.0))]}


def draw_svm_regressor(draw):
    columns, count = draw.columns(), draw.choice((0, 1, 5, 20))
    attributes = {**draw_kernel(draw), "n_supports": count,
                  "coefficients": draw.floats(count or columns),
                  "rho": draw.floats(1), "one_class": draw.randint(0, 1)}
    if count:
        attributes["support_vectors"] = draw.floats(count * columns)
    return draw.table("SVMRegressor", attributes, [("Y", FLOAT)], columns)


def draw_svm_classifier(draw):
    columns, classes = draw.columns(), draw.choice((2, 2, 3, 5))
    attributes = {**draw_kernel(draw),
                  "post_transform": draw.transform(classes),
                  "classlabels_ints": draw.labels(classes)}
    if draw.random() < 0.2:
        attributes["coefficients"] = [
            abs(c) for c in draw.floats(classes * columns)] \
            if draw.random() < 0.5 else draw.floats(classes * columns)
        attributes["rho"] = draw.floats(1)
    else:
        counts = [draw.randint(1, 6) for _ in range(classes)]
        pairs = classes * (classes - 1) // 2
        attributes.update(
            vectors_per_class=counts, rho=draw.floats(pairs),
            support_vectors=draw.floats(sum(counts) * columns),
            coefficients=draw.floats((classes - 1) * sum(counts)))
        if draw.random() < 0.5:
            attributes.update(prob_a=[-abs(a) for a in draw.floats(pairs)],
                              prob_b=draw.floats(pairs, 0.3))
    return draw.table("SVMClassifier", attributes,
                      [("Y", INT64), ("Z", FLOAT)], columns)


def draw_one_hot_encoder(draw):
    categories = draw.sample(range(-5, 40), draw.choice((1, 3, 9)))
    zeros = draw.randint(0, 1)
    elements = categories + ([77, 78] if zeros else [])
    return draw.table("OneHotEncoder",
                      {"cats_int64s": categories, "zeros": zeros},
                      [("Y", FLOAT)], draw.columns(), elements=elements)


def draw_keys(draw, dtype, count):
    if np.issubdtype(dtype, np.floating):
        keys = [x / 4 for x in draw.sample(range(-99, 99), count)]
        if draw.random() < 0.5:
            keys[draw.randrange(count)] = float("nan")
        return keys
    width = draw.choice((2, 2, 200))
    return draw.sample(range(-width * count, width * count), count)


def draw_label_encoder(draw):
    """Attributes of versions 2 and 4."""
    version = draw.choice((2, 3, 4, 5))
    names = {FLOAT: "floats", INT64: "int64s"}
    types = tuple(names) if version < 4 else (*names, DOUBLE, INT32,
                                              np.dtype(np.int16))
    key, value = draw.choice(types), draw.choice(types)
    count = draw.choice((1, 3, 4, 5, 17, 64))
    keys, values = draw_keys(draw, key, count), draw_keys(draw, value, count)
    attributes = {}
    for what, dtype, elements in ("keys", key, keys), ("values", value, values):
        if dtype in names and draw.random() < 0.5 or version < 4:
            attributes[f"{what}_{names[dtype]}"] = elements
        else:
            attributes[f"{what}_tensor"] = onnx.numpy_helper.from_array(
                np.array(elements, dtype))
    if "values_tensor" in attributes and draw.random() < 0.7:
        attributes["default_tensor"] = onnx.numpy_helper.from_array(
            np.array([7], value))
    elif value == INT64:
        attributes["default_int64"] = -77
    elif value == FLOAT:
        attributes["default_float"] = 0.125
    # NaN is a key of version 4.
    elements = [k for k in keys if version >= 4 or k == k] + [123]
    return draw.table("LabelEncoder", attributes, [("Y", value)],
                      draw.columns(), (key,), version=version,
                      elements=elements)


RECIPES = (draw_scaler, draw_normalizer, draw_imputer, draw_feature_vectorizer,
           draw_array_feature_extractor, draw_linear_regressor,
           draw_linear_classifier, draw_svm_regressor, draw_svm_classifier,
           draw_svm_classifier, draw_one_hot_encoder, draw_label_encoder,
           draw_label_encoder)


def draw_model(seed):
    """Each operator in turn."""
    return RECIPES[seed % len(RECIPES)](Draw(seed))
