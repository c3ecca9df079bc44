"""Which oracle is right where onnxruntime and the reference evaluator differ,
by the text of the version.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""


def has(*names):
    return lambda case: any(name in case.attributes for name in names)


def is_fractional(case):
    """Corners are aligned, by scales."""
    return len(case.operands) == 3 and case.attributes.get(
        "coordinate_transformation_mode") in ("align_corners",
                                              "tf_crop_and_resize")


# (operator, first and last version, condition, who is right, why)
DECISIONS = [
    ("Unsqueeze", 11, 12, None, "onnxruntime",
     "axes count in the result; the reference inserts one after the other"),
    ("Unique", 11, 99, has("axis"), "onnxruntime",
     "the reference takes elements for slices"),
    ("MaxPool", 1, 99, None, "onnxruntime",
     "the reference mixes up pads of two ends, and indices"),
    ("GlobalMaxPool", 1, 99, None, "onnxruntime",
     "the reference knows images only"),
    ("MaxUnpool", 9, 99, lambda case: len(case.operands) > 2, "reference",
     "indices are those of the result without output_shape, as ONNX's test "
     "maxunpool_export_with_output_shape has it"),
    ("LpNormalization", 1, 99, lambda case: case.attributes.get("p") == 1,
     "onnxruntime", "a norm is of magnitudes; the reference adds signed values"),
    *((op, 1, 99, lambda case: not case.attributes.get("layout"),
       "onnxruntime", "the reference leaves out sequence_lens, clip and activations")
      for op in ("RNN", "GRU", "LSTM")),
    ("Loop", 1, 99, None, "onnxruntime",
     "scan outputs are stacked; the reference joins them"),
    *((op, 15, 99, None, "onnxruntime", "the reference adds a dimension")
      for op in ("Optional", "OptionalGetElement")),
    ("Attention", 23, 99, lambda case: case.attributes.get("softcap")
     and case.attributes.get("qk_matmul_output_mode", 0) == 0, "onnxruntime",
     "the fourth result of mode 0 is the product; the reference caps it"),
    ("Attention", 23, 99, lambda case: case.attributes.get("is_causal")
     and case.attributes.get("qk_matmul_output_mode") == 2, "reference",
     "the fourth result of mode 2 has the mask; onnxruntime leaves the causal "
     "one out"),
    ("Cast", 19, 99, lambda case: case.attributes["to"] >= 17, "reference",
     "onnxruntime gives bytes"),
    ("RoiAlign", 10, 10, None, "onnxruntime",
     "coordinates were not moved by half a pixel, as the reference does it"),
    ("LpPool", 18, 99, lambda case: case.attributes.get("ceil_mode"),
     "onnxruntime", "the reference makes up for elements that a last window "
     "lacks, as if its others were repeated"),
    ("Resize", 11, 99, is_fractional, "reference",
     "ONNX's test resize_downsample_scales_linear_align_corners divides by the "
     "size times the scale less 1, before it is rounded"),
    ("Resize", 11, 99, lambda case: case.attributes.get(
        "coordinate_transformation_mode") == "pytorch_half_pixel",
     "onnxruntime", "what has one element is read at 0, as the text says; the "
     "reference reads at -0.5"),
    ("AveragePool", 1, 6, None, "onnxruntime",
     "padding is left out of the mean; the reference counts it"),
    ("QLinearConv", 10, 99, None, "onnxruntime",
     "a product that lies half-way is rounded as floats of its order have it"),
    ("ReduceLogSumExp", 1, 27, lambda case: case.type_name not in (
        "float", "double", "float16", "bfloat16"), "reference",
     "onnxruntime adds integers that are logarithms, each rounded"),
    ("Selu", 1, 5, None, "onnxruntime",
     "the reference has the defaults of newer versions"),
]


def find(case):
    for op, first, last, condition, oracle, _ in DECISIONS:
        if (op == case.op and first <= case.version <= last
                and (condition is None or condition(case))):
            return oracle
    return None
