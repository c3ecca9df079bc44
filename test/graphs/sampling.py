"""GridSample in all its forms, at points on both sides of the image's borders.

The reference evaluator moves cubic points to the border before it reads around
them; PyTorch and onnxruntime move each element read.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case


def grid(shape, seed):
    """Points, some on the corners of elements and beyond the borders."""
    random = np.random.RandomState(seed)
    points = random.uniform(-1.6, 1.6, shape)
    points[random.rand(*shape) < 0.1] = 1
    points[random.rand(*shape) < 0.1] = -1
    return points.astype(np.float32)


def grid_sample(mode, padding, align):
    # Sums of 16 weighted elements, of both signs, are compared in double.
    real = "double" if mode.endswith("cubic") else "float"
    return f"""
agraph ({real}[n, c, h, w] x, {real}[n, p, q, 2] grid)
    => ({real}[n, c, p, q] y) {{
  y = GridSample <mode = "{mode}", padding_mode = "{padding}",
                  align_corners = {align}> (x, grid)
}}"""


def make_cases():
    modes = {16: ("bilinear", "nearest"),
             20: ("linear", "nearest", "cubic")}
    for opset, names in modes.items():
        for mode in names:
            for padding in "zeros", "border", "reflection":
                for align in 0, 1:
                    yield Case(
                        f"grid_sample_{opset}_{mode}_{padding}_{align}",
                        grid_sample(mode, padding, align),
                        [{"x": (2, 3, 5, 7), "grid": grid((2, 4, 9, 2), 1)},
                         {"x": (1, 1, 4, 4), "grid": grid((1, 13, 5, 2), 2)}],
                        opset=opset)


CASES = list(make_cases())
