"""The models that fuzzing starts from, as files of a folder.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import glob
import os
import shutil
import sys

import onnx
import onnx.parser

HERE = os.path.dirname(os.path.abspath(__file__))
TEST = os.path.dirname(HERE)
for folder in ("", "custom", "diagnostics", "graphs"):
    sys.path.insert(0, os.path.join(TEST, folder))
import call_cases
import custom_case
import fuzz_models
import run_graphs
import size_cases

# What a run can be refused for: one size in two inputs, elements that a shape
# is made of, a size that the run finds, an arena, a fixed size.
RUN = """<ir_version: 10, opset_import: ["" : 21]>
run (float[n, 3] x, float[n, m] z, int64[2] shape, bool[m] keep)
    => (float[n, 3] y, float[a, b] reshaped, int64[2, found] places,
        float[n, k] kept, float c) {
  y0 = Softmax<axis = 1>(x)
  y1 = CumSum(y0, one)
  y = Relu(y1)
  reshaped = Reshape(x, shape)
  places = NonZero(z)
  kept = Compress<axis = 1>(z, keep)
  one = Constant<value = int64 {1}>()
  c = ReduceSum<keepdims = 0>(z)
}"""


def write(folder, with_backend_tests=None):
    """The small models of other suites, and those that were faults once."""
    os.makedirs(folder, exist_ok=True)
    models = {build.__name__: build() for build in fuzz_models.SEEDS}
    for case in run_graphs.find_cases():
        imports = case.imports or f'"" : {case.opset}'
        models[case.name] = onnx.parser.parse_model(
            f"<ir_version: 10, opset_import: [{imports}]> {case.text}")
    for case in (*call_cases.CASES, *size_cases.CASES):
        if not case.name.startswith(("type_", "rank_", "rule_")):
            models[case.name] = custom_case.parse(case.text, case.imports)
    for name, model in models.items():
        onnx.save(model, os.path.join(folder, f"{name}.onnx"))
    files = glob.glob(os.path.join(HERE, "found", "*.onnx"))
    if with_backend_tests:
        files += glob.glob(os.path.join(with_backend_tests, "*", "model.onnx"))
    for path in files:
        name = os.path.relpath(path, HERE).replace(os.sep, "_")
        shutil.copy(path, os.path.join(folder, name))


def write_run_model(path):
    onnx.save(onnx.parser.parse_model(RUN), path)
