"""Programs of random models that run each for the CPU levels of this machine, or
on one other machine, with fixed and with free sizes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import machines
import run_layouts
import runner_arguments
from suite_cases import run_cases


def get_flags(cpu, options):
    """What onnxc is told of a CPU; "O0" is this one, without layouts."""
    if options.machine != "host":
        return []
    return ["-O0"] if cpu == "O0" else [f"-mcpu={cpu}"]


def compile_and_run(models, count, name, cpu, is_free, options):
    """The cases of a model, what they are computed from, and the results.
    `models` draws and writes them (pool_models.py, transform_models.py): other
    ones for each name."""
    seed = zlib.crc32(f"{options.seed} {name}".encode())
    cases = [models.draw(seed, i) for i in range(count)]
    with runner_arguments.case_folder(options, name) as folder:
        path = os.path.join(folder, "model.onnx")
        operands = models.write(cases, seed, is_free, path)
        program = machines.compile_model(path, get_flags(cpu, options), options,
                                         folder)
        return cases, operands, program.run({
            f"{case.name}_x": operands[case.name].x for case in cases})


def run_all(doc, models, run, more_cpus=()):
    """Calls run(name, number, cpu, is_free, options) for each; returns the exit
    status."""
    options = run_layouts.parse_arguments(
        doc, ("--seed", {"type": int, "default": 1}),
        ("--models", {"type": int, "default": models,
                      "help": f"how many models of a dozen cases ({models})"}),
        machines.ARGUMENT)
    cpus = ([*run_layouts.list_cpus(), *more_cpus]
            if options.machine == "host" else [options.machine])
    return run_cases(dict(list_cases(cpus, options, run)), options)


def list_cases(cpus, options, run):
    for cpu in cpus:
        for number in range(options.models):
            for is_free in (False, True):
                name = f"{number} {cpu} {'free' if is_free else 'fixed'}"
                yield name, functools.partial(run, name, number, cpu, is_free,
                                              options)
