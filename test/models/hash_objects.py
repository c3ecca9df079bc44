#!/usr/bin/env python3
"""Writes the hashes of what onnxc makes of a fixed list of models and targets,
so that a change that must not alter code can be shown not to.

    hash_objects.py [-o FILE] [--against FILE]

and the arguments of test/runner_arguments.py. A line a compilation: its name,
the hash of the object and that of the header. --against names a file of hashes
written before: what differs is printed, the last line is `N passed, N failed`,
and the status tells whether all are equal. The list: every model of the model
suite for two levels of x86-64, the quantised networks, the firmware networks
for both boards, an AArch64, a Vulkan and a PTX model.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import concurrent.futures
import dataclasses
import hashlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "firmware"))
sys.path.insert(0, os.path.dirname(HERE))
import model_cases
import quantize_models
import run_quantized
import runner_arguments
from boards import BOARDS
from suite_cases import print_counts

TINY = ["tiny_autoencoder", "tiny_ds_cnn", "tiny_mobilenet", "tiny_resnet8"]
VULKAN = ["--target=vulkan", "--host-cpu=x86-64-v3"]
PTX = ["--target=nvptx64", "-mcpu=sm_80", "--host-cpu=x86-64-v3"]


@dataclasses.dataclass
class Compilation:
    name: str
    model: str
    flags: list


def list_compilations():
    with open(os.path.join(HERE, "passing.txt")) as file:
        listed = {line.strip() for line in file if line[0] != "#"}
    cases = [case for case in model_cases.all_cases() if case.name in listed]
    for case in cases:
        for level in ("x86-64-v3", "x86-64-v4"):
            yield Compilation(f"{case.name} {level}", case.model,
                              [f"-mcpu={level}", *case.flags])
    for name in run_quantized.FEW:
        for level in ("x86-64", "x86-64-v3", "x86-64-v4"):
            vnni = ["-mattr=+avx512vnni"] if level == "x86-64-v4" else []
            yield Compilation(f"{name} {level}", name,
                              [f"-mcpu={level}", *vnni])
    for model in TINY:
        for name in (model, f"{model}-qdq-s8s8c"):
            for board, machine in BOARDS.items():
                yield Compilation(f"{name} {board}", name,
                                  [*machine.onnxc, "--freestanding"])
            yield Compilation(f"{name} aarch64", name,
                              ["--target=aarch64-linux-gnu"])
    for name in ("tiny_ds_cnn", "tiny_resnet8", "ppocr_cls", "minilm",
                 "silero_vad"):
        flags = next(case.flags for case in cases if case.name == name)
        yield Compilation(f"{name} vulkan", name, [*VULKAN, *flags])
        yield Compilation(f"{name} ptx", name, [*PTX, *flags])


def hash_file(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:16]


def compile_and_hash(entry, path, options):
    with runner_arguments.case_folder(options, entry.name) as folder:
        target = os.path.join(folder, "model.o")
        done = subprocess.run([options.onnxc, path, *entry.flags,
                               "--prefix=model", "-o", target], text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode:
            lines = done.stdout.strip().splitlines() or ["no word"]
            return f"failed: {lines[0]}"
        header = os.path.join(folder, "model.h")
        return f"{hash_file(target)} {hash_file(header)}"


def read(path):
    with open(path) as file:
        return dict(line.rstrip("\n").split(": ", 1) for line in file)


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--models", help="where models are, or will be written "
                                         "(BUILD/models)")
    parser.add_argument("--against", help="hashes written before")
    parser.add_argument("-o", dest="output", help="where to write the hashes")
    options = parser.parse()
    options.models = options.models or os.path.join(options.build, "models")
    entries = {entry.name: entry for entry in list_compilations()}
    names = runner_arguments.select(entries, options)
    entries = [entries[name] for name in names]
    paths = {}
    for entry in entries:
        if entry.model not in paths:
            is_integer = quantize_models.FORM.fullmatch(entry.model)
            find = quantize_models.write if is_integer else None
            paths[entry.model] = (
                find(options.models, entry.model) if find
                else model_cases.model_path(entry.model, options.models))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        hashes = dict(zip(
            [entry.name for entry in entries],
            pool.map(lambda entry: compile_and_hash(
                entry, paths[entry.model], options), entries)))
    if options.output:
        with open(options.output, "w") as file:
            file.writelines(f"{name}: {value}\n"
                            for name, value in hashes.items())
    if not options.against:
        return 0
    before = read(options.against)
    differ = [name for name in hashes if before.get(name) != hashes[name]]
    for name in differ:
        print(f"{name}: {before.get(name, 'none')} before, {hashes[name]} now")
    return print_counts(len(hashes) - len(differ), len(differ))


if __name__ == "__main__":
    sys.exit(main())
