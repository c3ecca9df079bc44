"""A page of the runtime's header: its declarations under headings, each with
the comment before it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re

SECTION = re.compile(r"^/\* --- (.*?) -+ \*/$")
# What keeps C++ and a second inclusion away.
AROUND = re.compile(r'#ifdef __cplusplus\n(?:extern "C" \{|\})\n#endif\n|'
                    r"^#ifndef \w+_H\n#define \w+_H\n|^#endif /\* \w+_H \*/\n",
                    re.M)
NAMES = (
    re.compile(r"^typedef (?:struct|enum) (\w+)", re.M),
    re.compile(r"^typedef .*\(\*?(\w+)\)\(", re.M),
    re.compile(r"^#define (\w+)", re.M),
    re.compile(r"\b(onnxc_\w+)\("),
    re.compile(r"^typedef .*?(\w+);", re.M),
)


def split_chunks(text):
    """Paragraphs of the header; what braces hold together is one."""
    chunk, depth = [], 0
    for line in text.splitlines():
        if not line.strip() and depth == 0 and chunk:
            yield "\n".join(chunk)
            chunk = []
            continue
        if line.strip():
            chunk.append(line)
        code = re.sub(r"/\*.*?\*/", "", line)
        depth += code.count("{") - code.count("}")
        if re.match(r"\s*#\s*if", line):
            depth += 1
        if re.match(r"\s*#\s*endif", line):
            depth -= 1
    if chunk:
        yield "\n".join(chunk)


def name_of(code):
    for pattern in NAMES:
        found = pattern.search(code)
        if found:
            return found[1]
    return None


def read_comment(chunk):
    found = re.match(r"/\*(.*?)\*/\n?", chunk, re.S)
    if not found:
        return "", chunk
    lines = [line.strip().removeprefix("*").strip()
             for line in found[1].splitlines()]
    paragraphs = "\n".join(lines).strip().split("\n\n")
    return "\n\n".join(escape(paragraph) for paragraph in paragraphs
                       if "SPDX" not in paragraph), chunk[found.end():]


def escape(words):
    """Names and expressions of a comment are no Markdown, but `in quotes`."""
    parts = words.split("`")
    parts[::2] = [re.sub(r"([*_<\[])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def write_page(path):
    with open(path) as file:
        text = AROUND.sub("", file.read())
    lines = ["# The runtime's header", "",
             "`onnxc/runtime.h`, part by part. What a generated header of a "
             "model declares leads here.", ""]
    for chunk in split_chunks(text):
        section = SECTION.match(chunk.splitlines()[0])
        if section:
            lines += [f"## {section[1].strip().capitalize()}", ""]
            chunk = "\n".join(chunk.splitlines()[1:])
        if not chunk.strip():
            continue
        words, code = read_comment(chunk)
        name = name_of(code) if code.strip() else None
        if name:
            lines += [f"### {name}", ""]
        if words:
            lines += [words, ""]
        if code.strip():
            lines += ["```c", code.rstrip(), "```", ""]
    return "\n".join(lines)
