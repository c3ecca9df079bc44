#!/usr/bin/env python3
"""Runs the examples as a reader would, and checks what they print.

    run_examples.py [--cmake PROGRAM]

and the arguments of test/runner_arguments.py. The last line is `N passed, N
failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import contextlib
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "test"))
sys.path.insert(0, os.path.join(HERE, "wasm"))
import runner_arguments
import suite_cases
from devtools import Page
import strokes
from suite_cases import Failure, expect, run_cases


def run(*command, cwd=None, **environment):
    return suite_cases.run(*command, cwd=cwd,
                           env=dict(os.environ, **environment))


# What scikit-learn says of these flowers, with the weights as they are rounded.
IRISES = ["Iris setosa, 98 %", "Iris versicolor, 93 %", "Iris virginica, 100 %"]


def hello(_, build):
    script = os.path.join(HERE, "hello", "run.sh")
    expect("it printed", run(script, ONNXC_BUILD=build).splitlines(), IRISES)
    expect("of a flower", run(script, "6.1", "2.8", "4.7", "1.2",
                              ONNXC_BUILD=build).split()[1], "versicolor,")


def text(_, build):
    """What scikit-learn itself says."""
    said = run(os.path.join(HERE, "text", "run.sh"), ONNXC_BUILD=build)
    expect("the languages", [line.split()[0] for line in said.splitlines()],
           ["English", "Deutsch", "français", "español", "italiano"])
    said = run(os.path.join(HERE, "text", "run.sh"), "GUTE NACHT!", "",
               ONNXC_BUILD=build)
    expect("one", [line.split()[0] for line in said.splitlines()][0], "Deutsch")


def gpu(_, build):
    """On any device the network reads what was drawn."""
    script = os.path.join(HERE, "gpu", "run.sh")
    line = "Invoice 2041: 17.50 EUR"
    expect("read", run(script, line, ONNXC_BUILD=build).strip(), line)
    done = subprocess.run([os.path.join(build, "examples", "gpu", "words"),
                           script], text=True, stdout=subprocess.PIPE)
    expect("of no picture", (done.returncode, done.stdout), (
        1, f"{script}: no picture of 320 x 48 pixels in PPM\n"))


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
    expect("it printed", run(os.path.join(work, "app")).splitlines(), IRISES)


def custom_op(cmake, build):
    work = build_project(cmake, build, "custom-op",
                         "-DCMAKE_C_FLAGS=-Wall -Wextra -Werror")
    # What NumPy gives for the same signal.
    expect("it printed", run(os.path.join(work, "beats-app")).splitlines(), [
        "beats at 0.41 1.24 2.08 2.91 3.74 4.58 5.41 6.24 7.08 7.91 8.74 "
        "9.58 s",
        "72 beats a minute"])


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


def ask_onnxruntime():
    """The labels of the pictures kept from training, and what onnxruntime makes
    of them."""
    import numpy as np
    import onnxruntime
    folder = os.path.join(HERE, "digits")
    held_out = np.load(os.path.join(folder, "held-out.npz"))
    session = onnxruntime.InferenceSession(
        os.path.join(folder, "digits.onnx"),
        providers=["CPUExecutionProvider"])
    wanted, = session.run(None, {
        "picture": held_out["pictures"][:, None].astype(np.float32)})
    return held_out["labels"], wanted


def digits(_, build):
    """Training goes forward: a few epochs on few pictures."""
    if not os.path.isdir(os.path.join(build, "python")):
        raise Failure("the Python module is not built: install python3-dev")
    folder = os.path.join(HERE, "digits")
    said = run(sys.executable, "-c", """
import numpy as np, onnxc, train
data = np.load("held-out.npz")
pictures = data["pictures"][:, None].astype(np.float32)
train.EPOCHS = 8
network = train.write_network(train.train(pictures[:256], data["labels"][:256]))
read = onnxc.compile(network)(pictures[256:]).argmax(1)
print((read == data["labels"][256:]).mean())
""", cwd=folder, PYTHONPATH=os.path.join(build, "python"))
    if not float(said.split()[-1]) > 0.6:
        raise Failure(f"after training so many are right: {said}")


def check_accuracy(right, count):
    if int(right) < 0.95 * int(count):
        raise Failure(f"{right} of {count} digits are read rightly")


def on_board(build, *machine):
    text = run(os.path.join(HERE, "firmware", "run.sh"), *machine,
               ONNXC_BUILD=build)
    found = re.search(r"^(\d+) of (\d+) are right, arena (\d+) bytes, stack "
                      r"(\d+) bytes, instructions \d+$", text, re.M)
    if not found:
        raise Failure(f"the board said:\n{text}")
    said = re.findall(r"^read as (\d) with \d+ %, written as (\d)$", text, re.M)
    return int(found[1]), int(found[2]), said


def firmware(_, build):
    """Both boards read digits as onnxruntime does."""
    labels, wanted = ask_onnxruntime()
    for machine in ((), ("riscv32",)):
        right, count, said = on_board(build, *machine)
        digits = wanted[:count].argmax(1)
        expect("right", right, int((digits == labels[:count]).sum()))
        check_accuracy(right, count)
        expect("those shown", said, [
            (str(digit), str(label)) for i, (digit, label) in
            enumerate(zip(digits, labels)) if digit != label or i < 3])


def wasm(_, build):
    """Node's numbers are onnxruntime's."""
    text = run(os.path.join(HERE, "wasm", "run.sh"), ONNXC_BUILD=build)
    counts = re.search(r"^(\d+) of (\d+) are right", text, re.M)
    check_accuracy(*counts.groups())
    work = os.path.join(build, "examples", "wasm")
    path = os.path.join(work, "probabilities.json")
    run("node", *(os.path.join(work, name) for name in (
        "node.mjs", "digits.wasm", "held-out.json", "probabilities.json")))
    with open(path) as file:
        got = json.load(file)
    _, wanted = ask_onnxruntime()
    if not abs(got - wanted).max() < 1e-5:
        raise Failure("node's probabilities are not onnxruntime's")


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".mjs": "text/javascript", ".html": "text/html",
                      ".wasm": "application/wasm"}

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serve(folder):
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def read_drawn(page, digit, x, y, scale):
    """Draws a digit on the page's canvas, and returns what the page reads."""
    left, top = page.value(
        "(({x, y}) => [x, y])(board.getBoundingClientRect())")
    for stroke in strokes.DIGITS[digit]:
        page.drag([(left + x + scale * px, top + y + scale * py)
                   for px, py in stroke])
    return page.value("document.getElementById('result').textContent")


def wasm_in_browser(cmake, build):
    """The page reads each digit as the mouse draws it: large, and small and
    aside. Its pictures are BUILD/examples/wasm/page-DIGIT.png."""
    run(os.path.join(HERE, "wasm", "run.sh"), ONNXC_BUILD=build)
    work = os.path.join(build, "examples", "wasm")
    wrong = []
    with serve(work) as address, Page(f"{address}/page.html") as page:
        page.wait("document.getElementById('result')?.textContent.startsWith("
                  "'nothing')")
        for x, y, scale in ((60, 30, 2.0), (150, 140, 1.1)):
            for digit in strokes.DIGITS:
                said = read_drawn(page, digit, x, y, scale)
                if not re.fullmatch(rf"{digit} with [\d.]+ % in [\d.]+ ms",
                                    said):
                    wrong.append(f"{digit} at {x}, {y}: {said}")
                if scale == 2.0:
                    page.take_picture(os.path.join(work, f"page-{digit}.png"))
                page.value("document.getElementById('clear').click()")
        expect("the page's errors", page.errors, [])
    if wrong:
        raise Failure("\n".join(wrong))


def main():
    # They write into the same folders of the build tree.
    parser = runner_arguments.RunnerArguments(__doc__, jobs=1)
    parser.add_argument("--cmake", default="cmake")
    options = parser.parse()
    examples = (hello, text, gpu, cmake_project, custom_op, minilm_tokens,
                minilm, minilm_in_python, digits, firmware, wasm,
                wasm_in_browser)
    return run_cases({example.__name__: functools.partial(
        example, options.cmake, options.build) for example in examples},
                     options)


if __name__ == "__main__":
    sys.exit(main())
