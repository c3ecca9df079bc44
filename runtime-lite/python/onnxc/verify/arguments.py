"""The command line. What is not of verify is onnxc's.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import dataclasses

from onnxc.verify.problem import Problem

TEXT = """Compiles a model, runs it and compares it with a reference; where an
output differs, finds the first node that does. Other options are onnxc's: the
object that is tested is the one that they make.

  onnxc verify model.onnx
  onnxc verify model.onnx --inputs x.npz --against outputs.npz
  onnxc verify model.onnx --dim batch=1 -mcpu=x86-64-v2 --per-node

The exit status is 0 where all outputs agree, 1 where one differs, 2 where they
cannot be compared."""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Problem(f"{message}; see onnxc verify --help")


@dataclasses.dataclass
class Settings:
    """As parsed; `flags` are for onnxc."""
    options: argparse.Namespace
    flags: list
    # Of free dimensions at run, by name.
    sizes: dict
    # (low, high) of bounded ones.
    bounds: dict
    shapes: dict
    ranges: dict
    # Inputs that onnxc makes constants, as text.
    values: dict


def make_parser():
    parser = Parser(prog="onnxc verify", description=TEXT, allow_abbrev=False,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="model.onnx")
    given = parser.add_argument_group("inputs (made up unless told)")
    given.add_argument("--inputs", metavar="X.npz",
                       help="an array for each input; .npy for a single one")
    given.add_argument("--test-dir", metavar="DIR",
                       help="of ONNX's tests: input_0.pb and so on, and the "
                            "outputs")
    given.add_argument("--random", action="store_true",
                       help="make up what --inputs lacks")
    given.add_argument("--seed", type=int, default=0, metavar="N",
                       help="of what is made up (0)")
    given.add_argument("--range", action="append", default=[],
                       metavar="INPUT=LOW..HIGH",
                       help="of an input that is made up (normally "
                            "distributed floats, integers 0 and 1)")
    given.add_argument("--size", action="append", default=[],
                       metavar="NAME=N", help="a free dimension at run")
    right = parser.add_argument_group("what is right")
    right.add_argument("--against", metavar="WHAT",
                       help="onnxruntime (the default), reference (onnx's "
                            "evaluator), other.onnx or outputs.npz")
    right.add_argument("--rtol", type=float, default=1e-3, metavar="R",
                       help="part of an element (1e-3)")
    right.add_argument("--atol", type=float, default=1e-7, metavar="A",
                       help="absolute (1e-7)")
    right.add_argument("--scale", type=float, metavar="S",
                       help="part of the largest value that is rounding (1e-4 "
                            "for float32, 2e-3 for float16); 0 for none")
    said = parser.add_argument_group("what is said")
    said.add_argument("--per-node", action="store_true",
                      help="print every value with its errors")
    said.add_argument("--html", metavar="FILE", help="the same as a page")
    said.add_argument("--json", metavar="FILE", help="the same for programs")
    said.add_argument("--save", metavar="DIR",
                      help="where operands, results and the minimal model of "
                           "a node that diverges go (MODEL.verify)")
    said.add_argument("--no-search", action="store_true",
                      help="compare the outputs only")
    parser.add_argument("--threads", type=int, default=1, metavar="N",
                        help="to run on (1)")
    parser.add_argument("--onnxc", metavar="FILE",
                        help="the compiler, with onnxc-run beside it")
    return parser


def split_pair(text, flag, form):
    name, equals, value = text.rpartition("=")
    if not equals or not name or not value:
        raise Problem(f"{flag} wants {form}, not '{text}'")
    return name, value


def whole(text, flag, form, original):
    try:
        return int(text)
    except ValueError:
        raise Problem(f"{flag} wants {form}, not '{original}'") from None


def flag_values(flags, flag):
    """What onnxc is given by one of its options, in either form."""
    for i, text in enumerate(flags):
        head, equals, value = text.partition("=")
        if "--" + head.lstrip("-") != flag or not head.startswith("-"):
            continue
        if equals:
            yield value
        elif i + 1 < len(flags):
            yield flags[i + 1]


def read_dims(settings):
    form = "NAME=4 or NAME=1..512"
    for text in flag_values(settings.flags, "--dim"):
        name, value = split_pair(text, "--dim", form)
        low, dots, high = value.partition("..")
        if dots:
            settings.bounds[name] = (whole(low, "--dim", form, text),
                                     whole(high, "--dim", form, text))
        else:
            settings.sizes[name] = whole(low, "--dim", form, text)
    for text in settings.options.size:
        name, value = split_pair(text, "--size", "NAME=N")
        settings.sizes[name] = whole(value, "--size", "NAME=N", text)
        if settings.sizes[name] < 0:
            raise Problem(f"--size wants a size, not '{text}'")


def read_shapes(settings):
    for text in flag_values(settings.flags, "--shape"):
        name, value = split_pair(text, "--shape", "INPUT=1x3x8")
        sizes = [] if value == "scalar" else \
            value.split("," if "," in value else "x")
        if "?" not in sizes:
            settings.shapes[name] = [
                whole(size, "--shape", "INPUT=1x3x8", text) for size in sizes]


def parse(arguments):
    options, flags = make_parser().parse_known_args(arguments)
    settings = Settings(options, flags, {}, {}, {}, {}, {})
    if options.inputs and options.test_dir:
        raise Problem("--inputs and --test-dir: give one")
    if options.threads < 0:
        raise Problem("--threads wants a number of threads, 0 for all CPUs")
    for flag in flags:
        name = flag.split("=")[0].lstrip("-")
        if name in ("o", "emit", "profile", "stop-after", "inspect", "prefix",
                    "target", "MD", "MF", "help-all", "version"):
            raise Problem(f"verify runs what it compiles, on this machine: "
                          f"{flag.split('=')[0]} does not go with it")
    read_dims(settings)
    read_shapes(settings)
    for text in options.range:
        name, value = split_pair(text, "--range", "INPUT=LOW..HIGH")
        low, dots, high = value.partition("..")
        try:
            settings.ranges[name] = (float(low), float(high))
        except ValueError:
            raise Problem(f"--range wants INPUT=LOW..HIGH, not '{text}'") \
                from None
    for text in flag_values(flags, "--value"):
        name, value = split_pair(text, "--value", "INPUT=16000")
        settings.values[name] = value
    return settings
