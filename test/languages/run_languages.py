#!/usr/bin/env python3
"""Compiled models in C++, Rust, Go, Java, C# and JavaScript.

    run_languages.py [--all]

and the arguments of test/runner_arguments.py. Cases called example_* run the
programs of examples/languages; parts_* run programs that print the interface of
a model, two runs, and what is refused (parts_model.py); module_* build modules
of Rust: of a few models, or with --all of all that test/models and test/graphs
have. The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import functools
import glob
import os
import re
import shutil
import sys
import threading

import numpy as np
import onnx
import onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.dirname(HERE))
import browser
import parts_model
import runner_arguments
import rust_kinds
import rust_modules
import suite_cases
from suite_cases import Failure, run_cases

EXAMPLES = os.path.join(ROOT, "examples", "languages")
RUSTC = os.environ.get("RUSTC", "rustc")


def run(*command, **more):
    # Java's programs are short: compiling them well takes longer than they do.
    environment = dict(os.environ, LC_ALL="C.UTF-8",
                       JAVA_TOOL_OPTIONS="-XX:TieredStopAtLevel=1",
                       **more.pop("env", {}))
    return suite_cases.run(*command, env=environment, **more)


def expect(what, got, wanted):
    """Of lists of lines, the first that differs."""
    for i in range(max(len(got), len(wanted))):
        ours, theirs = ("\n".join(lines[i:i + 1]) for lines in (got, wanted))
        if i >= min(len(got), len(wanted)) or ours != theirs:
            raise Failure(f"{what}, line {i + 1}: {ours!r} instead of "
                          f"{theirs!r}")


# --- the examples -------------------------------------------------------------


@functools.cache
def digits_said():
    """What onnxruntime reads."""
    rows = np.loadtxt(os.path.join(EXAMPLES, "digits.txt"), dtype=int)
    session = onnxruntime.InferenceSession(
        os.path.join(EXAMPLES, "digits.onnx"),
        providers=["CPUExecutionProvider"])
    image = rows[:, 1:].reshape(-1, 8, 8).astype(np.float32)
    scores, digits = session.run(["scores", "digit"], {"image": image})
    lines = [f"line {i + 1} is a {row[0]}, read as {digit} with "
             f"{round(100 * float(score[digit]))} %"
             for i, (row, digit, score) in enumerate(zip(rows, digits, scores))
             if digit != row[0]]
    return [f"{len(rows) - len(lines)} of {len(rows)} digits are right", *lines]


REFUSED = ("input 'image': its shape is [100, 64], the model takes float32 "
           "[batch, 8, 8]")


def run_example(language, options):
    return run(os.path.join(EXAMPLES, language, "run.sh"),
               env={"ONNXC_BUILD": options.build}).splitlines()


def example(language, options):
    expect("it printed", run_example(language, options),
           [*digits_said(), REFUSED])


def example_rust(options):
    expect("it printed", run_example("rust", options),
           [*digits_said(),
            "image: it has 6399 elements, [100, 8, 8] takes 6400"])


def example_javascript(options):
    """In Node, in a page, and in a worker of the page."""
    example("javascript", options)
    wanted = [*digits_said(), REFUSED]
    places = ["page", "worker"]
    texts = browser.show(os.path.join(options.build, "examples", "languages",
                                      "javascript"), "page.html", places)
    for place, text in zip(places, texts):
        expect(place, text.splitlines(), wanted)


SOURCES = {"cpp": "cpp/digits.cpp", "rust": "rust/main.rs", "go": "go/main.go",
           "java": "java/Digits.java", "csharp": "csharp/Digits.cs",
           "ts": "javascript/digits.mts"}


def page():
    """The code of docs/languages.md is that of the examples, line by line."""
    with open(os.path.join(ROOT, "docs", "languages.md")) as file:
        blocks = dict(re.findall(r"^```(\w+)\n(.*?)^```$", file.read(),
                                 re.M | re.S))
    expect("languages", sorted(blocks), sorted(SOURCES))
    for language, block in blocks.items():
        with open(os.path.join(EXAMPLES, SOURCES[language])) as file:
            lines = iter([line.split("  //")[0].strip() for line in file])
        for line in filter(None, map(str.strip, block.splitlines())):
            if line not in lines:
                raise Failure(f"{SOURCES[language]} has not: {line}")


# --- the programs of this folder ----------------------------------------------


@dataclasses.dataclass
class Package:
    """What `cmake --install` has put somewhere."""
    include: str
    library: str  # its folder
    runtime: str  # the bindings and the runtime's sources


LOCK = threading.Lock()


@functools.cache
def install(build):
    prefix = os.path.join(build, "test", "languages", "prefix")
    shutil.rmtree(prefix, ignore_errors=True)
    run("cmake", "--install", build, "--component", "development", "--prefix",
        prefix)
    library, = glob.glob(os.path.join(prefix, "lib*", "**", "libonnxc-rt.a"),
                         recursive=True)
    return Package(os.path.join(prefix, "include"), os.path.dirname(library),
                   os.path.join(prefix, "share", "onnxc", "runtime-lite"))


def package(options):
    with LOCK:
        return install(options.build)


def compile_parts(options, folder, *flags):
    model = os.path.join(folder, "parts.onnx")
    onnx.save(parts_model.make_model(), model)
    run(options.onnxc, model, *flags)
    return model


def build_cpp(options, folder):
    """With the runtime's sources, under sanitizers."""
    installed = package(options)
    flags = ["-O0", "-fsanitize=address,undefined", "-I",
             installed.include]
    run("cc", "-std=c11", *flags, "-c",
        *(os.path.join(installed.runtime, "lib", f"{name}.c") for name in (
            "Check", "Cpu", "Dtype", "HostAlloc", "MapWeights", "Pool", "Run",
            "Session", "SessionLibrary", "SessionText", "SessionThreads",
            "Status", "Strings")), cwd=folder)
    run("c++", "-std=c++17", *flags, "-fno-sanitize-recover=undefined", "-Wall",
        "-Wextra", "-Werror", os.path.join(HERE, "parts.cpp"),
        *glob.glob(os.path.join(folder, "*.o")), "-ldl", "-pthread", "-o",
        os.path.join(folder, "parts"))
    return [os.path.join(folder, "parts")], {"ASAN_OPTIONS": "detect_leaks=0"}


def build_go(options, folder):
    installed = package(options)
    for file in os.listdir(os.path.join(HERE, "parts_go")):
        shutil.copy(os.path.join(HERE, "parts_go", file), folder)
    run("go", "mod", "edit", "-replace",
        f"onnxc={os.path.join(installed.runtime, 'go')}", cwd=folder)
    program = os.path.join(folder, "parts")
    run("go", "build", "-o", program, ".", cwd=folder,
        env={"CGO_LDFLAGS": f"-L{installed.library}",
             "GOFLAGS": "-buildvcs=false"})
    # Pointers that C may not keep would end the program.
    return [program], {"GODEBUG": "cgocheck=2"}


def build_java(options, folder):
    installed = package(options)
    binding = os.path.join(installed.runtime, "java")
    javac = os.path.realpath(shutil.which("javac"))
    headers = os.path.join(os.path.dirname(os.path.dirname(javac)), "include")
    run("cc", "-shared", "-fPIC", "-O1", "-I", headers, "-I",
        os.path.join(headers, "linux"), "-I", installed.include,
        os.path.join(binding, "jni", "onnxc_jni.c"),
        os.path.join(installed.library, "libonnxc-rt.a"), "-ldl", "-pthread",
        "-o", os.path.join(folder, "libonnxc-java.so"))
    sources = os.path.join(binding, "onnxc")
    run("javac", "-Xlint:all", "-Werror", "-d", folder,
        os.path.join(HERE, "Parts.java"),
        *(os.path.join(sources, name) for name in os.listdir(sources)))
    # It checks what JNI is given.
    return ["java", "-Xcheck:jni", f"-Djava.library.path={folder}", "-cp",
            folder, "Parts"], {}


def build_csharp(options, folder):
    installed = package(options)
    binding = os.path.join(installed.runtime, "csharp")
    run("cc", "-shared", "-Wl,--whole-archive",
        os.path.join(installed.library, "libonnxc-rt.a"),
        "-Wl,--no-whole-archive", "-ldl", "-pthread", "-o",
        os.path.join(folder, "libonnxc-session.so"))
    program = os.path.join(folder, "Parts.exe")
    run("mcs", "-langversion:6", "-warnaserror", f"-out:{program}",
        os.path.join(HERE, "Parts.cs"),
        *(os.path.join(binding, name) for name in os.listdir(binding)))
    return ["mono", program], {"LD_LIBRARY_PATH": folder}


def parts(build, options):
    with runner_arguments.case_folder(options, build.__name__) as folder:
        library = os.path.join(folder, "parts.so")
        model = compile_parts(options, folder, "--emit=shared", "-o", library)
        command, environment = build(options, folder)
        expect("it printed",
               run(*command, "parts.so", env=environment,
                   cwd=folder).splitlines(),
               parts_model.transcript(model))


def parts_javascript(options):
    with runner_arguments.case_folder(options, "parts_javascript") as folder:
        code = os.path.join(folder, "parts.o")
        model = compile_parts(options, folder, "--target=wasm32", "-o", code)
        binding = os.path.join(package(options).runtime, "javascript")
        run(os.path.join(binding, "link.sh"),
            os.path.join(folder, "parts.wasm"), code)
        shutil.copy(os.path.join(binding, "onnxc.mjs"), folder)
        run("node", os.path.join(HERE, "allocator.mjs"),
            os.path.join(folder, "parts.wasm"))
        said = run("node", os.path.join(HERE, "parts.mjs"), folder)
        expect("it printed", said.splitlines(),
               [line for line in parts_model.transcript(model)
                if not line.startswith("pool")])


def types_javascript(options):
    """Each line that is to be refused is, and no other."""
    with runner_arguments.case_folder(options, "types_javascript") as folder:
        binding = os.path.join(package(options).runtime, "javascript")
        for file in (os.path.join(binding, "onnxc.d.mts"),
                     os.path.join(HERE, "types.mts")):
            shutil.copy(file, folder)
        run("tsc", "--noEmit", "--strict", "--target", "es2022", "--lib",
            "es2022,dom", "--skipLibCheck", "--module", "es2022",
            "--moduleResolution", "node16", "types.mts", cwd=folder)


def parts_rust(options):
    """Two models in one program; Rust's types leave less to refuse."""
    with runner_arguments.case_folder(options, "parts_rust") as folder:
        model = compile_parts(options, folder, "--emit=rust", "-o",
                              os.path.join(folder, "parts.rs"))
        run(options.onnxc, os.path.join(EXAMPLES, "digits.onnx"), "--emit=rust",
            "--prefix=reader", "-o", os.path.join(folder, "digits.o"))
        program = rust_modules.build(
            RUSTC, options, folder, os.path.join(HERE, "parts.rs"),
            ["parts.o", "digits.o"])
        lines = [line for line in parts_model.transcript(model)
                 if not line.startswith(("input ", "output "))]
        values = lines[:lines.index(next(line for line in lines
                                         if line.startswith("name: ")))]
        expect("it printed", run(program).splitlines(), [
            *values,
            "sizes: flags: it has 3 elements, [2] takes 2",
            "run: beside: j is not n: an input's shape does not fit the model",
            "count: x: it has 5 elements, [2, 3] takes 6",
            "overflow: a size does not fit in memory",
            *lines[-3:], "digits [2, 10]"])


def kinds_rust(options):
    """Every element type, and names that are Rust's own words."""
    with runner_arguments.case_folder(options, "kinds_rust") as folder:
        model = os.path.join(folder, "kinds.onnx")
        onnx.save(rust_kinds.make_model(), model)
        run(options.onnxc, model, "--emit=rust", "-o",
            os.path.join(folder, "kinds.o"))
        source = os.path.join(folder, "program.rs")
        rust_kinds.write_program(source)
        program = rust_modules.build(RUSTC, options, folder, source,
                                     ["kinds.o"])
        expect("it printed", run(program).splitlines(), ["right"])


def weights_rust(options):
    """Weights in a file beside the object; one that is too short, or none."""
    with runner_arguments.case_folder(options, "weights_rust") as folder:
        run(options.onnxc, os.path.join(EXAMPLES, "digits.onnx"), "--emit=rust",
            "--weights=file", "-o", os.path.join(folder, "digits.o"))
        program = rust_modules.build(
            RUSTC, options, folder, os.path.join(HERE, "weights.rs"),
            ["digits.o"])
        weights = os.path.join(folder, "digits.weights")
        size = os.path.getsize(weights)
        expect("it printed", run(program, weights, program).splitlines(), [
            "scores [1, 10]",
            f"{program}: is no readable file with the model's weights, of "
            f"{size} bytes"])


def device_rust(options):
    """A model for Vulkan, on whatever device is there."""
    with runner_arguments.case_folder(options, "device_rust") as folder:
        run(options.onnxc, os.path.join(EXAMPLES, "digits.onnx"), "--emit=rust",
            "--target=vulkan", "-o", os.path.join(folder, "digits.o"))
        shutil.copy(os.path.join(EXAMPLES, "rust", "main.rs"), folder)
        program = rust_modules.build(RUSTC, options, folder,
                                     os.path.join(folder, "main.rs"),
                                     ["digits.o"])
        said = run(program, os.path.join(EXAMPLES, "digits.txt"))
        expect("it printed", said.splitlines()[:-1], digits_said())


def custom_rust(options):
    """A function in C, which the program in Rust links."""
    with runner_arguments.case_folder(options, "custom_rust") as folder:
        model = os.path.join(folder, "custom.onnx")
        onnx.save(parts_model.make_custom_model(), model)
        run(options.onnxc, model, "--emit=rust", "--custom-op",
            "my.ops::Twice=twice:same-as-input-0", "-o",
            os.path.join(folder, "custom.o"))
        run("cc", "-c", "-Wall", "-Wextra", "-Werror", "-I", folder, "-I",
            package(options).include, os.path.join(HERE, "custom.c"),
            "-o", os.path.join(folder, "functions.o"))
        program = rust_modules.build(RUSTC, options, folder,
                                     os.path.join(HERE, "custom.rs"),
                                     ["custom.o", "functions.o"])
        expect("it printed", run(program).splitlines(),
               ["[2.0, 4.0]", "twice: a value is not allowed by the operator "
                "that reads it"])


def refused_rust(options):
    """No stream; a name that ends in .rs is the module's."""
    with runner_arguments.case_folder(options, "refused_rust") as folder:
        model = os.path.join(EXAMPLES, "digits.onnx")
        try:
            run(options.onnxc, model, "--emit=rust", "-o", "-")
        except Failure as failure:
            wanted = "a module of Rust lies beside its object: -o names a file"
            if wanted not in str(failure):
                raise
        else:
            raise Failure("-o - is taken")
        run(options.onnxc, model, "--emit=rust", "-o",
            os.path.join(folder, "reader.rs"))
        expect("files", sorted(os.listdir(folder)), ["reader.o", "reader.rs"])


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--all", action="store_true",
                        help="modules of Rust of all models and graphs")
    options = parser.parse()
    cases = {"parts_java": functools.partial(parts, build_java, options),
             "parts_csharp": functools.partial(parts, build_csharp, options),
             "parts_go": functools.partial(parts, build_go, options),
             "parts_cpp": functools.partial(parts, build_cpp, options)}
    for case in (parts_rust, kinds_rust, weights_rust, device_rust, custom_rust,
                 refused_rust, parts_javascript, types_javascript,
                 example_rust, example_javascript):
        cases[case.__name__] = functools.partial(case, options)
    for language in "cpp", "go", "java", "csharp":
        cases[f"example_{language}"] = functools.partial(example, language,
                                                         options)
    cases["page"] = page
    cases.update(rust_modules.list_cases(RUSTC, options))
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())
