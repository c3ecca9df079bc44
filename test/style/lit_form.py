"""The form of lit files: the licence line at the head, one layout of FileCheck's
lines (`// CHECK: text`, `// CHECK-SAME: text`), no line over 120 characters.
`lay_out` brings a file into this form, but for long lines that cannot be cut.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import re

LICENCE = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
MAX_WIDTH = 120
# Where a line that is longer is cut.
WIDTH = 100
COMMENTS = {".mlir": "//", ".test": "#"}
# A line of FileCheck: its prefix is in capitals.
CHECK = re.compile(r"^(\s*)(//|#)[ \t]*([A-Z][A-Z0-9_]*)"
                   r"(-(?:LABEL|SAME|NEXT|NOT|DAG|EMPTY|COUNT-\d+))?:"
                   r"(?:[ \t]+(\S.*))?$")
WORDS = {"RUN", "NOTE", "SPDX", "REQUIRES", "XFAIL", "UNSUPPORTED"}
RUN = re.compile(r"^(//|#) RUN:( +)")
# What is not cut, and what of that matches anything.
WHOLE = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|\{\{.*?\}\}|\[\[.*?\]\]')
GREEDY = re.compile(r"\.\*(?:\}\}|\]\])")


def list_places(text, is_command):
    """Spaces at which a line may be cut, each with the depth of brackets: before
    `->` and `|`, not behind them. lit puts commands together before it looks at
    quotes."""
    blocked = set() if is_command else {
        i for m in WHOLE.finditer(text) for i in range(*m.span())}
    depth = 0
    for i, letter in enumerate(text):
        if i in blocked:
            continue
        if letter in "([{<":
            depth += 1
        elif letter in ")]}" or letter == ">" and text[i - 1] != "-":
            depth -= 1
        elif (letter == " " and text[i + 1:i + 2] != "="
              and not text[:i].endswith(("->", "|", "="))):
            yield i, depth + text[:i].count('"') % 2


def cut(text, width, is_pattern=False, is_command=False):
    """The text in two, where the fewest brackets are open; none where it cannot
    be cut."""
    places = []
    for place, depth in list_places(text, is_command):
        # What matches anything would take the whole line.
        greedy = [m.end() for m in GREEDY.finditer(text[:place])]
        if is_pattern and greedy and place - greedy[-1] < 15:
            continue
        if width // 3 < place <= width:
            places.append((depth, -place))
    if not places:
        return None
    place = -min(places)[1]
    return text[:place].rstrip(), text[place:].lstrip()


def lay_out_check(found):
    indent, mark, prefix, kind, rest = found.groups()
    kind = kind or ""
    lines = []
    while rest:
        head = f"{indent}{mark} {prefix}{kind}: "
        parts = None
        if len(head + rest) > MAX_WIDTH and kind not in ("-NOT", "-DAG"):
            parts = cut(rest, WIDTH - len(head), is_pattern=True)
        first, rest = parts or (rest, None)
        lines.append(head + first)
        kind = "-SAME"
    return lines or [f"{indent}{mark} {prefix}{kind}:"]


def lay_out_long(line):
    """A command or IR in several lines."""
    run = RUN.match(line)
    if not run and ("//" in line or line.lstrip().startswith("#")):
        return [line]
    more = (f"{run[1]} RUN:   " if run else
            re.match(r" *", line)[0] + "    ")
    lines = []
    while len(line) > MAX_WIDTH and (
            parts := cut(line, WIDTH, is_command=bool(run))):
        lines.append(parts[0] + (" \\" if run else ""))
        line = more + parts[1]
    return lines + [line]


def lay_out(path, text):
    comment = COMMENTS[os.path.splitext(path)[1]]
    lines = text.splitlines()
    if not any(LICENCE in line for line in lines[:3]):
        # An introduction begins after an empty line.
        has_words = lines[0].startswith(comment) and "RUN:" not in lines[0]
        lines[:0] = [f"{comment} {LICENCE}", *([comment] if has_words else [])]
    result = []
    for line in lines:
        found = CHECK.match(line)
        if found and found[3] not in WORDS:
            result += lay_out_check(found)
        else:
            result += lay_out_long(line)
    return "\n".join(result) + "\n"


def lay_out_file(path):
    with open(path) as file:
        before = file.read()
    after = lay_out(path, before)
    if after != before:
        with open(path, "w") as file:
            file.write(after)


def list_faults(path, text):
    if text != lay_out(path, text):
        yield f"{path}: not as lit files are laid out (`ninja format` mends it)"
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MAX_WIDTH:
            yield f"{path}:{number}: {len(line)} characters wide"
