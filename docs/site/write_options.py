#!/usr/bin/env python3
"""Writes docs/options.md from what the programs say of themselves:
write_options.py [--write] [--bin FOLDER]. Without --write it checks that the
page is current.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TARGET = os.path.join(ROOT, "docs", "options.md")
HEADER = """# Options

`docs/site/write_options.py --write` writes this page from what the programs
print for `--help`. The [README](../README.md#the-compiler) has the important
ones in fewer words.
"""
OPTION = re.compile(r"^\s+(-\S.*?)\s+- (.*)$")
PROGRAMS = (
    ("onnxc", ("onnxc", "--help-all"), "compiles a model."),
    ("onnxc verify", ("onnxc", "verify", "--help"),
     "compares a model with onnxruntime: [verify.md](verify.md)."),
    ("onnxc reduce", ("onnxc", "reduce", "--help"),
     "makes a model small for which a command fails: "
     "[testing.md](testing.md)."),
    ("onnxc-run", ("onnxc-run", "--help"),
     "runs a compiled model: [running-models.md](running-models.md)."),
)


def ask(folder, program, *arguments):
    """The words that it prints, as an 80 columns wide terminal has them."""
    done = subprocess.run(
        [os.path.join(folder, program), *arguments], text=True, check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "COLUMNS": "80", "ONNXC_PYTHON": sys.executable})
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip()


def escape(words):
    return re.sub(r"([|<*_\[])", r"\\\1", words)


def write_program(text):
    """What LLVM's parser of options prints, with a table of the options; what
    Python's does as it is, which is folded for a page."""
    begin, options, rest = text.partition("\nOPTIONS:\n")
    lines = ["```text", begin.strip(), "```", ""]
    if not options:
        return lines
    lines += ["| option | |", "| --- | --- |"]
    for line in filter(None, rest.splitlines()):
        found = OPTION.match(line)
        if found:
            name = found[1].replace("|", "\\|")
            lines.append(f"| `{name}` | {escape(found[2])} |")
        elif not line.endswith(":"):
            raise SystemExit(f"what is this line of --help? {line}")
    return lines + [""]


def write_page(folder):
    lines = [HEADER]
    for title, command, words in PROGRAMS:
        lines += [f"## {title}", "", f"`{title}` {words}", "",
                  *write_program(ask(folder, *command))]
    return "\n".join(lines).rstrip() + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "bin"))
    options = parser.parse_args()
    page = write_page(options.bin)
    if options.write:
        with open(TARGET, "w") as file:
            file.write(page)
        return 0
    with open(TARGET) as file:
        if file.read() == page:
            return 0
    print("docs/options.md is not what the programs say: "
          "docs/site/write_options.py --write")
    return 1


if __name__ == "__main__":
    sys.exit(main())
