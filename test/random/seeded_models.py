"""What the programs of this folder share that draw a model from a number.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import copy
import functools
import os
import platform
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import machines
import run_layouts
from runner_arguments import case_folder
from suite_cases import run_cases

# None is the CPU that runs the test.
LEVELS = (None,) * 5 + ("x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4")


def get_level_flags(level):
    """What onnxc is told of a level of x86-64: nothing where this machine lacks
    what it has."""
    with open("/proc/cpuinfo") as file:
        features = set(file.read().split())
    if (platform.machine() != "x86_64" or
            not features.issuperset(run_layouts.CPUS.get(level, ()))):
        return []
    return [f"-mcpu={level}"]


def at_level(options, level):
    """The options for a level of x86-64, where this is one and they name no
    machine themselves."""
    if not level or options.onnxc_options or getattr(options, "machine", None):
        return options
    options = copy.copy(options)
    options.onnxc_options = get_level_flags(level)
    return options


def run_seed(seed, options, compare):
    name = f"seed {seed}"
    with case_folder(options, name) as folder:
        machines.excuse_emulator(name, functools.partial(
            compare, seed, options, folder))


def main(doc, compare, models, *arguments):
    """compare(seed, options, folder) for as many seeds as are asked for, or
    `models`; gives the exit status. `arguments` are further ones, each a name
    and what argparse takes."""
    options = run_layouts.parse_arguments(
        doc, ("--seed", {"type": int, "default": 1}),
        ("--models", {"type": int, "default": models,
                      "help": f"how many models ({models})"}), *arguments)
    return run_cases({
        f"seed {seed}": functools.partial(run_seed, seed, options, compare)
        for seed in range(options.seed, options.seed + options.models)},
        options)
