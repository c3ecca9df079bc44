"""The arguments that every runner of tests takes:

    --build FOLDER  the build tree; `build` of the checkout unless told
    --bin FOLDER    onnxc, onnxc-opt and onnxc-run; BUILD/bin unless told
    --filter REGEX  run the cases whose names contain this pattern
    --part N/OF     every so many of these, from the Nth on
    --list          print the names of these cases and end
    --jobs N        run so many cases at once
    --keep FOLDER   leave the files of each case there, in a folder of its name

A runner adds its own arguments to RunnerArguments, parses, and hands its cases
to suite_cases.run_cases, or to `select` where it runs them itself.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import contextlib
import os
import re
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def is_newer(path, other):
    return os.path.exists(path) and (os.path.getmtime(path) >
                                     os.path.getmtime(other))


class RunnerArguments(argparse.ArgumentParser):
    """`doc` is the runner's docstring: its first paragraph is the help text."""

    def __init__(self, doc, jobs=None):
        super().__init__(description=doc.strip().split("\n\n")[0])
        self.add_argument("--build", default=os.path.join(ROOT, "build"),
                          help="the build tree (build)")
        self.add_argument("--bin", help="the folder of onnxc, onnxc-opt and "
                                        "onnxc-run (BUILD/bin)")
        self.add_argument("--filter", default="", metavar="REGEX",
                          help="a pattern that names of cases must contain")
        self.add_argument("--part", default="1/1", metavar="N/OF",
                          help="every so many of these, from the Nth on (1/1)")
        self.add_argument("--list", action="store_true",
                          help="print the names of the cases and end")
        jobs = jobs or len(os.sched_getaffinity(0))
        self.add_argument("--jobs", type=int, default=jobs,
                          help=f"how many cases to run at once ({jobs})")
        self.add_argument("--keep", metavar="FOLDER",
                          help="leave the files of each case there")

    def add_compiler_options(self):
        self.add_argument("onnxc_options", nargs="*", metavar="OPTION",
                          help="for onnxc, after --")

    def parse(self, arguments=None):
        options = self.parse_args(arguments)
        options.build = os.path.abspath(options.build)
        folder = options.bin
        options.bin = os.path.abspath(folder or
                                      os.path.join(options.build, "bin"))
        options.onnxc = os.path.join(options.bin, "onnxc")
        # The one with LLVM inside starts in two thirds of the time.
        portable = os.path.join(options.build, "portable", "onnxc")
        if (not folder and os.path.exists(portable) and
                not is_newer(options.onnxc, portable)):
            options.onnxc = portable
        options.onnxc_run = os.path.join(options.bin, "onnxc-run")
        if options.keep:
            options.keep = os.path.abspath(options.keep)
        return options


def select(names, options):
    """The names that the filter matches. --list prints them and ends. A filter
    that matches nothing is an error: a test that is misspelled has not passed.
    """
    chosen = [name for name in names if re.search(options.filter, name)]
    part, parts = map(int, options.part.split("/"))
    if not chosen:
        sys.exit(f"no case matches --filter '{options.filter}'; --list prints "
                 "the names")
    chosen = chosen[part - 1::parts]
    if options.list:
        print("\n".join(chosen))
        sys.exit(0)
    return chosen


@contextlib.contextmanager
def case_folder(options, name):
    """A folder for the files of one case: below that of --keep, or one that is
    gone afterwards."""
    if not options.keep:
        with tempfile.TemporaryDirectory(prefix="onnxc-") as folder:
            yield folder
        return
    folder = os.path.join(options.keep, re.sub(r"[^\w.+-]", "_", name))
    os.makedirs(folder, exist_ok=True)
    yield folder


def work_folder(options, *parts):
    """A folder of a suite whose files are kept anyway: in the build tree, or
    where --keep says."""
    folder = os.path.join(options.keep or options.build, *parts)
    os.makedirs(folder, exist_ok=True)
    return folder
