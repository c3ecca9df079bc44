"""Images that a model decodes, beside Pillow: ONNX's reference evaluator takes it,
and onnxruntime decodes none.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import io

import numpy as np
import PIL.Image

from graph_case import Case


def draw(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3),
                                                np.uint8)


def encode(pixels, kind="PNG"):
    with io.BytesIO() as file:
        PIL.Image.fromarray(pixels).save(file, kind)
        return np.frombuffer(file.getvalue(), np.uint8)


def gray(pixels):
    return np.array(PIL.Image.fromarray(pixels).convert("L"))[:, :, None]


def op(name, text, inputs, expected, outputs="uint8[h, w, c] y", **settings):
    return Case("image_" + name, f"agraph (uint8[n] x) => ({outputs}) {{\n"
                f"  {text}\n}}", inputs, expected=expected, sizes_known=False,
                **settings)


A, B = draw(17, 31), draw(1, 9, 1)
BLOCK = np.repeat(np.repeat(draw(2, 3, 2), 4, 0), 4, 1)
PNG = encode(A)

CASES = [
    op("rgb", "y = ImageDecoder(x)", [{"x": PNG}], [A]),
    op("bgr", 'y = ImageDecoder <pixel_format = "BGR"> (x)',
       [{"x": encode(A, "BMP")}], [A[:, :, ::-1]]),
    op("gray", 'y = ImageDecoder <pixel_format = "Grayscale"> (x)',
       [{"x": encode(B, "TIFF")}], [gray(B)], "uint8[h, w, 1] y"),
    # What comes behind it, as networks begin.
    op("normalized", "\n  ".join([
        "p = ImageDecoder(x)", "f = Cast <to = 1> (p)",
        "t = Transpose <perm = [2, 0, 1]> (f)",
        "s = Constant <value_float = 0.00390625> ()", "y = Mul(t, s)"]),
       [{"x": encode(A, "PPM")}],
       [(A.transpose(2, 0, 1) / 256).astype(np.float32)],
       "float[3, h, w] y"),
    op("resized", "\n  ".join([
        "p = ImageDecoder(x)", "f = Cast <to = 1> (p)",
        "s = Constant <value_ints = [2, 3, 3]> ()",
        'r = Resize <mode = "nearest"> (f, , , s)', "y = Cast <to = 2> (r)"]),
       [{"x": encode(BLOCK)}], [BLOCK[::4, ::4]], "uint8[2, 3, 3] y"),
    op("twice", "\n  ".join([
        "a = ImageDecoder(x)",
        'b = ImageDecoder <pixel_format = "Grayscale"> (x)',
        "y = Concat <axis = 2> (a, b)"]),
       [{"x": PNG}], [np.concatenate([A, gray(A)], 2)]),
    Case("image_of_a_constant", """
agraph (uint8[n] x) => (uint8[h, w, c] y) {
  y = ImageDecoder(x)
}""", [{"x": PNG}], values={"x": PNG}, expected=[A], sizes_known=False),
    Case("image_in_a_branch", """
agraph (bool c, uint8[n] x) => (uint8[h, w, 3] y) {
  y = If (c) <
    then_branch = t () => (uint8[a, b, 3] p) { p = ImageDecoder(x) },
    else_branch = f () => (uint8[d, e, 3] q) {
      q = ImageDecoder <pixel_format = "BGR"> (x) }>
}""", [{"c": False, "x": PNG}], expected=[A[:, :, ::-1]], sizes_known=False),
    Case("images_in_a_loop", """
agraph (int64 k, uint8[n] x) => (float s) {
  z = Constant <value_float = 0.0> ()
  t = Constant <value = bool {1}> ()
  s = Loop (k, t, z) <
    body = b (int64 i, bool c, float u) => (bool d, float v) {
      d = Identity(c)
      p = ImageDecoder(x)
      f = Cast <to = 1> (p)
      m = ReduceSum <keepdims = 0> (f)
      v = Add(u, m)
    }>
}""", [{"k": 3, "x": encode(BLOCK)}],
         expected=[np.float32(3 * BLOCK.astype(np.float64).sum())],
         sizes_known=False),
]

REFUSED = [
    Case("image_of_nothing", """
agraph (uint8[n] x) => (uint8[h, w, c] y) {
  y = ImageDecoder(x)
}""", [{"x": np.zeros(0, np.uint8)}, {"x": np.zeros(9, np.uint8)},
       {"x": PNG[:50]}, {"x": PNG[:-40]}],
         refused="ImageDecoder_y", sizes_known=False),
]
