"""Writes models that are wrong in one way each.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import random

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh


def value(name, shape=(2, 3), kind=T.FLOAT):
    return h.make_tensor_value_info(name, kind, shape)


def model(nodes, inputs=None, outputs=None, initializers=(), opset=28,
          domains=()):
    graph = h.make_graph(nodes, "g", inputs or [value("x")],
                         outputs or [value("y", None)], list(initializers))
    imports = [h.make_opsetid("", opset)] + [
        h.make_opsetid(domain, 1) for domain in domains]
    return h.make_model(graph, opset_imports=imports, ir_version=10)


def relu(x="x", y="y", name="relu"):
    return h.make_node("Relu", [x], [y], name=name)


def external(location, **more):
    tensor = T(name="w", data_type=T.FLOAT, dims=[2, 3],
               data_location=T.EXTERNAL)
    for key, entry in dict(location=location, **more).items():
        tensor.external_data.add(key=key, value=str(entry))
    return model([h.make_node("Add", ["x", "w"], ["y"], name="add")],
                 initializers=[tensor])


def models():
    good = model([relu()])
    yield "good", good
    yield "unknown_op", model([
        h.make_node("Frobnicate", ["x"], ["a"], name="f1"),
        h.make_node("Frobnicate", ["a"], ["b"], name="f2"),
        h.make_node("Mangle", ["b"], ["y"], name="m")])
    yield "unknown_domain", model(
        [h.make_node("FusedGelu", ["x"], ["y"], name="fg",
                     domain="com.example")], domains=["com.example"])
    for name, operator in [("loop_of_onnxruntime", "BeamSearch"),
                           ("unbuilt_op_of_onnxruntime", "LongformerAttention"),
                           ("misspelled_op_of_onnxruntime", "BiasGelo"),
                           ("unknown_op_of_onnxruntime", "Frobnicate")]:
        yield name, model(
            [h.make_node(operator, ["x"], ["y"], name="search",
                         domain="com.microsoft")], domains=["com.microsoft"])
    yield "gradient_of_nothing", model(
        [h.make_node("Gradient", ["x"], ["y"], name="gradient", xs=["x"],
                     y="nowhere", domain="ai.onnx.preview.training")],
        domains=["ai.onnx.preview.training"])
    yield "attribute_of_onnxruntime", model(
        [h.make_node("Gelu", ["x"], ["y"], name="gelu", alpha=1.0,
                     domain="com.microsoft")], domains=["com.microsoft"])
    yield "layout_of_onnxruntime", model(
        [h.make_node("ReorderInput", ["x"], ["y"], name="reorder",
                     domain="com.microsoft.nchwc")],
        domains=["com.microsoft.nchwc"])
    yield "domain_not_imported", model(
        [h.make_node("FusedGelu", ["x"], ["y"], name="fg",
                     domain="com.example")])
    yield "opset_too_new", model([relu()], opset=99)
    yield "op_newer_than_opset", model(
        [h.make_node("Gelu", ["x"], ["y"], name="gelu")], opset=13)
    yield "undefined_name", model([relu(x="nowhere")])
    yield "duplicate_name", model([relu(y="y"), relu(y="y", name="again")])
    yield "cycle", model([
        h.make_node("Add", ["x", "b"], ["a"], name="first"),
        relu("a", "b", "second"), relu("b", "y", "third")])
    yield "missing_output", model([relu(y="z")])
    yield "duplicate_input", model([relu()], inputs=[value("x"), value("x")])
    yield "duplicate_initializer", model(
        [h.make_node("Add", ["x", "w"], ["y"], name="add")],
        initializers=[nh.from_array(np.ones(3, np.float32), "w")] * 2)
    yield "wrong_shapes", model(
        [h.make_node("Add", ["x", "z"], ["y"], name="add")],
        inputs=[value("x", (2, 3)), value("z", (2, 4))])
    yield "no_inputs_given", model([h.make_node("Add", ["x"], ["y"],
                                                name="add")])
    yield "unknown_attribute", model([h.make_node("Relu", ["x"], ["y"],
                                                  name="relu", slope=2)])
    yield "no_shape", model([relu()], inputs=[value("x", None)])
    yield "unknown_type", model([relu()], inputs=[value("x", (2,), 77)])
    maps = onnx.TypeProto()
    element = maps.sequence_type.elem_type.map_type
    element.key_type = T.INT64
    element.value_type.tensor_type.elem_type = T.FLOAT
    yield "kinds", model(
        [h.make_node("SequenceLength", ["s"], ["n"], name="length"),
         h.make_node("Identity", ["t"], ["y"], name="id")],
        inputs=[h.make_value_info("s", maps), value("t", (2,), T.STRING)],
        outputs=[value("y", (2,), T.STRING)])
    short = nh.from_array(np.ones((2, 3), np.float32), "w")
    short.raw_data = short.raw_data[:7]
    yield "short_weight", model(
        [h.make_node("Add", ["x", "w"], ["y"], name="add")],
        initializers=[short])
    huge = T(name="w", data_type=T.FLOAT, dims=[1 << 40, 1 << 40])
    yield "huge_weight", model(
        [h.make_node("Add", ["x", "w"], ["y"], name="add")],
        initializers=[huge])
    yield "external_missing", external("nothing.bin")
    yield "external_short", external("short.bin")
    yield "external_outside", external("../secret.bin")
    yield "external_absolute", external("/etc/hostname")
    yield "external_link", external("link.bin")
    yield "external_offset", external("whole.bin", offset="minus one")
    yield "external_good", external("whole.bin", offset=4)
    yield "symbols", model(
        [h.make_node("Add", ["x", "z"], ["y"], name="add")],
        inputs=[value("x", ("batch", 3)), value("z", (None, 3))])


def write_all(folder):
    def write(name, content):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)

    for name, proto in models():
        write(name + ".onnx", proto.SerializeToString())
    good = model([relu()]).SerializeToString()
    write("empty.onnx", b"")
    write("truncated.onnx", good[:len(good) // 2])
    write("random.onnx", random.Random(1).randbytes(4096))
    write("text.onnx", b"This is not a model.\n")
    write("short.bin", b"\0" * 8)
    write("whole.bin", b"\0" * 28)
    link = os.path.join(folder, "link.bin")
    if not os.path.lexists(link):
        os.symlink("/etc/hostname", link)
