"""Sizes and indices that only a run knows: what is computed from them, and what
is refused because no operator allows it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case

SHAPE = "an input's shape does not fit the model"
VALUE = "a value is not allowed by the operator that reads it"

UPSAMPLE = """
agraph (float[1, 2, h, w] x, float[1, 2, H, W] like) => (float[1, 2, a, c] y) {
  from = Shape <start = 2> (x)
  to = Shape <start = 2> (like)
  from_real = Cast <to = 1> (from)
  to_real = Cast <to = 1> (to)
  quotient = Div(to_real, from_real)
  ones = Constant <value = float[2] {1.0, 1.0}> ()
  scales = Concat <axis = 0> (ones, quotient)
  large = Resize <mode = "%s"> (x, , scales)
  y = Add(large, like)
}"""

RESHAPE = """
agraph (float[n, 4] x, int64[2] shape) => (float[a, c] y) {
  y = Reshape(x, shape)
}"""

EXPAND = """
agraph (float[n, 3] x, int64[2] shape) => (float[a, 3] y) {
  y = Expand(x, shape)
}"""

SCATTER = """
agraph (float[n, 3] x, int64[k, l] at, float[p, q] updates) => (float[n, 3] y) {
  y = ScatterElements(x, at, updates)
}"""

GATHER = """
agraph (float[n, 3] x, int64[k] at) => (float[k, 3] y) {
  y = Gather(x, at)
}"""

SQUEEZE_IN_A_BRANCH = """
agraph (bool c, float[n, 3] x) => (float[3] y) {
  axes = Constant <value = int64[1] {0}> ()
  axis = Constant <value = int64[1] {0}> ()
  y = If (c) <
    then_branch = yes () => (float[3] d) { d = Squeeze(x, axes) },
    else_branch = no () => (float[3] e) {
      e = ReduceSum <keepdims = 0> (x, axis) }>
}"""

WRONG_IN_A_BRANCH = """
agraph (bool c, float[2, 3] x) => (float[1, 3] y) {
  at = Constant <value = int64[1] {5}> ()
  there = Constant <value = int64[1] {1}> ()
  y = If (c) <
    then_branch = yes () => (float[1, 3] d) { d = Gather(x, at) },
    else_branch = no () => (float[1, 3] e) { e = Gather(x, there) }>
}"""

EINSUM = """
agraph (float[a, b] x, float[c, d] z) => (float[e, f] y) {
  y = Einsum <equation = "%s"> (x, z)
}"""

CASES = [
    # What is not known to be 1 stays, and a run may not make it 1.
    Case("squeeze_without_axes", """
agraph (float[n, 1, m] x) => (float[a, b] y) {
  z = Squeeze(x)
  y = Neg(z)
}""", [{"x": (3, 1, 4)}, {"x": (2, 1, 7)}, {"x": (0, 1, 5)}]),

    Case("squeeze_of_one_without_axes", """
agraph (float[n, 1, m] x) => (float[a, b] y) {
  z = Squeeze(x)
  y = Neg(z)
}""", [{"x": (1, 1, 4)}, {"x": (3, 1, 1)}], refused=SHAPE),

    Case("branch_that_fits", SQUEEZE_IN_A_BRANCH, [
        {"x": (1, 3), "c": True}, {"x": (2, 3), "c": False}]),
    Case("branch_that_is_right", WRONG_IN_A_BRANCH, [
        {"x": (2, 3), "c": False}]),
    # An upsampling to the size of another tensor.
    Case("resize_by_quotients", UPSAMPLE % "nearest", [
        {"x": (1, 2, 3, 4), "like": (1, 2, 6, 12)},
        {"x": (1, 2, 5, 8), "like": (1, 2, 10, 4)}]),
    Case("resize_linearly_by_quotients", UPSAMPLE % "linear", [
        {"x": (1, 2, 3, 4), "like": (1, 2, 6, 12)},
        {"x": (1, 2, 2, 8), "like": (1, 2, 4, 8)}]),
    # What is read may mean "the same" and "the rest".
    Case("reshape_by_data", RESHAPE, [
        {"x": (3, 4), "shape": [6, 2]}, {"x": (3, 4), "shape": [-1, 6]},
        {"x": (3, 4), "shape": [2, -1]}, {"x": (3, 4), "shape": [0, -1]},
        {"x": (3, 4), "shape": [-1, 0]}], sizes_known=False),
    Case("far_diagonal", """
agraph (float[n, 4] x) => (float[n, 4] y, float[n, 4] z) {
  most = Constant <value = int64 {9223372036854775807}> ()
  least = Constant <value = int64 {-9223372036854775808}> ()
  y = Trilu(x, most)
  z = Trilu(x, least)
}""", [{"x": (3, 4)}]),
    Case("far_steps", """
agraph (float[n, 3] x) => (float[a, 3] y, float[c, 3] z) {
  zero = Constant <value = int64[1] {0}> ()
  one = Constant <value = int64[1] {1}> ()
  three = Constant <value = int64[1] {3}> ()
  most = Constant <value = int64[1] {9223372036854775807}> ()
  least = Constant <value = int64[1] {-9223372036854775808}> ()
  y = Slice(x, one, most, zero, most)
  z = Slice(x, three, least, zero, least)
}""", [{"x": (4, 3)}, {"x": (2, 3)}]),
    Case("one_place_far_apart", """
agraph (float[1, 3, 8, 8] x, float[2, 3, 3, 3] w) => (float[1, 2, 1, 1] y) {
  y = Conv <strides = [1000000000, 1000000000]> (x, w)
}""", [{"x": (1, 3, 8, 8), "w": (2, 3, 3, 3)}]),
    Case("reduced_beside_nothing", """
agraph (float[n, 0, 3] x) => (float[1, 1, 1] y) {
  y = ReduceSum(x)
}""", [{"x": (2, 0, 3)}]),
    Case("product_over_nothing", """
agraph (float[n, 0] x) => (float[n, 4] y) {
  w = Constant <value = float[0, 4] {}> ()
  y = MatMul(x, w)
}""", [{"x": (3, 0)}]),
    Case("non_zeros_of_nothing", """
agraph (float[0, 3] x) => (int64[2, k] y) {
  y = NonZero(x)
}""", [{"x": (0, 3)}], sizes_known=False),
    # A letter's size may be 1 in one operand.
    Case("letters_of_one", EINSUM % "ij,kj->ik", [
        {"x": (3, 5), "z": (2, 5)}, {"x": (3, 1), "z": (2, 5)},
        {"x": (3, 5), "z": (2, 1)}]),
    Case("letters_of_nothing", EINSUM % "ij,kj->ik",
         [{"x": (3, 0), "z": (2, 0)}], expected=[np.zeros((3, 2))]),
    Case("batches_of_one", """
agraph (float[a, b, 3] x, float[c, 3, d] z) => (float[e, b, d] y) {
  y = Einsum <equation = "bik,bkj->bij"> (x, z)
}""", [{"x": (2, 5, 3), "z": (2, 3, 17)}, {"x": (1, 5, 3), "z": (7, 3, 2)},
       {"x": (7, 1, 3), "z": (1, 3, 33)}]),
    Case("diagonal", """
agraph (float[n, m] x) => (float[n] y) {
  y = Einsum <equation = "ii->i"> (x)
}""", [{"x": (5, 5)}, {"x": (1, 1)}, {"x": (0, 0)}]),
    # One zero point may be for all columns.
    Case("columns_of_one_zero_point", """
agraph (uint8[n, 4] x, uint8[4, m] w, uint8 p, uint8[k] q)
    => (int32[n, m] y) {
  y = MatMulInteger(x, w, p, q)
}""", [{"x": (3, 4), "w": (4, 5), "p": (), "q": (1,)},
       {"x": (3, 4), "w": (4, 5), "p": (), "q": (5,)}]),
    Case("filters_of_one_zero_point", """
agraph (uint8[1, 2, n] x, uint8[m, 2, 3] w, uint8 p, uint8[k] q)
    => (int32[1, m, a] y) {
  y = ConvInteger(x, w, p, q)
}""", [{"x": (1, 2, 9), "w": (5, 2, 3), "p": (), "q": (1,)}]),
    Case("past_of_free_length", """
agraph (float[b, h, n, s] q, float[b2, h, m, s2] k, float[b3, h, m3, v] w,
        float[b4, h4, p, s4] pk, float[b5, h5, p5, v5] pv)
    => (float[a, c, d, e] y, float[f, g, i, j] key, float[l, o, t, u] value) {
  y, key, value = Attention <scale = 0.3> (q, k, w, , pk, pv)
}""", [{"q": (2, 4, 3, 8), "k": (2, 4, 5, 8), "w": (2, 4, 5, 6),
        "pk": (2, 4, 3, 8), "pv": (2, 4, 3, 6)},
       {"q": (1, 3, 1, 4), "k": (1, 3, 1, 4), "w": (1, 3, 1, 4),
        "pk": (1, 3, 0, 4), "pv": (1, 3, 0, 4)}], opset=23),
    Case("divided_by_no_rows", """
agraph (float[n] x, float[m] z) => (float[a] y) {
  of = Shape(x)
  by = Shape(z)
  size = Div(of, by)
  y = ConstantOfShape(size)
}""", [{"x": (6,), "z": (2,)}]),
]

REFUSED = [
    Case("reshape_to_more", RESHAPE, [{"x": (3, 4), "shape": [50, 5]},
                                      {"x": (3, 4), "shape": [-2, -6]},
                                      {"x": (3, 4), "shape": [-1, 5]}],
         refused=VALUE),
    Case("reshape_free_to_five", """
agraph (float[n, 4] x) => (float[5, c] y) {
  shape = Constant <value = int64[2] {5, -1}> ()
  y = Reshape(x, shape)
}""", [{"x": (3, 4)}], refused=SHAPE),
    Case("expand_by_data", EXPAND, [{"x": (2, 3), "shape": [5, 3]}],
         refused=VALUE),
    Case("add_to_a_read_shape", """
agraph (float[n, 4] x, int64[2] shape) => (float[n, 4] y) {
  again = Reshape(x, shape)
  y = Add(again, x)
}""", [{"x": (3, 4), "shape": [4, 3]}], refused=VALUE),
    Case("top_of_too_few", """
agraph (float[n, 4] x, int64[1] k) => (float[n, m] y, int64[n, m] at) {
  y, at = TopK(x, k)
}""", [{"x": (2, 4), "k": [7]}, {"x": (2, 4), "k": [-1]}], refused=VALUE),
    Case("top_of_a_free_size", """
agraph (float[n, m] x) => (float[n, 3] y, int64[n, 3] at) {
  k = Constant <value = int64[1] {3}> ()
  y, at = TopK(x, k)
}""", [{"x": (2, 2)}], refused=SHAPE),
    Case("determinant_of_no_square", """
agraph (float[n, m] x) => (float y) {
  y = Det(x)
}""", [{"x": (3, 5)}, {"x": (5, 3)}], refused=SHAPE),
    Case("letters_of_other_sizes", EINSUM % "ij,kj->ik",
         [{"x": (3, 5), "z": (2, 4)}, {"x": (3, 5), "z": (2, 0)}],
         refused=SHAPE),
    Case("diagonal_of_no_square", """
agraph (float[n, m] x) => (float[n] y) {
  y = Einsum <equation = "ii->i"> (x)
}""", [{"x": (3, 5)}, {"x": (5, 3)}, {"x": (1, 3)}, {"x": (3, 1)}],
         refused=SHAPE),
    Case("blocks_of_too_few_channels", """
agraph (float[1, c, 2, 3] x) => (float[1, d, 4, 6] y) {
  y = DepthToSpace <blocksize = 2> (x)
}""", [{"x": (1, 7, 2, 3)}], refused=SHAPE),
    Case("image_of_no_whole_blocks", """
agraph (float[1, 2, h, w] x) => (float[1, 8, a, b] y) {
  y = SpaceToDepth <blocksize = 2> (x)
}""", [{"x": (1, 2, 3, 4)}, {"x": (1, 2, 4, 3)}], refused=SHAPE),
    Case("filters_beside_groups", """
agraph (float[1, 4, 9] x, float[m, 2, 3] w) => (float[1, m, 7] y) {
  y = Conv <group = 2> (x, w)
}""", [{"x": (1, 4, 9), "w": (3, 2, 3)}], refused=SHAPE),
    Case("kernel_of_nothing", """
agraph (float[1, 2, 9] x, float[3, 2, k] w) => (float[1, 3, n] y) {
  y = Conv(x, w)
}""", [{"x": (1, 2, 9), "w": (3, 2, 0)}], refused=SHAPE),
    Case("zero_points_of_other_filters", """
agraph (uint8[1, 2, n] x, uint8[m, 2, 3] w, uint8 p, uint8[k] q)
    => (int32[1, m, a] y) {
  y = ConvInteger(x, w, p, q)
}""", [{"x": (1, 2, 9), "w": (5, 2, 3), "p": (), "q": (4,)}], refused=SHAPE),
    Case("zero_points_of_other_columns", """
agraph (uint8[n, 4] x, uint8[4, m] w, uint8 p, uint8[k] q)
    => (int32[n, m] y) {
  y = MatMulInteger(x, w, p, q)
}""", [{"x": (3, 4), "w": (4, 5), "p": (), "q": (4,)}], refused=SHAPE),
    Case("transposed_groups", """
agraph (float[1, c, 5] x, float[d, 2, 3] w) => (float[1, 4, n] y) {
  y = ConvTranspose <group = 2> (x, w)
}""", [{"x": (1, 3, 5), "w": (3, 2, 3)}], refused=SHAPE),
    Case("transposed_image_of_nothing", """
agraph (float[1, 2, n] x) => (float[1, 2, m] y) {
  w = Constant <value = float[2, 2, 3] {1.0, 1.0, 1.0, 1.0, 1.0, 1.0,
                                        1.0, 1.0, 1.0, 1.0, 1.0, 1.0}> ()
  y = ConvTranspose(x, w)
}""", [{"x": (1, 2, 0)}], refused=SHAPE),
    Case("places_of_other_maxima", """
agraph (float[1, 1, h, w] x, int64[1, 1, a, b] at) => (float[1, 1, c, d] y) {
  y = MaxUnpool <kernel_shape = [2, 2], strides = [2, 2]> (x, at)
}""", [{"x": (1, 1, 2, 2), "at": np.zeros((1, 1, 1, 2))}], refused=SHAPE),
    Case("update_longer_than_its_cache", """
agraph (float[b, n, 3] x, float[c, m, d] u, int64[e] at) => (float[b, n, 3] y) {
  y = TensorScatter <axis = 1> (x, u, at)
}""", [{"x": (2, 5, 3), "u": (2, 6, 3), "at": [0, 0]},
       {"x": (2, 5, 3), "u": (1, 2, 3), "at": [0, 0]},
       {"x": (2, 5, 3), "u": (2, 2, 4), "at": [0, 0]},
       {"x": (2, 5, 3), "u": (2, 2, 3), "at": [0]}], refused=SHAPE, opset=24),
    Case("columns_of_another_image", """
agraph (float[1, c, n] x) => (float[1, d, 5, 5] y) {
  image = Constant <value = int64[2] {5, 5}> ()
  block = Constant <value = int64[2] {1, 5}> ()
  y = Col2Im(x, image, block)
}""", [{"x": (1, 5, 4)}, {"x": (1, 5, 6)}, {"x": (1, 4, 5)}],
         refused=SHAPE),
    Case("angles_of_other_positions", """
agraph (float[2, 4, n, 8] x, float[p, 4] cos, float[q, 4] sin,
        int64[b, m] at) => (float[2, 4, n, 8] y) {
  y = RotaryEmbedding(x, cos, sin, at)
}""", [{"x": (2, 4, 3, 8), "cos": (9, 4), "sin": (2, 4),
        "at": np.zeros((2, 3))},
       {"x": (2, 4, 3, 8), "cos": (9, 4), "sin": (9, 4),
        "at": np.zeros((2, 2))},
       {"x": (2, 4, 3, 8), "cos": (0, 4), "sin": (0, 4),
        "at": np.zeros((2, 3))}], refused=SHAPE, opset=23),
    Case("past_of_other_heads", """
agraph (float[2, 4, n, 8] q, float[2, 4, m, 8] k, float[2, 4, m2, 8] v,
        float[b, h, p, s] pk, float[b2, h2, p2, s2] pv)
    => (float[2, 4, n, 8] y, float[2, 4, a, 8] key, float[2, 4, c, 8] value) {
  y, key, value = Attention(q, k, v, , pk, pv)
}""", [{"q": (2, 4, 3, 8), "k": (2, 4, 5, 8), "v": (2, 4, 5, 8),
        "pk": past, "pv": (2, 4, 3, 8)}
       for past in ((1, 4, 3, 8), (2, 3, 3, 8), (2, 4, 2, 8), (2, 4, 3, 7))],
         refused=SHAPE, opset=23),
    Case("parts_of_a_longer_sequence", """
agraph (float[n, 3] x) => (float[a, 3] y) {
  sizes = Constant <value = int64[2] {1, 2}> ()
  first = Constant <value = int64 {1}> ()
  parts = SplitToSequence(x, sizes)
  y = SequenceAt(parts, first)
}""", [{"x": (2, 3)}, {"x": (4, 3)}], refused=SHAPE),
    Case("targets_of_other_samples", """
agraph (float[n, 4] x, int64[m] t) => (float y) {
  y, log = SoftmaxCrossEntropyLoss(x, t)
}""", [{"x": (3, 4), "t": [0, 1]}, {"x": (2, 4), "t": [0, 1, 2]},
       {"x": (3, 4), "t": [1]}], refused=SHAPE),
    Case("weights_of_other_classes", """
agraph (float[n, c, 5] x, int64[n, m] t, float[d] w) => (float[n, m] y) {
  y = NegativeLogLikelihoodLoss <reduction = "none"> (x, t, w)
}""", [{"x": (2, 4, 5), "t": np.zeros((2, 5)), "w": (3,)},
       {"x": (2, 4, 5), "t": np.zeros((2, 4)), "w": (4,)}], refused=SHAPE),
    Case("gates_that_would_broadcast", """
agraph (float[n, m] a, float[k, l] b) => (float[n, m] y) {
  y = SwiGLU(a, b)
}""", [{"a": (3, 8), "b": (1, 8)}, {"a": (3, 8), "b": (3, 1)}],
         refused=SHAPE, opset=28),
    Case("state_of_another_length", """
agraph (float[2, 4, n] x, float[4, 1, k] w, float[b] bias, float[c, 4, p] past)
    => (float[2, 4, m] y, float[2, 4, q] present) {
  y, present = CausalConvWithState <activation = "swish"> (x, w, bias, past)
}""", [{"x": (2, 4, 7), "w": (4, 1, 3), "bias": (4,), "past": (2, 4, 1)},
       {"x": (2, 4, 7), "w": (4, 1, 3), "bias": (4,), "past": (1, 4, 2)},
       {"x": (2, 4, 7), "w": (4, 1, 0), "bias": (4,), "past": (2, 4, 0)}],
         refused=SHAPE, opset=27),
    Case("vectors_of_other_columns", """
agraph (float[n, m] x) => (float[n, 1] y) {
  y = ai.onnx.ml.SVMRegressor <kernel_type = "RBF", n_supports = 2,
    kernel_params = [0.5, 0.0, 3.0], coefficients = [1.0, -2.0], rho = [0.25],
    support_vectors = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]> (x)
}""", [{"x": (4, 1)}, {"x": (4, 2)}], refused=SHAPE,
         imports='"" : 21, "ai.onnx.ml" : 3'),
    Case("biases_that_would_broadcast", """
agraph (float[n, m] x, float[k] b) => (float[n, m] y) {
  y = com.microsoft.BiasGelu(x, b)
}""", [{"x": (4, 1), "b": (3,)}, {"x": (4, 3), "b": (1,)}], refused=SHAPE,
         imports='"" : 21, "com.microsoft" : 1'),
    Case("mask_beside_keys", """
agraph (float[b, s, 8] x, float[8, 24] w, int32[m, k] mask) => (float[b, s, 8] y) {
  y = com.microsoft.Attention <num_heads = 2> (x, w, , mask)
}""", [{"x": (2, 3, 8), "w": (8, 24), "mask": np.ones(shape)}
       for shape in ((2, 1), (2, 5), (1, 3), (3, 3))], refused=SHAPE,
         imports='"" : 21, "com.microsoft" : 1'),
    Case("gather_from_nothing", GATHER, [{"x": (0, 3), "at": [0, 1]}],
         refused=SHAPE),
    Case("pad_by_edges_of_nothing", """
agraph (float[n] x) => (float[m] y) {
  pads = Constant <value = int64[2] {1, 1}> ()
  y = Pad <mode = "edge"> (x, pads)
}""", [{"x": (0,)}], refused=SHAPE),
    Case("largest_of_nothing", """
agraph (float[n, 3] x) => (int64[1, 3] y) {
  y = ArgMax <axis = 0> (x)
}""", [{"x": (0, 3)}], refused=SHAPE),
    Case("resize_nothing", """
agraph (float[1, 1, n, 3] x) => (float[1, 1, 4, 3] y) {
  sizes = Constant <value = int64[4] {1, 1, 4, 3}> ()
  y = Resize <mode = "linear"> (x, , , sizes)
}""", [{"x": (1, 1, 0, 3)}], refused=SHAPE),
    Case("gather_behind_a_free_size", """
agraph (float[n, 3] x) => (float[1, 3] y) {
  at = Constant <value = int64[1] {5}> ()
  y = Gather(x, at)
}""", [{"x": (2, 3)}], refused=SHAPE),
    Case("scatter_beside", SCATTER,
         [{"x": (2, 3), "at": np.zeros((1, 9)), "updates": (1, 9)},
          {"x": (2, 3), "at": np.zeros((1, 2)), "updates": (1, 1)}],
         refused=SHAPE),
    Case("scatter_too_few_updates", """
agraph (float[n, 3] x, int64[k, 1] at, float[p, 3] updates) => (float[n, 3] y) {
  y = ScatterND(x, at, updates)
}""", [{"x": (2, 3), "at": np.zeros((4, 1)), "updates": (1, 3)}],
         refused=SHAPE),
    Case("squeeze_two", """
agraph (float[n, 3] x) => (float[3] y) {
  axes = Constant <value = int64[1] {0}> ()
  y = Squeeze(x, axes)
}""", [{"x": (2, 3)}], refused=SHAPE),
    Case("slice_of_one_missing", """
agraph (float[n, 3] x, float[m, 3] z) => (float[m, 3] y) {
  three = Constant <value = int64[1] {3}> ()
  four = Constant <value = int64[1] {4}> ()
  zero = Constant <value = int64[1] {0}> ()
  row = Slice(x, three, four, zero)
  y = Add(z, row)
}""", [{"x": (2, 3), "z": (5, 3)}], refused=SHAPE),
    # A branch may not run: only the one that does is checked.
    Case("squeeze_two_in_a_branch", SQUEEZE_IN_A_BRANCH,
         [{"x": (2, 3), "c": True}], refused=VALUE),
    Case("condition_of_several", """
agraph (bool[k] c, float[3] x) => (float[3] y) {
  y = If (c) <then_branch = yes () => (float[3] d) { d = Neg(x) },
              else_branch = no () => (float[3] e) { e = Abs(x) }>
}""", [{"x": (3,), "c": [True, False]}], refused=SHAPE),
    Case("add_other_rows_in_a_loop", """
agraph (int64 m, float[n, 3] x, float[k, 3] z) => (float[n, 3] y) {
  y = Loop (m, , x) <
    body = b (int64 i, bool go, float[n, 3] a) => (bool more, float[n, 3] c) {
      more = Identity(go) c = Add(a, z) }>
}""", [{"m": 2, "x": (2, 3), "z": (4, 3)}], refused=VALUE),
    Case("gather_behind_the_rows_of_a_scan", """
agraph (float[m, n] x) => (float[m] y) {
  at = Constant <value = int64 {4}> ()
  y = Scan <num_scan_inputs = 1,
    body = b (float[n] row) => (float d) { d = Gather(row, at) }> (x)
}""", [{"x": (3, 2)}], refused=VALUE),
    Case("wrong_in_a_branch", WRONG_IN_A_BRANCH,
         [{"x": (2, 3), "c": True}], refused=VALUE),
    Case("split_too_much", """
agraph (float[n, 3] x) => (float[1, 3] y, float[1, 3] z) {
  sizes = Constant <value = int64[2] {1, 1}> ()
  y, z = Split <axis = 0> (x, sizes)
}""", [{"x": (1, 3)}, {"x": (3, 3)}], refused=SHAPE),
    Case("channels_of_a_free_size", """
agraph (float[1, c, 8, 8] x, float[4, 3, 3, 3] w) => (float[1, 4, 6, 6] y) {
  y = Conv(x, w)
}""", [{"x": (1, 2, 8, 8), "w": (4, 3, 3, 3)}], refused=SHAPE),
    Case("features_of_a_free_size", """
agraph (float[3, 2, q] x, float[1, 16, p] w, float[1, 16, 4] r)
    => (float[3, 1, 2, 4] y) {
  y = LSTM <hidden_size = 4> (x, w, r)
}""", [{"x": (3, 2, 9), "w": (1, 16, 2), "r": (1, 16, 4)}], refused=SHAPE),
    Case("scores_of_other_boxes", """
agraph (float[1, n, 4] boxes, float[1, 1, k] scores) => (int64[m, 3] y) {
  most = Constant <value = int64[1] {5}> ()
  y = NonMaxSuppression(boxes, scores, most)
}""", [{"boxes": (1, 2, 4), "scores": (1, 1, 9)}], refused=SHAPE),
]

GRID_SAMPLE = """
agraph (float[1, 1, 2, 2] x, float[1, 1, n, 2] grid) => (float[1, 1, 1, n] y) {
  y = GridSample <mode = "%s", padding_mode = "%s"> (x, grid)
}"""
FOUR = np.array([[[[1, 2], [3, 4]]]])
INF = float("inf")
FAR = np.array([[[[INF, INF], [-INF, -INF], [INF, -INF],
                  [float("nan"), 0]]]])

# onnxruntime refuses these indices. A kernel has nobody to tell, so that it
# takes the element at the end; what matters is that it takes no other memory.
LIMITED = [
    Case("gather_outside", GATHER,
         [{"x": np.arange(6).reshape(2, 3), "at": [5, -9, 1]}],
         expected=[[[3, 4, 5], [0, 1, 2], [3, 4, 5]]]),
    Case("scatter_outside", SCATTER,
         [{"x": np.zeros((2, 3)), "at": [[7, -7, 0]], "updates": [[1, 2, 3]]}],
         expected=[[[0, 2, 3], [1, 0, 0]]]),
    # Infinity is outside of the image like any other such place, and so is what
    # is no number.
    Case("sample_far_outside", GRID_SAMPLE % ("linear", "zeros"),
         [{"x": FOUR, "grid": FAR}], expected=[[[[[0, 0, 0, 0]]]]], opset=20),
    Case("sample_far_outside_by_border", GRID_SAMPLE % ("cubic", "border"),
         [{"x": FOUR, "grid": FAR[:, :, :3]}], expected=[[[[[4, 1, 2]]]]],
         opset=20),
]
