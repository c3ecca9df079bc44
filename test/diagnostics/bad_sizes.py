"""Operators whose sizes, indices or attributes contradict themselves.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from bad_models import Case, node, of, value, write_bytes

INT64 = TensorProto.INT64
HUGE = 1 << 40


def weight(name, *shape):
    return numpy_helper.from_array(np.ones(shape, np.float32), name)


def ints(name, values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def one(name, op_type, shape, says, weights=(), outputs=("y",), opset=21,
        indices=False, **attributes):
    """A node of x and the weights, and what onnxc must say of it."""
    inputs = ["x"] + [each.name if each is not None else "" for each in weights]
    made = [value(output, None, INT64 if indices or output == "i"
                  else TensorProto.FLOAT) for output in outputs]
    return Case(name, of([node(op_type, inputs, list(outputs), **attributes)],
                         [value("x", shape)], made,
                         [each for each in weights if each is not None],
                         opset=opset),
                [f'"{op_type}_node"', *says])


def recurrent():
    for op_type, gates in ("LSTM", 4), ("GRU", 3), ("RNN", 1):
        w, r = weight("w", 1, gates * 4, 3), weight("r", 1, gates * 4, 4)

        def layer(what, says, x=3, weights=(w, r), size=4, op_type=op_type):
            return one(f"{op_type.lower()}-{what}", op_type, [5, 2, x], says,
                       weights, hidden_size=size)
        yield layer("hidden-size", ["hidden_size is 5", "4 columns"], size=5)
        yield layer("rows-of-w", [f"W in dimension 1 is {gates * 5}"],
                    weights=(weight("w", 1, gates * 5, 3), r))
        yield layer("features", ["W in dimension 2 is 3, not 7"], x=7)
        yield layer("bias", ["B in dimension 1 is 3"],
                    weights=(w, r, weight("b", 1, 3)))
        yield layer("state", ["initial_h in dimension 1 is 7, not 2"],
                    weights=(w, r, None, None, weight("h", 1, 7, 4)))


def indices():
    for index in 4, -5, (1 << 63) - 1, -(1 << 63):
        says = [f"index {index} is out of range for a dimension of 4"]
        yield one(f"gather-{index}", "Gather", [4, 3], says,
                  [ints("i", [0, index])])
        yield one(f"gather-elements-{index}", "GatherElements", [4, 3], says,
                  [ints("i", [[0, index]])])
        yield one(f"gather-nd-{index}", "GatherND", [4, 3], says,
                  [ints("i", [[0], [index]])])
        yield one(f"scatter-elements-{index}", "ScatterElements", [4, 3], says,
                  [ints("i", [[index]]), weight("u", 1, 1)])
        yield one(f"scatter-nd-{index}", "ScatterND", [4, 3], says,
                  [ints("i", [[1, 2], [index, 0]]), weight("u", 2)])
    yield one("scatter-other-updates", "ScatterND", [4, 3],
              ["updates in dimension 0 is 1, not 2"],
              [ints("i", [[1], [2]]), weight("u", 1, 3)])
    yield one("gather-elements-beyond", "GatherElements", [4, 3],
              ["indices in dimension 1 is 5, more than 3"],
              [ints("i", [[0] * 5])])
    # More of them than are looked at as sizes.
    yield one("gather-many", "Gather", [4, 3],
              ["index 9 is out of range for a dimension of 4"],
              [ints("i", [3] * 3000 + [9])])


def windows():
    w = weight("w", 4, 3, 3, 3)
    image = [1, 3, 8, 8]
    for name in "strides", "pads", "dilations":
        values = [HUGE] * (4 if name == "pads" else 2)
        says = [f"attribute {name} has the value {HUGE}", "too large"]
        yield one(f"conv-{name}", "Conv", image, says, [w], **{name: values})
        yield one(f"pool-{name}", "MaxPool", image, says, kernel_shape=[2, 2],
                  **{name: values})
        yield one(f"conv-transpose-{name}", "ConvTranspose", [1, 4, 8, 8], says,
                  [w], **{name: values})
    yield one("conv-kernel-shape", "Conv", image,
              ["kernel_shape has the size 5", "weights have 3"], [w], kernel_shape=[5, 5])
    yield one("conv-groups", "Conv", image, ["group is"], [w], group=1 << 62)
    yield one("conv-bias", "Conv", image, ["B in dimension 0 is 3, not 4"],
              [w, weight("b", 3)])
    yield one("conv-transpose-cropped", "ConvTranspose", [1, 4, 8, 8],
              ["a size of the result is -2"], [w], pads=[6] * 4)


def sizes():
    image = [1, 4, 2, 2]
    three = weight("s", 3)
    yield one("batch-norm-channels", "BatchNormalization", image,
              ["scale in dimension 0 is 3, not 4"],
              [three, weight("b", 4), weight("m", 4), weight("v", 4)])
    yield one("instance-norm-channels", "InstanceNormalization", image,
              ["scale in dimension 0 is 3, not 4"], [three, weight("b", 4)])
    yield one("lrn-size", "LRN", image, ["size is 0"], size=0)
    yield one("block-size", "DepthToSpace", image, ["blocksize .* too large"],
              blocksize=1 << 32)
    yield one("softmax-of-a-scalar", "Softmax", [], ["axis -1", "rank 0"])
    yield one("pads", "Pad", [4], ["cannot pad by 9223372036854775807"],
              [ints("p", [(1 << 63) - 1] * 2)])
    yield one("pads-that-crop-all", "Pad", [4], ["result is -2"],
              [ints("p", [-3, -3])])
    yield Case("pads-and-axes",
               of([node("Pad", ["x", "p", "", "a"], ["y"])],
                  [value("x", [4, 4]), value("p", [2], INT64),
                   value("a", [2], INT64)], [value("y", None)]),
               ['"Pad_node"', "needs two pads an axis, not 2 for 2"])
    yield one("dft-length", "DFT", [1, 4, 1],
              ["dft_length has to be one number, not 3"],
              [ints("n", [4, 4, 4])])
    for op_type, operand, weights in (
            ("CumSum", "axis", [ints("n", [0, 0])]),
            ("CumProd", "axis", [ints("n", [])]),
            ("TopK", "K", [ints("n", [1, 1])]),
            ("Trilu", "k", [ints("n", [1, 1])])):
        yield one(f"{op_type.lower()}-{operand}", op_type, [4, 4],
                  [f"{operand} has to be one number, not "], weights,
                  outputs=("y", "i") if op_type == "TopK" else ("y",),
                  opset=26 if op_type == "CumProd" else 21)
    yield one("range-limit", "Range", [],
              ["limit has to be one number, not 3"],
              [weight("l", 3), weight("d", 2)])
    yield one("gather-nd-batches", "GatherND", [4, 4], [""],
              [ints("i", [[0]])], opset=17, batch_dims=-9)
    yield one("dft-axis", "DFT", [1, 4, 1],
              ["axis has to be one number, not 0"], [None, ints("n", [])])
    yield one("tile-negative", "Tile", [4], ["a size is negative"],
              [ints("n", [-1])])
    yield one("split-negative", "Split", [4], ["size of a part is -1"],
              [ints("n", [-1, 5])], ("y", "z"))
    for count in 1, 3:
        yield one(f"split-into-{count}", "Split", [6],
                  [f"has 2 outputs, the operator {count}"],
                  [ints("n", [6 // count] * count)], ("y", "z"))
    yield one("slice-one-axis-twice", "Slice", [4, 5],
              ["axis -2 is given twice"],
              [ints("s", [0, 1]), ints("e", [2, 3]), ints("a", [0, -2])])
    yield one("rotary-odd", "RotaryEmbedding", [1, 2, 3, 5],
              ["rotates 5 features a head"],
              [weight("c", 1, 3, 2), weight("s", 1, 3, 2)], opset=23)
    yield one("rotary-beyond", "RotaryEmbedding", [1, 2, 3, 4],
              ["rotary_embedding_dim is 6, a head has 4"],
              [weight("c", 1, 3, 3), weight("s", 1, 3, 3)], opset=23,
              rotary_embedding_dim=6)
    yield one("rotary-angles", "RotaryEmbedding", [1, 2, 3, 4],
              ["sin_cache in dimension 2 is 3, not 2"],
              [weight("c", 1, 3, 2), weight("s", 1, 3, 3)], opset=23)
    for scales, says in (([1, 1, 2], "3 scales for 4 axes"),
                         ([1, 1, -2, 2], "cannot scale by -2"),
                         ([1, 1, 0, 2], "cannot scale by 0"),
                         ([1, 1, float("nan"), 2], "cannot scale by"),
                         ([1, 1, 1e30, 2], "cannot scale by 1")):
        yield one(f"resize-{scales[-2]}", "Resize", image, [says],
                  [None, numpy_helper.from_array(
                      np.array(scales, np.float32), "f")])
    yield one("resize-by-nothing", "Resize", image, ["scales or sizes"])
    yield one("block-of-nothing", "Col2Im", [1, 5, 5],
              ["block_shape has the size 0"],
              [ints("i", [5, 5]), ints("b", [0, 5])])
    yield one("frames-that-stand", "STFT", [1, 16, 1], ["frame_step is 0"],
              [ints("s", 0), None, ints("l", 4)])
    yield one("boxes", "NonMaxSuppression", [1, 4, 5],
              ["boxes in dimension 2 is 5, not 4"],
              [weight("s", 1, 1, 4), ints("m", [1])], indices=True)
    yield one("grid", "GridSample", [1, 1, 4, 4],
              ["grid in dimension 3 is 3, not 2"], [weight("g", 1, 2, 2, 3)])
    yield one("heads", "Attention", [1, 3, 4, 8], ["3 heads", "the 2 of K"],
              [weight("k", 1, 2, 4, 8), weight("v", 1, 2, 4, 8)], opset=23)
    yield one("heads-that-share", "Attention", [1, 4, 8],
              ["last size of 8 does not divide into 3 heads"],
              [weight("k", 1, 4, 9), weight("v", 1, 4, 9)], opset=23,
              q_num_heads=3, kv_num_heads=3)
    yield Case("sequence-axis",
               of([node("SequenceConstruct", ["x", "x"], ["s"]),
                   node("ConcatFromSequence", ["s"], ["y"], axis=9)],
                  outputs=[value("y", None)]),
               ['"ConcatFromSequence_node"', "axis 9 is out of range"])
    yield one("list-for-a-number", "TopK", [3, 4],
              ["K has to be one number, not 2"], [ints("k", [1, 2])],
              ("y", "i"))
    # No size of an input would help.
    yield Case("shape-that-nothing-tells",
               of([node("NhwcMaxPool", ["x"], ["y"], kernel_shape=[2],
                        domain="com.microsoft")], [value("x", [4])],
                  opset_imports=[helper.make_opsetid("", 21),
                                 helper.make_opsetid("com.microsoft", 1)]),
               ['"NhwcMaxPool_node"', "cannot be inferred from its operands"])


def bombs():
    """Constants that a small file asks a compiler for: it computes them at run
    time instead, where the arena tells what they take."""
    def total(nodes, weights):
        return of([*nodes, node("ReduceMax", ["r"], ["m"], keepdims=0),
                   node("Add", ["x", "m"], ["y"])], [value("x", [1])],
                  [value("y", [1])], weights)
    one_element = numpy_helper.from_array(np.ones((1, 1), np.float32), "c")
    for name, nodes, weights in (
            ("filled", [node("ConstantOfShape", ["n"], ["r"])],
             [ints("n", [1 << 20, 1 << 20])]),
            ("tiled", [node("Tile", ["c", "n"], ["r"])],
             [one_element, ints("n", [4000000, 4000000])]),
            ("padded", [node("Pad", ["c", "n"], ["r"])],
             [one_element, ints("n", [0, 0, 1 << 20, 1 << 20])]),
            ("doubled", [node("Tile", ["c", "n"], ["d0"]),
                         *(node("Concat", [f"d{i}"] * 16, [f"d{i + 1}"], axis=0)
                           for i in range(8)),
                         node("Identity", ["d8"], ["r"])],
             [one_element, ints("n", [64, 64])])):
        yield Case(f"bomb-{name}", total(nodes, weights),
                   ["--max-arena allows 1073741824"], ["--max-arena=1G"])


def control_flow():
    def graph(name, inputs, outputs, nodes):
        return helper.make_graph(nodes, name, inputs, outputs)

    def branch(op_type):
        return graph(op_type, [], [value("t", [4])],
                     [node(op_type, ["x"], ["t"])])

    x, y = value("x", [4]), value("y", [4])
    yield Case("condition-of-two",
               of([node("If", ["c"], ["y"], then_branch=branch("Neg"),
                        else_branch=branch("Abs"))],
                  [x, value("c", [2], TensorProto.BOOL)], [y]),
               ['"If_node"', "number of elements of cond is 2, not 1"])
    body = graph("body", [value("i", [], INT64),
                          value("go", [], TensorProto.BOOL), value("a", [4])],
                 [value("on", [], TensorProto.BOOL), value("b", [4])],
                 [node("Identity", ["go"], ["on"]), node("Neg", ["a"], ["b"])])
    yield Case("trips-of-two",
               of([node("Loop", ["m", "", "x"], ["y"], body=body)],
                  [x, value("m", [2], INT64)], [y]),
               ['"Loop_node"', "number of elements of M is 2, not 1"])
    yield Case("constant-of-two-values",
               of([node("Constant", [], ["k"], value_int=1, value_float=2.0),
                   node("Add", ["x", "k"], ["y"])], [x]),
               ['"Constant_node"', "2 values; exactly one is needed"])


def nested(folder):
    """An If in an If, 10,000 deep: by hand, as each level would be copied."""
    def number(n):
        head, rest = n & 127, n >> 7
        return bytes([head | 128]) + number(rest) if rest else bytes([head])

    def field(key, content):
        return number(key << 3 | 2) + number(len(content)) + content

    def branch(name, graph):  # an AttributeProto of type GRAPH
        return field(5, field(1, name) + number(20 << 3) + number(5)
                     + field(6, graph))

    def leaf(op_type):
        return helper.make_graph([node(op_type, ["x"], ["leaf"])], "leaf", [],
                                 [value("leaf", [4])]).SerializeToString()

    graph, other = leaf("Neg"), branch(b"else_branch", leaf("Abs"))
    for depth in range(10000):
        made = f"v{depth}"
        graph = (field(1, field(1, b"c") + field(2, made.encode())
                       + field(4, b"If") + branch(b"then_branch", graph)
                       + other)
                 + field(2, b"deep")
                 + field(12, value(made, [4]).SerializeToString()))
    for name, shape, dtype in ("x", [4], TensorProto.FLOAT), \
            ("c", [], TensorProto.BOOL):
        graph += field(11, value(name, shape, dtype).SerializeToString())
    write_bytes(folder, number(1 << 3) + number(10) + field(7, graph)
                + field(8, field(1, b"") + number(2 << 3) + number(21)))


def all_cases():
    for group in recurrent, indices, windows, sizes, bombs, control_flow:
        yield from group()
    yield Case("nested-without-end", nested, ["nested too deeply"])
