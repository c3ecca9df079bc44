#!/usr/bin/env python3
"""Compares what chat answers to 20 prompts with onnxruntime on the same model.

    compare_chat.py [--integer] [--tokens N]

and the arguments of test/runner_arguments.py. examples/chat/run.sh gets, converts
and compiles the model. Each token has to be the likeliest behind the text before
it for onnxruntime, too. Where it is not, both logits there are said, which have
to be near each other. The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments  # noqa: E402
from onnxruntime_decoder import Decoder  # noqa: E402
from suite_cases import print_counts, run  # noqa: E402

# How far the logits of two tokens may be from each other, of the largest, for
# roundings to decide between them.
NEAR = 1e-4

PROMPTS = [
    "What is the capital of France?", "Why is the sky blue?",
    "Write a haiku about the sea.", "Explain photosynthesis to a child.",
    "What is 17 + 25?", "Name three programming languages.",
    "Translate 'good morning' into Spanish.", "How do I boil an egg?",
    "Who wrote Romeo and Juliet?", "Give me a recipe for pancakes.",
    "What causes the tides?", "Write a Python function that reverses a string.",
    "Tell me a joke about cats.", "What is the largest planet?",
    "Summarize the plot of Cinderella.", "How far is the Moon from the Earth?",
    "What should I pack for a week in Norway?", "Define the word 'entropy'.",
    "List the seasons of the year.", "Write a short letter to a friend.",
]


def first_difference(logits, answer):
    """The place of the first token that is not the likeliest, or none."""
    for place, token in enumerate(answer):
        if logits[place].argmax() != token:
            return place
    return None


def compare(engine, prompt, ids, answer):
    """How far apart the logits are where they differ, of the largest; or none
    where all tokens are the same."""
    logits = engine.logits(ids + answer)[len(ids) - 1:]
    place = first_difference(logits, answer)
    if place is None:
        return None
    row, token = logits[place], answer[place]
    gap, largest = row.max() - row[token], np.abs(row).max()
    print(f"{prompt}: token {place} is {token}; onnxruntime takes "
          f"{row.argmax()}, whose logit is {gap:.4f} higher, of {largest:.1f}")
    return gap / largest


def main():
    parser = runner_arguments.RunnerArguments(__doc__, jobs=1)
    parser.add_argument("--integer", action="store_true",
                        help="the model with zero points that are integers")
    parser.add_argument("--tokens", type=int, default=64,
                        help="the longest answer (64)")
    options = parser.parse()
    script = os.path.join(runner_arguments.ROOT, "examples", "chat", "run.sh")
    run(script, *(["--integer"] if options.integer else []), "--tokens", "0",
        "--prompt", "x",
        env=dict(os.environ, ONNXC_BUILD=options.build, ONNXC_READY="1"))
    work = os.path.join(options.build, "examples", "chat")
    base = os.path.join(work, "integer" if options.integer else "exact", "chat")
    engine = Decoder(base + ".onnx")

    same, failed, tokens = 0, 0, 0
    prompts = runner_arguments.select(PROMPTS, options)
    for prompt in prompts:
        said = run(base, base + ".bpe", "--numbers", "--threads", "1",
                   "--tokens", str(options.tokens), "--prompt", prompt)
        ids, answer = ([int(word) for word in line.split()]
                       for line in said.splitlines())
        tokens += len(answer)
        gap = compare(engine, prompt, ids, answer)
        same += gap is None
        failed += gap is not None and gap > NEAR
    print(f"{same} of {len(prompts)} answers are the same ({tokens} tokens)")
    return print_counts(len(prompts) - failed, failed)


if __name__ == "__main__":
    sys.exit(main())
