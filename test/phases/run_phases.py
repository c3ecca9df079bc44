#!/usr/bin/env python3
"""Compiles on from what --save-temps kept of each phase: the object and the
header are the same, byte by byte.

    run_phases.py

with the arguments of test/runner_arguments.py. The last line is `N passed, N
failed`; a model, a target and a phase are a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import model_cases
import quantize_models
from runner_arguments import RunnerArguments, case_folder
from suite_cases import Failure, run, run_cases

PHASES = ("import", "graph", "tensor", "loops", "memory", "code")
BOARD = ["--target=thumbv7em-none-eabihf", "-mcpu=cortex-m4", "--freestanding"]
MODELS = {
    "tiny_ds_cnn x86-64-v3": ("tiny_ds_cnn", ["-mcpu=x86-64-v3"]),
    "tiny_ds_cnn cortex-m4": ("tiny_ds_cnn", BOARD),
    "tiny_resnet8-qdq-u8u8 x86-64-v3": ("tiny_resnet8-qdq-u8u8",
                                        ["-mcpu=x86-64-v3"]),
    "lstm_stream aarch64": ("lstm_stream", ["--target=aarch64-linux-gnu"]),
    "silero_vad x86-64-v3": ("silero_vad", ["-mcpu=x86-64-v3"]),
    "silero_vad vulkan": ("silero_vad", ["--target=vulkan",
                                         "--host-cpu=x86-64-v3"]),
}


def read(folder):
    contents = []
    for name in ("model.o", "model.h"):
        with open(os.path.join(folder, name), "rb") as file:
            contents.append(file.read())
    return contents


class Kept:
    """One compilation with everything kept, made when it is asked for."""

    def __init__(self, name, options, folder):
        self.model, self.flags = MODELS[name]
        self.options, self.folder = options, folder

    @functools.cached_property
    def compiled(self):
        is_integer = quantize_models.FORM.fullmatch(self.model)
        path = (quantize_models.write if is_integer else
                lambda folder, name: model_cases.model_path(name, folder))(
                    os.path.join(self.options.build, "models"), self.model)
        os.makedirs(self.folder)
        self.compile(path, self.folder, "--save-temps")
        return read(self.folder)

    def compile(self, path, folder, *more):
        run(os.path.join(self.options.bin, "onnxc"), path, *self.flags,
            "--prefix=model", "-o", os.path.join(folder, "model.o"), *more)


def check(kept, phase):
    whole = kept.compiled
    path = os.path.join(kept.folder, f"model.{phase}.mlirbc")
    if phase == "code" and "--target=vulkan" in kept.flags:
        if os.path.exists(path):
            raise Failure(f"{path} lacks the device's code")
        return
    again = os.path.join(kept.folder, phase)
    os.makedirs(again)
    kept.compile(path, again)
    for what, was, now in zip(("object", "header"), whole, read(again)):
        if was != now:
            raise Failure(f"the {what} differs: {len(was)} and {len(now)} "
                          "bytes")


def check_other_machine(kept):
    """A module goes on for the machine it was made for, and no other."""
    kept.compiled
    path = os.path.join(kept.folder, "model.tensor.mlirbc")
    try:
        run(os.path.join(kept.options.bin, "onnxc"), path, "-mcpu=x86-64-v4",
            "-o", os.path.join(kept.folder, "other.o"))
    except Failure as failure:
        if "was made for another machine" not in str(failure):
            raise
    else:
        raise Failure("it was compiled for another machine")


def main():
    options = RunnerArguments(__doc__, jobs=1).parse()
    cases = {}
    with case_folder(options, "phases") as folder:
        for number, name in enumerate(MODELS):
            kept = Kept(name, options, os.path.join(folder, str(number)))
            for phase in PHASES:
                cases[f"{name} {phase}"] = functools.partial(check, kept, phase)
            if name == "tiny_ds_cnn x86-64-v3":
                cases[f"{name} elsewhere"] = functools.partial(
                    check_other_machine, kept)
        return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())
