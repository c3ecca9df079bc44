#!/usr/bin/env python3
"""Reduces models with `onnxc reduce` and looks at what is left.

    run_reduce.py

and the arguments of test/runner_arguments.py. A command that fails for each
model that has certain operators stands for a fault of them: `grep -q` finds
their names in the file.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import subprocess
import sys

import numpy as np
import onnx
import onnx.parser
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import runner_arguments
from suite_cases import Failure, expect, run_cases


def chain(length, special):
    """A residual network of `length` layers; `special` are nodes of it."""
    random = np.random.RandomState(0)
    nodes, weights, value = [], [], "x"
    for i in range(length):
        name = f"w{i}"
        weights.append(numpy_helper.from_array(
            random.standard_normal((17, 17, 3, 3)).astype(np.float32), name))
        nodes += [
            helper.make_node("Conv", [value, name], [f"c{i}"], f"conv{i}",
                             pads=[1, 1, 1, 1]),
            helper.make_node(special.get(i, "Relu"), [f"c{i}"], [f"r{i}"],
                             f"act{i}"),
            helper.make_node("Add", [f"r{i}", value], [f"a{i}"], f"add{i}")]
        value = f"a{i}"
    shape = [1, 17, 40, 40]
    graph = helper.make_graph(
        nodes, "chain",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
         for name in ("a0", value)], weights)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


NESTED = """<ir_version: 10, opset_import: ["" : 21]>
agraph (bool c, float[n, 8] x) => (float[n, 8] y) {
  s = Exp(x)
  t = If (c) <
    then_branch = yes () => (float[n, 8] d) {
      d1 = Abs(s)
      d2 = HardSwish(d1)
      d = Neg(d2) },
    else_branch = no () => (float[n, 8] e) { e = Sqrt(s) }>
  y = Sin(t)
}"""

REDUCED = {
    "one": (chain(20, {13: "Softsign"}), "! grep -q Softsign", ["Softsign"]),
    "first": (chain(9, {0: "Softsign"}), "! grep -q Softsign", ["Softsign"]),
    "two": (chain(20, {4: "Softsign", 13: "Softplus"}),
            "! ( grep -q Softsign {} && grep -q Softplus {} )",
            ["Softplus", "Softsign"]),
    "branch": (onnx.parser.parse_model(NESTED), "! grep -q HardSwish",
               ["HardSwish"]),
}


def reduce(options, folder, model, *arguments):
    path = os.path.join(folder, "model.onnx")
    onnx.save(model, path)
    return subprocess.run(
        [options.onnxc, "reduce", path, "-o",
         os.path.join(folder, "small.onnx"), *arguments], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def compare(name, options):
    model, command, operators = REDUCED[name]
    with runner_arguments.case_folder(options, name) as folder:
        done = reduce(options, folder, model, "--check", command)
        if done.returncode:
            raise Failure(done.stdout)
        small = onnx.load(os.path.join(folder, "small.onnx"))
    expect("operators", sorted(node.op_type for node in small.graph.node
                               if node.op_type != "Identity"), operators)
    sizes = [dim.dim_value for value in small.graph.input
             for dim in value.type.tensor_type.shape.dim]
    expect("sizes", [size for size in sizes if size > 1], [])
    expect("weights", len(small.graph.initializer), 0)


def refuse(arguments, says, options):
    with runner_arguments.case_folder(options, "refused") as folder:
        done = reduce(options, folder, chain(1, {}), *arguments)
        expect("files", os.path.exists(os.path.join(folder, "small.onnx")),
               False)
    if done.returncode != 1 or says not in done.stdout:
        raise Failure(f"exit status {done.returncode}: {done.stdout}")


def keep_what_is_said(options):
    """Of two faults the one that is asked for."""
    model = chain(6, {2: "Softsign", 4: "Softplus"})
    command = ("if grep -q Softsign {}; then echo sign; exit 1; fi; "
               "if grep -q Softplus {}; then echo plus; exit 1; fi")
    with runner_arguments.case_folder(options, "says") as folder:
        done = reduce(options, folder, model, "--check", command, "--says",
                      "^sign$")
        if done.returncode:
            raise Failure(done.stdout)
        small = onnx.load(os.path.join(folder, "small.onnx"))
    expect("operators", [node.op_type for node in small.graph.node],
           ["Softsign"])


def main():
    options = runner_arguments.RunnerArguments(__doc__).parse()
    cases = {name: functools.partial(compare, name, options)
             for name in REDUCED}
    cases["what is said"] = functools.partial(keep_what_is_said, options)
    for name, arguments, says in (
            ("no fault", ["--check", "true"], "succeeds for the whole model"),
            ("says nothing", ["--check", "false", "--says", "boom"],
             "does not say 'boom'"),
            ("no command", [], "no command is given"),
            ("bad pattern", ["--check", "false", "--says", "("],
             "no regular expression")):
        cases[name] = functools.partial(refuse, arguments, says, options)
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())
