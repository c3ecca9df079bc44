#!/usr/bin/env python3
"""Trains the example's model: train.py digits.onnx digits.txt

Needs scikit-learn and onnx; the two files are what it wrote. A network reads
scikit-learn's digits, pictures of 8 x 8 points; digits.txt has a hundred of those
that it was not trained on, a line each: the digit, then its points from 0 to 16.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier


def make_model(network):
    weights = [numpy_helper.from_array(array.astype(np.float32), name)
               for name, array in (
                   ("w1", network.coefs_[0]), ("b1", network.intercepts_[0]),
                   ("w2", network.coefs_[1]), ("b2", network.intercepts_[1]),
                   ("greatest", np.array(16)))]
    nodes = [helper.make_node("Flatten", ["image"], ["points"], name="flatten"),
             helper.make_node("Div", ["points", "greatest"], ["x"], name="scale"),
             helper.make_node("Gemm", ["x", "w1", "b1"], ["h"], name="hidden"),
             helper.make_node("Relu", ["h"], ["r"], name="relu"),
             helper.make_node("Gemm", ["r", "w2", "b2"], ["l"], name="output"),
             helper.make_node("Softmax", ["l"], ["scores"], name="softmax"),
             helper.make_node("ArgMax", ["scores"], ["digit"], name="argmax",
                              axis=1, keepdims=0)]
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("image", 1, ["batch", 8, 8])],
        [helper.make_tensor_value_info("scores", 1, ["batch", 10]),
         helper.make_tensor_value_info("digit", 7, ["batch"])], weights)
    return helper.make_model(graph, ir_version=10, producer_name="train.py",
                             opset_imports=[helper.make_opsetid("", 21)])


def main():
    model_file, text_file = sys.argv[1:]
    points, digits = load_digits(return_X_y=True)
    train, test, train_digits, test_digits = train_test_split(
        points, digits, random_state=0, stratify=digits)
    network = MLPClassifier((24,), alpha=0.1, max_iter=600, random_state=0)
    network.fit(train / 16, train_digits)
    print(f"{network.score(test / 16, test_digits):.3f} of {len(test)} are right")
    model = make_model(network)
    onnx.checker.check_model(model)
    onnx.save(model, model_file)
    with open(text_file, "w") as file:
        for digit, row in zip(test_digits[:100], test[:100]):
            print(digit, *row.astype(int), file=file)


if __name__ == "__main__":
    main()
