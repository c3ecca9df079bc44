#!/usr/bin/env python3
"""Trains a network that reads handwritten digits: train.py FOLDER

onnxc compiles the training itself: a step is one model, in which Gradient
differentiates the loss and Adam moves the weights, and the pictures are turned,
stretched and shifted by GridSample before. Half a minute on one core. Writes
`digits.onnx`, the trained network, and `held-out.npz`, the pictures that it has
not seen.

Needs scikit-learn, which has the pictures (the digits of the UCI repository, CC
BY 4.0), and the module onnxc (PYTHONPATH=build/python, or the wheel).

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

import numpy as np
import onnx
import onnx.helper
import onnx.numpy_helper
import onnx.parser

import onnxc

HELD_OUT = 360
EPOCHS, BATCH = 120, 64

# A picture is 8 x 8 numbers from 0 to 16, as the data has it.
NETWORK = """
  depth = Constant <value = float {16.0}> ()
  bright = Div(%s, depth)
  sum1 = Conv <pads = [1, 1, 1, 1]> (bright, w1, b1)
  edges = Relu(sum1)
  sum2 = Conv <pads = [1, 1, 1, 1], strides = [2, 2]> (edges, w2, b2)
  strokes = Relu(sum2)
  sum3 = Conv <pads = [1, 1, 1, 1]> (strokes, w3, b3)
  shapes = Relu(sum3)
  flat = Constant <value = int64[2] {-1, 512}> ()
  features = Reshape(shapes, flat)
  scores = Gemm(features, w4, b4)
"""
SHAPES = {"w1": (16, 1, 3, 3), "b1": (16,), "w2": (32, 16, 3, 3), "b2": (32,),
          "w3": (32, 32, 3, 3), "b3": (32,), "w4": (512, 10), "b4": (10,)}
NAMES = list(SHAPES)


def parse(text):
    return onnx.parser.parse_model(
        '<ir_version: 10, opset_import: ["" : 21, '
        '"ai.onnx.preview.training" : 1]>\n' + text)


def write_step():
    """A model of one step: weights and what Adam keeps of them in, and out."""
    def declare(suffix):
        return [f"float[{', '.join(map(str, shape))}] {name}{suffix}"
                for name, shape in SHAPES.items()]

    def named(suffix):
        return [name + suffix for name in NAMES]
    kept = declare("") + declare("_mean") + declare("_square")
    moved = declare("_new") + declare("_mean_new") + declare("_square_new")
    return parse(f"""
step (float[n, 1, 8, 8] x, float[n, 10] wanted, float[n, 2, 3] moves,
      float rate, int64 count, {', '.join(kept)}) => (float loss, {', '.join(moved)}) {{
  size = Shape(x)
  grid = AffineGrid (moves, size)
  turned = GridSample <mode = "cubic"> (x, grid)
  {NETWORK % 'turned'}
  logs = LogSoftmax <axis = 1> (scores)
  right = Mul(logs, wanted)
  each = ReduceSum <keepdims = 0> (right)
  rows = Constant <value = float {{{-float(BATCH)}}}> ()
  loss = Div(each, rows)
  {', '.join(named('_slope'))} = ai.onnx.preview.training.Gradient
      <xs = {named('')}, zs = ["x", "wanted", "moves"], y = "loss">
      ({', '.join(NAMES)}, x, wanted, moves)
  {', '.join(named('_new') + named('_mean_new') + named('_square_new'))} =
      ai.onnx.preview.training.Adam <beta = 0.999>
      (rate, count, {', '.join(named('') + named('_slope') + named('_mean') +
                               named('_square'))})
}}""".replace("'", '"'))


def write_network(weights):
    """The same network with its weights in it, and probabilities at its end."""
    model = parse(f"""
digits (float[n, 1, 8, 8] picture) => (float[n, 10] probabilities) {{
  {NETWORK % 'picture'}
  probabilities = Softmax <axis = 1> (scores)
}}""")
    del model.opset_import[1]
    model.graph.initializer.extend(
        onnx.numpy_helper.from_array(weights[name], name) for name in NAMES)
    onnx.checker.check_model(model)
    return model


def draw_moves(random, count):
    """Where GridSample takes a picture from: turned by up to 15 degrees,
    slanted, stretched and shifted."""
    angle = random.uniform(-0.26, 0.26, count)
    slant = random.uniform(-0.25, 0.25, count)
    wide, high = random.uniform(0.85, 1.2, (2, count))
    moves = np.zeros((count, 2, 3), np.float32)
    moves[:, 0, 0] = np.cos(angle) * wide
    moves[:, 0, 1] = -np.sin(angle) + slant
    moves[:, 1, 0] = np.sin(angle)
    moves[:, 1, 1] = np.cos(angle) * high
    moves[:, :, 2] = random.uniform(-0.15, 0.15, (count, 2))
    return moves


def draw_weights(random):
    return {name: (random.standard_normal(shape) * np.sqrt(
        2 / (np.prod(shape[1:]) if len(shape) == 4 else shape[0]))
                   ).astype(np.float32)
            if name[0] == "w" else np.zeros(shape, np.float32)
            for name, shape in SHAPES.items()}


def train(x, labels):
    random = np.random.RandomState(0)
    weights = draw_weights(random)
    state = {**weights, **{f"{name}_{kept}": np.zeros(SHAPES[name], np.float32)
                           for kept in ("mean", "square") for name in NAMES}}
    step = onnxc.compile(write_step(), dims={"n": BATCH})
    wanted = np.eye(10, dtype=np.float32)[labels]
    count, losses = 0, []
    for epoch in range(EPOCHS):
        order = random.permutation(len(x))
        for begin in range(0, len(x) - BATCH + 1, BATCH):
            rows = order[begin:begin + BATCH]
            rate = 0.001 * (1 + np.cos(np.pi * epoch / EPOCHS))
            given = {"x": x[rows], "wanted": wanted[rows],
                     "moves": draw_moves(random, BATCH),
                     "rate": np.float32(rate), "count": np.int64(count)}
            made = step.run({**given, **state})
            losses.append(float(made.pop("loss")))
            state = {name.removesuffix("_new"): value
                     for name, value in made.items()}
            count += 1
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1}: loss {np.mean(losses[-20:]):.4f}",
                  flush=True)
    return {name: state[name] for name in NAMES}


def main():
    from sklearn.datasets import load_digits
    folder = sys.argv[1]
    data = load_digits()
    pictures = data.images.astype(np.float32)[:, None]
    labels = data.target
    # The last pictures are of writers whom the first hardly have.
    seen = slice(0, len(labels) - HELD_OUT)
    network = write_network(train(pictures[seen], labels[seen]))
    onnx.save(network, os.path.join(folder, "digits.onnx"))
    held_out = slice(len(labels) - HELD_OUT, None)
    np.savez_compressed(os.path.join(folder, "held-out.npz"),
                        pictures=pictures[held_out].astype(np.uint8)[:, 0],
                        labels=labels[held_out].astype(np.uint8))
    said = onnxc.compile(network)(pictures).argmax(1)
    for name, part in ("seen", seen), ("held out", held_out):
        right = (said[part] == labels[part]).sum()
        print(f"{name}: {right} of {len(labels[part])} right")


if __name__ == "__main__":
    main()
