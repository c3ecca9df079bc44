#!/usr/bin/env python3
"""What the importer says about each of make_bad_models.py's models.

    test_bad_models.py

takes the arguments of test/runner_arguments.py.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import subprocess
import sys

import make_bad_models

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import runner_arguments
from suite_cases import Failure, run_cases

GOOD = ("good", "external_good", "symbols")
EXPECTED = {
    "cycle": ['node "first" (Add): uses "b"', "form a cycle"],
    "domain_not_imported": ['node "fg" (FusedGelu)', "imports no operator"],
    "duplicate_initializer": ['initializer "w" is defined twice'],
    "duplicate_input": ['input "x" is defined twice'],
    "duplicate_name": ['node "again" (Relu): defines "y"'],
    "empty": ["is empty"],
    "external_absolute": ['value "w"', "is an absolute path"],
    "external_link": ['"link.bin" is outside the model\'s folder'],
    "external_missing": ["nothing.bin", "copy it beside the model"],
    "external_offset": ["the offset of its external data is no size"],
    "external_outside": ["is outside the model's folder"],
    "external_short": ["has 8 bytes, the tensor needs 24 from byte 0"],
    "huge_weight": ['value "w": has a shape that is negative or too large'],
    "kinds": ['input "s" is a sequence of maps', "only tensors, sequences"],
    "attribute_of_onnxruntime": ['node "gelu" (Gelu)', 'no attribute "alpha"'],
    "gradient_of_nothing": ['differentiates "nowhere"', "no node before it"],
    "layout_of_onnxruntime": ["--nchwc-block=16", "ORT_ENABLE_EXTENDED"],
    "loop_of_onnxruntime": ["com.microsoft.BeamSearch is not supported",
                            "let the application run the loop"],
    "missing_output": ['output "y" is not computed by any node'],
    "misspelled_op_of_onnxruntime": ["no such operator; BiasGelu is the nearest"],
    "no_inputs_given": ['node "add" (Add)', "input size 1 not in range"],
    "no_shape": ['input "x" has no shape', "--shape"],
    "op_newer_than_opset": ['node "gelu" (Gelu)', "came with opset 20"],
    "opset_too_new": ["needs opset 99", "knows 1 to 28"],
    "random": ["is not an ONNX model"],
    "short_weight": ["holds 7 bytes of elements", "need 24"],
    "text": ["is not an ONNX model"],
    "truncated": ["is not an ONNX model"],
    "unbuilt_op_of_onnxruntime": ["LongformerAttention is not supported",
                                  "knows but has not built"],
    "undefined_name": ['uses "nowhere", which nothing defines'],
    "unknown_attribute": ['node "relu" (Relu)', "slope"],
    "unknown_domain": ["com.example has no such operator"],
    "unknown_op": ['node "f1" (Frobnicate)', '1 more: "f2"',
                   'node "m" (Mangle)'],
    "unknown_op_of_onnxruntime": ['node "search" (Frobnicate)',
                                  "onnxruntime has no such operator"],
    "unknown_type": ['input "x" has the unknown element type number 77'],
    "wrong_shapes": ['node "add" (Add): operands cannot be broadcast'],
}
# --dim and --shape: the arguments, and what is said; nothing when it is well.
OPTIONS = [
    (["--dim=batch=4"], []),
    (["--dim=batch=1..512", "--shape=z=?x3"], []),
    (["--dim=bach=4"], ['no dimension "bach"', '"batch"', '"z_dim0"']),
    (["--dim=batch=5..2"], ["range 5..2, which is empty"]),
    (["--dim=batch=4", "--shape=x=5x3"], ['makes the dimension "batch" 5']),
    (["--shape=x=4x7"], ["has size 7 in dimension 1"]),
    (["--shape=x=4"], ["has 1 dimensions, the model's has 2"]),
    (["--shape=w=4"], ['has no input "w"', '"x", "z"']),
]


def check(program, folder, model, arguments, texts, is_good):
    done = subprocess.run([program, "--quiet", *arguments, model + ".onnx"],
                          cwd=folder, capture_output=True, text=True,
                          timeout=60)
    missing = [text for text in texts if text not in done.stderr]
    if missing or done.returncode != (0 if is_good else 1):
        raise Failure(f"exit status {done.returncode}, missing {missing} in\n"
                      f"{done.stderr}")


def main():
    options = runner_arguments.RunnerArguments(__doc__).parse()
    program = os.path.join(options.bin, "onnxc-import")
    folder = runner_arguments.work_folder(options, "test", "import",
                                          "bad-models")
    make_bad_models.write_all(folder)
    cases = {name: functools.partial(check, program, folder, name, [],
                                     EXPECTED.get(name, []), name in GOOD)
             for name in sorted(set(EXPECTED) | set(GOOD))}
    for arguments, texts in OPTIONS:
        cases[" ".join(arguments)] = functools.partial(
            check, program, folder, "symbols", arguments, texts, not texts)
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())
