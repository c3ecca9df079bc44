"""Convolutional networks, and MLPerf Tiny's four architectures.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from graph_builder import GraphBuilder


def conv(g, x, cin, cout, k=3, stride=1, group=1, act="Relu"):
    gain = 0.5 if act else 4
    weight = g.weight(cout, cin // group, k, k,
                      fan_in=cin // group * k * k * gain)
    y = g.op("Conv", x, weight, g.vector(cout), kernel_shape=[k, k],
             strides=[stride, stride], pads=[k // 2] * 4, group=group)
    if act == "Relu":
        y = g.op("Relu", y)
    elif act == "Relu6":
        y = g.op("Clip", y, g.scalar(0), g.scalar(6))
    return y


def classify(g, x, cin, classes):
    x = g.op("Flatten", g.op("GlobalAveragePool", x), axis=1)
    return g.op("Gemm", x, g.weight(classes, cin), g.vector(classes), transB=1)


def resnet50(folder):
    g = GraphBuilder("resnet50", 17)
    x = g.input("image", ["batch", 3, 224, 224])
    x = conv(g, x, 3, 64, 7, 2)
    x = g.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2],
             pads=[1, 1, 1, 1])
    c = 64
    for width, blocks, first in ((64, 3, 1), (128, 4, 2), (256, 6, 2),
                                 (512, 3, 2)):
        for block in range(blocks):
            stride = 1 if block else first
            y = conv(g, x, c, width, 1)
            y = conv(g, y, width, width, 3, stride)
            y = conv(g, y, width, width * 4, 1, act=None)
            skip = x if block else conv(g, x, c, width * 4, 1, stride,
                                        act=None)
            x, c = g.op("Relu", g.op("Add", y, skip)), width * 4
    g.output(classify(g, x, c, 1000), "logits", ["batch", 1000])
    return g.save(folder)


def mobilenet_v2(folder):
    g = GraphBuilder("mobilenet_v2", 17)
    x = g.input("image", [1, 3, 224, 224])
    x, c = conv(g, x, 3, 32, 3, 2, act="Relu6"), 32
    for expand, width, blocks, first in (
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
            (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for block in range(blocks):
            y = x
            if expand > 1:
                y = conv(g, x, c, c * expand, 1, act="Relu6")
            y = conv(g, y, c * expand, c * expand, 3, 1 if block else first,
                     group=c * expand, act="Relu6")
            y = conv(g, y, c * expand, width, 1, act=None)
            x, c = g.op("Add", x, y) if block else y, width
    x = conv(g, x, c, 1280, 1, act="Relu6")
    g.output(classify(g, x, 1280, 1000), "logits", [1, 1000])
    return g.save(folder)


def tiny_ds_cnn(folder):
    """Keyword spotting."""
    g = GraphBuilder("tiny_ds_cnn", 17)
    x = g.input("mfcc", [1, 1, 49, 10])
    x = g.op("Conv", x, g.weight(64, 1, 10, 4), g.vector(64),
             kernel_shape=[10, 4], strides=[2, 2], pads=[4, 1, 5, 1])
    x = g.op("Relu", x)
    for _ in range(4):
        x = conv(g, conv(g, x, 64, 64, 3, group=64), 64, 64, 1)
    x = g.op("Flatten", g.op("GlobalAveragePool", x))
    x = g.op("Gemm", x, g.weight(12, 64), g.vector(12), transB=1)
    g.output(g.op("Softmax", x), "scores", [1, 12])
    return g.save(folder)


def tiny_mobilenet(folder):
    """Person detection: MobileNet v1, a quarter wide."""
    g = GraphBuilder("tiny_mobilenet", 17)
    x, c = conv(g, g.input("image", [1, 3, 96, 96]), 3, 8, 3, 2), 8
    for width, stride in (
            (16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1),
            (128, 1), (128, 1), (128, 1), (128, 1), (256, 2), (256, 1)):
        x = conv(g, conv(g, x, c, c, 3, stride, group=c), c, width, 1)
        c = width
    x = g.op("Flatten", g.op("GlobalAveragePool", x))
    x = g.op("Gemm", x, g.weight(2, c), g.vector(2), transB=1)
    g.output(g.op("Softmax", x), "scores", [1, 2])
    return g.save(folder)


def tiny_resnet8(folder):
    """Image classification."""
    g = GraphBuilder("tiny_resnet8", 17)
    x, c = conv(g, g.input("image", [1, 3, 32, 32]), 3, 16), 16
    for width, stride in ((16, 1), (32, 2), (64, 2)):
        y = conv(g, x, c, width, 3, stride)
        y = conv(g, y, width, width, 3, act=None)
        skip = x if stride == 1 else conv(g, x, c, width, 1, stride, act=None)
        x, c = g.op("Relu", g.op("Add", y, skip)), width
    x = g.op("Flatten", g.op("GlobalAveragePool", x))
    x = g.op("Gemm", x, g.weight(10, c), g.vector(10), transB=1)
    g.output(g.op("Softmax", x), "scores", [1, 10])
    return g.save(folder)


def tiny_autoencoder(folder):
    """Anomaly detection in sound."""
    g = GraphBuilder("tiny_autoencoder", 17)
    x, c = g.input("spectrum", [1, 640]), 640
    for width in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        x = g.op("Gemm", x, g.weight(width, c), g.vector(width), transB=1)
        x, c = g.op("Relu", x), width
    x = g.op("Gemm", x, g.weight(640, c), g.vector(640), transB=1)
    g.output(x, "rebuilt", [1, 640])
    return g.save(folder)
