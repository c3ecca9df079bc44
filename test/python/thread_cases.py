"""Threads and processes: on one model, at once.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import gc
import os
import threading
import time

import numpy as np
import onnxc

from python_case import parse
from suite_cases import check

NETWORK = """g (float[n, 64] x, float[64, 64] w) => (float[n, 64] y) {
  a = MatMul(x, w) b = Tanh(a) c = MatMul(b, w) y = Softmax(c) }"""


def draw(rows, seed=0):
    random = np.random.default_rng(seed)
    return (random.standard_normal((rows, 64)).astype(np.float32),
            random.standard_normal((64, 64)).astype(np.float32))


def in_threads(count, work):
    failed = []

    def body(number):
        try:
            work(number)
        except BaseException as error:  # to be seen by the case
            failed.append(error)
    threads = [threading.Thread(target=body, args=(number,))
               for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def case_threads_on_one_model():
    """Of different sizes, each with what it gave alone, some with errors."""
    for threads in 1, 2:
        model = onnxc.compile(parse(NETWORK), threads=threads)
        inputs = [draw(rows, rows) for rows in (1, 7, 64, 130)]
        alone = [model(*one) for one in inputs]

        def work(number):
            for _ in range(40):
                check("other numbers",
                      np.array_equal(model(*inputs[number]), alone[number]))
                try:
                    model(inputs[number][0], inputs[number][1][1:])
                except onnxc.InputError as error:
                    check(f"{error}", "input 'w'" in str(error))
                else:
                    raise AssertionError("no InputError")
        in_threads(len(inputs), work)


def case_strings_in_threads():
    """Strings that a run makes belong to its own context."""
    model = onnxc.compile(parse(
        "g (string[n] x, string[n] z) => (string[n] y) "
        "{ y = StringConcat(x, z) }"))

    def work(number):
        texts = [f"{number} {i} " * (i % 7) for i in range(200)]
        for _ in range(30):
            made = model(texts, texts).tolist()
            check("others' strings", made == [text * 2 for text in texts])
    in_threads(4, work)


def case_the_lock_is_released():
    model = onnxc.compile(parse(NETWORK), threads=1)
    inputs = draw(20000)
    model(*inputs)
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.0005)
    thread = threading.Thread(target=tick)
    thread.start()
    spans = []
    for _ in range(10):
        begin = time.perf_counter()
        model(*inputs)
        spans.append((begin, time.perf_counter()))
    done.set()
    thread.join()
    within = sum(begin < tick < end for tick in ticks for begin, end in spans)
    check(f"{within} ticks within runs", within > 10)


def case_a_child_process():
    """It has none of its parent's threads, and makes its own."""
    model = onnxc.compile(parse(NETWORK), threads=2)
    inputs = draw(300)
    expected = model(*inputs)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            for _ in range(3):
                status = int(not np.array_equal(model(*inputs), expected))
            del model
            gc.collect()
        finally:
            os._exit(status)
    for _ in range(600):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        time.sleep(0.1)
    else:
        os.kill(child, 9)
        os.waitpid(child, 0)
        raise AssertionError("the child hangs")
    check(f"status {status}", status == 0)
    check("the parent", np.array_equal(model(*inputs), expected))


def case_memory_is_released():
    """Neither runs nor errors leave memory behind."""
    def resident():
        gc.collect()
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    model = onnxc.compile(parse(
        "g (float[n] x) => (float[n] y, int64[1, k] z) "
        "{ y = Neg(x) z = NonZero(x) }"))
    texts = onnxc.compile(parse(
        "g (string[n] x) => (string[n] y) { y = StringConcat(x, x) }"))
    x = np.ones(50000, np.float32)
    words = np.array(["word" * 50] * 2000, object)

    def work():
        model(x)
        texts(words)
        for bad in (x.astype(float), x.reshape(2, -1), np.ones((2, 2, 2), "f")):
            try:
                model(bad)
            except onnxc.InputError:
                pass
        try:
            model(x, out=(x, None))
        except ValueError:
            pass
    for _ in range(20):
        work()
    before = resident()
    for _ in range(150):
        work()
    grown = resident() - before
    check(f"{grown >> 20} MB more", grown < 16 << 20)
