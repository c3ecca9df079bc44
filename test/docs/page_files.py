"""What the pages take for granted: models and arrays by the names that they
have there, small, and what has been done before a page's first command.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import io
import os
import re
import subprocess

import numpy as np
import onnx
import onnx.numpy_helper
import onnx.parser
import onnxruntime
import PIL.Image

RELU = "g (float[batch, 3] x) => (float[batch, 3] y) { y = Relu(x) }"
NETWORK = """
network (float[1, 8, 8, 8] x) => (float[1, 16, 8, 8] y)
  <float[16, 8, 3, 3] w, float[16, 16, 1, 1] v> {
  a = Conv <pads = [1, 1, 1, 1]> (x, w)
  b = Relu(a)
  y = Conv(b, v)
}"""
BERT = """
bert (int64[batch, seq] ids) => (float[batch, seq, 4] y)
  <float[9, 4] table> { y = Gather(table, ids) }"""
SENTENCES = """
minilm (int64[batch, sequence] input_ids, int64[batch, sequence] attention_mask)
  => (float[batch, 4] embedding) <float[9, 4] table> {
  words = Gather(table, input_ids)
  mask = Cast <to = 1> (attention_mask)
  last = Constant <value = int64[1] {2}> ()
  column = Unsqueeze(mask, last)
  kept = Mul(words, column)
  middle = Constant <value = int64[1] {1}> ()
  embedding = ReduceMean <keepdims = 0> (kept, middle)
}"""
CUSTOM = """
g (float[2, 3] x, float[3] scale) => (float[2, 3] y) {
  y = my.ops.Scale <alpha = 2.0, axes = [1]> (x, scale)
}"""
READER = """
reader (uint8[length] x) => (uint8[height, width, channels] y) {
  y = ImageDecoder (x)
}"""
CLASSIFIER = """
g (string[2] text) => (string[2] label) {
  label = StringNormalizer <case_change_action = "LOWER"> (text)
}"""
SEQUENCES = """
g (seq(float[n]) words) => (seq(float[m]) kept) {
  kept = Identity(words)
}"""

MODELS = {
    "": {"model.onnx": RELU, "relu.onnx": RELU},
    "docs/serving.md": {"model.onnx": NETWORK},
    "README.md": {"model.onnx": RELU, "minilm.onnx": SENTENCES,
                  "detector.onnx": RELU},
    "docs/cmake.md": {"detector.onnx": RELU},
    "docs/custom-operators.md": {"model.onnx": CUSTOM},
    "docs/images.md": {"reader.onnx": READER},
    "docs/reports.md": {"model.onnx": NETWORK, "bert.onnx": BERT},
    "docs/sequences.md": {"model.onnx": SEQUENCES},
    "docs/start.md": {"model.onnx": RELU},
    "docs/strings.md": {"classifier.onnx": CLASSIFIER},
    "docs/testing.md": {"m.onnx": NETWORK},
    "docs/verify.md": {"model.onnx": RELU.replace("batch", "n")},
}
LIBRARY = """<ir_version: 10, opset_import: ["" : 21]>
library (float x) => (float y) { y = Identity(x) }
<domain: "my.ops", opset_import: ["" : 21]>
Scale <alpha, axes> (x, scale) => (y) { y = Mul(x, scale) }"""

# Commands behind which a page begins.
BEFORE = {
    "docs/running-models.md": (
        "onnxc model.onnx --emit=shared --profile -o model.so "
        "--report=model.html",
        "onnxc model.onnx -o a.o --prefix=detector",
        "onnxc model.onnx -o b.o --prefix=other",
        "cc -shared a.o b.o -lm -o both.so"),
}
# What the Python of a page begins with, and what a page's code prints.
PYTHON = {
    "": """import numpy as np
x = np.ones((1, 3), np.float32)
""",
    "docs/verify.md": """import numpy as np
x = np.ones((4, 3), np.float32)
def model(x): return np.maximum(x, 0)
"""}
PRINTED = {
    "docs/python.md": ("x: float32 [1, 3]", "['batch', 3]",
                       "pass x.astype('float32')", "np.ascontiguousarray",
                       "Relu"),
    "docs/start.md": ("Iris versicolor, 86 %", "[[0.98 0.02 0.  ]]"),
}
APPLICATION = """#include "%s.h"

int main(void) { return %s_model.abi_version == 0; }
"""


def parse(text):
    if text.lstrip().startswith("<"):
        return onnx.parser.parse_model(text)
    return onnx.parser.parse_model(
        '<ir_version: 10, opset_import: ["" : 21, "my.ops" : 1]>\n' + text)


def draw_weights(model):
    """What is declared inside of a graph, and no node makes, is a weight."""
    random = np.random.RandomState(0)
    made = {name for node in model.graph.node for name in node.output}
    weights = [value for value in model.graph.value_info
               if value.name not in made]
    for value in weights:
        sizes = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        array = random.standard_normal(sizes).astype(np.float32) * 0.1
        model.graph.initializer.append(
            onnx.numpy_helper.from_array(array, value.name))
        model.graph.value_info.remove(value)
    return model


def write_test_folder(folder, x, y):
    """As ONNX's backend tests are."""
    data = os.path.join(folder, "test_data_set_0")
    os.makedirs(data, exist_ok=True)
    for name, label, array in ("input_0", "x", x), ("output_0", "y", y):
        with open(os.path.join(data, name + ".pb"), "wb") as file:
            file.write(onnx.numpy_helper.from_array(
                array, label).SerializeToString())


def write_arrays(folder, page):
    """x of the page's model, and y, as onnxruntime gives it."""
    network = page == "docs/testing.md"
    x = np.random.RandomState(1).standard_normal(
        (1, 8, 8, 8) if network else (1, 3)).astype(np.float32)
    session = onnxruntime.InferenceSession(
        os.path.join(folder, "m.onnx" if network else "relu.onnx"),
        providers=["CPUExecutionProvider"])
    y, = session.run(None, {"x": x})
    np.save(os.path.join(folder, "x.npy"), x)
    np.save(os.path.join(folder, "y.npy"), y)
    np.savez(os.path.join(folder, "all.npz"), x=x)
    picture = io.BytesIO()
    PIL.Image.new("RGB", (3, 2), "red").save(picture, "PNG")
    np.save(os.path.join(folder, "bytes.npy"),
            np.frombuffer(picture.getvalue(), np.uint8))
    for name in "test_add", "test_case":
        write_test_folder(os.path.join(folder, name), x, y)


def write_application(folder, model):
    with open(os.path.join(folder, "app.c"), "w") as file:
        file.write(APPLICATION % (model, model))


def write(page, folder, options):
    models = {**MODELS[""], **MODELS.get(page, {})}
    for name, text in models.items():
        onnx.save(draw_weights(parse(text)), os.path.join(folder, name))
    onnx.save(parse(LIBRARY), os.path.join(folder, "library.onnx"))
    write_arrays(folder, page)
    write_application(folder, "reader" if "images" in page else "model")
    for command in BEFORE.get(page, ()):
        subprocess.run(["bash", "-euc", command], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                       env={**os.environ, "PATH": os.pathsep.join(
                           (options.bin, os.environ["PATH"]))})


def write_project(folder, text):
    """A project's own files: the model and the application of a block."""
    prefix, model = re.search(r"onnxc_add_model\((\w+)\s+MODEL (\S+)",
                              text).groups()
    project = os.path.join(folder, "project")
    os.makedirs(project, exist_ok=True)
    with open(os.path.join(folder, model.rstrip(")")), "rb") as read, \
            open(os.path.join(project, model.rstrip(")")), "wb") as file:
        file.write(read.read())
    write_application(project, prefix)
    return "" if "target_link_libraries" in text else \
        f"target_link_libraries(app PRIVATE {prefix})\n"
