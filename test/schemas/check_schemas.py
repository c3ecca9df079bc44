#!/usr/bin/env python3
"""Compares the onnx dialect with ONNX's own schemas of the newest opset: which
operators there are, their inputs, outputs, attributes, defaults and kinds of
types, as the .td files and onnx.defs have them.

    check_schemas.py [--tblgen PROGRAM] [-I DIR]...

and the arguments of test/runner_arguments.py. accepted.txt lists differences
that are meant, a line `difference | reason`; each must still be there. The last
line is `N passed, N failed`: an operator is a test, and each line of
accepted.txt that is no longer true a failure.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import glob
import json
import os
import subprocess
import sys

import onnx
import onnx.defs

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import Failure, run_cases

DIALECT = os.path.join(runner_arguments.ROOT, "dialects", "onnx")
ACCEPTED = os.path.join(HERE, "accepted.txt")
KINDS = {"Onnx_Int": "INT", "Onnx_Float": "FLOAT", "Onnx_String": "STRING",
         "Onnx_Ints": "INTS", "Onnx_Floats": "FLOATS",
         "Onnx_Strings": "STRINGS", "Onnx_TensorAttr": "TENSOR",
         "Onnx_LabelsAttr": "TENSOR",
         "Onnx_TypeAttr": "TYPE_PROTO"}
DOMAINS = ("", "ai.onnx.ml", "ai.onnx.preview.training")


class Op:
    """What is compared. Inputs and outputs are (name, form, kind): form is
    Single, Optional or Variadic, kind `tensor` or `value` (also sequences,
    optionals or maps). Attributes are name: (kind, required, default)."""

    def __init__(self):
        self.inputs, self.outputs, self.attributes = [], [], {}


def read_family(path, options):
    command = [options.tblgen, "--dump-json", path]
    for folder in options.include:
        command += ["-I", folder]
    return json.loads(subprocess.run(command, check=True,
                                     stdout=subprocess.PIPE).stdout)


def parse_default(text, kind):
    if text is None:
        return None
    if kind == "STRING":
        return text.strip('"')
    if kind == "FLOAT":
        return float(text.rstrip("f"))
    if kind == "INTS":
        return [int(number) for number in text.strip("{}").split(",")]
    return int(text) if kind == "INT" else text


def read_value(records, argument):
    """(form, kind) of an operand or result."""
    record = records[argument["def"]]
    form = "Single"
    for candidate in ("Optional", "Variadic"):
        if candidate in record["!superclasses"]:
            form = candidate
            record = records[record["baseType"]["def"]]
    return form, "value" if record["!name"] == "Onnx_Value" else "tensor"


def read_attribute(records, argument):
    record = records[argument["def"]]
    required, default = True, None
    if "OptionalAttr" in record["!superclasses"]:
        required = False
    base = record
    while base.get("baseAttr"):
        base = records[base["baseAttr"]["def"]]
    kind = KINDS.get(base["!name"], base["!name"])
    if "DefaultValuedAttr" in record["!superclasses"]:
        required, default = False, parse_default(record["defaultValue"], kind)
    return kind, required, default


def read_dialect(options):
    ops = {}
    for path in sorted(glob.glob(os.path.join(DIALECT, "*Ops.td"))):
        records = read_family(path, options)
        for name in records["!instanceof"].get("Onnx_Op", []):
            record, op = records[name], Op()
            # onnx has no schemas of onnxruntime's operators.
            if record["opName"].startswith("microsoft."):
                continue
            for argument, label in record["arguments"]["args"]:
                if "Attr" in records[argument["def"]]["!superclasses"]:
                    op.attributes[label] = read_attribute(records, argument)
                else:
                    op.inputs.append(
                        (label, *read_value(records, argument)))
            for argument, label in record["results"]["args"]:
                op.outputs.append((label, *read_value(records, argument)))
            for _, label in record["regions"]["args"]:
                op.attributes[label] = ("GRAPH", True, None)
            ops[record["opName"]] = op
    return ops


def schema_value(parameter):
    special = any(not t.startswith("tensor(") for t in parameter.types)
    return (parameter.name, parameter.option.name,
            "value" if special else "tensor")


def read_schemas():
    """The newest schema of each operator, and the Op it describes."""
    schemas = {}
    for schema in onnx.defs.get_all_schemas():
        if schema.domain in DOMAINS and not schema.deprecated:
            op = Op()
            op.inputs = [schema_value(i) for i in schema.inputs]
            op.outputs = [schema_value(o) for o in schema.outputs]
            for name, attribute in schema.attributes.items():
                default = None
                if attribute.default_value.name:
                    default = onnx.helper.get_attribute_value(
                        attribute.default_value)
                    if isinstance(default, bytes):
                        default = default.decode()
                op.attributes[name] = (attribute.type.name, attribute.required,
                                       default)
            schemas[schema.name] = (schema, op)
    return schemas


def describe(attribute):
    kind, required, default = attribute
    if default is not None:
        return f"{kind} = {default!r}"
    return kind if required else f"optional {kind}"


def equal(a, b):
    if a[:2] != b[:2]:
        return False
    if isinstance(a[2], float) and b[2] is not None:
        return abs(a[2] - b[2]) <= 1e-6 * abs(a[2])
    return a[2] == b[2]


def compare_values(name, what, ours, theirs):
    for i in range(max(len(ours), len(theirs))):
        if i >= len(ours):
            yield f"{name}: {what} {i} {theirs[i][0]} is missing"
        elif i >= len(theirs):
            yield f"{name}: {what} {i} {ours[i][0]} is not ONNX's"
        elif ours[i] != theirs[i]:
            yield (f"{name}: {what} {i} is {' '.join(ours[i])}, "
                   f"ONNX's {' '.join(theirs[i])}")


def compare(name, ours, theirs):
    yield from compare_values(name, "input", ours.inputs, theirs.inputs)
    # An optional output is a result without uses.
    outputs = [(n, "Single" if form == "Optional" else form, kind)
               for n, form, kind in theirs.outputs]
    yield from compare_values(name, "output", ours.outputs, outputs)
    for label in sorted(set(ours.attributes) | set(theirs.attributes)):
        a, b = ours.attributes.get(label), theirs.attributes.get(label)
        if a is None:
            yield f"{name}: attribute {label} is missing: {describe(b)}"
        elif b is None:
            yield f"{name}: attribute {label} is not ONNX's"
        elif not equal(a, b):
            yield (f"{name}: attribute {label} is {describe(a)}, "
                   f"ONNX's {describe(b)}")


def find_differences(dialect, schemas):
    """Lists of differences by operator; all that either side has."""
    found = {}
    for name in sorted(set(dialect) | set(schemas)):
        if name not in schemas:
            found[name] = [f"{name}: is not an operator of ONNX"]
        elif name in dialect:
            found[name] = list(compare(name, dialect[name], schemas[name][1]))
        else:
            schema = schemas[name][0]
            has_body = (schema.has_function or
                        schema.has_context_dependent_function)
            found[name] = [] if has_body else [f"{name}: has no op"]
    return found


def read_accepted(path):
    accepted = {}
    with open(path) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                difference, _, reason = line.partition(" | ")
                if not reason.strip():
                    sys.exit(f"{path}: without a reason: {line.strip()}")
                accepted[difference.strip()] = reason.strip()
    return accepted


def add_includes(parser):
    """Parses the arguments, with what reading the dialect takes."""
    parser.add_argument("--tblgen", default="llvm-tblgen-22")
    parser.add_argument("-I", dest="include", action="append", default=[])
    options = parser.parse()
    options.include = options.include or [
        runner_arguments.ROOT, options.build, "/usr/lib/llvm-22/include"]
    return options


def main():
    options = add_includes(runner_arguments.RunnerArguments(__doc__, jobs=1))
    found = find_differences(read_dialect(options), read_schemas())
    accepted = read_accepted(ACCEPTED)

    def check(differences):
        new = [d for d in differences if d not in accepted]
        if new:
            raise Failure("\n".join(new))

    def check_accepted():
        stale = set(accepted) - {d for list_ in found.values() for d in list_}
        if stale:
            raise Failure("accepted, but no longer so: " +
                          "\n".join(sorted(stale)))

    cases = {name: functools.partial(check, differences)
             for name, differences in found.items()}
    return run_cases({**cases, "accepted.txt": check_accepted}, options)


if __name__ == "__main__":
    sys.exit(main())
