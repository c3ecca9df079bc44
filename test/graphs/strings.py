"""Strings that go in and out: what moves them, what makes others of them, and
what turns them into numbers and back.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case
from string_tensors import make_strings as texts

ML = '"" : 21, "ai.onnx.ml" : 4'
# onnxruntime's Python cuts strings at a zero: those are BYTES.
WORDS = ["red", "", "green", "blåbär", "x" * 60, "red ", "日本語", "Red",
         "\U0001f600!", "tab\there"]
BYTES = [b"a\0b", b"\0", b"end\0", b"\xff\xfe", b"a\xc3", b"\xe6\x97", b"",
         "é".encode()]


def words(*shape, seed=0):
    drawn = np.random.RandomState(seed).randint(0, len(WORDS),
                                                int(np.prod(shape)))
    return texts([WORDS[i] for i in drawn], *shape)


def op(name, inputs, outputs, text, runs, **settings):
    """A graph of one node or more; ' stands for "."""
    body = "\n  ".join(text) if isinstance(text, list) else text
    body = body.replace("'", '"')
    settings.setdefault("imports", ML)
    return Case("string_" + name,
                f"agraph ({inputs}) => ({outputs}) {{\n  {body}\n}}", runs,
                **settings)


S = "string[n, m] x"
RUNS = [{"x": words(3, 4)}, {"x": words(1, 17, seed=1)}, {"x": words(0, 2)}]

MOVES = [
    op("identity", S, "string[n, m] y", "y = Identity(x)", RUNS),
    op("transpose", S, "string[m, n] y", "y = Transpose(x)", RUNS),
    op("flatten", S, "string[k] y",
       ["s = Constant <value_ints = [-1]> ()", "y = Reshape(x, s)"], RUNS),
    # onnxruntime moves the first string of each row only.
    op("gather", S + ", int64[k] i", "string[k, m] y",
       "y = Gather <axis = 0> (x, i)", [{"x": words(3, 4), "i": [2, 0, -1]}],
       expected=[words(3, 4)[[2, 0, -1]]]),
    op("gather_elements", S + ", int64[n, m] i", "string[n, m] y",
       "y = GatherElements <axis = 1> (x, i)",
       [{"x": words(2, 3), "i": [[2, 0, 1], [1, 1, 0]]}]),
    op("concat", S + ", string[n, k] z", "string[n, j] y",
       "y = Concat <axis = 1> (x, z, x)",
       [{"x": words(3, 4), "z": words(3, 1)},
        {"x": words(2, 0), "z": words(2, 5)}]),
    op("concat_a_constant", "string[n] x", "string[m] y",
       ["c = Constant <value_strings = ['one', '', 'three']> ()",
        "y = Concat <axis = 0> (c, x)"],
       [{"x": words(4)}, {"x": words(0)}]),
    op("slice", S, "string[n, 2] y",
       ["f = Constant <value_ints = [1]> ()",
        "t = Constant <value_ints = [3]> ()",
        "a = Constant <value_ints = [1]> ()", "y = Slice(x, f, t, a)"],
       [{"x": words(3, 4)}, {"x": words(0, 5)}]),
    op("where", "bool[n, m] c, string[n, m] x, string[m] z", "string[n, m] y",
       "y = Where(c, x, z)",
       [{"c": np.eye(3, 4) > 0, "x": words(3, 4), "z": words(4, seed=2)}]),
    op("expand", "string[n, 1] x", "string[n, 3] y",
       ["s = Constant <value_ints = [1, 3]> ()", "y = Expand(x, s)"],
       [{"x": words(4, 1)}]),
    op("tile", S, "string[p, q] y",
       ["r = Constant <value_ints = [2, 3]> ()", "y = Tile(x, r)"], RUNS),
    op("compress", S + ", bool[n] c", "string[k, m] y",
       "y = Compress <axis = 0> (x, c)",
       [{"x": words(3, 2), "c": [True, False, True]},
        {"x": words(3, 2), "c": [False, False, False]}], sizes_known=False),
    op("scatter_elements", S + ", int64[n, m] i, string[n, m] u",
       "string[n, m] y", "y = ScatterElements <axis = 0> (x, i, u)",
       [{"x": words(2, 3), "i": [[1, 0, 1], [0, 1, 0]],
         "u": words(2, 3, seed=3)}]),
    op("constant", "float[n] x", "string[3] y, float[n] z",
       ["y = Constant <value_strings = ['aa', '', 'ö']> ()", "z = Neg(x)"],
       [{"x": (2,)}]),
    op("scalar_constant", "float[n] x", "string y, float[n] z",
       ["y = Constant <value_string = 'one'> ()", "z = Neg(x)"],
       [{"x": (2,)}]),
    op("shape", S, "int64[2] y", "y = Shape(x)", RUNS),
    op("branches", "bool c, string[n] x", "string[k] y",
       """y = If (c) <
    then_branch = one () => (string[a] p) { p = Identity(x) },
    else_branch = two () => (string[b] q)
      { q = Constant <value_strings = ['none']> () }>""",
       [{"c": True, "x": words(5)}, {"c": False, "x": words(5)}],
       sizes_known=False),
]

# Of two strings one.
TEXTS = [
    op("equal", S + ", string[n, m] z", "bool[n, m] y", "y = Equal(x, z)",
       [{"x": words(7, 5), "z": words(7, 5, seed=4)},
        {"x": words(1, 1), "z": words(1, 1)}]),
    op("equal_broadcast", S + ", string[m] z", "bool[n, m] y",
       "y = Equal(x, z)", [{"x": words(5, 3), "z": words(3, seed=4)}]),
    op("equal_a_constant", S, "bool[n, m] y",
       ["z = Constant <value_string = 'red'> ()", "y = Equal(x, z)"], RUNS),
    op("concat_texts", S + ", string[n, m] z", "string[n, m] y",
       "y = StringConcat(x, z)",
       [{"x": words(3, 4), "z": words(3, 4, seed=5)},
        {"x": words(0, 4), "z": words(0, 4)}], sizes_known=False),
    op("concat_texts_broadcast", "string[n, 1] x, string[m] z",
       "string[n, m] y", "y = StringConcat(x, z)",
       [{"x": words(3, 1), "z": words(5, seed=5)}], sizes_known=False),
    op("concat_free_sizes", "string[a] x, string[b] z", "string[c] y",
       "y = StringConcat(x, z)",
       [{"x": words(4), "z": words(4, seed=5)},
        {"x": words(1), "z": words(4, seed=5)},
        {"x": words(4), "z": words(1, seed=5)}], sizes_known=False),
    op("concat_a_prefix_twice", "string[n] x", "string[n] y",
       ["p = Constant <value_string = 'id-'> ()", "a = StringConcat(p, x)",
        "y = StringConcat(a, p)"], [{"x": words(6)}, {"x": words(0)}],
       sizes_known=False),
    op("concat_in_a_loop", "int64 k, string[n] x", "string[n] y",
       ["t = Constant <value = bool {1}> ()",
        """y = Loop (k, t, x) <body = step (int64 i, bool c, string[n] s)
    => (bool c2, string[n] s2) {
      c2 = Identity(c)
      d = Constant <value_string = '.'> ()
      s2 = StringConcat(s, d)
    }>"""],
       [{"k": 3, "x": words(4)}, {"k": 0, "x": words(2)}], sizes_known=False),
]

# Where a delimiter is given, onnxruntime finds no part in an empty string; the
# reference evaluator, and its test, one.
PHRASES = ["a b  c", " ", "  lead and trail ", "one", "a,b,,c,", ",", ", ,",
           "x" * 90 + " " + "y" * 70, "größe über alles", "\ttab\nline"]


def phrases(*shape):
    return texts((PHRASES * 9)[:int(np.prod(shape))], *shape)


def split(name, attributes):
    return op(name, "string[n] x", "string[n, k] y, int64[n] z",
              f"y, z = StringSplit {attributes} (x)",
              [{"x": phrases(10)}, {"x": phrases(1)}, {"x": phrases(0)}],
              sizes_known=False)


SPLITS = [
    split("split_at_commas", "<delimiter = ','>"),
    split("split_at_two", "<delimiter = ', '>"),
    split("split_twice", "<delimiter = ',', maxsplit = 2>"),
    split("split_once_at_a_word", "<delimiter = 'and', maxsplit = 1>"),
    op("split_rank_2", "string[n, m] x", "string[n, m, k] y, int64[n, m] z",
       "y, z = StringSplit <delimiter = ' '> (x)", [{"x": phrases(2, 5)}],
       sizes_known=False),
]


def normalize(name, attributes, runs):
    return op("normalize_" + name, "string[n] x", "string[m] y",
              f"y = StringNormalizer <locale = 'C.UTF-8', {attributes}> (x)",
              runs,
              sizes_known=False)


LETTERS = texts(["Monday", "tuesday", "GRÜSSE", "Straße", "ΑΒΓ ω", "жЯ",
                 "Monday", "\U00010400", "ǅ", "a1-Z"])
NORMAL = [{"x": LETTERS}, {"x": LETTERS[:1]}]
NORMALIZED = [
    normalize("lower", "case_change_action = 'LOWER'", NORMAL),
    normalize("upper", "case_change_action = 'UPPER'", NORMAL),
    normalize("stop_words", "stopwords = ['monday', 'a1-z'], "
              "case_change_action = 'NONE'", NORMAL),
    normalize("stop_words_exact", "stopwords = ['Monday', 'A1-Z'], "
              "is_case_sensitive = 1, case_change_action = 'UPPER'", NORMAL),
    op("normalize_a_row", "string[1, n] x", "string[1, m] y",
       "y = StringNormalizer <locale = 'C.UTF-8', stopwords = ['MONDAY'], "
       "case_change_action = 'UPPER'> (x)", [{"x": LETTERS[None]}],
       sizes_known=False),
]

# Bytes that are no UTF-8, and zeros.
RAW = [
    op("bytes", "string[n] x", "string[n] y", "y = Identity(x)",
       [{"x": texts(BYTES)}], expected=[texts(
           ["a\0b", "\0", "end\0", b"\xff\xfe", b"a\xc3", b"\xe6\x97", "",
            "é"])]),
    op("bytes_joined", "string[n] x", "string[n] y",
       ["d = Constant <value_string = '|'> ()", "y = StringConcat(x, d)"],
       [{"x": texts(BYTES[:5])}], sizes_known=False, expected=[texts(
           ["a\0b|", "\0|", "end\0|", b"\xff\xfe|", b"a\xc3|"])]),
    op("bytes_in_large_letters", "string[n] x", "string[n] y",
       "y = StringNormalizer <case_change_action = 'UPPER'> (x)",
       [{"x": texts(BYTES)}], sizes_known=False, expected=[texts(
           ["A\0B", "\0", "END\0", b"\xff\xfe", b"A\xc3", b"\xe6\x97", "",
            "É"])]),
    op("bytes_equal", "string[n] x, string[n] z", "bool[n] y",
       "y = Equal(x, z)",
       [{"x": texts([b"a\0b", b"\0", b"\xff"]),
         "z": texts([b"a\0c", b"\0", b"\xff"])}],
       expected=[[False, True, True]]),
    op("empty_string_split", "string[n] x", "string[n, k] y, int64[n] z",
       "y, z = StringSplit <delimiter = ','> (x)",
       [{"x": texts(["", "a,b"])}], sizes_known=False,
       expected=[texts(["", "", "a", "b"], 2, 2), [1, 2]]),
]

CITIES = ["Oslo", "Rome", "", "Zürich", "Lima"]


def cities(*shape):
    some = ["Rome", "oslo", "Lima", "", "Zürich", "Paris", "Oslo"] * 50
    return texts(some[:int(np.prod(shape))], *shape)


KEYS = "[" + ", ".join(f"'{city}'" for city in CITIES) + "]"
C_RUNS = [{"x": cities(7, 3)}, {"x": cities(1, 1)}, {"x": cities(0, 3)}]
MANY = "[" + ", ".join(f"'word{i}'" for i in range(3000)) + "]"
CODES = [
    op("to_integers", S, "int64[n, m] y",
       f"y = ai.onnx.ml.LabelEncoder <keys_strings = {KEYS}, "
       "values_int64s = [7, -2, 9, 4, 5], default_int64 = -9> (x)", C_RUNS),
    op("to_floats", S, "float[n, m] y",
       f"y = ai.onnx.ml.LabelEncoder <keys_strings = {KEYS}, "
       "values_floats = [7.5, -2.0, 9.0, 4.0, 5.0], default_float = 0.5> (x)",
       C_RUNS),
    op("to_strings", S, "string[n, m] y",
       f"y = ai.onnx.ml.LabelEncoder <keys_strings = {KEYS}, "
       "values_strings = ['N', 'I', '', 'CH', 'PE'], default_string = '?'> (x)",
       C_RUNS),
    op("one_key", "string[n] x", "int64[n] y",
       "y = ai.onnx.ml.LabelEncoder <keys_strings = ['Rome'], "
       "values_int64s = [1]> (x)", [{"x": cities(9)}]),
    op("three_thousand_keys", "string[n] x", "int64[n] y",
       f"y = ai.onnx.ml.LabelEncoder <keys_strings = {MANY}, values_int64s = "
       f"[{', '.join(str(3 * i) for i in range(3000))}]> (x)",
       [{"x": np.array([f"word{i}" for i in range(0, 3300, 7)], object)}]),
    op("from_integers", "int64[n, m] x", "string[n, m] y",
       "y = ai.onnx.ml.LabelEncoder <keys_int64s = [7, -2, 9, 4, 5], "
       f"values_strings = {KEYS}, default_string = 'nowhere'> (x)",
       [{"x": [[7, 8, -2], [9, 9, 5]]}, {"x": [[4]]}]),
    op("from_floats", "float[n] x", "string[n] y",
       "y = ai.onnx.ml.LabelEncoder <keys_floats = [0.5, 1.5], "
       "values_strings = ['low', 'high']> (x)",
       [{"x": [0.5, 1.5, 1.0, np.nan]}]),
    op("one_hot", S, "float[n, m, 5] y",
       f"y = ai.onnx.ml.OneHotEncoder <cats_strings = {KEYS}, zeros = 1> (x)",
       C_RUNS),
    op("mapped_categories", S, "int64[n, m] y",
       f"y = ai.onnx.ml.CategoryMapper <cats_strings = {KEYS}, "
       "cats_int64s = [1, 2, 3, 4, 5], default_int64 = -1> (x)", C_RUNS),
    op("names_of_categories", "int64[n, m] x", "string[n, m] y",
       f"y = ai.onnx.ml.CategoryMapper <cats_strings = {KEYS}, "
       "cats_int64s = [1, 2, 3, 4, 5], default_string = 'none'> (x)",
       [{"x": [[1, 5, 6], [0, 2, 3]]}]),
]

CLASSES = [
    op("linear_classes", "float[n, 2] x", "string[n] y, float[n, 3] z",
       "y, z = ai.onnx.ml.LinearClassifier <classlabels_strings = "
       "['cat', 'dog', 'owl'], coefficients = "
       "[1.0, 0.5, -1.0, 0.25, 0.0, -2.0], intercepts = [0.0, 0.1, -0.1], "
       "post_transform = 'SOFTMAX'> (x)", [{"x": (9, 2)}, {"x": (1, 2)}]),
]

# Halfway between two floats, and a bit more.
HALF = "1.000000059604644775390625"
NUMBERS = texts(["3.14", " -5", "1e-45", "1e-5", "+INF", "-inf", "NaN",
                 ".5", "5.", "3.5kg", "1e", "\t7e+2", HALF, "-0", "9" * 30])
TINY = texts(["5e-324", "2.4703282292062327e-324", "2.4703282292062328e-324",
              "1.7976931348623157e308", "9007199254740993", "1e-320",
              "0." + "0" * 400 + "1", "1" + "0" * 400 + "e-400",
              HALF + "0" * 900 + "1"])
WHOLE = texts(["0", "-12", " 7 ", "3.9", "1e3", "300", "+5", "2147483648"])
READ = [
    op("to_floats", "string[n] x", "float[n] y, double[n] z",
       ["y = Cast <to = 1> (x)", "z = Cast <to = 11> (x)"],
       [{"x": NUMBERS}, {"x": NUMBERS[:0]}], sizes_known=False),
    # onnxruntime refuses numbers below the least normal one.
    op("to_small_floats", "string[n] x", "double[n] y", "y = Cast <to = 11> (x)",
       [{"x": TINY}], expected=[[float(x) for x in TINY]], sizes_known=False),
    op("to_floats_rounded_once", "string[n] x", "float[n] y",
       "y = Cast <to = 1> (x)", [{"x": TINY[-1:]}],
       expected=[np.array([1 + 2.0**-23], np.float32)], sizes_known=False),
    op("to_integers", "string[n] x",
       "int64[n] y, int32[n] z, int8[n] u, uint8[n] v, bool[n] w",
       ["y = Cast <to = 7> (x)", "z = Cast <to = 6> (x)",
        "u = Cast <to = 3> (x)", "v = Cast <to = 2> (x)",
        "w = Cast <to = 9> (x)"], [{"x": WHOLE}], sizes_known=False),
    op("from_floats", "float[n] x, double[n] z", "string[n] y, string[n] u",
       ["y = Cast <to = 8> (x)", "u = Cast <to = 8> (z)"],
       [{"x": np.array(values, np.float32), "z": np.array(values)}
        for values in ([1, 0.1, 1e10, 123456789, -3.14, 1e-5, 1e-4, np.nan,
                        np.inf, -np.inf, -0.0, 0, 1 / 3, 99999999.5, 1e-38,
                        3e38, 100000, 1.5],)]),
    op("from_integers", "int64[n] x, uint8[n] z, bool[n] c",
       "string[n] y, string[n] u, string[n] v",
       ["y = Cast <to = 8> (x)", "u = Cast <to = 8> (z)",
        "v = Cast <to = 8> (c)"],
       [{"x": [0, -1, 2**63 - 1, -2**63], "z": [0, 9, 10, 255],
         "c": [True, False, True, True]}]),
    op("like_a_string", "float[n, m] x, string[k] z", "string[n, m] y",
       "y = CastLike(x, z)", [{"x": np.eye(2, 3), "z": words(1)}]),
    op("unique", S, "string[k] y, int64[k] i, int64[p] j, int64[k] c",
       "y, i, j, c = Unique(x)", RUNS[:2], sizes_known=False),
    op("unique_in_order", S, "string[k] y", "y = Unique <sorted = 0> (x)",
       RUNS[:2], sizes_known=False),
    op("unique_rows", S, "string[k, m] y, int64[k] i, int64[n] j, int64[k] c",
       "y, i, j, c = Unique <axis = 0> (x)",
       [{"x": words(9, 1)}, {"x": words(5, 2, seed=4)}], sizes_known=False),
]

CASES = MOVES + TEXTS + SPLITS + NORMALIZED + RAW + CODES + CLASSES + READ

IMPOSSIBLE = """y = If (c) <
    then_branch = one () => ({type}[a] p) {{ p = Identity(x) }},
    else_branch = two () => ({type}[b] q) {{
      s = Constant <value_ints = [3, -5]> ()
      q = Reshape(x, s)
    }}>"""
# Elements that are no numbers of MLIR's: branches give some that cannot run.
REFUSED = [
    op(f"impossible_branch_{kind}", f"bool c, {kind}[n] x", f"{kind}[k] y",
       IMPOSSIBLE.format(type=kind), [{"c": False, "x": x}],
       refused="a value is not allowed")
    for kind, x in (("string", words(3)), ("complex64", [1j, 2, 3]))]
REFUSED += [
    op(f"no_number_{i}", "string[n] x", f"{kind}[n] y", f"y = Cast <to = {to}> (x)",
       [{"x": texts(["1", text])}],
       refused="a value is not allowed by the operator that reads it")
    for i, (kind, to, text) in enumerate((
        ("float", 1, ""), ("float", 1, "x1"), ("double", 11, "-"),
        ("float", 1, "0x10"), ("int64", 7, "9223372036854775808"),
        ("uint64", 13, "18446744073709551616"), ("int32", 6, ".5")))]
CASES += [
    op("beside_an_impossible_branch", "bool c, string[n] x", "string[k] y",
       IMPOSSIBLE.format(type="string"), [{"c": True, "x": words(3)}],
       expected=[words(3)]),
    Case("complex_constant", """agraph (bool[n] c, complex64[n] x)
        => (complex64[n] y) {
      k = Constant <value = complex64 {1.0, 2.0}> ()
      y = Where(c, x, k)
    }""", [{"c": [True, False], "x": [3j, 4]}],
         expected=[np.array([3j, 1 + 2j], np.complex64)]),
    Case("complex_padding", """agraph (complex64[n, m] x)
        => (complex64[p, q] y, complex64[n, m] z) {
      p = Constant <value_ints = [1, 0, 0, 2]> ()
      y = Pad(x, p)
      z = Trilu(x)
    }""", [{"x": np.array([[1j, 2], [3, 4 + 1j]], np.complex64)}],
         expected=[np.pad(np.array([[1j, 2], [3, 4 + 1j]], np.complex64),
                          ((1, 0), (0, 2))),
                   np.array([[1j, 2], [0, 4 + 1j]], np.complex64)]),
]
