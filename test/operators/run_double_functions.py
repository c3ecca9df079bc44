#!/usr/bin/env python3
"""Holds functions of float64 to two units in the last place, over their whole
range and at special values, with and without fused instructions.

    run_double_functions.py [--table]

and the arguments of test/runner_arguments.py. mpmath knows the truth. The last
line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import sys

import mpmath
import numpy as np
import onnx
from onnx import TensorProto, helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "emulated"))
import emulator
import runner_arguments
from suite_cases import Failure, run, run_cases

mpmath.mp.prec = 200
ULPS = 2.0
CPUS = "native", "x86-64", "aarch64", "riscv64"
SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 2.3e-308,
           1.7e308, -1.7e308, 1.0, -1.0, 0.5, 2.0, 1 - 2.0 ** -53,
           1 + 2.0 ** -52]
TABLE = []


def spread(random, low, high):
    """Numbers of both signs whose exponents are spread evenly."""
    return (np.exp2(random.uniform(low, high, 500)) *
            random.choice([-1, 1], 500))


def hard_angles(random):
    """Close to multiples of pi/2, small and huge; the last is the hardest of
    all numbers."""
    near = [float(mpmath.pi / 2 * n) for n in
            [*range(1, 60), *(2 ** k + 1 for k in range(6, 52, 3)),
             *(3 ** k for k in range(40, 600, 9))]]
    return np.concatenate([near, spread(random, -40, 20),
                           spread(random, 20, 1023),
                           [6381956970095103.0 * 2.0 ** 797]])


def uniform(low, high):
    return lambda random: np.concatenate([
        random.uniform(low, high, 1500), spread(random, -60, 0)])


def positive(random):
    return np.concatenate([np.abs(spread(random, -1074, 1023)),
                           1 + spread(random, -52, -2),
                           random.uniform(0.5, 2, 1000)])


# Operator: what it is, and where it is asked.
FUNCTIONS = {
    "Exp": (mpmath.exp, uniform(-745, 709.7)),
    "Log": (mpmath.log, positive),
    "Sin": (mpmath.sin, hard_angles),
    "Cos": (mpmath.cos, hard_angles),
    "Tan": (mpmath.tan, hard_angles),
    "Asin": (mpmath.asin, uniform(-1, 1)),
    "Acos": (mpmath.acos, uniform(-1, 1)),
    "Atan": (mpmath.atan, lambda random: np.concatenate(
        [random.uniform(-4, 4, 1500), spread(random, -60, 80)])),
    "Sinh": (mpmath.sinh, uniform(-710, 710)),
    "Cosh": (mpmath.cosh, uniform(-710, 710)),
    "Tanh": (mpmath.tanh, uniform(-25, 25)),
    "Asinh": (mpmath.asinh, lambda random: spread(random, -60, 1023)),
    "Acosh": (mpmath.acosh, lambda random: np.concatenate(
        [1 + np.abs(spread(random, -50, 2)), np.abs(spread(random, 1, 1023))])),
    "Atanh": (mpmath.atanh, uniform(-1, 1)),
    "Erf": (mpmath.erf, uniform(-6.5, 6.5)),
}
WITH_NUMPY = {"Erf": None, "Asin": np.arcsin, "Acos": np.arccos,
              "Atan": np.arctan, "Asinh": np.arcsinh, "Acosh": np.arccosh,
              "Atanh": np.arctanh}


def write_model(path, operator, arity):
    names = ["x", "y"][:arity]
    graph = helper.make_graph(
        [helper.make_node(operator, names, ["z"])], "function",
        [helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["n"])
         for name in names],
        [helper.make_tensor_value_info("z", TensorProto.DOUBLE, ["n"])])
    onnx.save(helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 22)]), path)


def call(options, cpu, operator, *inputs):
    work = runner_arguments.work_folder(options, "double-functions",
                                        f"{operator}-{cpu}")
    model = os.path.join(work, "model.onnx")
    write_model(model, operator, len(inputs))
    onnxc = options.onnxc
    if cpu in emulator.MACHINES:
        machine = emulator.Emulator(
            cpu, onnxc, os.path.join(options.build, "double-functions"))
        try:
            program = machine.build(model, work)
            return machine.run(program, [(TensorProto.DOUBLE, one)
                                         for one in inputs], work)[0]
        except emulator.EmulationError as error:
            raise Failure(str(error))
    library = os.path.join(work, "model.so")
    run(onnxc, model, f"-mcpu={cpu}", "--emit=shared", "-o", library)
    given = []
    for name, one in zip("xy", inputs):
        np.save(os.path.join(work, f"{name}.npy"), one)
        given += ["--input", f"{name}={work}/{name}.npy"]
    run(options.onnxc_run, library, *given,
        "--output-dir", work)
    return np.load(os.path.join(work, "z.npy"))


def units(got, truth):
    """How many units in the last place of the truth lie between."""
    exact = float(truth)
    if np.isinf(exact) or np.isinf(got):
        return 0.0 if got == exact else np.inf
    unit = np.spacing(abs(exact))
    return float(abs(mpmath.mpf(float(got)) - truth) / mpmath.mpf(float(unit)))


def check(name, cpu, got, truths, arguments):
    errors = [units(value, truth) for value, truth in zip(got, truths)]
    worst = int(np.argmax(errors))
    TABLE.append(f"{name:<8}{cpu:<10}{errors[worst]:>6.2f}")
    if not errors[worst] <= ULPS:
        raise Failure(f"{errors[worst]:.2f} units off at {arguments[worst]}: "
                      f"{got[worst]!r} instead of {truths[worst]}")


def check_special(got, wanted, arguments):
    for value, right, argument in zip(got, wanted, arguments):
        same = (np.isnan(value) if np.isnan(right) else
                np.isclose(value, right, rtol=1e-15, atol=0) and
                np.signbit(value) == np.signbit(right))
        if not same:
            raise Failure(f"{value!r} instead of {right!r} at {argument}")


def function_case(options, name, cpu):
    truth, choose = FUNCTIONS[name]
    x = choose(np.random.RandomState(0))
    got = call(options, cpu, name, np.concatenate([x, SPECIAL]))
    check(name, cpu, got, [truth(mpmath.mpf(one)) for one in x], x)
    if name == "Erf":
        wanted = [one if one == 0 else float(mpmath.erf(one))
                  for one in SPECIAL]
    else:
        with np.errstate(all="ignore"):
            wanted = WITH_NUMPY.get(name, getattr(np, name.lower(), None))(
                np.array(SPECIAL))
    check_special(got[len(x):], wanted, SPECIAL)


def pow_case(options, cpu):
    random = np.random.RandomState(0)
    x = np.concatenate([np.abs(spread(random, -1000, 1000)),
                        1 + spread(random, -52, -10),
                        random.uniform(0.1, 10, 1000)])
    # Results over the whole range.
    y = random.uniform(-744, 709, x.size) / np.log(x)
    y[-500:] = random.randint(-20, 20, 500)
    x[-250:] *= -1
    pairs = [(a, b) for a in [*SPECIAL, -2.0, -0.5, 3.0] for b in
             [*SPECIAL, 3.0, -3.0, 4.0, -0.5, 1e300, -1e300, 9007199254740991.0]]
    special_x, special_y = np.array(pairs).T
    got = call(options, cpu, "Pow", np.concatenate([x, special_x]),
               np.concatenate([y, special_y]))
    with np.errstate(all="ignore"):
        wanted = np.power(special_x, special_y)
    check("Pow", cpu, got, [mpmath.mpf(a) ** (int(b) if b == int(b) else
                                              mpmath.mpf(b))
                            for a, b in zip(x, y)], list(zip(x, y)))
    check_special(got[x.size:], wanted, pairs)


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--table", action="store_true",
                        help="print the largest errors")
    options = parser.parse()
    cases = {f"{name}-{cpu}": functools.partial(function_case, options, name,
                                                cpu)
             for name in FUNCTIONS for cpu in CPUS}
    cases.update({f"Pow-{cpu}": functools.partial(pow_case, options, cpu)
                  for cpu in CPUS})
    status = run_cases(cases, options)
    if options.table:
        print("\n".join(sorted(TABLE)))
    return status


if __name__ == "__main__":
    sys.exit(main())
