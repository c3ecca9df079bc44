"""What the cases of this folder share: models in ONNX's text syntax, and errors
that have to come.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools

import onnx.parser
import onnxc

HEAD = '<ir_version: 10, opset_import: ["" : 21, "ai.onnx.ml" : 3]> '


def parse(text):
    return onnx.parser.parse_model(HEAD + text)


@functools.lru_cache(maxsize=None)
def model_of(text):
    """Compiled once for all cases that take it."""
    return onnxc.compile(parse(text))


def cases_of(*modules):
    """The functions case_NAME of modules, by name."""
    return {f"{module.__name__.removesuffix('_cases')}: "
            + name.removeprefix("case_").replace("_", " "): function
            for module in modules for name, function in vars(module).items()
            if name.startswith("case_")}
