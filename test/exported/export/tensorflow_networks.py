"""Networks of Keras and TensorFlow, through tf2onnx.

    python export/tensorflow_networks.py [--filter REGEX] [--missing]

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np
import tensorflow as tf
import tf2onnx

import exporting
from exporting import Network, main
from keras import layers

FREE = ("tf", "tf fixed")
IMAGE = {"image": "n h w 3"}
IMAGES = [dict(n=1, h=64, w=96), dict(n=2, h=75, w=65)]


def export(network, how, path):
    keras.utils.set_random_seed(0)
    module = network.make()
    if isinstance(module, keras.Model):
        random = np.random.RandomState(0)
        for layer in module.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.set_weights([random.uniform(0.5, 1.5, w.shape)
                                   for w in layer.get_weights()])
        def function(*given):
            return module(list(given) if len(given) > 1 else given[0])
    else:
        function = module
    specs = []
    first = exporting.input_descriptions(network)[0]
    for name, words in exporting.words_of(network).items():
        dims, kind = exporting.dimensions(words)
        integer = kind and kind[0] in ("below", "mask", "positions", "lengths",
                                       "is")
        shape = (first[name]["shape"] if "fixed" in how else
                 [int(dim) if dim.isdigit() else None for dim in dims])
        specs.append(tf.TensorSpec(shape, tf.int32 if integer else tf.float32,
                                   name))
    tf2onnx.convert.from_function(
        tf.function(function, input_signature=specs), specs,
        opset=network.opset or 17, output_path=path)


def application(make, size=None, **more):
    shape = (None, None, 3) if size is None else (size, size, 3)

    def build():
        return make(weights=None, input_shape=shape, **more)
    return Network(build, IMAGE if size is None else
                   {"image": f"n {size} {size} 3"},
                   IMAGES if size is None else [dict(n=1), dict(n=2)],
                   ("tf",))


def sequential(*parts):
    return lambda: keras.Sequential(list(parts))


def text(*parts):
    return Network(
        lambda: keras.Sequential([layers.Embedding(30, 10),
                                  *[part() for part in parts]]),
        {"tokens": "n t below 30"}, [dict(n=1, t=7), dict(n=3, t=5)], FREE)


def attention():
    x = keras.Input((None, 16))
    y = layers.MultiHeadAttention(4, 4)(x, x, use_causal_mask=True)
    y = layers.LayerNormalization()(x + y)
    z = layers.Dense(16, activation="gelu")(y)
    return keras.Model(x, layers.Dense(5)(y + z))


def unet():
    x = keras.Input((None, None, 1))
    a = layers.Conv2D(6, 3, padding="same", activation="relu")(x)
    b = layers.Conv2D(12, 3, 2, padding="same", activation="relu")(a)
    c = layers.UpSampling2D(2, interpolation="bilinear")(b)
    d = layers.Conv2DTranspose(6, 3, 2, padding="same")(b)
    return keras.Model(x, layers.Conv2D(3, 1)(
        layers.Concatenate()([a, c, d])))


def spectrum(wave):
    frames = tf.signal.stft(wave, 64, 32)
    return tf.math.log(tf.abs(frames) + 1e-3)


def while_loop(x):
    def step(i, y):
        return i + 1, tf.tanh(y + x) * 0.5
    _, y = tf.while_loop(lambda i, y: (i < 5) & (tf.reduce_max(y) < 2.0),
                         step, [tf.constant(0), x])
    return y


def detection(boxes, scores):
    keep = tf.image.non_max_suppression(boxes, scores, 10, 0.5)
    return tf.gather(boxes, keep), tf.gather(scores, keep)


def shapes(x):
    shape = tf.shape(x)
    y = tf.reshape(x, [shape[0], -1, 4])
    y = tf.transpose(y, [0, 2, 1])[:, :, ::-1]
    y = tf.pad(y, [[0, 0], [0, 0], [1, 2]], mode="REFLECT")
    return tf.strided_slice(y, [0, 0, 1], [1, 4, 9], [1, 1, 2]), \
        tf.reduce_logsumexp(y, axis=-1), tf.cumsum(y, axis=-1, exclusive=True)


def einsums(x, y):
    z = tf.einsum("bij,bjk->bik", x, y)
    values, places = tf.math.top_k(z, 3)
    return values, places, tf.one_hot(places[..., 0], 8), \
        tf.scatter_nd(places[:, 0, :1], values[:, 0], [8, 3])


NETWORKS = {
    "tf_mobilenet": application(keras.applications.MobileNet, alpha=0.25,
                                include_top=False),
    "tf_mobilenet_v2": application(keras.applications.MobileNetV2, alpha=0.35,
                                   include_top=False),
    "tf_efficientnet": application(keras.applications.EfficientNetB0, 64,
                                   classes=10),
    "tf_lstm": text(lambda: layers.LSTM(12, return_sequences=True),
                    lambda: layers.Dense(5)),
    "tf_gru": text(lambda: layers.GRU(12), lambda: layers.Dense(5)),
    "tf_bidirectional": text(
        lambda: layers.Bidirectional(layers.LSTM(12)),
        lambda: layers.Dense(5, activation="softmax")),
    "tf_rnn": text(lambda: layers.SimpleRNN(12), lambda: layers.Dense(5)),
    "tf_conv1d": text(
        lambda: layers.Conv1D(12, 3, padding="causal", dilation_rate=2),
        lambda: layers.SeparableConv1D(8, 3, padding="same"),
        lambda: layers.GlobalMaxPooling1D()),
    "tf_attention": Network(attention, {"x": "n t 16"},
                            [dict(n=1, t=7), dict(n=3, t=5)], FREE),
    "tf_unet": Network(unet, {"image": "n h w 1"},
                       [dict(n=1, h=16, w=24), dict(n=2, h=32, w=8)], FREE),
    "tf_conv3d": Network(
        sequential(layers.Conv3D(6, 3, padding="same"), layers.MaxPooling3D(2),
                   layers.GroupNormalization(2),
                   layers.Conv3DTranspose(4, 3, 2)),
        {"x": "n 6 8 10 2"}, [dict(n=1), dict(n=2)], ("tf",)),
    "tf_spectrum": Network(lambda: spectrum, {"wave": "n 300"},
                           [dict(n=1), dict(n=2)], FREE),
    "tf_while": Network(lambda: while_loop, {"x": "n 5"},
                        [dict(n=1), dict(n=4)], ("tf",)),
    "tf_nms": Network(lambda: detection, {"boxes": "k 4 uniform",
                                          "scores": "k uniform"},
                      [dict(k=20), dict(k=33)], ("tf",)),
    "tf_shapes": Network(lambda: shapes, {"x": "n t 4"},
                         [dict(n=1, t=9), dict(n=3, t=12)], ("tf",)),
    "tf_einsums": Network(lambda: einsums, {"x": "n 5 6", "y": "n 6 8"},
                          [dict(n=1), dict(n=3)], FREE),
    "tf_mobilenet_old": Network(
        lambda: keras.applications.MobileNet(
            weights=None, input_shape=(None, None, 3), alpha=0.25,
            include_top=False), IMAGE, IMAGES, ("tf",), opset=9),
    "tf_unet_old": Network(unet, {"image": "n h w 1"},
                           [dict(n=1, h=16, w=24), dict(n=2, h=32, w=8)],
                           ("tf",), opset=10),
}

if __name__ == "__main__":
    main(NETWORKS, export)
