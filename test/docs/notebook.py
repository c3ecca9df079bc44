#!/usr/bin/env python3
"""Runs the cells of a notebook, in one process and without Jupyter, whose
packages would be many times those of all tests:

    notebook.py FILE.ipynb [--write]

in the notebook's folder. What a cell prints, and its last value, is compared
with what the notebook shows: numbers with a unit of time may be others. --write
puts it there.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import ast
import contextlib
import io
import json
import os
import re
import sys
import traceback

# Times, and what depends on the machine's CPU.
VARIES = re.compile(r"\d+(\.\d+)?(?= (?:us|ms|s|times)\b)|/tmp/\S+")


def run_cell(source, variables):
    tree = ast.parse(source)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(tree, "<cell>", "exec"), variables)
        value = last and eval(compile(last, "<cell>", "eval"), variables)
    outputs = []
    if said.getvalue():
        outputs.append({"name": "stdout", "output_type": "stream",
                        "text": said.getvalue().splitlines(keepends=True)})
    if value is not None:
        outputs.append({"data": {"text/plain":
                                 repr(value).splitlines(keepends=True)},
                        "metadata": {}, "output_type": "execute_result"})
    return outputs


def read_text(outputs):
    return "".join("".join(output.get("text") or
                           output["data"]["text/plain"])
                   for output in outputs)


def main():
    path = os.path.abspath(sys.argv[1])
    with open(path) as file:
        notebook = json.load(file)
    os.chdir(os.path.dirname(path))
    variables, failed, count = {"__name__": "__main__"}, 0, 0
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        count += 1
        try:
            outputs = run_cell("".join(cell["source"]), variables)
        except Exception:
            print(f"cell {count}:\n{traceback.format_exc()}")
            return 1
        got, shown = read_text(outputs), read_text(cell["outputs"])
        if VARIES.sub("#", got) != VARIES.sub("#", shown):
            failed += 1
            print(f"cell {count} shows\n{shown}\nand gives\n{got}")
        for output in outputs:
            if output["output_type"] == "execute_result":
                output["execution_count"] = count
        cell["outputs"], cell["execution_count"] = outputs, count
    if "--write" in sys.argv:
        with open(path, "w") as file:
            json.dump(notebook, file, indent=1, ensure_ascii=False)
            file.write("\n")
        return 0
    print(f"{count} cells")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
