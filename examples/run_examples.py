#!/usr/bin/env python3
"""Runs the examples as a reader would, and checks what they print.

    run_examples.py [--cmake PROGRAM]

and the arguments of test/runner_arguments.py. The last line is `N passed, N
failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import http.server
import os
import re
import shutil
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "test"))
import runner_arguments
import suite_cases
from suite_cases import Failure, expect, run_cases


def run(*command, **environment):
    return suite_cases.run(*command, env=dict(os.environ, **environment))


def hello(_, build):
    expect("it printed", run(os.path.join(HERE, "hello", "run.sh"),
                             ONNXC_BUILD=build).split(), ["3.5", "5", "0"])


def text(_, build):
    """What scikit-learn itself says."""
    said = run(os.path.join(HERE, "text", "run.sh"), ONNXC_BUILD=build)
    expect("the languages", [line.split()[0] for line in said.splitlines()],
           ["English", "Deutsch", "français", "español", "italiano"])
    said = run(os.path.join(HERE, "text", "run.sh"), "GUTE NACHT!", "",
               ONNXC_BUILD=build)
    expect("one", [line.split()[0] for line in said.splitlines()][0], "Deutsch")


def gpu(_, build):
    expect("it printed",
           run(os.path.join(HERE, "gpu", "run.sh"),
               ONNXC_BUILD=build).splitlines(),
           ["2 spots: 5,7 12,20", "3 spots: 5,7 12,20 20,3"])


def build_project(cmake, build, name, *options):
    """The folder in which an example is built with the installed package."""
    work = os.path.join(build, "examples", name)
    shutil.rmtree(work, ignore_errors=True)
    prefix = os.path.join(work, "prefix")
    run(cmake, "--install", build, "--prefix", prefix)
    run(cmake, "-S", os.path.join(HERE, name), "-B", work,
        f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DPython3_EXECUTABLE={sys.executable}", *options)
    run(cmake, "--build", work)
    return work


def cmake_project(cmake, build):
    work = build_project(cmake, build, "cmake-project")
    expect("it printed", run(os.path.join(work, "app")).split(),
           ["3.5", "5", "0"])


def custom_op(cmake, build):
    work = build_project(cmake, build, "custom-op",
                         "-DCMAKE_C_FLAGS=-Wall -Wextra -Werror")
    expect("it printed", run(os.path.join(work, "beats-app")).splitlines(),
           ["5 0.840", "15 1.140", "25 1.440"])


def sentences(build, *arguments):
    return run(os.path.join(HERE, "minilm", "run.sh"), *arguments,
               ONNXC_BUILD=build, ONNXC_READY="1")


def minilm_tokens(_, build):
    # What the package's own tokenizer makes of it.
    expect("tokens",
           sentences(build, "--tokens", "Hello, unaffable Café!").strip(),
           "101 7592 1010 14477 20961 3468 7668 999 102")


def minilm(_, build):
    """The trained model's own numbers (onnxruntime's, to two places)."""
    text = sentences(build)
    rows = re.findall(r"^ ((?: *-?\d\.\d\d){5})   ", text, re.M)
    matrix = [[float(x) for x in row.split()] for row in rows]
    if len(matrix) != 5:
        raise Failure(f"no table of similarities:\n{text}")
    for i in range(5):
        if abs(matrix[i][i] - 1) > 0.005:
            raise Failure(f"sentence {i} is not like itself:\n{text}")
    for a, b in ((0, 1), (2, 3)):
        likest = max((j for j in range(5) if j != a),
                     key=lambda j: matrix[a][j])
        if likest != b:
            raise Failure(f"sentence {a} is likest {likest}, not {b}:\n{text}")
    answers = re.findall(r"^  +-?\d\.\d\d  (.*)$",
                         text.partition("money back?")[2], re.M)
    if not answers or not answers[0].startswith("Refunds are paid"):
        raise Failure(f"the wrong answer comes first:\n{text}")


def minilm_in_python(_, build):
    """The same lines as the C program's."""
    if not os.path.isdir(os.path.join(build, "python")):
        raise Failure("the Python module is not built: install python3-dev")
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), "test", "models"))
    import sequence_models
    text = sentences(build)
    said = run(sys.executable, os.path.join(HERE, "minilm", "sentences.py"),
               os.path.join(build, "examples", "minilm", "minilm.onnx"),
               os.path.join(sequence_models.minilm_folder(), "vocab.txt"),
               PYTHONPATH=os.path.join(build, "python"))
    lines = [line for line in text.splitlines() if "texts of up to" not in line]
    expect("the lines", [line for line in said.splitlines() if line],
           [line for line in lines if line])


def on_board(build, *machine):
    text = run(os.path.join(HERE, "firmware", "run.sh"), *machine,
               ONNXC_BUILD=build)
    found = re.search(r"^keyword (\d+) with (\d+) %, arena (\d+) bytes, stack "
                      r"(\d+) bytes, instructions \d+$", text, re.M)
    if not found:
        raise Failure(f"the board said:\n{text}")
    return found.groups()


def firmware(_, build):
    """The same keyword on both machines."""
    expect("on the other machine", on_board(build, "riscv32")[:2],
           on_board(build)[:2])


def wasm(_, build):
    """Node's scores are onnxruntime's."""
    import numpy as np
    import onnxruntime
    work = os.path.join(build, "examples", "wasm")
    os.makedirs(work, exist_ok=True)
    picture = np.random.RandomState(0).normal(size=(1, 3, 32, 32)).astype("f")
    path = os.path.join(work, "picture.f32")
    picture.tofile(path)
    text = run(os.path.join(HERE, "wasm", "run.sh"), ONNXC_BUILD=build,
               PICTURE=path)
    scores = np.array(text.partition("scores ")[2].split(), "f")
    wanted, = onnxruntime.InferenceSession(
        os.path.join(work, "tiny_resnet8.onnx"),
        providers=["CPUExecutionProvider"]).run(None, {"image": picture})
    if not np.abs(scores - wanted.ravel()).max() < 1e-5:
        raise Failure(f"{scores} instead of {wanted}")


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".mjs": "text/javascript", ".html": "text/html",
                      ".wasm": "application/wasm"}

    def log_message(self, *_):
        pass


def wasm_in_browser(cmake, build):
    """The page shows in a headless browser what node printed."""
    said = run(os.path.join(HERE, "wasm", "run.sh"), ONNXC_BUILD=build)
    wanted = re.search(r"class \d+ with \S+ %", said)[0]
    handler = functools.partial(
        Quiet, directory=os.path.join(build, "examples", "wasm"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with tempfile.TemporaryDirectory() as profile:
            text = run("chromium", "--headless", "--no-sandbox",
                       "--disable-gpu", "--disable-dev-shm-usage",
                       f"--user-data-dir={profile}",
                       "--virtual-time-budget=20000", "--dump-dom",
                       f"http://127.0.0.1:{server.server_port}/page.html",
                       HOME=profile)
        server.shutdown()
    shown = re.search(r'id="result">([^<]*)<', text)
    if not shown or not shown[1].startswith(wanted):
        raise Failure(f"the page shows {shown and shown[1]!r}, not {wanted!r}")


def main():
    # They write into the same folders of the build tree.
    parser = runner_arguments.RunnerArguments(__doc__, jobs=1)
    parser.add_argument("--cmake", default="cmake")
    options = parser.parse()
    examples = (hello, text, gpu, cmake_project, custom_op, minilm_tokens,
                minilm, minilm_in_python, firmware, wasm, wasm_in_browser)
    return run_cases({example.__name__: functools.partial(
        example, options.cmake, options.build) for example in examples},
                     options)


if __name__ == "__main__":
    sys.exit(main())
