#!/usr/bin/env python3
"""Installs a build tree and uses it from a project that lies outside.

    run.py [--cmake PROGRAM] [--compiler PROGRAM]

and the arguments of test/runner_arguments.py. The project is built under Ninja
and under make, its programs are run, and the model's external data is changed
to see that it is compiled again. The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import glob
import os
import shutil
import sys
import time

import numpy as np
import onnx
import onnx.parser
from onnx import TensorProto, helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import Failure, expect, run, run_cases


def write_weights(folder, scale):
    np.array(scale, np.float32).tofile(os.path.join(folder, "scale.data"))


def write_model(folder):
    """y = x * w, w in a file beside the model."""
    weight = TensorProto(name="w", dims=[3], data_type=TensorProto.FLOAT,
                         data_location=TensorProto.EXTERNAL)
    for key, value in ("location", "scale.data"), ("length", "12"):
        weight.external_data.add(key=key, value=value)
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "w"], ["y"], name="scale")], "scale",
        [value("x", TensorProto.FLOAT, ["batch", 3])],
        [value("y", TensorProto.FLOAT, ["batch", 3])], [weight])
    onnx.save(helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10),
        os.path.join(folder, "scale.onnx"))


def write_custom_model(folder):
    """The same by operators that ONNX has not."""
    imports = '<ir_version: 10, opset_import: ["" : 21, "my" : 1]> '
    onnx.save(onnx.parser.parse_model(
        imports + "g (float[batch,3] x) => (float[batch,3] y) { "
        "t = my.Scale(x) y = my.Same(t) }"),
        os.path.join(folder, "custom.onnx"))
    onnx.save(onnx.parser.parse_model(
        imports + "g (float[1] x) => (float[1] y) { y = Neg(x) } "
        '<domain: "my", opset_import: ["" : 21]> Scale (x) => (y) { '
        "w = Constant <value_floats = [1.0, 10.0, 100.0]> () "
        "y = Mul(x, w) }"), os.path.join(folder, "bodies.onnx"))


def write_image_model(folder):
    onnx.save(onnx.parser.parse_model(
        '<ir_version: 10, opset_import: ["" : 21]> '
        "g (uint8[n] x) => (uint8[h,w,3] y) { y = ImageDecoder(x) }"),
        os.path.join(folder, "image.onnx"))


def write_source(source):
    shutil.copytree(HERE, source)
    write_model(source)
    write_weights(source, [1, 10, 100])
    write_custom_model(source)
    write_image_model(source)


def project(cmake, generator, prefix, work, compiler):
    """Builds the project, runs it, changes the weights, runs it again."""
    source = os.path.join(work, "source")
    build = os.path.join(work, "build")
    write_source(source)
    run(cmake, "-S", source, "-B", build, "-G", generator,
        f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_C_COMPILER={compiler}")
    run(cmake, "--build", build)
    for app in "app", "app-free", "app-custom":
        expect(app, run(os.path.join(build, app)).split(),
               "1 20 300 4 50 600".split())
    expect("app-image", run(os.path.join(build, "app-image")).split(),
           "1 20 255 4 50 6".split())

    compiled = os.path.join(build, "onnxc", "scale", "scale.o")
    before = os.stat(compiled).st_mtime_ns
    run(cmake, "--build", build)
    if os.stat(compiled).st_mtime_ns != before:
        raise Failure("nothing changed, and the model was compiled again")

    time.sleep(1.1)  # make looks at whole seconds on some file systems
    write_weights(source, [2, 2, 2])
    run(cmake, "--build", build)
    expect("after the weights changed",
           run(os.path.join(build, "app")).split(), "2 4 6 8 10 12".split())


def bare_machine(cmake, prefix, work):
    """The library and the runtime for a machine without an operating system."""
    source = os.path.join(work, "source")
    build = os.path.join(work, "build")
    write_source(source)
    run(cmake, "-S", source, "-B", build, "-G", "Ninja",
        "-DCMAKE_SYSTEM_NAME=Generic", "-DCMAKE_SYSTEM_PROCESSOR=aarch64",
        "-DCMAKE_C_COMPILER=clang-22",
        "-DCMAKE_C_COMPILER_TARGET=aarch64-none-elf",
        "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY",
        f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DONNXC_EXECUTABLE={os.path.join(prefix, 'bin', 'onnxc')}")
    run(cmake, "--build", build, "--target", "scale", "onnxc-rt")
    with open(os.path.join(build, "onnxc", "scale", "scale.o"), "rb") as file:
        machine = int.from_bytes(file.read(20)[18:], "little")
    if machine != 183:  # EM_AARCH64
        raise Failure(f"the object is for ELF machine {machine}, not AArch64")


def another_machine(cmake, prefix, work):
    """The whole project by a toolchain file, run by an emulator."""
    source = os.path.join(work, "source")
    build = os.path.join(work, "build")
    write_source(source)
    toolchain = os.path.join(work, "aarch64.cmake")
    with open(toolchain, "w") as file:
        file.write("set(CMAKE_SYSTEM_NAME Linux)\n"
                   "set(CMAKE_SYSTEM_PROCESSOR aarch64)\n"
                   "set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)\n")
    run(cmake, "-S", source, "-B", build, "-G", "Ninja",
        f"-DCMAKE_TOOLCHAIN_FILE={toolchain}", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DONNXC_EXECUTABLE={os.path.join(prefix, 'bin', 'onnxc')}")
    run(cmake, "--build", build)
    for app in "app", "app-free":
        expect(app, run("qemu-aarch64", "-L", "/usr/aarch64-linux-gnu",
                        os.path.join(build, app)).split(),
               "1 20 300 4 50 600".split())


def pkg_config(prefix, work, compiler):
    """A C program and the runtime, by pkg-config alone."""
    os.makedirs(work)
    source = os.path.join(work, "status.c")
    with open(source, "w") as file:
        file.write('#include <onnxc/runtime.h>\n#include <stdio.h>\n'
                   'int main(void) {\n'
                   '  return puts(onnxc_status_string(ONNXC_OK)) < 0;\n}\n')
    for root, _, files in os.walk(prefix):
        if "onnxc-rt.pc" in files:
            env = dict(os.environ, PKG_CONFIG_PATH=root)
    program = os.path.join(work, "status")

    def build(package):
        flags = run("pkg-config", "--cflags", "--libs", package, env=env)
        run(compiler, source, "-o", program, *flags.split())
        return run(program)

    build("onnxc-rt")
    with open(source, "w") as file:
        file.write('#include <onnxc/images.h>\n#include <stdio.h>\n'
                   'int main(void) {\n'
                   '  int64_t length = 4, shape[3];\n'
                   '  printf("%d", onnxc_decode_image_shape(\n'
                   '    (const uint8_t *)"RIFF", (const int64_t (*)[1])&length,'
                   '\n    &shape, "RGB"));\n  return 0;\n}\n')
    expect("onnxc-rt-images", build("onnxc-rt-images"), "1")


def debian_package(cmake, build, work):
    """What cpack makes: the programs run, and paths in it are those of /usr."""
    os.makedirs(work)
    cpack = os.path.join(os.path.dirname(shutil.which(cmake)), "cpack")
    run(cpack, "--config", os.path.join(build, "CPackConfig.cmake"), "-B", work)
    package, = glob.glob(os.path.join(work, "onnxc_*.deb"))
    depends = run("dpkg-deb", "-f", package, "Depends")
    # dpkg-shlibdeps may leave out LLVM, for which MLIR's package asks.
    if "libmlir-22" not in depends and "libllvm22" not in depends:
        raise Failure(f"it does not ask for MLIR and LLVM: {depends}")
    root = os.path.join(work, "root")
    run("dpkg-deb", "-x", package, root)
    if "onnxc" not in run(os.path.join(root, "usr", "bin", "onnxc"),
                          "--version"):
        raise Failure("onnxc does not start")
    path = os.path.join(root, "usr", "lib", "pkgconfig", "onnxc-rt.pc")
    with open(path) as file:
        expect("the prefix", file.readline().strip(), "prefix=/usr")


def main():
    parser = runner_arguments.RunnerArguments(__doc__, jobs=1)
    parser.add_argument("--cmake", default="cmake")
    parser.add_argument("--compiler", default="cc", help="a C compiler (cc)")
    options = parser.parse()
    cmake, compiler = options.cmake, options.compiler
    work = runner_arguments.work_folder(options, "test", "package")
    prefix = os.path.join(work, "prefix")
    cases = {
        "ninja": lambda: project(cmake, "Ninja", prefix,
                                 os.path.join(work, "with ninja"), compiler),
        "make": lambda: project(cmake, "Unix Makefiles", prefix,
                                os.path.join(work, "with make"), compiler),
        "bare machine": lambda: bare_machine(cmake, prefix,
                                             os.path.join(work, "bare")),
        "another machine": lambda: another_machine(
            cmake, prefix, os.path.join(work, "other")),
        "pkg-config": lambda: pkg_config(prefix, os.path.join(work, "pc"),
                                         compiler),
    }
    if shutil.which("dpkg-shlibdeps"):
        cases["debian package"] = lambda: debian_package(
            cmake, options.build, os.path.join(work, "debian"))
    runner_arguments.select(cases, options)
    shutil.rmtree(work)
    run(cmake, "--install", options.build, "--prefix", prefix)
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())
