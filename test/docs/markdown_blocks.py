"""The code blocks of a Markdown page: fenced ones, and those that are indented.

A comment right before a block, which readers do not see, says what is to be
done with it:

    <!-- not run: REASON -->      code that this suite cannot run
    <!-- dry run: REASON -->      commands that take long: are they possible?
    <!-- text -->                 no code: a picture, or what a program prints
    <!-- cmake -->                of an indented block: else `console`
    <!-- toolchain -->            the project before, built by this file
    <!-- frame: strings.c -->     the program around a block of C (frames/)

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import re

FENCE = re.compile(r"^(```+)\s*(\S*)[^`]*$")
COMMENT = re.compile(r"^<!--\s*(.*?)\s*-->$", re.S)
LANGUAGES = ("console", "c", "python", "cmake", "toolchain", "text")


@dataclasses.dataclass
class Block:
    line: int
    language: str
    text: str
    # The reason why it is not run, or only dry; the name of its frame.
    not_run: str = ""
    dry: str = ""
    frame: str = ""
    wrong: str = ""


def apply_comment(block, comment):
    word, _, rest = comment.partition(":")
    if word == "not run" and rest.strip():
        block.not_run = " ".join(rest.split())
    elif word == "dry run" and rest.strip():
        block.dry = " ".join(rest.split())
    elif word == "frame":
        block.frame = rest.strip()
    elif comment in LANGUAGES:
        block.language = comment
    else:
        block.wrong = f"<!-- {comment} --> before a block says nothing"


def read_indented(lines, at):
    """The lines of the block that begins there, and where it ends."""
    end = last = at
    while end < len(lines) and (not lines[end].strip() or
                                lines[end].startswith("    ")):
        if lines[end].strip():
            last = end
        end += 1
    return [line[4:] for line in lines[at:last + 1]], last + 1


def read_fenced(lines, at, fence):
    end = at + 1
    while lines[end].strip() != fence:
        end += 1
    return lines[at + 1:end], end + 1


def read_comment(lines, at):
    end = at
    while "-->" not in lines[end]:
        end += 1
    found = COMMENT.match("\n".join(lines[at:end + 1]).strip())
    return found[1] if found else "", end + 1


def read_blocks(text):
    lines = text.splitlines()
    blocks, comment, at, in_list = [], "", 0, False
    while at < len(lines):
        line = lines[at]
        fence = FENCE.match(line)
        if line.startswith("<!--"):
            comment, at = read_comment(lines, at)
            continue
        # Below the item of a list, four spaces go on with it.
        indented = line.startswith("    ") and not in_list and (
            at == 0 or not lines[at - 1].strip())
        if not fence and not indented:
            if line.strip():
                comment = ""
                in_list = (re.match(r"\s*([-*]|\d+\.)\s", line) is not None or
                           in_list and line.startswith(" "))
            at += 1
            continue
        if fence:
            code, end = read_fenced(lines, at, fence[1])
            block = Block(at + 2, fence[2], "\n".join(code) + "\n")
        else:
            code, end = read_indented(lines, at)
            block = Block(at + 1, "console", "\n".join(code) + "\n")
        if comment:
            apply_comment(block, comment)
        blocks.append(block)
        comment, at = "", end
    return blocks
