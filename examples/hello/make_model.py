#!/usr/bin/env python3
"""Writes a model of one layer that tells irises apart: make_model.py hello.onnx

Four lengths in centimetres go in, the probabilities of three species come out.
`make_model.py --train` prints the weights, with scikit-learn, which has the 150
flowers that Edgar Anderson measured.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WEIGHTS = [[-0.42, 0.53, -0.11],
           [0.97, -0.32, -0.65],
           [-2.52, -0.21, 2.72],
           [-1.08, -0.94, 2.03]]
BIAS = [9.86, 2.23, -12.09]


def train():
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression
    flowers, species = load_iris(return_X_y=True)
    model = LogisticRegression(max_iter=1000).fit(flowers, species)
    print(model.coef_.T.round(2).tolist(), model.intercept_.round(2).tolist())
    scores = flowers @ model.coef_.T.round(2) + model.intercept_.round(2)
    print((scores.argmax(1) == species).sum(), "of", len(species))


def main():
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["lengths", "w", "b"], ["scores"],
                          name="layer"),
         helper.make_node("Softmax", ["scores"], ["species"], name="softmax")],
        "hello",
        [helper.make_tensor_value_info("lengths", TensorProto.FLOAT, [1, 4])],
        [helper.make_tensor_value_info("species", TensorProto.FLOAT, [1, 3])],
        [numpy_helper.from_array(np.array(WEIGHTS, np.float32), "w"),
         numpy_helper.from_array(np.array(BIAS, np.float32), "b")])
    onnx.save(helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10),
        sys.argv[1])


if __name__ == "__main__":
    train() if sys.argv[1] == "--train" else main()
