"""Operators on regions of images that ONNX's own tests leave out.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case


def regions(count, batch, height, width, scale, seed):
    """Images and corners: within the image, beyond it, of one pixel, empty."""
    random = np.random.RandomState(seed)
    image = random.standard_normal((batch, 3, height, width))
    x = random.uniform(-2, width + 2, (count, 2)) / scale
    y = random.uniform(-2, height + 2, (count, 2)) / scale
    x[::2].sort(1), y[::2].sort(1)
    rois = np.stack([random.randint(0, batch, count), x[:, 0], y[:, 0],
                     x[:, 1], y[:, 1]], 1)
    return {"x": image.astype(np.float32), "rois": rois.astype(np.float32)}


def max_roi_pool(rows, columns, scale):
    return f"""
agraph (float[n, 3, h, w] x, float[r, 5] rois)
    => (float[r, 3, {rows}, {columns}] y) {{
  y = MaxRoiPool <pooled_shape = [{rows}, {columns}],
                  spatial_scale = {float(scale)}> (x, rois)
}}"""


CASES = [
    Case("max_roi_pool", max_roi_pool(2, 3, 1), [
        regions(7, 2, 9, 11, 1, 0), regions(40, 1, 33, 17, 1, 1),
        regions(1, 3, 1, 1, 1, 2)]),
    Case("max_roi_pool_scaled", max_roi_pool(7, 7, 0.25), [
        regions(12, 1, 28, 40, 0.25, 3), regions(5, 2, 6, 5, 0.25, 4)]),
    Case("max_roi_pool_of_one_bin", max_roi_pool(1, 1, 0.5), [
        regions(9, 2, 13, 130, 0.5, 5), {"x": (1, 3, 4, 4), "rois": (0, 5)}]),
]
