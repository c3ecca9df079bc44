"""The commands of a console block, as a shell takes them.

What is told of a command stands behind two spaces, and is cut off. Where lines
begin with `$ `, these are the commands, and the others what they print.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re

# A word, or something in quotes, and one space between such.
COMMAND = re.compile(r"""(?:[^\s'"]|'[^']*'|"[^"]*"|\s(?!\s))+""")
# What shows that a command is possible, without what it does.
SET = r"^(?:\w+=\S+ )*"
DRY = (
    (re.compile(r"^\S*python3? test/\S+\.py .*"), r"\g<0> --list"),
    (re.compile(SET + r"(?:\S*python3? )?(bench/\S+\.py).*"),
     r"python3 \1 --help"),
    (re.compile(SET + r"(?:\S*python3? )?(examples/\S+\.py).*"),
     r"python3 -m py_compile \1"),
    (re.compile(r"^ctest "), "ctest -N "),
    (re.compile(r"^ninja "), "ninja -n "),
    (re.compile(r"^\S*lit "), r"\g<0>--show-tests "),
    (re.compile(r"^cmake (?:--build )?--preset (\S+).*$"),
     r"cmake --list-presets=all . | grep '.\1.'"),
    (re.compile(r"^cmake --install (\S+) .*$"),
     r"test -f \1/cmake_install.cmake"),
    (re.compile(r"^(\S+\.sh)\b.*"), r"bash -n \1"),
)


def list_commands(text):
    lines = text.splitlines()
    if any(line.startswith("$ ") for line in lines):
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    commands, begun = [], ""
    for line in lines:
        line = line.strip()
        if line.endswith("\\"):
            begun += line[:-1].rstrip() + " "
            continue
        found = COMMAND.match(begun + line)
        if found:
            commands.append(found[0])
        begun = ""
    return commands


def make_dry(command):
    """A command that looks whether this one is possible, or none."""
    for pattern, instead in DRY:
        if pattern.match(command):
            return pattern.sub(instead, command, count=1)
    return None
