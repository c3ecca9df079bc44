#!/usr/bin/env python3
"""Runs clang-tidy, with the checks of .clang-tidy, over the C++ sources that have
changed.

    run_tidy.py [--all] [--since REVISION] [--seconds N]

and the arguments of test/runner_arguments.py. A source is a case. Those have
changed that differ from --since: where the branch left main, or on main the
commit before. A header stands for the source of its name, or one that includes
it. After --seconds no source is begun, and what is left out is said; --all
takes every source and has no limit. Where there is no history nothing is
checked.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import runner_arguments
from suite_cases import Failure, print_counts, run_cases

ROOT = runner_arguments.ROOT
FOLDERS = ("codegen/", "compiler/", "dialects/", "passes/", "targets/")
# The analyzer takes most of the time: it is for --all.
QUICK = "--checks=-clang-analyzer-*"


def git(*arguments):
    """What git says; none where it fails, as without a history."""
    done = subprocess.run(["git", "-C", ROOT, *arguments], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.strip() if done.returncode == 0 else None


def find_base():
    if git("rev-parse", "--abbrev-ref", "HEAD") == "main":
        return git("rev-parse", "HEAD~1")
    head = git("rev-parse", "HEAD")
    for main in ("origin/main", "main"):
        base = git("merge-base", "HEAD", main)
        if base and base != head:
            return base
    return git("rev-parse", "HEAD~1")


def list_sources(build):
    """The sources that are compiled, as paths from the root."""
    with open(os.path.join(build, "compile_commands.json")) as file:
        paths = {os.path.relpath(os.path.join(entry["directory"],
                                              entry["file"]), ROOT)
                 for entry in json.load(file)}
    return sorted(path for path in paths if path.startswith(FOLDERS))


def find_source(header, sources):
    """Where a header is looked at."""
    if header[:-2] + ".cpp" in sources:
        return header[:-2] + ".cpp"
    include = re.compile(rf'#include "{re.escape(header)}"')
    for path in sources:
        with open(os.path.join(ROOT, path)) as file:
            if include.search(file.read()):
                return path
    return None


def list_changed(sources, since):
    changed = git("diff", "--name-only", "--diff-filter=d", since)
    found = set()
    for path in changed.splitlines() if changed else []:
        if path.endswith(".h"):
            path = find_source(path, sources)
        if path in sources:
            found.add(path)
    return sorted(found)


def tidy(options, path, deadline, left_out):
    if deadline and time.monotonic() > deadline:
        left_out.append(path)
        return
    command = ["clang-tidy-22", "-p", options.build, "--quiet",
               *([] if options.all else [QUICK]), path]
    done = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    found = [line for line in done.stdout.splitlines()
             if not line.startswith("/usr/")]
    if re.search(r"(?:warning|error):", "\n".join(found)):
        raise Failure("\n".join(found))
    if done.returncode and not done.stdout:
        raise Failure(done.stderr)


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--all", action="store_true", help="every source")
    parser.add_argument("--since", metavar="REVISION",
                        help="what sources must differ from")
    parser.add_argument("--seconds", type=float, default=0,
                        help="when to begin no further source (never)")
    options = parser.parse()
    sources = list_sources(options.build)
    if not options.all:
        since = options.since or find_base()
        if not since:
            print("skipped: there is no history to find changes in")
            return print_counts(0, 0)
        sources = list_changed(sources, since)
        if not sources:
            print("no source has changed")
            return print_counts(0, 0)
    deadline = options.seconds and time.monotonic() + options.seconds
    left_out = []
    status = run_cases({path: functools.partial(tidy, options, path, deadline,
                                                left_out)
                        for path in sources}, options)
    if left_out:
        print(f"{len(left_out)} of these were left out after "
              f"{options.seconds:.0f} s: {' '.join(sorted(left_out))}")
    return status


if __name__ == "__main__":
    sys.exit(main())
