#!/usr/bin/env python3
"""Builds the site: build_site.py [--build BUILD] [--reference FOLDER]

The pages are README.md, docs/, bench/ and the examples' own, where they lie in
the repository, so that their links hold, with a reference made of the sources:
the runtime's header, the Python module, and what `ninja docs` has written
(FOLDER, BUILD/docs unless told). Each link, anchor and file that a page names
has to be there. Writes BUILD/site/html.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import glob
import os
import re
import shutil
import subprocess
import sys

import yaml

import check_names
import header_page
import module_page

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PAGES = ("README.md", "docs/*.md", "bench/*.md", "examples/*/README.md")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
# GitHub's info strings may name the block, too; Python-Markdown's may not.
FENCE = re.compile(r"^(```\w+) .*$", re.M)


def list_pages():
    return sorted(os.path.relpath(path, ROOT) for pattern in PAGES
                  for path in glob.glob(os.path.join(ROOT, pattern)))


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def copy_linked(page, text, pages):
    """Files of the repository that a page leads to are part of the site."""
    for link in LINK.findall(text):
        path = os.path.normpath(os.path.join(os.path.dirname(page), link))
        source = os.path.join(ROOT, path)
        target = os.path.join(pages, path)
        if "://" not in link and os.path.isfile(source) and \
                not path.endswith(".md"):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(source, target)


def write_reference(pages, reference):
    """The generated pages, and their part of the navigation."""
    write(pages, "reference/runtime.md", header_page.write_page(
        os.path.join(ROOT, "runtime-lite", "include", "onnxc", "runtime.h")))
    write(pages, "reference/module.md", module_page.write_page(
        os.path.join(ROOT, "runtime-lite", "python", "onnxc")))
    write_internal(pages, reference)
    return [{"Operators": "docs/operators.md"},
            {"Options": "docs/options.md"},
            {"The runtime's header": "reference/runtime.md"},
            {"The Python module": "reference/module.md"},
            {"Ops and passes": "reference/internal.md"}]


def write_internal(pages, reference):
    """What TableGen writes has no heading of its own; a page lists all."""
    links = ["# Ops and passes", "", "What the compiler works with inside, as "
             "its own definitions have it.", ""]
    for path in sorted(glob.glob(os.path.join(reference, "*.md"))):
        name = os.path.basename(path)
        title = name.removesuffix(".md").replace("-", ": ", 1)
        with open(path) as file:
            write(pages, f"reference/internal/{name}",
                  f"# {title}\n\n" + file.read().replace("[TOC]", ""))
        links.append(f"- [{title}](internal/{name})")
    write(pages, "reference/internal.md", "\n".join(links) + "\n")


def list_pages_of(nav):
    for entry in nav:
        for value in entry.values():
            if isinstance(value, list):
                yield from list_pages_of(value)
            else:
                yield value


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--reference", help="what `ninja docs` has written")
    options = parser.parse_args()
    site = os.path.join(options.build, "site")
    pages = os.path.join(site, "pages")
    shutil.rmtree(site, ignore_errors=True)

    faults = []
    for page in list_pages():
        with open(os.path.join(ROOT, page)) as file:
            text = file.read()
        write(pages, page, FENCE.sub(r"\1", text))
        copy_linked(page, text, pages)
        faults += check_names.list_faults(ROOT, page, text)
    with open(os.path.join(HERE, "mkdocs.yml")) as file:
        settings = yaml.safe_load(file)
    for entry in settings["nav"]:
        if "Reference" in entry:
            entry["Reference"] = write_reference(
                pages, options.reference or os.path.join(options.build, "docs"))
    listed = set(list_pages_of(settings["nav"]))
    settings["nav"].append({"Examples": [
        {page.split("/")[1]: page} for page in list_pages()
        if page.startswith("examples/")]})
    faults += [f"{page} is not in the navigation (docs/site/mkdocs.yml)"
               for page in list_pages()
               if page not in listed and not page.startswith("examples/")]
    write(site, "mkdocs.yml", yaml.safe_dump(settings, sort_keys=False))
    done = subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict",
                           "-f", os.path.join(site, "mkdocs.yml")])
    print("\n".join(faults) or f"{site}/html/index.html")
    return 1 if faults or done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
