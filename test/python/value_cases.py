"""Values of all types: narrow floats, strings, sequences, optionals, maps.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import ml_dtypes
import numpy as np
import onnxc

from python_case import model_of
from suite_cases import check, raises

NARROW = {
    "bfloat16": ml_dtypes.bfloat16, "float8e4m3fn": ml_dtypes.float8_e4m3fn,
    "float8e4m3fnuz": ml_dtypes.float8_e4m3fnuz,
    "float8e5m2": ml_dtypes.float8_e5m2,
    "float8e5m2fnuz": ml_dtypes.float8_e5m2fnuz, "int4": ml_dtypes.int4,
    "uint4": ml_dtypes.uint4, "float4e2m1": ml_dtypes.float4_e2m1fn,
}
PLAIN = ("float", "double", "float16", "bool", "int8", "int16", "int32",
         "int64", "uint8", "uint16", "uint32", "uint64")
WORDS = "g (string[n] x) => (string[n] y) { y = Identity(x) }"
LOWER = ('g (string[n] x) => (string[n] y) { '
         'y = StringNormalizer<case_change_action = "LOWER">(x) }')
LISTS = """g (seq(float[k]) s, float[k] t) => (seq(float[m]) longer) {
  longer = SequenceInsert(s, t) }"""
MAYBE = """g (optional(float[k]) o) => (bool there) {
  there = OptionalHasElement(o) }"""


def case_plain_types():
    for name in PLAIN:
        model = model_of(f"g ({name}[n] x) => ({name}[n] y) "
                         "{ y = Concat<axis = 0>(x, x) }".replace(
                             f"({name}[n] y)", f"({name}[m] y)"))
        dtype = model.inputs[0].numpy_dtype
        x = np.array([0, 1, 1], dtype)
        y = model(x)
        check(name, y.dtype == dtype and y.tolist() == [*x, *x])


def case_narrow_types():
    for name, dtype in NARROW.items():
        model = model_of(f"g ({name}[n] x) => ({name}[n] y) "
                         "{ y = Identity(x) }")
        check(name, model.inputs[0].numpy_dtype == np.dtype(dtype))
        x = np.array([1, 0, 2, 3] if name[0] == "u" else [1, 0, -2, 3], dtype)
        y = model(x)
        check(f"{name}: {y}", y.dtype == dtype and np.array_equal(x, y))
        with raises(onnxc.InputError, "input 'x'", name):
            model(np.ones(2, np.float32))
    double = model_of("g (bfloat16[n] x) => (bfloat16[n] y) "
                      "{ y = Add(x, x) }")
    y = double(np.array([1.5, -3], ml_dtypes.bfloat16))
    check(f"{y}", y.astype(float).tolist() == [3, -6])


def case_strings():
    model = model_of(WORDS)
    texts = ["one", "", "zwölf\0\0", "日本" * 9]
    objects = np.array(texts, object)
    for x in (objects, texts, np.array([text.encode() for text in texts],
                                       object)):
        y = model(x)
        check(f"{y}", y.dtype == object and y.tolist() == texts)
    check("<U", model(np.array(["ab", "é"])).tolist() == ["ab", "é"])
    check("S", model(np.array([b"ab", b"c"])).tolist() == ["ab", "c"])
    check("StringDType", model(np.array(["ab", "é"], np.dtypes.StringDType())
                               ).tolist() == ["ab", "é"])
    check("no UTF-8", model(np.array([b"\xff", "a"], object)).tolist()
          == [b"\xff", "a"])
    check("none", model(np.empty(0, object)).shape == (0,))
    made = model_of(LOWER)(np.array(["ABC", "É"]))
    check(f"{made}", made.tolist() == ["abc", "é"])


def case_strings_of_any_order():
    model = model_of("g (string[n, m] x) => (string[m, n] y) "
                     "{ y = Transpose(x) }")
    x = np.array([["a", "b", "c"], ["d", "e", "f"]], object)
    for form in (x, np.asfortranarray(x), x[::-1], x.astype("U")[:, ::2]):
        check(f"{form}", model(form).tolist() == form.T.tolist())


def case_strings_refused():
    model = model_of(WORDS)
    with raises(onnxc.InputError, "input 'x'", "1.5", "no string"):
        model(np.array(["a", 1.5], object))
    with raises(onnxc.InputError, "input 'x'", "float64"):
        model(np.ones(2))
    with raises(onnxc.InputError, "input 'x'", "no Unicode text"):
        model(np.array(["\ud800"], object))
    with raises(onnxc.InputError, "input 'x'", "None"):
        model(None)


def case_sequences():
    model = model_of(LISTS)
    check(f"{model.inputs[0]}", model.inputs[0].kind == "sequence")
    t = np.array([9], np.float32)
    for s in ([], [[1, 2]], [np.ones(3, np.float32), np.empty(0, np.float32)],
              (np.ones(1, np.float32),)):
        longer = model(s, t)
        check(f"{longer}", len(longer) == len(s) + 1
              and all(np.array_equal(a, b)
                      for a, b in zip(longer, [*s, t])))
    for s, words in ((np.ones(3, np.float32), "pass a list of arrays"),
                     (3, "pass a list of arrays"), ("ab", "a list of arrays"),
                     ([np.ones(3)], "float64"),
                     ([np.ones((2, 2), np.float32)], "2 dimensions")):
        with raises(onnxc.InputError, "input 's'", words):
            model(s, t)


def case_sequences_of_any_rank():
    model = model_of("g (seq(int64[]) x, int64[n] t) => (seq(int64[]) y) "
                     "{ y = SequenceInsert(x, t) }")
    x = [np.arange(6).reshape(2, 3), np.array(7)]
    y = model(x, [1, 2])
    check(f"{y}", [one.tolist() for one in y]
          == [[[0, 1, 2], [3, 4, 5]], 7, [1, 2]])
    texts = model_of("g (seq(string[a]) x, string[n] t) => (seq(string[b]) y) "
                     "{ y = SequenceInsert(x, t) }")
    y = texts([["a", "bc"], np.array(["é"])], ["z"])
    check(f"{y}", [one.tolist() for one in y] == [["a", "bc"], ["é"], ["z"]])


def case_optionals():
    model = model_of(MAYBE)
    check(f"{model.inputs[0]}", model.inputs[0].kind == "optional")
    check("absent", not model(None))
    check("present", model(np.ones(2, np.float32)) and model([]))
    with raises(onnxc.InputError, "input 'o'", "float64"):
        model(np.ones(2))


def case_maps():
    model = model_of("""g (map(string, float) m) => (float[1, 3] y) {
      y = ai.onnx.ml.DictVectorizer<string_vocabulary = ["a", "b", "c"]>(m) }
      """)
    check(f"{model.inputs[0]}", model.inputs[0].kind == "map")
    y = model({"c": 2.5, "a": 1})
    check(f"{y}", y.tolist() == [[1, 0, 2.5]])
    check("by name", model.run({"m": {}})["y"].tolist() == [[0, 0, 0]])
    with raises(onnxc.InputError, "input 'm'", "pass a dict"):
        model([1, 2])


def case_without_ml_dtypes():
    """Then types that NumPy lacks are integers of their storage."""
    from onnxc import element_types
    find = element_types.importlib.import_module
    try:
        def fail(name):
            raise ImportError(name)
        element_types.importlib = type("importlib", (), {"import_module": fail})
        check("bfloat16", element_types.numpy_dtype("bfloat16") == np.uint16)
        check("int4", element_types.numpy_dtype("int4") == np.int8)
        with_low = np.array([-8, 7], np.int8)
        check("a copy", np.array_equal(
            element_types.to_storage(with_low, "int4"), with_low))
        with raises(ValueError, "outside of -8..7"):
            element_types.to_storage(np.array([8], np.int8), "int4")
    finally:
        import importlib
        element_types.importlib = importlib
    check("back", find is element_types.importlib.import_module)
