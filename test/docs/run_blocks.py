"""Runs blocks of code: commands, parts of C programs and of CMake projects, and
all Python of a page as one program.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import re
import subprocess
import sys
import textwrap
import threading

import page_files
import runner_arguments
from commands import list_commands, make_dry
from suite_cases import Failure, run

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = runner_arguments.ROOT
CODE = ("console", "c", "python", "cmake", "toolchain")
# A block that goes on, as a server does, is a fault of its page.
SECONDS = "600"
PROJECT = """cmake_minimum_required(VERSION 3.20)
project(page LANGUAGES C)
find_package(onnxc REQUIRED)
add_executable(app app.c)
"""
installing = threading.Lock()


def install(options):
    """The folder of the installed package; it is installed once a run."""
    prefix = os.path.join(options.build, "docs-prefix")
    with installing:
        if not getattr(options, "installed", False):
            run(options.cmake, "--install", options.build, "--prefix", prefix)
            options.installed = True
    return prefix


class PageRunner:
    """The blocks of a page, one behind the other in one folder, in which the
    repository's own folders are found, too."""

    def __init__(self, page, folder, options):
        self.page, self.folder, self.options = page, folder, options
        self.python, self.said = [], ""
        for name in os.listdir(ROOT):
            path = os.path.join(folder, name)
            if not os.path.lexists(path) and name not in ("build", ".git"):
                os.symlink(os.path.join(ROOT, name), path)
        if not os.path.lexists(os.path.join(folder, "build")):
            os.symlink(options.build, os.path.join(folder, "build"))
        page_files.write(page, folder, options)

    def call(self, *command):
        python = os.path.join(self.options.build, "python")
        done = subprocess.run(
            ["timeout", "--kill-after=5", SECONDS, *command],
            cwd=self.folder, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": python,
                 "ONNXC_PYTHON": sys.executable,
                 "PKG_CONFIG_PATH": os.path.join(
                     self.options.build, "docs-prefix", "lib", "pkgconfig"),
                 "PATH": os.pathsep.join((
                     self.options.bin, os.path.dirname(sys.executable),
                     os.environ["PATH"]))})
        if done.returncode:
            raise Failure(f"{command[-1]}\n{done.stdout}")
        self.said += done.stdout
        return done.stdout

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return path

    def run(self, block):
        if block.wrong:
            raise Failure(block.wrong)
        if block.language not in CODE + ("text",):
            raise Failure(f"a block of {block.language or 'no language'}")
        if block.language == "text" or block.not_run:
            return
        if block.language == "python":
            self.python.append(block)
        else:
            getattr(self, "run_" + block.language)(block)

    def run_console(self, block):
        for command in list_commands(block.text):
            if block.dry:
                dry = make_dry(command)
                if dry is None:
                    raise Failure(f"{command}: nobody knows how to run it dry")
                command = dry
            if "pkg-config" in command:
                install(self.options)
            self.call("bash", "-euc", command)

    def run_c(self, block):
        """Within the program frames/NAME, linked with the model that its first
        line names, and run."""
        if not block.frame:
            raise Failure("C without a frame")
        with open(os.path.join(HERE, "frames", block.frame)) as file:
            frame = file.read()
        model = re.search(r"model: (\S+)(.*)", frame)
        includes = re.findall(r"^#include.*\n", block.text, re.M)
        code = re.sub(r"^#include.*\n", "", block.text, flags=re.M)
        first, _, rest = textwrap.indent(code, "  ").partition("  ...\n")
        program = "".join(includes) + frame.replace(
            "@BLOCK@", first).replace("@REST@", rest)
        name = model[1].removesuffix(".onnx")
        source = self.write(f"frame/{block.frame}", program)
        self.call("onnxc", model[1], *model[2].split(), "-o",
                  f"frame/{name}.o")
        lib = os.path.join(self.options.build, "runtime-lite")
        self.call("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-I",
                  "frame", "-I", os.path.join(ROOT, "runtime-lite", "include"),
                  source, f"frame/{name}.o", "-o", f"frame/{name}",
                  os.path.join(lib, "libonnxc-rt.a"), "-lm", "-pthread")
        self.call(f"frame/{name}")

    def run_cmake(self, block):
        """A project with the installed package, and an application."""
        link = page_files.write_project(self.folder, block.text)
        self.write("project/CMakeLists.txt", PROJECT + block.text + link)
        self.build_project("made")

    def build_project(self, folder, *options):
        prefix = install(self.options)
        folder = f"project/{folder}"
        self.call(self.options.cmake, "-S", "project", "-B", folder,
                  "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}", *options)
        self.call(self.options.cmake, "--build", folder)

    def run_toolchain(self, block):
        path = self.write("toolchain.cmake", block.text)
        self.build_project("cross", f"-DCMAKE_TOOLCHAIN_FILE={path}")

    def finish(self):
        """Runs the page's Python, and looks at what all has printed."""
        if self.python:
            begin = page_files.PYTHON.get(self.page, page_files.PYTHON[""])
            self.call(sys.executable, "-c", begin + "\n".join(
                "\n" * 2 + block.text for block in self.python))
        for words in page_files.PRINTED.get(self.page, ()):
            if words not in self.said:
                raise Failure(f"not printed: {words}\n{self.said}")
