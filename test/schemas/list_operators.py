#!/usr/bin/env python3
"""Writes docs/operators.md, a table of all operators of ONNX, ai.onnx.ml,
ai.onnx.preview.training and com.microsoft: how each is compiled or why it is
not, and what tests it. Without --write it checks that the file is current.

    list_operators.py [--write] [--tblgen PROGRAM] [-I DIR]...

and the arguments of test/runner_arguments.py. It reads the dialect's
definitions, onnx's schemas, the names that the importer knows, and the tests
with the failures that are expected. The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import collections
import glob
import json
import os
import re
import sys

import onnx
import onnx.defs

HERE = os.path.dirname(os.path.abspath(__file__))
TEST = os.path.dirname(HERE)
for folder in (HERE, TEST, os.path.join(TEST, "operators"),
               os.path.join(TEST, "graphs")):
    sys.path.insert(0, folder)
import backend_cases
import check_schemas
import run_graphs
import runner_arguments
from suite_cases import Failure, run_cases

ROOT = runner_arguments.ROOT
TARGET = os.path.join(ROOT, "docs", "operators.md")
MICROSOFT, NCHWC = "com.microsoft", "com.microsoft.nchwc"
DOMAINS = ("ai.onnx", "ai.onnx.ml", "ai.onnx.preview.training", MICROSOFT,
           NCHWC)
HEADER = """# Operators

`test/schemas/list_operators.py --write` writes this page; a test checks that it
is current. How an operator is compiled:

- elementwise: an element of the result is computed from those at its place, in
  the loop of its neighbours;
- compiled: it has loops of its own;
- expanded: it becomes other operators once shapes are known;
- function: the body that its specification gives;
- import: the importer makes another operator of it;
- refused: a model with it is, with a message that names the node.

Its tests are ONNX's own that pass, of all of them; for com.microsoft the cases
of `test/graphs`, and whether `test/random/run_microsoft.py` draws it; for
ai.onnx.ml also the models of `test/pipelines`. com.microsoft.nchwc is what
onnxruntime saves of a model that it has laid out for one machine. "ulp" is the
largest error in ONNX's tests of the operator, in units in the last place of its
floats, wherever the expected result is near 0 too: `run_backend_tests.py
--write-errors test/operators/largest-errors.txt` measures it.
"""


def read(*path):
    with open(os.path.join(ROOT, *path)) as file:
        return file.read()


def read_all(*pattern):
    return "\n".join(read(path) for path in sorted(
        glob.glob(os.path.join(ROOT, *pattern), recursive=True)))


def classify(record, lowerings):
    """How an op of the dialect is compiled."""
    traits = json.dumps(record["traits"])
    if "ElementwiseOp" in traits:
        return "elementwise"
    name = re.sub(r"^Onnx_", "", record["!name"])
    if "ExpandingOp" in traits and not re.search(rf"\b{name}\b", lowerings):
        return "expanded"
    return "compiled"


def read_dialect(options):
    """How each op is compiled, by its name."""
    lowerings = read_all("passes", "Tensor", "*.cpp")
    found = {}
    for path in sorted(glob.glob(os.path.join(check_schemas.DIALECT,
                                              "*Ops.td"))):
        records = check_schemas.read_family(path, options)
        for name in records["!instanceof"].get("Onnx_Op", []):
            record = records[name]
            found[record["opName"]] = classify(record, lowerings)
    return found


def read_reasons():
    """Why operators have no op, as accepted.txt says."""
    reasons = {}
    for difference, why in check_schemas.read_accepted(
            check_schemas.ACCEPTED).items():
        name, _, what = difference.partition(": ")
        if what == "has no op":
            reasons[name] = why
    return reasons


def list_schemas():
    """The newest schema of each operator by domain and name."""
    return {(schema.domain or "ai.onnx", schema.name): schema
            for schema in onnx.defs.get_all_schemas()
            if (schema.domain or "ai.onnx") in DOMAINS}


def read_failures():
    """The reasons of expected failures, by test."""
    path = os.path.join(TEST, "operators", "expected-failures.txt")
    with open(path) as file:
        lines = [line.split(None, 1) for line in file
                 if line.strip() and not line.startswith("#")]
    return {name: reason.strip() for name, reason in lines}


def count_backend_tests(options):
    """Of each operator how many tests there are, and the reasons of those that
    fail."""
    folder = os.path.join(options.build, "backend-tests")
    failures = read_failures()
    total, reasons = collections.Counter(), collections.defaultdict(list)
    for name in backend_cases.materialise(folder):
        with open(os.path.join(folder, name, "case.json")) as file:
            operator = json.load(file)["operator"]
        total[operator] += 1
        if name in failures:
            reasons[operator].append(failures[name])
    return total, reasons


def read_errors():
    """By operator, as run_backend_tests.py --write-errors wrote them."""
    return dict(line.split() for line in
                read("test", "operators", "largest-errors.txt").splitlines())


def find_in_graphs():
    """The operators of com.microsoft that cases of test/graphs have. How many
    is not said: the page would age with each case."""
    return {name for case in run_graphs.find_cases()
            for name in re.findall(r"com\.microsoft\.(\w+)", case.text)}


def find_in_pipelines():
    return {node.op_type for path in glob.glob(
                os.path.join(TEST, "pipelines", "models", "*.onnx"))
            for node in onnx.load(path).graph.node
            if node.domain == "ai.onnx.ml"}


def describe_tests(domain, name, counts):
    total, reasons, graphs, pipelines, drawn = counts
    parts, why = [], ""
    if domain not in (MICROSOFT, NCHWC) and total[name]:
        failed = reasons.get(name, [])
        parts.append(f"{total[name] - len(failed)} of {total[name]}")
        why = " ".join(sorted(set(failed)))
    if domain == MICROSOFT and name in graphs:
        parts.append("graphs")
    if domain == "ai.onnx.ml" and name in pipelines:
        parts.append("pipelines")
    if domain == MICROSOFT and f'"{name}"' in drawn:
        parts.append("random")
    if domain == NCHWC:
        parts.append("saved models")
    return ", ".join(parts), why


def list_built(dialect, prefix):
    return {name[len(prefix):]: how for name, how in dialect.items()
            if name.startswith(prefix) and "." not in name[len(prefix):]}


def list_nchwc(dialect):
    """Of what onnxruntime lays out for one machine; test/models/run_saved.py
    tests it."""
    built = list_built(dialect, "microsoft.nchwc.")
    return [(name, how, "") for name, how in sorted(built.items())]


def list_microsoft(dialect):
    """How each operator of com.microsoft is compiled."""
    names = read("compiler", "Import", "MicrosoftNames.cpp")

    def find_list(before):
        return re.findall(r'"(\w+)"', re.search(
            before + r"\s*\{(.*?)\}", names, re.S)[1])

    known = find_list(r"kNames\[\] =")
    loops = find_list(r"is_contained\(")
    functions = re.findall(r'op == "(\w+)"', read(
        "compiler", "Import", "QuantizedFunctions.cpp"))
    built = list_built(dialect, "microsoft.")
    for name in sorted({*known, *functions, *built}):
        if name in built:
            yield name, built[name], ""
        elif name in functions:
            yield name, "import", ""
        elif name in loops:
            yield name, "refused", "The loop is the application's."
        else:
            yield name, "refused", "Known but not built."


def list_standard(domain, dialect):
    reasons = read_reasons()
    for (where, name), schema in sorted(list_schemas().items()):
        if where != domain:
            continue
        has_body = (schema.has_function or
                    schema.has_context_dependent_function)
        if name in dialect:
            yield name, dialect[name], ""
        elif schema.deprecated:
            yield name, "import", "Deprecated."
        elif has_body:
            yield name, "function", ""
        else:
            why = reasons.get(name, "not built")
            yield name, "refused", why[0].upper() + why[1:] + "."


def write_page(options):
    dialect = read_dialect(options)
    counts = (*count_backend_tests(options), find_in_graphs(),
              find_in_pipelines(), read_all("test", "random", "microsoft_*.py"))
    errors = read_errors()
    lines = [HEADER]
    for domain in DOMAINS:
        rows = list(list_microsoft(dialect) if domain == MICROSOFT else
                    list_nchwc(dialect) if domain == NCHWC else
                    list_standard(domain, dialect))
        built = sum(how != "refused" for _, how, _ in rows)
        lines += [f"## {domain}: {built} of {len(rows)}", "",
                  "| operator | | tests | ulp | |",
                  "| --- | --- | --- | --- | --- |"]
        for name, how, note in rows:
            tests, why = describe_tests(domain, name, counts)
            ulp = errors.get(name, "") if domain == "ai.onnx" else ""
            lines.append(f"| {name} | {how} | {tests} | {ulp} | "
                         f"{note or why} |")
        lines.append("")
    return "\n".join(lines)


def main():
    parser = runner_arguments.RunnerArguments(__doc__, jobs=1)
    parser.add_argument("--write", action="store_true",
                        help="write docs/operators.md")
    options = check_schemas.add_includes(parser)
    page = write_page(options)
    if options.write:
        with open(TARGET, "w") as file:
            file.write(page)

    def check():
        if not os.path.exists(TARGET) or page != read("docs", "operators.md"):
            raise Failure("docs/operators.md is not current: run "
                          "test/schemas/list_operators.py --write")

    return run_cases({"docs/operators.md": check}, options)


if __name__ == "__main__":
    sys.exit(main())
