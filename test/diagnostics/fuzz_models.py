#!/usr/bin/env python3
"""Changes good models at random and checks that onnxc survives each.

    fuzz_models.py [--first SEED] [--count N]

and the arguments of test/runner_arguments.py. A seed picks one of the small
models below and changes some of its fields (a number, a name, a type, a node
too many or too few) or the bytes of its file. onnxc may then compile it or
refuse it with a message: a signal, a failed assertion, more memory or time than
allowed, an error without a message or a file left behind is a failure. The same
seeds give the same models. The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import random
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from run_diagnostics import runner_arguments
from run_diagnostics import Failure, files_below, run, run_cases

DEFAULT_COUNT = 120


def value(name, shape, dtype=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def weight(name, *shape):
    values = np.arange(np.prod(shape, dtype=int)) % 7 - 3
    return numpy_helper.from_array(
        values.astype(np.float32).reshape(shape), name)


def ints(name, values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def model(nodes, inputs, outputs, weights=(), opset=23, functions=()):
    imports = [helper.make_opsetid("", opset), helper.make_opsetid("own", 1)]
    graph = helper.make_graph(nodes, "seed", inputs, outputs, list(weights))
    return helper.make_model(graph, ir_version=10, opset_imports=imports,
                             functions=list(functions))


node = helper.make_node


def vision():
    return model(
        [node("Conv", ["x", "w", "b"], ["c"], "conv", pads=[1, 1, 1, 1]),
         node("BatchNormalization", ["c", "b", "b", "b", "b"], ["n"], "norm"),
         node("Relu", ["n"], ["r"], "relu"),
         node("MaxPool", ["r"], ["m"], "pool", kernel_shape=[2, 2],
              strides=[2, 2]),
         node("Resize", ["m", "", "s"], ["z"], "resize", mode="linear"),
         node("GlobalAveragePool", ["z"], ["g"], "mean"),
         node("Flatten", ["g"], ["y"], "flatten")],
        [value("x", ["batch", 3, 8, 8])], [value("y", ["batch", 4])],
        [weight("w", 4, 3, 3, 3), weight("b", 4),
         numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "s")])


def sequence():
    return model(
        [node("LSTM", ["x", "w", "r"], ["h"], "lstm", hidden_size=4),
         node("Squeeze", ["h", "one"], ["q"], "squeeze"),
         node("LayerNormalization", ["q", "g"], ["n"], "norm"),
         node("Softmax", ["n"], ["y"], "softmax", axis=-1)],
        [value("x", ["steps", 2, 3])], [value("y", ["steps", 2, 4])],
        [weight("w", 1, 16, 3), weight("r", 1, 16, 4), weight("g", 4),
         ints("one", [1])])


def shapes():
    return model(
        [node("Shape", ["x"], ["s"], "shape"),
         node("Gather", ["s", "zero"], ["b"], "gather", axis=0),
         node("Concat", ["b", "rest"], ["t"], "concat", axis=0),
         node("Reshape", ["x", "t"], ["r"], "reshape"),
         node("Transpose", ["r"], ["p"], "transpose", perm=[0, 2, 1]),
         node("Slice", ["p", "zero", "two", "one"], ["c"], "slice"),
         node("Split", ["c"], ["y", "z"], "split", axis=1, num_outputs=2)],
        [value("x", ["batch", 6])],
        [value("y", ["batch", 1, 2]), value("z", ["batch", 1, 2])],
        [ints("zero", [0]), ints("one", [1]), ints("two", [2]),
         ints("rest", [2, 3])])


def attention():
    return model(
        [node("Attention", ["q", "k", "k"], ["a"], "attention", is_causal=1),
         node("Einsum", ["a", "w"], ["e"], "einsum", equation="bhsd,de->bhse"),
         node("Cast", ["e"], ["y"], "cast", to=TensorProto.FLOAT16)],
        [value("q", [1, 2, "s", 4]), value("k", [1, 2, "s", 4])],
        [value("y", [1, 2, "s", 4], TensorProto.FLOAT16)], [weight("w", 4, 4)])


def data():
    return model(
        [node("TopK", ["x", "two"], ["v", "i"], "topk", axis=1),
         node("NonZero", ["v"], ["n"], "nonzero"),
         node("Pad", ["v", "pads"], ["p"], "pad", mode="reflect"),
         node("CumSum", ["p", "axis"], ["c"], "cumsum"),
         node("ReduceSum", ["c", "two"], ["y"], "sum", keepdims=0,
              noop_with_empty_axes=1),
         node("GatherElements", ["x", "i"], ["z"], "gather", axis=1)],
        [value("x", ["batch", 4, 3])],
        [value("n", [3, "found"], TensorProto.INT64), value("y", ["batch", 2]),
         value("z", ["batch", 2, 3])],
        [ints("two", [2]), ints("pads", [0, 0, 1, 0, 0, 1]),
         numpy_helper.from_array(np.array(1, np.int64), "axis")])


def control():
    then = helper.make_graph([node("Neg", ["x"], ["t"], "negate")], "then", [],
                             [value("t", ["n", 3])])
    other = helper.make_graph([node("Abs", ["x"], ["e"], "abs")], "else", [],
                              [value("e", ["n", 3])])
    body = helper.make_graph(
        [node("Add", ["carried", "x"], ["next"], "step"),
         node("Identity", ["condition"], ["again"], "keep")], "body",
        [value("i", [], TensorProto.INT64),
         value("condition", [], TensorProto.BOOL),
         value("carried", ["n", 3])],
        [value("again", [], TensorProto.BOOL), value("next", ["n", 3])])
    return model(
        [node("If", ["flag"], ["f"], "if", then_branch=then,
              else_branch=other),
         node("Loop", ["trip", "", "f"], ["y"], "loop", body=body)],
        [value("x", ["n", 3]), value("flag", [], TensorProto.BOOL)],
        [value("y", ["n", 3])],
        [numpy_helper.from_array(np.array(3, np.int64), "trip")])


def quantized():
    zero = numpy_helper.from_array(np.array(3, np.uint8), "z")
    scale = numpy_helper.from_array(np.array(0.5, np.float32), "s")
    weights = numpy_helper.from_array(
        np.arange(12, dtype=np.uint8).reshape(4, 3), "w")
    return model(
        [node("QuantizeLinear", ["x", "s", "z"], ["q"], "quantize"),
         node("QLinearMatMul", ["q", "s", "z", "w", "s", "z", "s", "z"],
              ["m"], "product"),
         node("DequantizeLinear", ["m", "s", "z"], ["y"], "dequantize")],
        [value("x", ["n", 4])], [value("y", ["n", 3])],
        [zero, scale, weights])


def functions():
    inner = helper.make_function(
        "own", "Scale", ["a"], ["b"], [node("Mul", ["a", "a"], ["b"], "mul")],
        [helper.make_opsetid("", 23)])
    outer = helper.make_function(
        "own", "Twice", ["a"], ["c"],
        [node("Scale", ["a"], ["b"], "inner", domain="own"),
         node("Scale", ["b"], ["c"], "outer", domain="own")],
        [helper.make_opsetid("", 23), helper.make_opsetid("own", 1)])
    return model([node("Twice", ["x"], ["t"], "twice", domain="own"),
                  node("Gelu", ["t"], ["y"], "gelu")],
                 [value("x", ["n"])], [value("y", ["n"])],
                 functions=[inner, outer])


SEEDS = (vision, sequence, shapes, attention, data, control, quantized,
         functions)
NUMBERS = (0, 1, 2, -1, 3, 7, 255, -128, 1 << 16, (1 << 31) - 1, 1 << 31,
           -(1 << 31), 1 << 62, (1 << 63) - 1, -(1 << 63))


def messages(message):
    """A message and all below it."""
    yield message
    for field, content in message.ListFields():
        if field.message_type:
            for child in content if field.is_repeated else [content]:
                yield from messages(child)


def names(proto):
    return sorted({name for each in messages(proto)
                   if isinstance(each, onnx.NodeProto)
                   for name in (*each.input, *each.output)}) + ["", "nowhere"]


def change_scalar(rng, proto, field, old):
    if field.type == field.TYPE_STRING:
        return rng.choice(names(proto) + [old + old, "Relu", "Loop", "x" * 300,
                                          "\x01\n", old[:-1]])
    if field.type == field.TYPE_BYTES:
        old = bytearray(old or b"a")
        old[rng.randrange(len(old))] = rng.randrange(256)
        return bytes(old[:rng.randrange(len(old)) + 1]
                     if rng.random() < 0.3 else old)
    if field.type in (field.TYPE_FLOAT, field.TYPE_DOUBLE):
        return rng.choice([0.0, -1.0, 1e38, float("inf"), float("nan")])
    if field.type == field.TYPE_ENUM:
        return rng.choice([each.number for each in field.enum_type.values])
    number = rng.choice(NUMBERS) if rng.random() < 0.7 else old + rng.choice(
        (-1, 1))
    small = field.type in (field.TYPE_INT32, field.TYPE_UINT32)
    bits = 31 if small else 63
    return max(-(1 << bits), min((1 << bits) - 1, number))


def change_field(rng, proto):
    """One field of one message of the model gets another value."""
    message = rng.choice([each for each in messages(proto)
                          if each.ListFields()])
    field, content = rng.choice(message.ListFields())
    if not field.is_repeated:
        if field.message_type or rng.random() < 0.1:
            message.ClearField(field.name)
        else:
            setattr(message, field.name,
                    change_scalar(rng, proto, field, content))
        return
    at = rng.randrange(len(content))
    choice = rng.randrange(4)
    if choice == 0:
        del content[at]
    elif choice == 1 and len(content) < 50:
        content.append(content[at])
    elif field.message_type:
        content[at].CopyFrom(rng.choice(list(content)))
    else:
        content[at] = change_scalar(rng, proto, field, content[at])


def change_bytes(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(data))
        choice = rng.randrange(4)
        if choice == 0:
            data[at] = rng.randrange(256)
        elif choice == 1:
            data[at] ^= 1 << rng.randrange(8)
        elif choice == 2:
            del data[at:at + rng.randrange(1, 9)]
        else:
            data[at:at] = data[at:at + rng.randrange(1, 9)]
    return bytes(data)


def mutate(seed):
    rng = random.Random(seed)
    proto = rng.choice(SEEDS)()
    if rng.random() < 0.25:
        return change_bytes(rng, proto.SerializeToString())
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        change_field(rng, proto)
    return proto.SerializeToString()


def check(options, name, seed):
    with runner_arguments.case_folder(options, name) as scratch:
        with open(os.path.join(scratch, "model.onnx"), "wb") as file:
            file.write(mutate(seed))
        before = files_below(scratch)
        status, said = run(options.onnxc, scratch,
                           ["model.onnx", "-o", "model.o", f"-O{seed % 4}"])
        left = sorted(files_below(scratch) - before)
    if status and left:
        raise Failure(f"exit status {status}, but left {', '.join(left)}")
    if status not in (0, 1) or (status and "error:" not in said):
        raise Failure(f"exit status {status}\n{said}")


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--first", type=int, default=0, help="a seed (0)")
    parser.add_argument("--count", type=int, default=DEFAULT_COUNT,
                        help=f"how many seeds ({DEFAULT_COUNT})")
    options = parser.parse()
    for build in SEEDS:
        onnx.checker.check_model(build())
    seeds = range(options.first, options.first + options.count)
    return run_cases({f"seed {seed}": functools.partial(
        check, options, f"seed {seed}", seed) for seed in seeds}, options)


if __name__ == "__main__":
    sys.exit(main())
