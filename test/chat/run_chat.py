#!/usr/bin/env python3
"""Tests examples/chat on a tiny model with drawn weights.

    run_chat.py [the arguments of test/runner_arguments.py]

The program is built with sanitizers. Its tokens are compared with what the
package tokenizers has said (tokenizer_cases.json), its answers with
onnxruntime's. The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import glob
import os
import subprocess
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments  # noqa: E402
import tiny_chat  # noqa: E402
from bpe import Tokenizer  # noqa: E402
from onnxruntime_decoder import Decoder  # noqa: E402
from suite_cases import Failure, expect, run, run_cases  # noqa: E402

SANITIZERS = ["-O1", "-g", "-fsanitize=address,undefined",
              "-fno-sanitize-recover"]
PROMPTS = ["Hello there", "What is 12 x 34?", "\u65e5\u672c\u8a9e \U0001f389",
           "the the the the"]


class Program:
    """The tiny model, and programs around it."""

    def __init__(self, options):
        self.folder = runner_arguments.work_folder(options, "chat")
        self.options = options
        self.base = os.path.join(self.folder, "chat")
        self.cases = tiny_chat.write(self.base)
        self.tokenizer = Tokenizer(self.base + ".bpe")
        self.reference = Decoder(self.base + ".onnx")
        self.embedded = self.build("embed")
        self.beside = self.build("file")

    def build(self, weights):
        out = os.path.join(self.folder, weights)
        os.makedirs(out, exist_ok=True)
        run(self.options.onnxc, self.base + ".onnx", "-o",
            os.path.join(out, "chat.o"), "--dim", "batch=1",
            "--weights=" + weights)
        root = runner_arguments.ROOT
        run("cc", "-std=c11", *SANITIZERS, "-Wall", "-Wextra", "-pedantic",
            "-Werror", "-I", out,
            "-I", os.path.join(root, "runtime-lite", "include"),
            *sorted(glob.glob(os.path.join(tiny_chat.CHAT, "*.c"))),
            os.path.join(out, "chat.o"),
            os.path.join(self.options.build, "runtime-lite", "libonnxc-rt.a"),
            "-lm", "-pthread", "-o", os.path.join(out, "chat"))
        return os.path.join(out, "chat")

    def start(self, *arguments, lines="", tokenizer=None, program=None):
        done = subprocess.run(
            [program or self.embedded, tokenizer or self.base + ".bpe",
             "--threads", "1", *arguments], input=lines.encode(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        done.said = done.stderr.decode()
        if "Sanitizer" in done.said or "runtime error" in done.said:
            raise Failure(done.said)
        return done

    def print(self, *arguments, **more):
        """What it prints, when it ends well."""
        done = self.start(*arguments, **more)
        if done.returncode:
            raise Failure(f"{arguments}: status {done.returncode}\n{done.said}")
        return done.stdout

    def numbers(self, *arguments, **more):
        """Lists of tokens: of prompts and answers, by turns."""
        text = self.print("--numbers", *arguments, **more).decode()
        return [[int(word) for word in line.split()]
                for line in text.splitlines()]

    def chat_tokens(self, *turns):
        """What stands before the model's answer to the last of the turns; those
        between are its own, as tokens."""
        t = self.tokenizer
        begin, end = t.specials["<|im_start|>"], t.specials["<|im_end|>"]
        newline = t.encode("\n")
        ids = [begin, *t.encode("system\nBe kind."), end, *newline]
        for turn in turns:
            if isinstance(turn, str):
                ids += [begin, *t.encode("user\n" + turn), end, *newline, begin,
                        *t.encode("assistant\n")]
            else:
                ids += turn + ([] if turn[-1:] == [end] else [end]) + newline
        return ids

    def expect_answer(self, prompt, answer):
        """Each token is onnxruntime's likeliest, or nearly so."""
        logits = self.reference.logits(prompt + answer)[len(prompt) - 1:]
        for place, (row, token) in enumerate(zip(logits, answer)):
            if row[token] < row.max() - 1e-3:
                raise Failure(f"token {place} of {answer}: onnxruntime takes "
                              f"{row.argmax()} by {row.max() - row[token]}")


SYSTEM = ("--system", "Be kind.")


def tokens(program):
    for text, wanted in program.cases:
        if text and "\0" not in text:
            expect(repr(text), program.numbers(
                "--raw", "--tokens", "0", "--prompt", text)[0], wanted)


def tokens_in_python(program):
    for text, wanted in program.cases:
        expect(repr(text), program.tokenizer.encode(text, specials=True), wanted)


def typed_specials(program):
    """What a user types is never a special token."""
    text = "a<|im_end|>\nb"
    expect("tokens", program.numbers(*SYSTEM, "--tokens", "0", "--prompt",
                                     text)[0], program.chat_tokens(text))


def answers(program):
    for prompt in PROMPTS:
        said, answer = program.numbers(*SYSTEM, "--tokens", "50",
                                       "--prompt", prompt)
        expect("the prompt", said, program.chat_tokens(prompt))
        program.expect_answer(said, answer)
        end = program.tokenizer.specials["<|im_end|>"]
        if len(answer) != 50:
            program.expect_answer(said + answer, [end])


def same_answers(program):
    """However they are computed."""
    for prompt in PROMPTS:
        common = (*SYSTEM, "--tokens", "60", "--prompt", prompt)
        drawn = (*common, "--temperature", "0.5", "--seed", "4")
        plain, random = program.numbers(*common), program.numbers(*drawn)
        for more in (("--speculate", "1"), ("--speculate", "5"),
                     ("--speculate", "32"), ("--threads", "3")):
            expect(f"{more}", program.numbers(*common, *more), plain)
            expect(f"drawn, {more}", program.numbers(*drawn, *more), random)


def conversation(program):
    """Each answer is to all that was said before."""
    lines = "Hello\n\nthe other one 1 2 3\nlast"
    said = program.numbers(*SYSTEM, "--tokens", "12", lines=lines)
    expect("lines", len(said), 6)
    turns, past = [], []
    for text, (prompt, answer) in zip(lines.replace("\n\n", "\n").split("\n"),
                                      zip(said[::2], said[1::2])):
        turns.append(text)
        whole = program.chat_tokens(*turns)
        # What the cache had is not run, or said, again.
        expect("the prompt's end", whole[-len(prompt):], prompt)
        if len(past) > len(whole) - len(prompt):
            raise Failure(f"{text}: {len(prompt)} tokens are run again")
        program.expect_answer(whole, answer)
        past = whole + answer[:-1]
        turns.append(answer)


def drawn(program):
    """Tokens come as often as the logits have it."""
    prompt = program.tokenizer.encode("the")
    logits = program.reference.logits(prompt)[-1].astype(np.float64) / 2
    shares = np.exp(logits - logits.max())
    order = np.argsort(-shares)[:5]
    shares = shares[order] / shares[order].sum()
    counts, runs = np.zeros(5), 300
    for seed in range(runs):
        (token,), = program.numbers(
            "--raw", "--prompt", "the", "--tokens", "1", "--temperature", "2",
            "--top-k", "5", "--top-p", "1", "--seed", str(seed))[1:]
        counts[list(order).index(token)] += 1
    error = np.abs(counts / runs - shares).max()
    if error > 4 * 0.5 / runs ** 0.5:
        raise Failure(f"{counts / runs} instead of {shares}")


def nearly_greedy(program):
    common = ("--raw", "--prompt", "the other", "--tokens", "30")
    plain = program.numbers(*common)
    for more in (("--top-k", "1"), ("--top-p", "0")):
        expect(f"{more}", program.numbers(*common, "--temperature", "3", *more),
               plain)


def text_of_tokens(program):
    """What is printed is the tokens' bytes."""
    for seed in "1234":
        common = ("--raw", "--prompt", "the", "--tokens", "40",
                  "--temperature", "5", "--seed", seed)
        answer = program.numbers(*common)[1]
        texts = b"".join(program.tokenizer.texts[token] for token in answer)
        expect("the text", program.print(*common), texts + b"\n")


def full_context(program):
    context = program.reference.context
    done = program.start("--raw", "--prompt", "x " * context)
    expect("status", done.returncode, 1)
    expect("message", done.said,
           f"chat: the context of {context} tokens is full\n")
    # No answer goes beyond it, with drafts or without.
    for more in ((), ("--speculate", "9")):
        done = program.start("--raw", "--prompt", "the the the", "--numbers",
                             *more)
        prompt, answer = done.stdout.decode().splitlines()
        if done.returncode:
            expect("tokens", len(prompt.split()) + len(answer.split()), context)
    # A conversation begins anew.
    done = program.start("--tokens", "9", "--system", "", "--numbers",
                         lines="Hello\n" + "x " * context + "\nHello\n")
    said = done.stdout.decode().splitlines()
    expect("status", done.returncode, 0)
    expect("the same", said[:2], said[2:])
    if "what was said until now is forgotten" not in done.said:
        raise Failure(done.said)


def weights_beside(program):
    common = (*SYSTEM, "--tokens", "20", "--prompt", "Hello")
    folder = os.path.dirname(program.beside)
    weights, = (path for path in glob.glob(os.path.join(folder, "*"))
                if path.endswith(".weights"))
    expect("the answer",
           program.numbers(*common, "--weights", weights,
                           program=program.beside), program.numbers(*common))
    for more, message in (((), "weights"),
                          (("--weights", program.base + ".bpe"), "weights"),
                          (("--weights", "nowhere"), "weights")):
        done = program.start(*common, *more, program=program.beside)
        expect("status", done.returncode, 1)
        if message not in done.said:
            raise Failure(done.said)


def bad_arguments(program):
    for arguments in (("--nothing",), ("--tokens",), ("--tokens", "x"),
                      ("--tokens", "-1"), ("--temperature", "nan"),
                      ("--top-p", "2"), ("--speculate", "33"), ("more",)):
        done = program.start(*arguments)
        expect(f"status of {arguments}", done.returncode, 2)
    for arguments in (("--raw", "--prompt", ""),
                      ("--system", "x " * program.reference.context)):
        expect(f"status of {arguments[:2]}", program.start(*arguments).returncode,
               1)


def broken_tokenizers(program):
    """Files cut off, or with other numbers, are refused or harmless."""
    with open(program.base + ".bpe", "rb") as file:
        good = file.read()
    random = np.random.RandomState(1)
    path = os.path.join(program.folder, "broken.bpe")
    for turn in range(60):
        data = bytearray(good)
        if turn < 20:
            data = data[:[0, 3, 4, 19, 20][turn] if turn < 5 else
                        random.randint(len(data))]
        else:
            at = random.randint(20 if turn < 40 else len(data) - 4) & ~3
            data[at:at + 4] = random.bytes(4)
        with open(path, "wb") as file:
            file.write(data)
        done = program.start("--tokens", "3", "--prompt", "the 12 other ones",
                             tokenizer=path)
        if turn < 20:
            expect("status", done.returncode, 1)
        elif done.returncode not in (0, 1):
            raise Failure(f"turn {turn}: status {done.returncode}")


def in_python(program):
    """The same answer as the C program's."""
    if not os.path.isdir(os.path.join(program.options.build, "python")):
        raise Failure("the Python module is not built: install python3-dev")
    environment = dict(os.environ, PYTHONPATH=os.path.join(
        program.options.build, "python"))
    for prompt in PROMPTS[:2]:
        said = run(sys.executable, os.path.join(tiny_chat.CHAT, "chat.py"),
                   program.base + ".onnx", program.base + ".bpe", prompt, "25",
                   env=environment)
        wanted = program.print("--tokens", "25", "--prompt", prompt)
        expect("the answer", said, wanted.decode(errors="replace"))


def main():
    options = runner_arguments.RunnerArguments(__doc__).parse()
    cases = (tokens, tokens_in_python, typed_specials, answers, same_answers,
             conversation, drawn, nearly_greedy, text_of_tokens, full_context,
             weights_beside, bad_arguments, broken_tokenizers, in_python)
    program = functools.cache(lambda: Program(options))
    if not options.list:
        program()
    return run_cases({case.__name__: functools.partial(
        lambda case: case(program()), case) for case in cases}, options)


if __name__ == "__main__":
    sys.exit(main())
