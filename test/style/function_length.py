"""Finds functions of C++ and how many lines they have. The code is as
clang-format lays it out: a body ends with a brace at the indent of its head.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re

# Heads of blocks that are no functions.
OTHERS = re.compile(r"(?:if|for|while|switch|do|else|try|catch|return|case|"
                    r"default|namespace|class|struct|enum|union|extern|\}|=)\b"
                    r"|template <.*> (?:class|struct) ")
NAME = re.compile(r"([~\w:]+(?:<[^<>]*>)?|operator\W{1,3})\(")
LITERAL = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)'|//.*")
ENDS = (";", "{", "}", ":")


def find_head(lines, at):
    """The first line of the statement that opens a block on line `at`, and its
    text on one line; none where it has more than 20 lines."""
    for begin in range(at, max(at - 20, 0), -1):
        text = " ".join(line.strip() for line in lines[begin:at + 1])
        before = lines[begin - 1].strip()
        is_done = before.endswith(ENDS) or before[:1] in ("", "#")
        if is_done and text.count("(") == text.count(")"):
            return begin, text
    return at, ""


def list_functions(text):
    """(line, name, number of lines) of each function."""
    lines = [LITERAL.sub("", line).rstrip() for line in text.splitlines()]
    for at, line in enumerate(lines):
        if not line.endswith("{"):
            continue
        begin, head = find_head(lines, at)
        name = NAME.search(head)
        is_lambda = re.search(r"(?:[=(,]|return) \[|[=(,]\s*\{$|\[[^\]]*\] ?\(",
                              head)
        if OTHERS.match(head) or not name or is_lambda:
            continue
        indent = len(lines[begin]) - len(lines[begin].lstrip())
        close = " " * indent + "}"
        end = next((i for i in range(at + 1, len(lines))
                    if lines[i].startswith(close)), at)
        yield begin + 1, name[1], end - begin + 1
