#!/usr/bin/env python3
"""The Python wheel: made, installed, and used where nothing else is.

    run_wheel.py [--wheel FILE]

and the arguments of test/runner_arguments.py. Without --wheel what goes in is built
first, and packed. The wheel is installed into a new virtual environment, in which
NumPy and onnx are those of the tests. Programs run with that environment alone on
PATH: no compiler, no LLVM. The module passes `mypy --strict`. The last line is `N
passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import Failure, expect, run, run_cases

MAX_BYTES = 100_000_000
# Of Linux itself, and what auditwheel takes to be everywhere.
SYSTEM = re.compile(r"^(ld-linux|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+|z)\.so)")
USE = """
import numpy as np, onnx.parser, onnxc, sys
model = onnxc.compile(onnx.parser.parse_model(
    '<ir_version: 10, opset_import: ["" : 21]> g (float[n, 3] x) '
    '=> (float[n] y) { axis = Constant<value_ints = [1]>() '
    'w = Constant<value = float[3] {1.0, 10.0, 100.0}>() '
    'z = Mul(x, w) y = ReduceSum<keepdims = 0>(z, axis) }'))
print(*model(np.float32([[1, 2, 3], [4, 5, 6]])).tolist())
model.save(sys.argv[1])
"""


class Wheel:
    def __init__(self, path, folder):
        self.path = path
        self.home = os.path.join(folder, "environment")
        venv.create(self.home, with_pip=True)
        self.python = os.path.join(self.home, "bin", "python3")
        self.env = {"PATH": os.path.join(self.home, "bin"), "HOME": folder}
        run(self.python, "-m", "pip", "--disable-pip-version-check", "install",
            "-q", "--no-deps", "--no-index", path)
        packages = run(self.python, "-c", "import sysconfig; print("
                       "sysconfig.get_path('purelib'))").strip()
        self.package = os.path.join(packages, "onnxc")
        with open(os.path.join(packages, "tests.pth"), "w") as file:
            file.write(os.path.dirname(os.path.dirname(numpy.__file__)) + "\n")

    def run(self, *command):
        """A command of the environment, with nothing else on PATH."""
        program = os.path.join(self.home, "bin", command[0])
        return run(program, *command[1:], env=self.env, cwd=self.home)


def check_size(wheel):
    size = os.path.getsize(wheel.path)
    if size > MAX_BYTES:
        raise Failure(f"{size} bytes, {MAX_BYTES} are the most")
    name = os.path.basename(wheel.path)
    if not re.search(r"-cp311-abi3-manylinux_2_\d+_\w+\.whl$", name):
        raise Failure(f"{name} is for this system alone")
    with zipfile.ZipFile(wheel.path) as file:
        names = set(file.namelist())
    for part in ("onnxc/py.typed", "onnxc/bin/onnxc", "onnxc/bin/onnxc-run",
                 "onnxc/include/onnxc/runtime.h",
                 "onnxc/lib/cmake/onnxc/onnxcConfig.cmake",
                 "onnxc/share/onnxc/runtime-lite/lib/Run.c"):
        if part not in names:
            raise Failure(f"{part} is not in it")


def check_libraries(wheel):
    """What the programs ask for comes along, or is everywhere."""
    brought = {os.path.basename(path) for path in glob.glob(
        os.path.join(os.path.dirname(wheel.package), "onnxc.libs", "*"))}
    for name in "bin/onnxc", "bin/onnxc-run", "_native.abi3.so":
        said = run("readelf", "-d", os.path.join(wheel.package, name))
        for library in re.findall(r"\(NEEDED\).*\[(.*)\]", said):
            if library not in brought and not SYSTEM.match(library):
                raise Failure(f"{name} asks for {library}")


def check_use(wheel):
    library = os.path.join(wheel.home, "model.so")
    expect("the model", wheel.run("python3", "-c", USE, library).split(),
           ["321.0", "654.0"])
    said = wheel.run("onnxc-run", library, "--random", "--dim", "n=5")
    if "y" not in said:
        raise Failure(said)
    if "onnxc 0" not in wheel.run("onnxc", "--version"):
        raise Failure("onnxc --version")


def check_package(wheel, cmake):
    """A project of CMake's finds the package in the wheel."""
    source = os.path.join(wheel.home, "project")
    os.makedirs(source)
    shutil.copy(os.path.join(os.path.dirname(HERE), "package", "app.c"), source)
    with open(os.path.join(source, "CMakeLists.txt"), "w") as file:
        file.write("cmake_minimum_required(VERSION 3.20)\n"
                   "project(app C)\nfind_package(onnxc REQUIRED)\n"
                   "onnxc_add_model(scale MODEL scale.onnx DIMS batch=2)\n"
                   "add_executable(app app.c)\n"
                   "target_link_libraries(app PRIVATE scale)\n")
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), "package"))
    import run as package
    package.write_model(source)
    package.write_weights(source, [1, 10, 100])
    folder = wheel.run("python3", "-c", "import onnxc; print(onnxc.cmake_dir())")
    build = os.path.join(source, "build")
    run(cmake, "-S", source, "-B", build, "-G", "Ninja",
        f"-Donnxc_DIR={folder.strip()}")
    run(cmake, "--build", build)
    expect("app", run(os.path.join(build, "app")).split(),
           "1 20 300 4 50 600".split())


def check_suite(wheel):
    """The tests of the module itself, of the installed one."""
    said = subprocess.run(
        [sys.executable, os.path.join(HERE, "run_python.py"), "--package",
         os.path.dirname(wheel.package), "--filter", "^(call|value|session)"],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if said.returncode:
        raise Failure(said.stdout)


def check_types():
    run(sys.executable, "-m", "mypy", "--no-incremental",
        cwd=runner_arguments.ROOT)


def make_wheel(cmake, build, folder):
    run(cmake, "--build", build, "--target", "onnxc-wheel")
    path = os.path.join(HERE, os.pardir, os.pardir, "cmake", "packaging",
                        "make_wheel.py")
    said = run(sys.executable, path, "--build", build, "--output",
               os.path.join(folder, "dist"))
    return said.split()[-1]


def main():
    parser = runner_arguments.RunnerArguments(__doc__, jobs=1)
    parser.add_argument("--wheel", help="this one, instead of making one")
    parser.add_argument("--cmake", default="cmake")
    options = parser.parse()
    names = ("size", "libraries", "use", "package", "suite", "types")
    runner_arguments.select(names, options)
    with tempfile.TemporaryDirectory(prefix="onnxc-wheel-") as folder:
        wheel = Wheel(options.wheel or make_wheel(
            options.cmake, options.build, folder), folder)
        return run_cases({
            "size": lambda: check_size(wheel),
            "libraries": lambda: check_libraries(wheel),
            "use": lambda: check_use(wheel),
            "package": lambda: check_package(wheel, options.cmake),
            "suite": lambda: check_suite(wheel),
            "types": check_types,
        }, options)


if __name__ == "__main__":
    sys.exit(main())
