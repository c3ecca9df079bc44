"""Models of operators of strings with attributes drawn at random, each with
several nodes that read the same strings.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import random

from onnx import TensorProto, helper

ML = "ai.onnx.ml"
LETTERS = ["a", "b", "c", "A", "B", "1", "2", "_", " ", ".", "-", "\n", "\t",
           "é", "É", "ß", "日", "k", "K", "\u212a", "s", "\u017f", "\U0001f600"]
STRING, INT64 = TensorProto.STRING, TensorProto.INT64
FLOAT, BOOL = TensorProto.FLOAT, TensorProto.BOOL


class Draw(random.Random):
    def word(self, most=8):
        return "".join(self.choice(LETTERS)
                       for _ in range(self.randint(0, most)))

    def words(self, count, most=4):
        """Different ones."""
        some = set()
        while len(some) < count:
            some.add(self.word(most))
        return sorted(some)

    def number(self):
        """A text that begins with a number which all types can read."""
        text = self.choice(["", " ", "\t"]) + self.choice(["", "", "-", "+"])
        text += str(self.randint(0, 10**self.randint(1, 9)))
        if self.random() < 0.6:
            text += "." + "".join(self.choice("0123456789")
                                  for _ in range(self.randint(0, 6)))
        if self.random() < 0.3:
            text += self.choice("eE") + str(self.randint(-30, 20))
        return text + self.choice(["", "", "", " ", "kg", "e", "-"])

    # Patterns.

    def pattern(self, depth=3):
        choice = self.random()
        if depth == 0 or choice < 0.25:
            return self.atom()
        if choice < 0.5:
            return "".join(self.pattern(depth - 1)
                           for _ in range(self.randint(1, 3)))
        if choice < 0.65:
            return "(" + "|".join(self.pattern(depth - 1) for _ in
                                  range(self.randint(1, 3))) + ")"
        if choice < 0.9:
            return (f"(?:{self.pattern(depth - 1)})"
                    + self.choice(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?",
                                   "{0,1}"]))
        return self.choice(["(?i)", "(?s)", "(?m)", "(?i-s:a)", "(?-i)"]) \
            + self.pattern(depth - 1)

    def atom(self):
        choice = self.random()
        if choice < 0.4:
            letter = self.choice(LETTERS)
            return "\\" + letter if letter in ".-_ " else letter
        if choice < 0.55:
            return self.choice([".", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S",
                                r"\x41", r"\x{65E5}", r"\n", r"\t", r"\Qa.\E"])
        if choice < 0.65:
            return self.choice(["^", "$", r"\b", r"\B", r"\A", r"\z"])
        inside = "".join(self.choice([
            "a-c", "A", "0-9", "é", "日", r"\w", r"\s", "[:alpha:]", "[:^digit:]",
            "-", r"\-", "k", "\U0001f600-\U0001f640", r"\n", "1", "_"])
            for _ in range(self.randint(1, 3)))
        return f"[{self.choice(['', '^'])}{inside}]"


def regexes(draw, node):
    for _ in range(6):
        node("RegexFullMatch", BOOL, pattern=draw.pattern())


def labels(draw, node):
    count = draw.choice([1, 2, 5, 40])
    keys = draw.words(count, 2 if count < 30 else 3)
    for kind, dtype, values in (
            ("int64s", INT64, [draw.randint(-9, 9) for _ in keys]),
            ("floats", FLOAT, [float(draw.randint(-9, 9)) for _ in keys]),
            ("strings", STRING, [draw.word() for _ in keys])):
        node("LabelEncoder", dtype, domain=ML, keys_strings=keys,
             **{"values_" + kind: values})
    node("OneHotEncoder", FLOAT, domain=ML, cats_strings=keys, zeros=1)


def splits(draw, node):
    for _ in range(3):
        attributes = {"delimiter": draw.choice(["a", " ", "ab", "é", "", "aa"])}
        if draw.random() < 0.5:
            attributes["maxsplit"] = draw.randint(0, 3)
        node("StringSplit", (STRING, INT64), **attributes)


def grams(draw, node):
    words = draw.words(6, 2)
    pool, counts, index = [], [], 0
    for n in (1, 2, 3):
        counts.append(len(pool))
        some = {tuple(draw.choice(words) for _ in range(n))
                for _ in range(draw.randint(0, 5))}
        index += len(some)
        for gram in sorted(some):
            pool.extend(gram)
    if not pool:
        return
    indexes = list(range(index))
    draw.shuffle(indexes)
    least = draw.randint(1, 3)
    node("TfIdfVectorizer", FLOAT, pool_strings=pool, ngram_counts=counts,
         ngram_indexes=indexes, mode=draw.choice(["TF", "IDF", "TFIDF"]),
         weights=[draw.choice([0.5, 2.0, 1.0]) for _ in indexes],
         min_gram_length=least, max_gram_length=draw.randint(least, 3),
         max_skip_count=draw.randint(0, 2))


def cases(draw, node):
    for action in ("LOWER", "UPPER", "NONE"):
        attributes = {}
        if draw.random() < 0.7:
            attributes["stopwords"] = draw.words(draw.randint(1, 9), 1)
            attributes["is_case_sensitive"] = draw.randint(0, 1)
        node("StringNormalizer", STRING, case_change_action=action,
             locale="C.UTF-8", **attributes)


def tokens(draw, node):
    for _ in range(3):
        attributes = {"mark": draw.randint(0, 1), "mincharnum": 1,
                      "pad_value": draw.choice(["", "#", "é"])}
        choice = draw.random()
        if choice < 0.2:
            attributes["separators"] = [""]
        elif choice < 0.4:
            attributes["separators"] = draw.words(draw.randint(1, 4), 1)
            attributes["separators"] = [
                "\\" + s if s in ".-_" else s for s in attributes["separators"]
                if s] or [" "]
        elif choice < 0.5:
            attributes["separators"] = ["(?:" + draw.pattern(1) + ")a"]
        else:
            attributes["tokenexp"] = draw.pattern(2)
            attributes["mincharnum"] = draw.randint(1, 3)
        node("Tokenizer", STRING, domain="com.microsoft", **attributes)


def numbers(draw, node):
    """What is read of a string, and what is printed of that."""
    for dtype in (FLOAT, TensorProto.DOUBLE, INT64, TensorProto.INT32,
                  TensorProto.UINT8, BOOL):
        name = node("Cast", dtype, to=dtype)
        node("Cast", STRING, source=name, to=STRING)


def different(draw, node):
    axis = draw.choice(({}, {"axis": 0}, {"axis": 1}))
    node("Unique", (STRING, INT64, INT64, INT64), sorted=draw.randint(0, 1),
         **axis)


KINDS = (regexes, labels, splits, grams, cases, tokens, numbers, different)
# Those whose strings are a list.
LISTS = (cases,)


def draw_model(seed):
    """A model, and strings for each of its runs: (shape, strings)."""
    draw = Draw(seed)
    kind = KINDS[seed % len(KINDS)]
    nodes, outputs = [], []

    def node(op, dtypes, domain="", source="x", **attributes):
        dtypes = dtypes if isinstance(dtypes, tuple) else (dtypes,)
        names = [f"y{len(outputs) + i}" for i in range(len(dtypes))]
        outputs.extend(helper.make_tensor_value_info(name, dtype, None)
                       for name, dtype in zip(names, dtypes))
        nodes.append(helper.make_node(op, [source], names, f"node_{names[0]}",
                                      domain=domain, **attributes))
        return names[0]

    while not nodes:
        kind(draw, node)
    is_list = kind in LISTS
    graph = helper.make_graph(
        nodes, kind.__name__,
        [helper.make_tensor_value_info("x", STRING,
                                       ["n"] if is_list else ["n", "m"])],
        outputs)
    model = helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21), helper.make_opsetid(ML, 4),
        helper.make_opsetid("com.microsoft", 1)])
    # onnxruntime splits at spaces alone, and an empty string into nothing.
    def draw_string():
        if kind is numbers:
            return draw.number()
        word = draw.word(2 if kind in (grams, labels, different) else 8)
        if kind is splits:
            word = "".join(c for c in word if c not in "\n\t") or "-"
        return word

    shapes = [(draw.randint(2, 9), draw.randint(1, 9)), (1, 1), (0, 3),
              (37, 53)]
    if kind in (grams, tokens):  # onnxruntime takes no row, or makes it a list
        shapes[2] = (4, 1)
    runs = []
    for rows, columns in shapes:
        shape = (rows * columns,) if is_list else (rows, columns)
        runs.append((shape, [draw_string() for _ in range(rows * columns)]))
    return model, [run for run in runs if not is_list or run[1]]
