"""InferenceSession beside onnxruntime's, and the backend of the package onnx.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import tempfile
import warnings

import numpy as np
import onnx
import onnxc
import onnxc.backend
import onnxruntime

from python_case import parse
from suite_cases import check, raises

MODEL = """g (float[n, 3] x, int64[n] i) => (float[n, 3] y, int64[n] j) {
  y = Exp(x) j = Neg(i) }"""
FEED = {"x": np.arange(6, dtype=np.float32).reshape(2, 3),
        "i": np.array([3, 4])}


def sessions(**options):
    data = parse(MODEL).SerializeToString()
    return [module.InferenceSession(
        data, providers=["CPUExecutionProvider"], **options)
        for module in (onnxruntime, onnxc)]


def case_the_same_as_onnxruntime():
    theirs, ours = sessions()
    for names in None, ["j"], ["j", "y"]:
        expected, got = theirs.run(names, FEED), ours.run(names, FEED)
        check("another length", isinstance(got, list)
              and len(got) == len(expected))
        for one, other in zip(got, expected):
            check(f"{one}", one.dtype == other.dtype
                  and np.allclose(one, other, rtol=1e-6))
    for name in "get_inputs", "get_outputs":
        for one, other in zip(getattr(ours, name)(), getattr(theirs, name)()):
            check(f"{one}", (one.name, one.type, one.shape)
                  == (other.name, other.type, other.shape))
    check("providers", ours.get_providers() == theirs.get_providers())


def case_metadata():
    proto = parse(MODEL)
    proto.metadata_props.add(key="a", value="b")
    proto.producer_name = "somebody"
    meta = onnxc.InferenceSession(proto.SerializeToString()).get_modelmeta()
    check(f"{meta}", meta.custom_metadata_map == {"a": "b"}
          and meta.producer_name.startswith("somebody"))


def case_types_by_name():
    proto = parse("""g (double[n] a, string[n] b, seq(int64[k]) c,
      optional(float[k]) d, bool[2] e) => (double[n] v, string[n] w,
      seq(int64[m]) x, bool y, bool[2] z) { v = Neg(a) w = Identity(b)
      x = SequenceErase(c) y = OptionalHasElement(d) z = Not(e) }""")
    theirs = onnxruntime.InferenceSession(
        proto.SerializeToString(), providers=["CPUExecutionProvider"])
    ours = onnxc.InferenceSession(proto.SerializeToString())
    for name in "get_inputs", "get_outputs":
        check(name, [value.type for value in getattr(ours, name)()]
              == [value.type for value in getattr(theirs, name)()])


def case_order_of_elements_and_bytes():
    """onnxruntime copies without a word, and so does this class."""
    _, ours = sessions()
    x = FEED["x"]
    for form in (np.asfortranarray(x), x[::-1][::-1], x.astype(">f4"),
                 np.repeat(x, 2, 1)[:, ::2]):
        y, = ours.run(["y"], {**FEED, "x": form})
        check("misread", np.allclose(y, np.exp(x), rtol=1e-6))


def case_what_is_refused():
    _, ours = sessions()
    with raises(onnxc.InputError, "input 'i'"):
        ours.run(None, {"x": FEED["x"]})
    with raises(onnxc.InputError, "no input 'z'"):
        ours.run(None, {**FEED, "z": 1})
    with raises(onnxc.InputError, "float64"):
        ours.run(None, {**FEED, "x": FEED["x"].astype(float)})
    with raises(ValueError, "no output 'q'"):
        ours.run(["q"], FEED)
    with raises(NotImplementedError, "out="):
        ours.io_binding()
    with raises(ValueError, "CUDAExecutionProvider", "target="):
        onnxc.InferenceSession(b"", providers=["CUDAExecutionProvider"])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        onnxc.InferenceSession(parse(MODEL).SerializeToString(), providers=[
            ("CUDAExecutionProvider", {}), "CPUExecutionProvider"])
        check("no warning", any("CUDA" in str(one.message) for one in said))


def case_session_options():
    options = onnxc.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_free_dimension_override_by_name("n", 2)
    session = onnxc.InferenceSession(parse(MODEL).SerializeToString(), options)
    check("dims", session.get_inputs()[0].shape == [2, 3])
    theirs = onnxruntime.SessionOptions()
    theirs.intra_op_num_threads = 1
    session = onnxc.InferenceSession(parse(MODEL).SerializeToString(), theirs)
    check("theirs", len(session.run(None, FEED)) == 2)
    theirs.enable_profiling = True
    with raises(ValueError, "profile=True"):
        onnxc.InferenceSession(b"", theirs)


def case_a_shared_object():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.so")
        onnxc.compile(parse(MODEL), output=path)
        session = onnxc.InferenceSession(path)
        check("loaded", session.run(["j"], FEED)[0].tolist() == [-3, -4])


def case_backend_functions():
    backend = onnxc.backend
    check("devices", backend.supports_device("CPU")
          and not backend.supports_device("CUDA"))
    y, j = backend.run_model(parse(MODEL), list(FEED.values()))
    check("run_model", np.allclose(y, np.exp(FEED["x"]))
          and j.tolist() == [-3, -4])
    prepared = backend.prepare(parse(MODEL), "CPU")
    check("by name", len(prepared.run(FEED)) == 2)
    with raises(ValueError, "not on CUDA"):
        backend.prepare(parse(MODEL), "CUDA")
    node = onnx.helper.make_node("Add", ["a", "b"], ["c"])
    one = np.float32([1, 2])
    total, = backend.run_node(node, [one, one])
    check(f"{total}", total.tolist() == [2, 4])
    total, = backend.run_node(node, [one, one],
                              outputs_info=[(np.float32, (2,))])
    check(f"{total}", total.tolist() == [2, 4])
