#!/usr/bin/env python3
"""Runs random models of each kind on other machines than this one.

    run_machines.py [--machines NAMES] [--seed N] [--models N]

and the arguments of test/runner_arguments.py. Networks, free dimensions, idioms,
convolutions and products with weights of a few bits as the programs beside this
one draw and compare them, compiled for levels of x86-64, for processors that are emulated, without an operating
system, for Vulkan, and for CUDA on an interpreter (machines.py). The last line
is `N passed, N failed`; a model on a machine is a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import copy
import functools
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import machines
import run_convolutions
import run_dims
import run_idioms
import run_layouts
import run_nbits
import run_networks
import seeded_models
from suite_cases import run_cases

SEEDED = {"networks": run_networks.compare_seed, "dims": run_dims.compare,
          "idioms": run_idioms.run_seed}
DOZENS = {"convolutions": run_convolutions.run, "nbits": run_nbits.run}


def set_machine(options, machine, kind):
    options = copy.copy(options)
    options.machine, options.element = machine, "any"
    if options.keep:
        options.keep = os.path.join(options.keep, machine, kind)
    return options


def list_cases(machine, options):
    for kind, compare in SEEDED.items():
        for seed in range(options.seed, options.seed + options.models):
            yield f"{machine} {kind} seed {seed}", functools.partial(
                seeded_models.run_seed, seed,
                set_machine(options, machine, kind), compare)
    # A model holds a dozen.
    for kind, compare in DOZENS.items():
        for number in range((options.models + 3) // 4):
            is_free = bool((options.seed + number) % 2)
            name = f"{machine} {kind} seed {options.seed + number}"
            case = functools.partial(compare, name, number, machine, is_free,
                                     set_machine(options, machine, kind))
            yield name, functools.partial(machines.excuse_emulator, name, case)


def is_here(machine):
    if machine not in run_layouts.CPUS or run_layouts.available(machine):
        return True
    print(f"{machine}: not this machine")
    return False


def main():
    others = [name for name in machines.NAMES if name != "host"]
    options = run_layouts.parse_arguments(
        __doc__, ("--machines", {"nargs": "+", "choices": others,
                                 "default": others, "metavar": "NAME",
                                 "help": "some of " + ", ".join(others)}),
        ("--seed", {"type": int, "default": 1}),
        ("--models", {"type": int, "default": 1,
                      "help": "how many of each kind (1)"}))
    here = filter(is_here, options.machines)
    return run_cases({name: case for machine in here
                      for name, case in list_cases(machine, options)}, options)


if __name__ == "__main__":
    sys.exit(main())
