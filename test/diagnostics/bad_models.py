"""Models with one fault each, and what onnxc must say about it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


@dataclasses.dataclass
class Case:
    """`write` puts model.onnx into a folder. Every pattern of `says` must be
    found in what onnxc prints."""
    name: str
    write: object
    says: list
    flags: list = dataclasses.field(default_factory=list)
    output: str = "out/model.o"
    input: str = "model.onnx"


def value(name, shape, dtype=FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def node(op_type, inputs, outputs, name=None, **attributes):
    return helper.make_node(op_type, inputs, outputs,
                            name=name or f"{op_type}_node", **attributes)


def model(nodes, inputs=None, outputs=None, weights=(), opset=21, **more):
    graph = helper.make_graph(
        nodes, "bad", inputs or [value("x", ["batch", 4])],
        outputs or [value("y", ["batch", 4])], list(weights))
    more.setdefault("opset_imports", [helper.make_opsetid("", opset)])
    return helper.make_model(graph, ir_version=10, **more)


def good_bytes():
    weights = np.arange(16, dtype=np.float32).reshape(4, 4)
    return model([node("MatMul", ["x", "w"], ["p"]),
                  node("Relu", ["p"], ["y"])],
                 weights=[numpy_helper.from_array(weights, "w")]
                 ).SerializeToString()


def write_bytes(folder, data, name="model.onnx"):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def data(content):
    """A case's `write` for raw bytes, or for what makes them."""
    return lambda folder: write_bytes(
        folder, content() if callable(content) else content)


def of(*args, **more):
    """A case's `write` for a model, built when the case runs."""
    return lambda folder: write_bytes(
        folder, model(*args, **more).SerializeToString())


def changed(change):
    """The good model after `change`."""
    def write(folder):
        proto = onnx.ModelProto.FromString(good_bytes())
        change(proto)
        write_bytes(folder, proto.SerializeToString())
    return write


def external(entries, content=None, before=None):
    """y = x + w, w outside the file."""
    def write(folder):
        weight = TensorProto(name="w", dims=[4], data_type=FLOAT,
                             data_location=TensorProto.EXTERNAL)
        for key, text in entries.items():
            weight.external_data.add(key=key, value=text)
        if content is not None:
            write_bytes(folder, content, "w.data")
        if before:
            before(folder)
        write_bytes(folder, model([node("Add", ["x", "w"], ["y"])],
                                  weights=[weight]).SerializeToString())
    return write


def link_outside(folder):
    write_bytes(os.path.dirname(folder), bytes(16), "secret.data")
    os.symlink(os.path.join("..", "secret.data"),
               os.path.join(folder, "link.data"))


def files():
    random = np.random.RandomState(7).bytes(3000)
    tensor = numpy_helper.from_array(np.ones(3, np.float32), "t")
    not_whole = [r"model\.onnx", "not an ONNX model|nothing defines|"
                 "not computed|not as the specification"]
    whole = good_bytes()
    yield Case("no-such-file", lambda folder: None,
               [r"model\.onnx", "cannot be read|[Nn]o such file"])
    yield Case("folder", lambda folder: None, ["is a directory"], input=".")
    yield Case("pipe", lambda folder: os.mkfifo(
        os.path.join(folder, "model.onnx")), ["is not a regular file"])
    yield Case("endless", lambda folder: None, ["is not a regular file"],
               input="/dev/zero")
    yield Case("empty", data(b""), ["is empty"])
    yield Case("text", data(b"Not a model.\n" * 9), ["not an ONNX model"])
    yield Case("random-bytes", data(random), ["not an ONNX model"])
    yield Case("zeros", data(bytes(500)), ["not an ONNX model"])
    yield Case("a-tensor", data(tensor.SerializeToString),
               ["not an ONNX model"])
    yield Case("zip", data(b"PK\x03\x04" + random), ["not an ONNX model"])
    for part in range(1, 10):
        yield Case(f"truncated-{part}0-percent",
                   data(whole[:len(whole) * part // 10]), not_whole)
    yield Case("no-graph", changed(lambda m: m.ClearField("graph")),
               ["it has no graph"])
    yield Case("no-opset", changed(lambda m: m.ClearField("opset_import")),
               ["imports no operator set"])


def operators():
    yield Case("unknown-operator", of([node("Frobnicate", ["x"], ["y"])]),
               ['"Frobnicate_node"', "Frobnicate is not supported"])
    yield Case("unknown-domain",
               of([node("Magic", ["x"], ["y"], domain="com.example")],
                  opset_imports=[helper.make_opsetid("", 21),
                                 helper.make_opsetid("com.example", 1)]),
               [r"com\.example\.Magic is not supported", '"Magic_node"'])
    yield Case("domain-not-imported",
               of([node("Magic", ["x"], ["y"], domain="com.example")]),
               [r"imports no operator set of the domain com\.example"])
    yield Case("all-unsupported-at-once",
               of([node("Foo", ["x"], ["a"], "first"),
                   node("Bar", ["a"], ["b"], "second"),
                   node("Foo", ["b"], ["y"], "third")]),
               ["Foo is not supported", "Bar is not supported", '"first"',
                '"second"', '"third"'])
    yield Case("opset-of-the-future", of([node("Relu", ["x"], ["y"])],
                                         opset=99),
               ["needs opset 99", "onnxc knows 1 to"])
    yield Case("opset-zero", of([node("Relu", ["x"], ["y"])], opset=0),
               ["needs opset 0"])
    # Deprecated, so that onnx's checker has no say in its inputs.
    yield Case("deprecated-without-inputs",
               of([node("Scatter", ["x"], ["y"])], opset=12),
               ["Scatter is not supported"])
    yield Case("operator-newer-than-opset",
               of([node("Gelu", ["x"], ["y"])], opset=13),
               ["Gelu is not supported", "came with opset 20"])
    yield Case("unknown-attribute",
               of([node("Relu", ["x"], ["y"], colour=3)]),
               ['"Relu_node"', "colour"])
    yield Case("attribute-of-wrong-type",
               of([node("Softmax", ["x"], ["y"], axis="one")]),
               ['"Softmax_node"', "axis"])
    yield Case("attribute-missing",
               of([node("Cast", ["x"], ["y"])]), ['"Cast_node"', "to"])
    yield Case("too-few-inputs", of([node("Add", ["x"], ["y"])]),
               ['"Add_node"', "input"])
    yield Case("too-many-inputs", of([node("Relu", ["x", "x"], ["y"])]),
               ['"Relu_node"', "input"])


def weights():
    here = {"location": "w.data"}
    yield Case("external-missing", external(here),
               [r'"w"', r"w\.data", "cannot be read"])
    yield Case("external-too-short", external(here, bytes(8)),
               [r'"w"', r"has 8 bytes, the tensor needs 16"])
    yield Case("external-length-too-small",
               external({**here, "length": "12"}, bytes(16)),
               ["length of 12 bytes", "need 16"])
    yield Case("external-length-too-large",
               external({**here, "length": "20"}, bytes(16)),
               ["length of 20 bytes", "need 16"])
    yield Case("external-offset-outside",
               external({**here, "offset": "400"}, bytes(16)),
               ["needs 16 from byte 400"])
    yield Case("external-offset-no-number",
               external({**here, "offset": "-5"}, bytes(16)),
               ["offset", "is no size"])
    yield Case("external-parent-folder",
               external({"location": "../w.data"}),
               ["outside the model's folder"])
    yield Case("external-hidden-parent",
               external({"location": "a/../../w.data"}),
               ["outside the model's folder"])
    yield Case("external-absolute", external({"location": "/etc/passwd"}),
               ["is an absolute path"])
    yield Case("external-link-outside",
               external({"location": "link.data"}, before=link_outside),
               ["outside the model's folder"])
    yield Case("external-no-file", external(
        {"location": "pipe"}, before=lambda folder: os.mkfifo(
            os.path.join(folder, "pipe"))), ["is not a regular file"])
    yield Case("external-no-location", external({"offset": "0"}),
               ["has no valid name"])

    def short(proto):
        proto.graph.initializer[0].raw_data = bytes(12)
    yield Case("weight-too-short", changed(short),
               ['"w"', "holds 12 bytes"])

    def long(proto):
        proto.graph.initializer[0].raw_data = bytes(20)
    yield Case("weight-too-long", changed(long), ['"w"', "holds 20 bytes"])

    def twofold(proto):
        proto.graph.initializer[0].float_data[:] = [1, 2, 3, 4]
    yield Case("weight-in-two-fields", changed(twofold),
               ['"w"', "more than one field"])

    def negative(proto):
        proto.graph.initializer[0].dims[0] = -4
    yield Case("weight-of-negative-shape", changed(negative),
               ['"w"', "negative"])

    def unknown(proto):
        proto.graph.initializer[0].data_type = 77
    yield Case("weight-of-unknown-type", changed(unknown),
               ['"w"', "unknown element type number 77"])

    def huge(proto):
        proto.graph.initializer[0].dims[:] = [1 << 40, 1 << 40]
    yield Case("weight-of-huge-shape", changed(huge), ['"w"', "too large"])


def types_and_shapes():
    pair = [value("x", ["batch", 4]), value("i", ["batch", 4],
                                            TensorProto.INT64)]
    yield Case("types-mixed", of([node("Add", ["x", "i"], ["y"])], pair),
               ['"Add_node"', "type"])
    yield Case("type-not-allowed",
               of([node("Sin", ["i"], ["y"])], pair[1:],
                  [value("y", ["batch", 4], TensorProto.INT64)]),
               ['"Sin_node"', "type|i64|int64"])
    yield Case("matmul-sizes",
               of([node("MatMul", ["x", "w"], ["y"])],
                  weights=[numpy_helper.from_array(
                      np.ones((5, 4), np.float32), "w")]),
               ['"MatMul_node"', "4", "5"])
    yield Case("broadcast-sizes",
               of([node("Add", ["x", "w"], ["y"])],
                  weights=[numpy_helper.from_array(np.ones(3, np.float32),
                                                   "w")]),
               ['"Add_node"', "4", "3"])
    yield Case("conv-rank",
               of([node("Conv", ["x", "w"], ["y"])],
                  weights=[numpy_helper.from_array(
                      np.ones((2, 4, 3, 3), np.float32), "w")]),
               ['"Conv_node"', "rank|dimension"])
    yield Case("concat-ranks",
               of([node("Concat", ["x", "w"], ["y"], axis=0)],
                  weights=[numpy_helper.from_array(np.ones(4, np.float32),
                                                   "w")]),
               ['"Concat_node"', "rank"])
    yield Case("axis-outside",
               of([node("Softmax", ["x"], ["y"], axis=5)]),
               ['"Softmax_node"', "axis"])
    yield Case("permutation",
               of([node("Transpose", ["x"], ["y"], perm=[0, 0])]),
               ['"Transpose_node"', "perm"])
    for end in -(1 << 63), (1 << 63) - 1:
        yield Case(f"permutation-{end}",
                   of([node("Transpose", ["x"], ["y"], perm=[end, 0])]),
                   ['"Transpose_node"', "perm"])
    yield Case("reshape-elements",
               of([node("Reshape", ["x", "s"], ["y"])], [value("x", [2, 4])],
                  [value("y", [3, 3])],
                  [numpy_helper.from_array(np.array([3, 3]), "s")]),
               ['"Reshape_node"', "shape|elements"])
    yield Case("output-of-another-type",
               of([node("Relu", ["x"], ["y"])], None,
                  [value("y", ["batch", 4], TensorProto.INT32)]),
               ['output "y"', "INT32", "f32"])
    for equation in "....i->i", "i..j->ij", "(i)j->i", "ij->i->j", "i...j...":
        for opset in 12, 21:
            yield Case(f"equation-{equation}-{opset}",
                       of([node("Einsum", ["x"], ["y"], equation=equation)],
                          opset=opset),
                       ['"Einsum_node"', "which is no list of letters"])
    scales = numpy_helper.from_array(np.array([1, 2], np.float32), "s")
    sizes = numpy_helper.from_array(np.array([1, 8]), "n")
    yield Case("scales-and-sizes",
               of([node("Resize", ["x", "", "s", "n"], ["y"])],
                  weights=[scales, sizes]),
               ['"Resize_node"', "both scales and sizes"])
    yield Case("negative-size",
               of([node("Relu", ["x"], ["y"])], [value("x", [-4])],
                  [value("y", ["n"])]), ['input "x"', "size -4"])
    for name, shape in ("huge-input", [1 << 62]), ("huge-product",
                                                   [1 << 32, 1 << 32]):
        yield Case(name, of([node("Relu", ["x"], ["y"])], [value("x", shape)],
                            [value("y", shape)]),
                   ['"x"', "does not fit in the target's memory"])
    for op_type, count in (("Expand", [1 << 62, 4]), ("Tile", [1 << 62])):
        yield Case(f"huge-{op_type.lower()}",
                   of([node(op_type, ["x", "n"], ["y"])], [value("x", [4])],
                      [value("y", ["m"] * len(count))],
                      [numpy_helper.from_array(np.array(count), "n")]),
                   [f'"{op_type}_node"', "do(es)? not fit"])
    yield Case("input-used-as-another-type",
               of([node("Relu", ["x"], ["y"])], [value("x", [4],
                                                       TensorProto.STRING)]),
               ['"Relu_node"', r"X is of type tensor\(string\)"])


def names():
    yield Case("cycle", of([node("Add", ["x", "b"], ["a"], "one"),
                            node("Relu", ["a"], ["b"], "two"),
                            node("Relu", ["b"], ["y"], "three")]),
               ["cycle", '"one"', '"two"'])
    def import_again(proto):
        proto.opset_import.add(domain="ai.onnx", version=9)
    yield Case("two-versions-of-a-domain", changed(import_again),
               ["ai.onnx", "at version", "and at 9"])
    yield Case("uses-itself", of([node("Add", ["x", "y"], ["y"])]),
               ['"Add_node"', 'uses "y"'])
    yield Case("undefined", of([node("Add", ["x", "ghost"], ["y"])]),
               ['uses "ghost"', "nothing defines"])
    yield Case("output-undefined", of([node("Relu", ["x"], ["z"])]),
               ['output "y" is not computed'])
    yield Case("defined-twice", of([node("Relu", ["x"], ["y"], "one"),
                                    node("Neg", ["x"], ["y"], "two")]),
               ['"two"', 'defines "y"', "already"])
    yield Case("input-redefined", of([node("Relu", ["x"], ["x"], "one"),
                                      node("Relu", ["x"], ["y"])]),
               ['"one"', 'defines "x"', "already"])
    yield Case("input-twice",
               of([node("Relu", ["x"], ["y"])],
                  [value("x", ["batch", 4]), value("x", ["batch", 4])]),
               ['input "x" is defined twice'])
    twice = numpy_helper.from_array(np.ones(4, np.float32), "w")
    yield Case("initializer-twice", of([node("Add", ["x", "w"], ["y"])],
                                       weights=[twice, twice]),
               ['initializer "w" is defined twice'])
    yield Case("several-at-once",
               of([node("Add", ["x", "ghost"], ["a"], "one"),
                   node("Add", ["a", "phantom"], ["y"], "two")]),
               ["ghost", "phantom"])
    yield Case("functions-without-end", exploding_functions,
               ["functions", "over 1048576 nodes"])
    yield Case("function-calls-itself", recursive_function,
               ["call themselves|cycle|recurs"])


def exploding_functions(folder):
    """Each of 40 functions calls the one before it twice."""
    imports = [helper.make_opsetid("", 21), helper.make_opsetid("own", 1)]
    functions = [helper.make_function(
        "own", "F0", ["a"], ["c"], [helper.make_node("Neg", ["a"], ["c"])],
        imports)]
    for k in range(1, 40):
        functions.append(helper.make_function(
            "own", f"F{k}", ["a"], ["c"],
            [helper.make_node(f"F{k - 1}", [used], [made], domain="own")
             for used, made in (("a", "b"), ("b", "c"))], imports))
    write_bytes(folder, model([node("F39", ["x"], ["y"], domain="own")],
                              opset_imports=imports, functions=functions
                              ).SerializeToString())


def recursive_function(folder):
    imports = [helper.make_opsetid("", 21), helper.make_opsetid("own", 1)]
    function = helper.make_function(
        "own", "Again", ["a"], ["b"],
        [helper.make_node("Again", ["a"], ["b"], domain="own")], imports)
    write_bytes(folder, model([node("Again", ["x"], ["y"], domain="own")],
                              opset_imports=imports, functions=[function]
                              ).SerializeToString())


def dimensions():
    good = data(good_bytes)
    yield Case("dim-unknown", good, ["depth", "batch"],
               ["--dim", "depth=3"])
    yield Case("dim-no-number", good, ["--dim wants"],
               ["--dim", "batch=many"])
    yield Case("dim-range-upside-down", good, ["--dim wants|LOW"],
               ["--dim", "batch=9..2"])
    yield Case("dim-twice", good, ["batch"],
               ["--dim", "batch=2", "--dim", "batch=3"])
    yield Case("shape-unknown-input", good, ["z"], ["--shape", "z=1x4"])
    yield Case("shape-of-another-rank", good, ['"x"', "rank|dimensions"],
               ["--shape", "x=1x4x4"])
    yield Case("shape-against-the-model", good, ['"x"', "5", "4"],
               ["--shape", "x=1x5"])
    yield Case("shape-against-dim", good, ["batch|\"x\"", "2", "3"],
               ["--shape", "x=2x4", "--dim", "batch=3"])
    yield Case("value-of-unknown-input", good, ['no input "z"', '"x"'],
               ["--value", "z=1"])
    yield Case("value-of-free-shape", good, ['"x"', "free dim", "--shape"],
               ["--value", "x=1,2,3,4"])
    yield Case("value-too-short", good, ['"x"', "4 elements", "gives 3"],
               ["--value", "x=1,2,3", "--dim", "batch=1"])
    yield Case("value-no-number", good, ['"x"', '"many"', "f32"],
               ["--value", "x=1,2,3,many", "--dim", "batch=1"])
    yield Case("value-twice", good, ["twice"],
               ["--value", "x=1", "--value", "x=2"])
    shared = [value("a", ["n", 4]), value("b", ["n", 4])]
    yield Case("shapes-against-each-other",
               of([node("Add", ["a", "b"], ["y"])], shared),
               ["2", "3"], ["--shape", "a=2x4", "--shape", "b=3x4"])


def programs():
    good = data(good_bytes)
    yield Case("output-in-no-folder", good, [r"nowhere"],
               output="nowhere/model.o")
    yield Case("output-is-a-folder", good, ["out"], output="out")
    for kind in "obj", "archive", "asm", "llvm", "mlir", "header":
        yield Case(f"disk-full-{kind}", good, ["No space left on device"],
                   [f"--emit={kind}"], output="/dev/full")
    yield Case("output-below-a-file", good, [r"model\.onnx/model\.o"],
               output="model.onnx/model.o")
    yield Case("flag-unknown", good, ["Unknown command line argument", "--emit"],
               ["--emitt=obj"])
    yield Case("emit-unknown", good, ["--emit is one of"], ["--emit=exe"])
    yield Case("level-unknown", good, ["-O is one of", "'7'"], ["-O7"])
    yield Case("cpu-unknown", good, ["pentium9"], ["-mcpu=pentium9"])
    yield Case("target-unknown", good, ["pdp11"],
               ["--target=pdp11-dec-unix"])
    yield Case("prefix-no-identifier", good, ["--prefix"],
               ["--prefix=1-model"])
    yield Case("two-models", good, ["one model at a time"], ["other.onnx"])


def all_cases():
    for group in (files, operators, weights, types_and_shapes, names,
                  dimensions, programs):
        yield from group()
