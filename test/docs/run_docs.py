#!/usr/bin/env python3
"""Runs the code on the pages of the site: each block by its language, those of
a page in one folder, with small models by the names that the page gives them
(page_files.py).

    run_docs.py [--cmake PROGRAM]

and the arguments of test/runner_arguments.py. A case is a page. A block that is
not run says why on the page (markdown_blocks.py); how many these are is
printed. The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import collections
import functools
import glob
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, HERE)
import run_blocks
import runner_arguments
from markdown_blocks import read_blocks
from suite_cases import Failure, run, run_cases

ROOT = runner_arguments.ROOT
NOTEBOOK = os.path.join(ROOT, "examples", "notebook", "digits.ipynb")


def list_pages():
    """Those of the site."""
    return ["README.md"] + sorted(
        os.path.relpath(path, ROOT)
        for pattern in ("docs/*.md", "bench/*.md", "examples/*/README.md")
        for path in glob.glob(os.path.join(ROOT, pattern)))


def read_page(page):
    with open(os.path.join(ROOT, page)) as file:
        return read_blocks(file.read())


def check_page(page, blocks, options):
    faults = []
    with runner_arguments.case_folder(options, page) as folder:
        runner = run_blocks.PageRunner(page, folder, options)
        for block in blocks:
            try:
                runner.run(block)
            except Failure as failure:
                faults.append(f"{page}:{block.line}: {failure}")
        try:
            runner.finish()
        except Failure as failure:
            faults.append(f"{page}: {failure}")
    if faults:
        raise Failure("\n".join(faults))


# Pages that must not pass, by what is then said.
FAULTS = {
    "    onnxc gone.onnx -o gone.o\n": "gone.onnx",
    "```c\nint x;\n```\n": "without a frame",
    "<!-- frame: minilm.c -->\n```c\n#include \"minilm.h\"\nint x = y;\n```\n":
        "'y' undeclared",
    "```python\nonnxc.no_such_function()\n```\n": "no_such_function",
    "<!-- not run -->\n\n    true\n": "says nothing",
    "<!-- dry run: it is long -->\n\n    sleep 100\n": "how to run it dry",
    "```fortran\n```\n": "a block of fortran",
}


def check_faults(options):
    for text, words in FAULTS.items():
        try:
            check_page("README.md", read_blocks(text), options)
        except Failure as failure:
            if words not in str(failure).replace("‘", "'").replace("’", "'"):
                raise Failure(f"not said: {words}\n{failure}") from failure
        else:
            raise Failure(f"passed:\n{text}")


def check_notebook(options):
    """In a process of its own, in the notebook's folder."""
    run(sys.executable, os.path.join(HERE, "notebook.py"), NOTEBOOK,
        env={**os.environ, "PYTHONPATH": os.path.join(options.build, "python")})


def print_kinds(pages):
    kinds = collections.Counter()
    for page, blocks in pages.items():
        for block in blocks:
            kind = ("text" if block.language not in run_blocks.CODE else
                    "not run" if block.not_run else
                    "dry" if block.dry else "run")
            kinds[kind] += 1
            if kind == "not run":
                print(f"{page}:{block.line} is not run: {block.not_run}")
    print(f"{kinds['run']} blocks are run, {kinds['dry']} dry, "
          f"{kinds['not run']} not; {kinds['text']} are no code", flush=True)


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--cmake", default="cmake")
    options = parser.parse()
    pages = {page: read_page(page) for page in list_pages()}
    pages = {page: blocks for page, blocks in pages.items() if blocks}
    cases = {page: functools.partial(check_page, page, blocks, options)
             for page, blocks in pages.items()}
    cases["faults are found"] = functools.partial(check_faults, options)
    cases["digits.ipynb"] = functools.partial(check_notebook, options)
    if not options.list:
        print_kinds(pages)
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())
