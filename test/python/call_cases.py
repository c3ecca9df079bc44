"""Calls: what goes in without a copy, what is refused, and where outputs lie.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import array

import numpy as np
import onnxc

from python_case import model_of, parse
from suite_cases import check, raises

SUM = "g (float[n, 3] x, float[n, 3] b) => (float[n, 3] y) { y = Add(x, b) }"
TWO = """g (float[n, 3] x) => (float[n, 3] y, int64[2, k] places) {
  y = Neg(x) places = NonZero(x) }"""
X = np.arange(6, dtype=np.float32).reshape(2, 3)


class Exporter:
    """What PyTorch and JAX give: DLPack, and no buffer."""

    def __init__(self, values, device=(1, 0)):
        self.values, self.device = values, device

    def __dlpack__(self, **options):
        return self.values.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.device


class Interface:
    """An object that only has __array_interface__."""

    def __init__(self, values):
        self.values = values
        self.__array_interface__ = values.__array_interface__


def case_forms_of_a_call():
    model = model_of(SUM)
    for result in (model(X, X), model(X, b=X), model(b=X, x=X),
                   model.run({"b": X, "x": X})["y"], model.run([X, X])["y"],
                   model([[0, 1, 2], [3, 4, 5]], X)):
        check(f"{result}", np.array_equal(result, 2 * X))
        check("another type", result.dtype == np.float32)
    y, places = model_of(TWO)(X)
    check("no tuple of both", np.array_equal(y, -X)
          and np.array_equal(places, np.array(np.nonzero(X))))


def case_descriptions():
    model = onnxc.compile(parse(TWO), dims={"n": (1, 7)})
    x, = model.inputs
    check(f"{x}", (x.name, x.kind, x.dtype, x.shape, x.numpy_dtype)
          == ("x", "tensor", "float32", ("n", 3), np.float32))
    check(f"{model.dims}", model.dims == {"n": (1, 7)})
    check(f"{model.outputs}", [str(value) for value in model.outputs][0]
          == "y: float32 [n, 3]" and model.outputs[1].dtype == "int64")
    proto = parse(TWO)
    proto.metadata_props.add(key="author", value="née")
    proto.producer_name = "somebody"
    described = onnxc.compile(proto)
    check("metadata", described.metadata == {"author": "née"})
    check(f"{described.producer}", described.producer.startswith("somebody"))
    check(repr(described), "x: float32 [n, 3]" in repr(described))


def case_all_kinds_of_memory():
    """A read-only array, a buffer, DLPack, an array interface: no copy."""
    model = model_of(SUM)
    fixed = X.copy()
    fixed.flags.writeable = False
    flat = array.array("f", X.ravel())
    for x in (fixed, memoryview(X), Exporter(X), Interface(X),
              memoryview(flat).cast("B").cast("f", [2, 3])):
        check(type(x).__name__, np.array_equal(model(x, X), 2 * X))
    bytes_of = model_of("g (uint8[n] x) => (uint8[n] y) { y = Identity(x) }")
    for x in (b"abc", bytearray(b"abc"), memoryview(b"abc")):
        check(repr(x), bytes(bytes_of(x)) == b"abc")


def case_outputs_are_arrays_of_their_own():
    model = model_of(TWO)
    first, second = model(X), model(2 * X)
    check("an output was overwritten", np.array_equal(first[0], -X)
          and np.array_equal(second[0], -2 * X))
    places = first[1]
    check("not writable", places.flags.writeable and places.flags.aligned)
    check("DLPack", np.shares_memory(np.from_dlpack(first[0]), first[0])
          and np.shares_memory(np.from_dlpack(places), places))
    del first
    places += 1  # its memory is its own


def case_sizes_0_and_ranks_0():
    model = model_of(TWO)
    y, places = model(np.empty((0, 3), np.float32))
    check("empty", y.shape == (0, 3) and places.shape == (2, 0))
    scalar = model_of("g (float x) => (float y) { y = Exp(x) }")
    for x in (np.float32(0), np.array(0, np.float32), 0, 0.0):
        y = scalar(x)
        check(f"{y!r}", isinstance(y, np.ndarray) and y.shape == ()
              and y == 1)


def case_given_outputs():
    model = model_of(SUM)
    y = np.empty((2, 3), np.float32)
    check("not there", model(X, X, out=y) is y and np.array_equal(y, 2 * X))
    rows = np.zeros((5, 3), np.float32)
    model.run({"x": X, "b": X}, out={"y": rows[2:4]})
    check(f"{rows}", np.array_equal(rows[2:4], 2 * X) and not rows[:2].any()
          and not rows[4:].any())
    two = model_of(TWO)
    results = two(X, out=(y, None))
    check("one of two", results[0] is y and np.array_equal(y, -X)
          and results[1].shape == (2, 5))


def case_given_outputs_refused():
    model, two = model_of(SUM), model_of(TWO)
    kept = X.copy()
    wide = np.empty((2, 6), np.float32)
    fixed = np.empty((2, 3), np.float32)
    fixed.flags.writeable = False
    for out, said in (
            (kept, "shares memory with an input"),
            (np.empty((3, 3), np.float32), "another shape than (2, 3)"),
            (np.empty((2, 3)), "another element type"),
            (wide[:, ::2], "row-major order"),
            (fixed, "no memory that can be written"),
            ([1, 2], "2 outputs are given by out=, the model has 1"),
            ({"z": kept}, "no output 'z'"),
            (7, "no memory that can be written")):
        with raises(ValueError, said):
            model(kept, X, out=out)
    check("written all the same", np.array_equal(kept, X))
    with raises(ValueError, "'places'", "only the run knows its size"):
        two(X, out=(None, np.empty((2, 5), np.int64)))
    both = np.empty(12, np.float32)
    pair = model_of("g (float[6] x) => (float[6] a, float[6] b) "
                    "{ a = Neg(x) b = Abs(x) }")
    with raises(ValueError, "'b'", "another output"):
        pair(np.ones(6, np.float32), out=(both[:6], both[3:9]))


def case_wrong_inputs():
    """Each by name, with what helps."""
    model = model_of(SUM)
    status = onnxc.Status
    for inputs, named, kind, words in (
            ((X,), {}, status.BAD_INPUT_COUNT, ["input 'b'", "no value"]),
            ((X, X, X), {}, status.BAD_INPUT_COUNT, ["3 inputs", "takes 2"]),
            ((X,), {"bb": X}, status.BAD_INPUT_COUNT,
             ["no input 'bb'", "did you mean 'b'?"]),
            ((X, X), {"x": X}, status.BAD_INPUT_COUNT, ["'x' is given twice"]),
            ((X.astype(float), X), {}, status.BAD_INPUT_TYPE,
             ["input 'x'", "float64", "takes float32 [n, 3]",
              "x.astype('float32')"]),
            ((X, np.asfortranarray(X)), {}, status.BAD_INPUT_SHAPE,
             ["input 'b'", "row-major order", "np.ascontiguousarray"]),
            ((np.repeat(X, 2, 1)[:, ::2], X), {}, status.BAD_INPUT_SHAPE,
             ["input 'x'", "row-major order"]),
            ((X.astype(">f4"), X), {}, status.BAD_INPUT_TYPE,
             ["input 'x'", "bytes are in another order"]),
            ((X[0], X), {}, status.BAD_INPUT_RANK,
             ["input 'x'", "float32 [3]", "float32 [n, 3]"]),
            ((X, X[:1]), {}, status.BAD_INPUT_SHAPE,
             ["input 'b'", "float32 [1, 3]", "n is 2 by another input"]),
            ((X[:, :2].copy(), X), {}, status.BAD_INPUT_SHAPE,
             ["input 'x'", "[2, 2]", "[n, 3]"]),
            ((None, X), {}, status.BAD_INPUT_TYPE, ["input 'x'", "NoneType"]),
            (({}, X), {}, status.BAD_INPUT_TYPE, ["input 'x'", "dict"]),
            (("text", X), {}, status.BAD_INPUT_TYPE, ["input 'x'"]),
            (([[1, 2], [3]], X), {}, status.BAD_INPUT_TYPE, ["input 'x'"]),
            ((Exporter(X, (2, 0)), X), {}, status.BAD_INPUT_TYPE,
             ["input 'x'", "device"])):
        with raises(onnxc.InputError, *words):
            model(*inputs, **named)
        try:
            model(*inputs, **named)
        except onnxc.InputError as error:
            check(f"{words}: {error.status!r}", error.status == kind)
    check("a call after errors", np.array_equal(model(X, X), 2 * X))


def case_bounds_of_a_dimension():
    model = onnxc.compile(parse(TWO), dims={"n": "2..4"})
    model(np.ones((4, 3), np.float32))
    for rows in 1, 5:
        with raises(onnxc.InputError, "input 'x'", "n is 2..4"):
            model(np.ones((rows, 3), np.float32))


def case_numbers_without_a_type():
    """Lists and numbers take the model's type, unless that changes them."""
    model = model_of("g (int64[n] i, uint8[m] u, bool[k] b) => "
                     "(int64[n] x, uint8[m] y, bool[k] z) "
                     "{ x = Neg(i) y = Identity(u) z = Not(b) }")
    x, y, z = model([1, 2], [255], [True, False])
    check(f"{x} {y} {z}", x.tolist() == [-1, -2] and y.tolist() == [255]
          and z.tolist() == [False, True])
    check("no elements", [part.shape for part in model([], [], [])]
          == [(0,)] * 3)
    for inputs in (([1.5], [1], [True]), ([1], [256], [True]),
                   ([1], [-1], [True]), ([1], [1], [2]), ([2 ** 63], [1], [])):
        with raises(onnxc.InputError, "cannot become"):
            model(*inputs)


def case_misaligned_memory():
    data = np.frombuffer(b"\0" + X.tobytes(), np.uint8)[1:].view(np.float32)
    check("aligned by chance", not data.flags.aligned)
    check("misread", np.array_equal(
        model_of(SUM)(data.reshape(2, 3), X), 2 * X))


def case_a_run_that_fails():
    """At a node that does not take what only the run knows."""
    model = model_of("g (string[n] x) => (float[n] y) "
                     "{ y = Cast<to = 1>(x) }")
    try:
        model(["1.5", "none"])
    except onnxc.RunError as error:
        check("an error of inputs", not isinstance(error, onnxc.InputError))
        check(f"{error}", error.error_name and error.error_name in str(error)
              and error.status == onnxc.Status.BAD_VALUE)
    else:
        raise AssertionError("no RunError")
    check("afterwards", model(["1.5"]).tolist() == [1.5])


def case_sizes_that_a_node_does_not_take():
    model = model_of("g (float[a, b] x, float[c, d] w) => (float[a, d] y) "
                     "{ y = MatMul(x, w) }")
    with raises(onnxc.RunError, "MatMul_y", "b 3", "c 2"):
        model(X, X)
    check("afterwards", np.array_equal(model(X, X.T.copy()), X @ X.T))
