"""A small model, in ONNX's text syntax, and what it is run on.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses


@dataclasses.dataclass
class Case:
    name: str
    text: str
    inputs: list  # of dictionaries: input name -> array, or shape (a tuple)
    sizes_known: bool = True  # before a run
    # Inputs that the compiler is given as constants.
    values: dict = dataclasses.field(default_factory=dict)
    flags: list = dataclasses.field(default_factory=list)  # of onnxc
    opset: int = 21
    imports: str = ""  # operator sets, where they are not that one alone
    becomes: str = ""  # an operator that the compiled graph has
    not_becomes: str = ""  # and one that it has not
    warns: str = ""  # what the compiler says
    refused: str = ""  # what onnxc-run says instead
    expected: list = None  # outputs that onnxruntime does not give
