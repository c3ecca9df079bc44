#!/usr/bin/env python3
"""Stands in for onnxc where the runner itself is tested: compiles models of one
elementwise operator on equal shapes, by way of C, and ends in every way that
the runner tells apart otherwise.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import signal
import subprocess
import sys
import time

import onnx

# Sub is wrong on purpose.
EXPRESSIONS = {"Add": "a[i] + b[i]", "Sub": "b[i] - a[i]", "Mul": "a[i] * b[i]"}

SOURCE = """
#include "onnxc/runtime.h"
static int32_t entry(onnxc_context *context, int64_t *symbols,
                     const void *const *inputs, void **outputs) {
  (void)context, (void)symbols;
  const float *a = inputs[0], *b = inputs[1];
  for (int64_t i = 0; i < %(count)d; ++i)
    ((float *)outputs[0])[i] = %(expression)s;
  return ONNXC_OK;
}
static int64_t arena_bytes(const int64_t *s) { (void)s; return 0; }
static const int64_t dims[] = {%(dims)s};
static void output_shapes(const int64_t *s, int64_t *d) {
  (void)s;
  for (int i = 0; i < %(rank)d; ++i) d[i] = dims[i];
}
static const onnxc_tensor_info infos[] = {
  {"x", 0, dims, %(rank)d, 1, 0, 0}, {"y", 0, dims, %(rank)d, 1, 0, 0}};
const onnxc_model m_model = {.abi_version = ONNXC_ABI_VERSION, .name = "m",
  .num_inputs = 2, .num_outputs = 1, .inputs = infos, .outputs = infos,
  .entry = entry, .arena_bytes = arena_bytes, .output_shapes = output_shapes};
const onnxc_model *const onnxc_models[] = {&m_model, 0};
"""


def main():
    graph = onnx.load(sys.argv[1]).graph
    output = sys.argv[sys.argv.index("-o") + 1]
    operator = graph.node[0].op_type
    if operator == "Neg":
        os.kill(os.getpid(), signal.SIGSEGV)
    if operator == "Abs":
        time.sleep(1000)
    if operator == "Exp":
        sys.exit("x.cpp:1: Assertion `false' failed.")
    if operator == "Log":
        sys.exit("error: something else")
    shapes = {tuple(d.dim_value for d in i.type.tensor_type.shape.dim)
              for i in graph.input}
    types = {i.type.tensor_type.elem_type for i in graph.input}
    if operator not in EXPRESSIONS or len(shapes) > 1 or types != {1}:
        sys.exit(f'error: node "" ({operator}): not supported')
    shape = shapes.pop()
    count = 1
    for dim in shape:
        count *= dim
    source = SOURCE % {"count": count, "rank": len(shape),
                       "dims": ", ".join(map(str, shape)) or "0",
                       "expression": EXPRESSIONS[operator]}
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1",
                    "-I", os.environ["ONNXC_RUNTIME_INCLUDE"], "-x", "c", "-",
                    "-o", output], input=source, text=True, check=True)


if __name__ == "__main__":
    main()
