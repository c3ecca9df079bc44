"""Operators of ai.onnx.ml with attributes that contradict each other, and what
cannot go into a compiled model or out of it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from onnx import TensorProto, helper

from bad_models import FLOAT, Case, node, of, value

INT64, STRING = TensorProto.INT64, TensorProto.STRING
SETS = [helper.make_opsetid("ai.onnx.ml", 3)]
DICTIONARY = helper.make_value_info("x", helper.make_map_type_proto(
    STRING, helper.make_tensor_type_proto(FLOAT, None)))


def one(name, op_type, says, outputs=("y",), x=None, y=None, **attributes):
    return Case(name, of(
        [node(op_type, ["x"], list(outputs), domain="ai.onnx.ml",
              **attributes)],
        [x or value("x", ["n", 2])],
        y or [value(output, None) for output in outputs],
        opset_imports=SETS), [f'"{op_type}_node" \\({op_type}\\): {says}'])


def models():
    yield one("regressor-without-coefficients", "LinearRegressor",
              "has no coefficients")
    yield one("regressor-columns", "LinearRegressor",
              "X has 2 columns, but the coefficients are for 3",
              coefficients=[1.0, 2.0, 3.0])
    yield one("regressor-targets", "LinearRegressor",
              "has 4 coefficients for 3 linear functions",
              coefficients=[1.0] * 4, targets=3)
    yield one("regressor-intercepts", "LinearRegressor",
              "has 3 intercepts but 1 targets", coefficients=[1.0, 2.0],
              intercepts=[1.0] * 3)
    yield one("classifier-without-labels", "LinearClassifier", "has no labels",
              ("y", "z"), coefficients=[1.0, 2.0])
    yield one("classifier-labels", "LinearClassifier",
              "has 3 labels for 2 linear functions", ("y", "z"),
              coefficients=[1.0] * 4, intercepts=[1.0] * 2,
              classlabels_ints=[0, 1, 2])
    machine = {"classlabels_ints": [0, 1], "coefficients": [1.0, 2.0],
               "rho": [0.5], "support_vectors": [1.0, 2.0, 3.0, 4.0],
               "vectors_per_class": [1, 1], "kernel_type": "RBF",
               "kernel_params": [1.0, 0.0, 3.0]}

    def svm(name, says, **changes):
        given = {key: what for key, what in {**machine, **changes}.items()
                 if what is not None}
        return one(name, "SVMClassifier", says, ("y", "z"), **given)
    yield svm("svm-kernel", "kernel_type must be", kernel_type="COSINE")
    yield svm("svm-parameters", "kernel_params has 0 elements",
              kernel_params=None)
    yield svm("svm-rho", "has no rho", rho=None)
    yield svm("svm-coefficients", "has 3 coefficients; 2 classes with 2",
              coefficients=[1.0] * 3)
    yield svm("svm-vectors", "support_vectors has 3 elements for 2 vectors",
              support_vectors=[1.0] * 3)
    yield svm("svm-columns", "X has 2 columns, but the support vectors are "
              "for 3", support_vectors=[1.0] * 6)
    yield svm("svm-classes", "vectors_per_class is for 3 classes",
              vectors_per_class=[1, 1, 0])
    yield svm("svm-negative", "a number of vectors_per_class is negative",
              vectors_per_class=[3, -1])
    yield svm("svm-probabilities", "prob_a has 1 elements, prob_b 0",
              prob_a=[1.0])


def encoders():
    x = value("x", ["n", 2], INT64)
    yield one("keys-twice", "LabelEncoder", "has the key 4 twice", x=x,
              keys_int64s=[4, 4], values_int64s=[1, 2])
    yield one("nan-twice", "LabelEncoder", "has the key nan twice",
              keys_floats=[float("nan")] * 2, values_int64s=[1, 2])
    yield one("keys-unequal", "LabelEncoder", "has 2 keys but 1 values", x=x,
              keys_int64s=[4, 5], values_int64s=[1])
    yield one("keys-none", "LabelEncoder", "has no keys", x=x)
    yield one("keys-of-another-type", "LabelEncoder",
              "its keys are of type 'i64', X is of 'f32'", keys_int64s=[4],
              values_int64s=[1])
    yield one("categories-none", "OneHotEncoder",
              ".*(needs categories|cats_)", x=x)
    yield one("categories-twice", "OneHotEncoder", "has the category 1 twice",
              x=x, cats_int64s=[1, 1])
    yield one("imputer-type", "Imputer", ".*so imputed_value_floats is needed",
              imputed_value_int64s=[1])
    yield one("scaler-unequal", "Scaler", "has 2 offsets but 1 scales",
              offset=[1.0, 2.0], scale=[1.0])
    yield one("scaler-columns", "Scaler",
              "the size of X in dimension 1 is 2, not 3", scale=[1.0] * 3)
    yield one("normalizer-norm", "Normalizer", "norm must be MAX, L1 or L2",
              norm="L3")
    yield one("zip-map-columns", "ZipMap", "X has 2 columns, but the labels "
              "are for 3", ("z",), classlabels_int64s=[1, 2, 3])


def boundaries():
    yield one("dictionary", "DictVectorizer",
              "has no vocabulary of strings, as the map's keys are",
              x=DICTIONARY, int64_vocabulary=[1])
    yield one("dictionary-word-twice", "DictVectorizer",
              "has a word twice in its vocabulary",
              x=DICTIONARY, string_vocabulary=["a", "b", "a"])
    yield one("cast-map-keys", "CastMap", "its input X is of type map",
              x=DICTIONARY)
    yield one("operator-of-another-domain", "Relu",
              r".*ai\.onnx\.ml has no such operator")


def strings():
    words = {"x": value("x", ["n"], STRING)}
    def text(name, op, says, domain="", **attributes):
        return Case("text-" + name, of(
            [node(op, ["x"], ["y"], domain=domain, **attributes)],
            [words["x"]], [value("y", None)],
            opset_imports=[helper.make_opsetid("", 21),
                           helper.make_opsetid("com.microsoft", 1)]),
            [f'"{op}_node"', says])
    yield text("pattern", "RegexFullMatch", r"a \( without a \)", pattern="a(")
    yield text("no-pattern", "RegexFullMatch", "pattern")
    yield text("large-pattern", "RegexFullMatch", "more than 10000 states",
               pattern="[ab]*a[ab]{30}")
    yield text("long-pattern", "RegexFullMatch", "too large",
               pattern="((a{100}){100}){100}")
    yield text("unicode-class", "RegexFullMatch", "class of Unicode",
               pattern=r"\pL+")
    yield text("case-action", "StringNormalizer", "NONE, LOWER or UPPER",
               case_change_action="TITLE")
    gram = dict(max_gram_length=1, min_gram_length=1, max_skip_count=0,
                mode="TF", ngram_counts=[0])
    yield text("pool-type", "TfIdfVectorizer", "its pool is of integers",
               pool_int64s=[1], ngram_indexes=[0], **gram)
    yield text("pool-columns", "TfIdfVectorizer", "2 n-grams but 1",
               pool_strings=["a", "b"], ngram_indexes=[0], **gram)
    yield text("pool-weights", "TfIdfVectorizer", "1 weights for 2 n-grams",
               pool_strings=["a", "b"], ngram_indexes=[0, 1], weights=[1.0],
               **gram)
    token = dict(domain="com.microsoft", mark=0, pad_value="#", mincharnum=1)
    yield text("no-words", "Tokenizer", "separators or a tokenexp", **token)
    yield text("separator", "Tokenizer", r"a \( without a \)", separators=["("],
               **token)
    yield text("separators", "Tokenizer", "more than one character",
               separators=[" ", "ab"], **token)
    yield text("empty-separator", "Tokenizer", "matches the empty string",
               separators=["a*"], **token)


def all_cases():
    for group in models, encoders, boundaries, strings:
        yield from group()
