"""Modules of Rust that onnxc writes: built, with every warning an error.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import sys

import onnx

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path[:0] = [os.path.join(TESTS, "models"), os.path.join(TESTS, "graphs")]
import model_cases
import run_graphs
import rust_graphs
import runner_arguments
from suite_cases import run

# A few of each kind: free dimensions, sizes that depend on data, branches,
# loops, strings, sequences, optionals, maps, types that Rust has not.
MODELS = ["tiny_autoencoder"]
GRAPHS = ["sequence_in_and_out", "sequence_of_unknown_rank",
          "sequence_of_strings", "optional_in", "optional_tensor", "cast_map",
          "if_of_two_shapes", "growing_cache", "broadcast_narrow_types",
          "broadcast_contradiction", "string_split_at_commas",
          "string_unique_rows", "complex_padding", "Unique_gives_y_first_back"]


def build(rustc, options, folder, source, objects):
    """A program of a file and of the modules in the folder."""
    name = os.path.splitext(os.path.basename(source))[0]
    main = os.path.join(folder, f"{name}_main.rs")
    with open(source) as file, open(main, "w") as copy:
        copy.write(file.read())
    program = os.path.join(folder, f"{name}_program")
    run(rustc, "--edition", "2021", "-D", "warnings", main,
        *(f"-Clink-arg={os.path.join(folder, item)}" for item in objects),
        "-L", f"native={options.build}/runtime-lite", "-l", "static=onnxc-rt",
        "-o", program)
    return program


def check_module(rustc, options, folder, model, flags=()):
    """Compiles a model, and checks its module as a crate of its own."""
    module = os.path.join(folder, "model.rs")
    run(options.onnxc, model, *flags, "--emit=rust", "-o", module)
    run(rustc, "--edition", "2021", "--crate-type", "lib", "--emit=metadata",
        "-D", "warnings", module, "-o", os.path.join(folder, "model.rmeta"))


def of_model(rustc, options, case):
    with runner_arguments.case_folder(options, f"module_{case.name}") as folder:
        path = model_cases.model_path(
            case.model, os.path.join(options.build, "models"))
        # Its interface is the same, however fast the code is.
        check_module(rustc, options, folder, path, ["-O0", *case.flags])


def of_graph(rustc, options, case):
    """Its numbers are compared, too, where a program can have them."""
    with runner_arguments.case_folder(options, f"module_{case.name}") as folder:
        path = os.path.join(folder, "model.onnx")
        model = run_graphs.parse_model(case)
        onnx.save(model, path)
        values = [f"--value={name}={run_graphs.print_value(value)}"
                  for name, value in case.values.items()]
        flags = [*case.flags, *values]
        run(options.onnxc, path, *flags, "--emit=rust", "-o",
            os.path.join(folder, "model.rs"))
        if not rust_graphs.run_case(
                case, model, folder,
                lambda source: build(rustc, options, folder, source,
                                     ["model.o"])):
            check_module(rustc, options, folder, path, ["-O0", *flags])


def list_cases(rustc, options):
    models = [case for case in model_cases.all_cases()
              if options.all or case.name in MODELS]
    graphs = [case for case in run_graphs.find_cases()
              if options.all or case.name in GRAPHS]
    missing = set(GRAPHS) - {case.name for case in graphs}
    if missing:
        raise ValueError(f"there are no graphs {sorted(missing)}")
    cases = {f"module_{case.name}":
             functools.partial(of_model, rustc, options, case)
             for case in models}
    cases.update({f"module_{case.name}":
                  functools.partial(of_graph, rustc, options, case)
                  for case in graphs})
    return cases
