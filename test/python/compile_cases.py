"""onnxc.compile and onnxc.load: sources, options by name, and what is refused.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import pickle
import subprocess
import tempfile

import numpy as np
import onnx
import onnxc
import onnxc.programs

from python_case import model_of, parse
from suite_cases import check, raises
from runner_arguments import ROOT

SUM = "g (float[n, m] x) => (float[n, m] y) { y = Add(x, x) }"
TWICE = "g (float[n, 3] x, int64 k) => (float[n, 3] y) { " \
        "f = Cast<to = 1>(k) y = Mul(x, f) }"
UNKNOWN = '<ir_version: 10, opset_import: ["" : 21, "my" : 1]> ' \
          "g (float[n] x) => (float[n] y) { y = my.Half(x) }"
HALF = """
#include "model.h"
int32_t half(const float *x, const int64_t (*x_shape)[1], float *y,
             const int64_t (*y_shape)[1]) {
  for (int64_t i = 0; i < (*x_shape)[0]; ++i)
    y[i] = x[i] / 2;
  return (*x_shape)[0] != (*y_shape)[0];
}
"""
X = np.arange(6, dtype=np.float32).reshape(2, 3)


def case_sources():
    proto = parse(SUM)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a model.onnx")
        onnx.save(proto, path)
        for source in (path, os.fsencode(path).decode(), proto,
                       proto.SerializeToString(),
                       bytearray(proto.SerializeToString())):
            check("a source", np.array_equal(onnxc.compile(source)(X), 2 * X))
    with raises(TypeError, "not int"):
        onnxc.compile(3)


def case_options():
    bound = onnxc.compile(parse(SUM), dims={"n": 2, "m": (1, 4)}, optimize=1,
                          prefix="twice", debug=True, threads=2)
    check(f"{bound.inputs[0]}", bound.inputs[0].shape == (2, "m"))
    check("numbers", np.array_equal(bound(X), 2 * X))
    shaped = onnxc.compile(parse(SUM), shapes={"x": (2, None)})
    check(f"{shaped.inputs[0]}", shaped.inputs[0].shape == (2, "m"))
    constant = onnxc.compile(parse(TWICE), values={"k": np.int64(3)})
    check(f"{constant.inputs}", len(constant.inputs) == 1
          and np.array_equal(constant(X), 3 * X))
    if os.uname().machine == "x86_64":
        old = onnxc.compile(parse(SUM), cpu="x86-64", features=["+sse4.2"])
        check(f"{old.target}", np.array_equal(old(X), 2 * X))
    check("options", onnxc.compile(parse(SUM), options=["--single-thread"])(
        X).shape == (2, 3))


def case_errors_name_the_node():
    try:
        onnxc.compile(onnx.parser.parse_model(UNKNOWN).SerializeToString())
    except onnxc.CompileError as error:
        check(f"{error.node} {error.operator} {error.file}",
              error.operator == "Half" and error.file == "model.onnx"
              and error.node in str(error) and "my.Half" in error.text)
        check("diagnostics", len(error.diagnostics) == 1)
    else:
        raise AssertionError("no CompileError")
    for source, options, words in (
            (b"garbage", {}, "is not an ONNX model"),
            (b"", {}, "is empty"),
            ("/nowhere/model.onnx", {}, "No such file"),
            (parse(SUM), {"dims": {"q": 1}}, 'no dimension "q"'),
            (parse(SUM), {"dims": {"n": "many"}}, "--dim"),
            (parse(SUM), {"target": "abacus"}, "abacus"),
            (parse(SUM), {"options": ["--nonsense"]}, "nonsense"),
            (parse(SUM), {"output": "/nowhere/model.so"}, "/nowhere")):
        with raises(onnxc.CompileError, words):
            onnxc.compile(source, **options)


def case_another_machine_is_not_loaded():
    with raises(onnxc.Error):
        onnxc.compile(parse(SUM), target="aarch64")


def case_custom_operators():
    with tempfile.TemporaryDirectory() as folder:
        path, source, library = (os.path.join(folder, name) for name in
                                 ("model.onnx", "half.c", "half.so"))
        onnx.save(onnx.parser.parse_model(UNKNOWN), path)
        operators = {"my::Half": "half:same-as-input-0"}
        subprocess.run([onnxc.program("onnxc"), path, "--emit=header", "-o",
                        os.path.join(folder, "model.h"), "--custom-op",
                        "my::Half=half:same-as-input-0"], check=True)
        with open(source, "w") as file:
            file.write(HALF)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-I",
                        os.path.join(ROOT, "runtime-lite", "include")],
                       check=True)
        with raises(onnxc.LoadError, "half"):
            onnxc.compile(path, custom_ops=operators)
        model = onnxc.compile(path, custom_ops=operators, libraries=[library])
        check("half", model(np.float32([3, 5])).tolist() == [1.5, 2.5])
        with raises(onnxc.LoadError, "nothing.so"):
            onnxc.load(model.path, libraries=["nothing.so"])


def case_save_and_load():
    model = model_of(SUM)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "saved.so")
        model.save(path)
        check("saved", np.array_equal(onnxc.load(path)(X), 2 * X))
        check("kept", np.array_equal(onnxc.compile(
            parse(SUM), output=path)(X), 2 * X) and os.path.exists(path))
        with raises(ValueError, "threads"):
            onnxc.load(path, threads=-1)
        with raises(onnxc.LoadError, path, "no model 'other'"):
            onnxc.load(path, symbol="other")
        for content, words in ((b"", "too short"), (b"\x7fELF", "saved.so"),
                               (None, "no such file")):
            os.remove(path)
            if content is not None:
                with open(path, "wb") as file:
                    file.write(content)
            with raises(onnxc.LoadError, path, words):
                onnxc.load(path)
            if content is None:
                break
            check("still there", os.path.exists(path))


def case_a_file_that_is_replaced():
    """The loader knows libraries by name: ours have a new one each time."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.so")
        first = onnxc.compile(parse(SUM), output=path)
        second = onnxc.compile(parse(SUM.replace("Add", "Mul")), output=path)
        check("the old one", np.array_equal(second(X), X * X)
              and np.array_equal(first(X), 2 * X))


def case_weights_in_a_file():
    weights = np.random.default_rng(0).standard_normal((3, 500)).astype("f")
    proto = parse("g (float[n, 3] x) => (float[n, 500] y) { y = MatMul(x, w) }")
    proto.graph.initializer.append(onnx.numpy_helper.from_array(weights, "w"))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.so")
        model = onnxc.compile(proto, weights="file", output=path)
        files = sorted(os.listdir(folder))
        check(f"{files}", len(files) >= 2)
        check("numbers", np.allclose(model(X), X @ weights, atol=1e-5))
        again = pickle.loads(pickle.dumps(model))
        check("a pickle", np.allclose(again(X), X @ weights, atol=1e-5))
        other = os.path.join(folder, "other")
        os.mkdir(other)
        model.save(os.path.join(other, "copy.so"))
        for name in files:
            os.remove(os.path.join(folder, name))
        check("a copy", np.allclose(
            onnxc.load(os.path.join(other, "copy.so"))(X), X @ weights,
            atol=1e-5))
        os.rename(os.path.join(other, "copy.so"), path)
        with raises(onnxc.LoadError, "weights"):
            onnxc.load(path)


def case_pickles():
    model = pickle.loads(pickle.dumps(onnxc.compile(parse(SUM), threads=2)))
    check("numbers", np.array_equal(model(X), 2 * X))


def case_a_cache():
    proto = parse(SUM)
    with tempfile.TemporaryDirectory() as folder:
        first = onnxc.compile(proto, cache=folder)
        second = onnxc.compile(proto.SerializeToString(), cache=folder)
        check("compiled twice", first.path == second.path
              and np.array_equal(second(X), 2 * X))
        other = onnxc.compile(proto, cache=folder, dims={"n": 2})
        check("one for both", other.path != first.path)
        check(f"{os.listdir(folder)}", len(os.listdir(folder)) == 2)
        with raises(onnxc.CompileError, "no dimension"):
            onnxc.compile(proto, cache=folder, dims={"q": 2})
        check("left over", len(os.listdir(folder)) == 2)


def case_a_cache_by_a_relative_path():
    """It is found from here, not from where the model is."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        onnx.save(parse(SUM), path)
        cache = os.path.relpath(os.path.join(folder, "cache"))
        for source in path, os.path.relpath(path), parse(SUM):
            model = onnxc.compile(source, cache=cache)
            check("numbers", np.array_equal(model(X), 2 * X))
            check(f"{model.path}", os.path.dirname(os.path.dirname(
                os.path.realpath(model.path))) == os.path.realpath(cache))


def case_a_cache_sees_external_data():
    weights = np.ones((3, 300), np.float32)
    proto = parse("g (float[n, 3] x) => (float[n, 300] y) { y = MatMul(x, w) }")
    proto.graph.initializer.append(onnx.numpy_helper.from_array(weights, "w"))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        onnx.save(proto, path, save_as_external_data=True, location="data",
                  size_threshold=0)
        cache = os.path.join(folder, "cache")
        check("ones", onnxc.compile(path, cache=cache)(X)[0, 0] == 3)
        with open(os.path.join(folder, "data"), "r+b") as file:
            file.write((2 * weights).tobytes())
        check("the old weights", onnxc.compile(path, cache=cache)(X)[0, 0] == 6)


def case_profile():
    model = onnxc.compile(parse(
        "g (float[n, 3] x) => (float[n, 3] y) { t = Exp(x) y = Softmax(t) }"),
        profile=True)
    for _ in range(5):
        model(X)
    steps = model.profile()
    check(f"{steps}", steps and all(step.calls == 5 and step.seconds > 0
                                    and step.nodes and all(
                                        node.strip() == node
                                        for node in step.nodes)
                                    for step in steps))
    check("not begun anew", not model.profile())
    with raises(onnxc.Error, "profile=True"):
        model_of(SUM).profile()


def case_no_compiler():
    programs = onnxc.programs
    kept = programs.PACKAGE, os.environ["PATH"]
    try:
        programs.PACKAGE, os.environ["PATH"] = "/nowhere", ""
        with raises(onnxc.Error, "no program onnxc", "PATH"):
            programs.program("onnxc")
    finally:
        programs.PACKAGE, os.environ["PATH"] = kept
