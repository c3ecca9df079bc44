#!/usr/bin/env python3
"""Holds the sources to the rules that a machine can check.

    check.py [REPOSITORY [CLANG_FORMAT]] [--fix]

and the arguments of test/runner_arguments.py. A rule is a test: RULES says what
they are. The last line is `N passed, N failed`. With --fix it formats the
sources instead.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import function_length
import lit_form
import runner_arguments
from suite_cases import Failure, run_cases

CODE = (".cpp", ".h", ".c", ".td")
CPLUSPLUS = (".cpp", ".h")
SCRIPTS = (".sh", ".py")
LIT = (".mlir", ".test")
CLANG_FORMAT = "clang-format-22"
MAX_LINES = 700
MAX_FUNCTION_LINES = 100
LICENCE = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"

# What each folder may include of ours: itself and these.
ALLOWED = {
    "dialects": set(),
    "passes": {"dialects", "targets"},
    "targets": {"dialects"},
    "codegen": {"dialects", "targets"},
    "compiler": {"dialects", "passes", "targets", "codegen"},
    "runtime-lite": set(),
}
# The folders of passes/ in their order: each may include those before it.
PHASES = ("Graph", "Tensor", "Loops", "Math", "Memory", "Entry", "Device",
          "Check")
# The border at which protobuf's and onnx's headers stop, and who may know the
# runtime: what runs models.
ONNX_BORDER = "compiler/Import/"
RUNTIME_USERS = ("compiler/onnxc-run/", "test/", "examples/", "runtime-lite/",
                 "bench/")
PROTOCOL = re.compile(r'"onnxc\.')
INCLUDE = re.compile(r'^\s*#?\s*include\s+([<"])([^>"]+)[>"]', re.M)


def tracked(root):
    """Files that git knows or would add."""
    out = subprocess.run(
        ["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
        check=True, text=True, stdout=subprocess.PIPE).stdout
    return [path for path in out.splitlines()
            if os.path.isfile(os.path.join(root, path))]


def check_phases(path, header):
    """A folder of passes/ knows what runs before it, and nothing later."""
    here, there = (name.split("/") for name in (path, header))
    if here[0] != "passes" or there[0] != "passes" or len(here) < 3:
        return
    if len(there) < 3:
        yield f"{path} includes {header}, which is for the programs"
    elif PHASES.index(there[1]) > PHASES.index(here[1]):
        yield f"{path} includes {header}: {here[1]} comes before {there[1]}"


def check_layers(root, files):
    for path in files:
        room = path.split("/")[0]
        with open(os.path.join(root, path)) as file:
            includes = INCLUDE.findall(file.read())
        for quote, header in includes:
            onnx = header.startswith(("onnx/", "google/protobuf/"))
            if onnx and not path.startswith((ONNX_BORDER, "test/")):
                yield f"{path} includes {header}: only {ONNX_BORDER} may"
            runtime = header.startswith("onnxc/")
            if runtime and not path.startswith(RUNTIME_USERS):
                yield f"{path} includes the runtime's {header}"
            if room not in ALLOWED or quote == "<":
                continue
            yield from check_phases(path, header)
            other = header.split("/")[0]
            # A list that both sides of the border read.
            if header.startswith("runtime-lite/lib/") and header.endswith(
                    ".def"):
                continue
            if (other in ALLOWED and other != room
                    and other not in ALLOWED[room]):
                yield f"{path} includes {header}: {room} must not know {other}"
            if room == "runtime-lite" and header.startswith(
                    ("mlir/", "llvm/", "lld/")):
                yield f"{path} includes {header}"


def check_protocol(root, files):
    """What passes and codegen tell each other is named once."""
    for path in files:
        # A domain of the importer's is called so, too, and the Python module.
        if path.startswith(("dialects/plan/", "compiler/Import/",
                            "runtime-lite/python/")):
            continue
        with open(os.path.join(root, path)) as file:
            for number, line in enumerate(file, 1):
                if PROTOCOL.search(line):
                    yield (f"{path}:{number}: spells an attribute that "
                           "dialects/plan should declare")


def check_licence(root, files):
    for path in files:
        with open(os.path.join(root, path)) as file:
            if LICENCE not in file.read(2000):
                yield f"{path}: no line `{LICENCE}` at its head"


def check_length(root, files):
    for path in files:
        with open(os.path.join(root, path)) as file:
            lines = sum(1 for _ in file)
        if lines > MAX_LINES:
            yield f"{path}: {lines} lines, {MAX_LINES} are the most"


def check_functions(root, files):
    for path in files:
        with open(os.path.join(root, path)) as file:
            functions = function_length.list_functions(file.read())
        for line, name, length in functions:
            if length > MAX_FUNCTION_LINES:
                yield (f"{path}:{line}: {name} has {length} lines, "
                       f"{MAX_FUNCTION_LINES} are the most")


def check_lit_form(root, files):
    for path in lit_files(files):
        with open(os.path.join(root, path)) as file:
            yield from lit_form.list_faults(path, file.read())


def lit_files(files):
    return [path for path in files
            if path.startswith("lit/") and path.endswith(LIT)]


def formatted(files):
    """The C++ sources; C aligns its tables by hand."""
    return [path for path in files
            if path.endswith(CPLUSPLUS) and "runtime" not in path
            and not path.startswith("examples/")]


def check_format(root, files):
    sources = formatted(files)
    out = subprocess.run([CLANG_FORMAT, "--dry-run", *sources], cwd=root,
                         text=True, stderr=subprocess.PIPE).stderr
    for path in sorted(set(re.findall(r"^(\S+?):\d+:\d+: warning", out, re.M))):
        yield f"{path}: not as clang-format has it (`ninja format` mends it)"


# Name: the rule, and the kinds of files that it is for.
RULES = {
    "layers": (check_layers, CODE),
    "protocol": (check_protocol, CODE),
    "licence": (check_licence, CODE + SCRIPTS),
    "length": (check_length, CODE + SCRIPTS),
    "functions": (check_functions, CPLUSPLUS),
    "format": (check_format, CODE),
    "lit": (check_lit_form, LIT),
}


def main():
    parser = runner_arguments.RunnerArguments(__doc__, jobs=1)
    parser.add_argument("repository", nargs="?", default=runner_arguments.ROOT)
    parser.add_argument("clang_format", nargs="?", default="clang-format-22")
    parser.add_argument("--fix", action="store_true")
    options = parser.parse()
    global CLANG_FORMAT
    CLANG_FORMAT = options.clang_format
    root = options.repository
    files = tracked(root)
    if options.fix:
        for path in lit_files(files):
            lit_form.lay_out_file(os.path.join(root, path))
        return subprocess.run([CLANG_FORMAT, "-i", *formatted(files)],
                              cwd=root).returncode

    def case(name, rule, kinds):
        def call():
            wrong = list(rule(root, [path for path in files
                                     if path.endswith(kinds)]))
            for line in wrong:
                print(f"{name}: {line}")
            if wrong:
                raise Failure(f"{len(wrong)} faults")
        return call
    return run_cases({name: case(name, *rule)
                      for name, rule in RULES.items()},
                     options)


if __name__ == "__main__":
    sys.exit(main())
