"""The files that a page names are there.

A name is one in `backquotes` that begins with a folder of the repository, or
any word of a code block that does. `*` stands for any characters, as do words
in capitals: `passes/ROOM/NAME.cpp`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import glob
import os
import re

TOP = ("bench", "cmake", "codegen", "compiler", "dialects", "docs", "examples",
       "lit", "passes", "runtime-lite", "targets", "test")
NAME = re.compile(rf"(?<![\w/.~+-])((?:{'|'.join(TOP)})/[\w./*+-]+)")
PLACE = re.compile(r"[A-Z]{3,}|Name|name")


def list_faults(root, page, text):
    text = re.sub(r"\]\([^)]*\)", "]", text)
    faults = []
    for name in sorted(set(NAME.findall(text))):
        name = name.rstrip(".,")
        pattern = PLACE.sub("*", name)
        if not glob.glob(os.path.join(root, pattern)):
            faults.append(f"{page} names {name}, which is not there")
    return faults
