"""Functions of JAX and modules of Flax, through jax2onnx.

    python export/jax_networks.py [--filter REGEX] [--missing]

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import jax
import jax.numpy as jnp
import jax2onnx
import onnx
from flax import nnx

import exporting
from exporting import Network, main


def export(network, how, path):
    module = network.make()
    first = exporting.input_descriptions(network)[0]
    shapes, dtypes = [], []
    for name, words in exporting.words_of(network).items():
        dims, kind = exporting.dimensions(words)
        shapes.append(tuple(first[name]["shape"]) if "fixed" in how else
                      tuple(int(dim) if dim.isdigit() else dim.upper()
                            for dim in dims))
        dtypes.append(jnp.int32 if kind and kind[0] == "below"
                      else jnp.float32)
    inputs = [jax.ShapeDtypeStruct(shape, dtype) if "fixed" in how else shape
              for shape, dtype in zip(shapes, dtypes)]
    model = jax2onnx.to_onnx(module, inputs=inputs, opset=network.opset or 21)
    # The inputs have the names of the description.
    renames = dict(zip((value.name for value in model.graph.input),
                       network.inputs))
    for value in model.graph.input:
        value.name = renames[value.name]
    graphs = [model.graph]
    while graphs:
        for node in graphs.pop().node:
            for i, name in enumerate(node.input):
                node.input[i] = renames.get(name, name)
            graphs += [attribute.g for attribute in node.attribute
                       if attribute.type == onnx.AttributeProto.GRAPH]
    onnx.save(model, path)


RNGS = lambda: nnx.Rngs(0)
FREE = ("jax", "jax fixed")


class CNN(nnx.Module):
    def __init__(self, rngs):
        self.conv1 = nnx.Conv(1, 8, (3, 3), rngs=rngs)
        self.bn = nnx.BatchNorm(8, rngs=rngs, use_running_average=True)
        self.conv2 = nnx.Conv(8, 12, (3, 3), strides=2, rngs=rngs)
        self.linear = nnx.Linear(12, 5, rngs=rngs)

    def __call__(self, x):
        x = nnx.relu(self.bn(self.conv1(x)))
        x = nnx.max_pool(x, window_shape=(2, 2), strides=(2, 2))
        x = nnx.gelu(self.conv2(x))
        return self.linear(jnp.mean(x, axis=(1, 2)))


class Block(nnx.Module):
    def __init__(self, width, rngs):
        self.norm1 = nnx.LayerNorm(width, rngs=rngs)
        self.attention = nnx.MultiHeadAttention(
            num_heads=4, in_features=width, decode=False, rngs=rngs)
        self.norm2 = nnx.RMSNorm(width, rngs=rngs)
        self.up = nnx.Linear(width, 2 * width, rngs=rngs)
        self.down = nnx.Linear(2 * width, width, rngs=rngs)

    def __call__(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(nnx.silu(self.up(self.norm2(x))))


class ViT(nnx.Module):
    def __init__(self, rngs):
        self.patch = nnx.Conv(3, 16, (8, 8), strides=8, rngs=rngs)
        self.block = Block(16, rngs)
        self.head = nnx.Linear(16, 5, rngs=rngs)

    def __call__(self, x):
        x = self.patch(x)
        x = x.reshape(x.shape[0], -1, 16)
        return self.head(self.block(x).mean(1))


class Recurrence(nnx.Module):
    def __init__(self, rngs):
        self.gates = nnx.Linear(6 + 8, 32, rngs=rngs)

    def __call__(self, x):
        def step(carry, xt):
            h, c = carry
            i, f, g, o = jnp.split(
                self.gates(jnp.concatenate([xt, h], -1)), 4, -1)
            c = nnx.sigmoid(f) * c + nnx.sigmoid(i) * jnp.tanh(g)
            h = nnx.sigmoid(o) * jnp.tanh(c)
            return (h, c), h
        zeros = jnp.zeros((x.shape[1], 8))
        _, y = jax.lax.scan(step, (zeros, zeros), x)
        return y


def mlp():
    return nnx.Sequential(nnx.Linear(6, 16, rngs=RNGS()), jnp.tanh,
                          nnx.Linear(16, 4, rngs=RNGS()), nnx.log_softmax)


def iterate(x):
    def condition(state):
        i, y = state
        return jnp.logical_and(i < 10, jnp.max(jnp.abs(y)) > 0.1)
    return jax.lax.while_loop(condition, lambda s: (s[0] + 1, s[1] * 0.6),
                              (0, x))[1]


def choose(x):
    return jax.lax.cond(x.sum() > 0, lambda y: jnp.sin(y) + 1,
                        lambda y: jnp.cos(y) * 2, x)


def indexing(x):
    y = x.at[:, 1:3].set(0.5).at[0].add(2.0)
    z = jnp.take(y, jnp.array([2, 0, 1]), axis=1)
    return jnp.sort(z, axis=1), jnp.argmax(y, axis=1), jnp.cumsum(y, axis=1)


def shapes(x):
    y = jnp.transpose(x, (0, 2, 1)).reshape(x.shape[0], -1)
    y = jnp.pad(y, ((0, 0), (2, 3)), mode="constant", constant_values=1.5)
    return jnp.concatenate([y, jnp.flip(y, 1)], 1), jnp.tile(x, (1, 2, 1))


def numerics(x):
    return (jax.nn.softplus(x) + jax.scipy.special.erf(x)
            + jnp.log1p(jnp.abs(x)) + jnp.arctan2(x, x + 3)
            + jnp.where(x > 0, jnp.sqrt(jnp.abs(x)), jnp.expm1(x)))


def attention(q, k, v):
    weights = jnp.einsum("bthd,bshd->bhts", q, k) / 2.0
    return jnp.einsum("bhts,bshd->bthd", jax.nn.softmax(weights), v)


NETWORKS = {
    "jax_mlp": Network(mlp, {"x": "n 6"}, [dict(n=1), dict(n=7)], FREE),
    "jax_cnn": Network(lambda: CNN(RNGS()), {"image": "n 28 20 1"},
                       [dict(n=1), dict(n=3)], FREE),
    "jax_vit": Network(lambda: ViT(RNGS()), {"image": "n 24 32 3"},
                       [dict(n=1), dict(n=3)], FREE),
    "jax_transformer": Network(
        lambda: nnx.Sequential(Block(16, RNGS()), Block(16, RNGS())),
        {"x": "n t 16"}, [dict(n=1, t=7), dict(n=3, t=4)], FREE),
    "jax_scan_lstm": Network(lambda: Recurrence(RNGS()), {"x": "7 n 6"},
                             [dict(n=1), dict(n=3)], FREE),
    "jax_while": Network(lambda: iterate, {"x": "n 5"},
                         [dict(n=1), dict(n=3)], FREE),
    "jax_cond": Network(lambda: choose, {"x": "n 5"},
                        [dict(n=1), dict(n=3)], FREE),
    "jax_indexing": Network(lambda: indexing, {"x": "n 5"},
                            [dict(n=1), dict(n=3)], FREE),
    "jax_shapes": Network(lambda: shapes, {"x": "n t 4"},
                          [dict(n=1, t=5), dict(n=3, t=2)], FREE),
    "jax_numerics": Network(lambda: numerics, {"x": "n 33"},
                            [dict(n=1), dict(n=5)], FREE),
    "jax_attention": Network(
        lambda: attention, {"q": "n t 2 4", "k": "n s 2 4", "v": "n s 2 4"},
        [dict(n=1, t=5, s=7), dict(n=2, t=3, s=9)], FREE),
}

if __name__ == "__main__":
    main(NETWORKS, export)
