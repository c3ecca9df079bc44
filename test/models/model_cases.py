"""What is compiled and run: models, their dimensions, their inputs.

A case is one compilation, and the input sizes that it is run on. Cases called
NAME-bound have the dimensions of their first size bound at compile time.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import os
import zlib

import numpy as np
import onnx

import make_models
import package_models


@dataclasses.dataclass
class Case:
    name: str
    model: str
    sizes: list  # of dictionaries: input name -> shape
    flags: list = dataclasses.field(default_factory=list)  # of onnxc
    # Of inputs that are not normally distributed: the exclusive end of
    # integers, or what makes the array.
    integers: dict = dataclasses.field(default_factory=dict)


def model_path(name, folder):
    """The model's file, written to `folder` if it comes from a generator."""
    if name not in make_models.MODELS:
        return package_models.find(name)
    path = os.path.join(folder, name + ".onnx")
    scripts = os.path.dirname(os.path.abspath(__file__))
    newest = max(os.path.getmtime(os.path.join(scripts, script))
                 for script in ("graph_builder.py", "vision_models.py",
                                "sequence_models.py"))
    if not os.path.exists(path) or os.path.getmtime(path) < newest:
        os.makedirs(folder, exist_ok=True)
        make_models.MODELS[name](folder)
    return path


def make_inputs(case, path, size, seed=0):
    """Inputs of one size, the same each time: floats from a normal
    distribution, integers below the limits that the case states."""
    model = onnx.load(path, load_external_data=False)
    weights = {tensor.name for tensor in model.graph.initializer}
    random = np.random.RandomState(zlib.crc32(case.model.encode()) + seed)
    inputs = {}
    for value in model.graph.input:
        if value.name in weights:
            continue
        kind = value.type.tensor_type
        dtype = onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)
        shape = size.get(value.name)
        if shape is None:
            shape = [dim.dim_value for dim in kind.shape.dim]
        if value.name in case.integers:
            limit = case.integers[value.name]
            array = (limit(shape, random, size) if callable(limit)
                     else random.randint(0, limit, shape))
        else:
            array = random.standard_normal(shape)
        inputs[value.name] = np.array(array, dtype, order="C")
    return inputs


def padding_mask(shape, random, _):
    """Sentences of different lengths: ones, then zeros."""
    lengths = random.randint(max(shape[1] // 2, 1), shape[1] + 1, shape[0])
    return np.arange(shape[1])[None, :] < lengths[:, None]


def positions(shape, _, size):
    """Places that follow those of the cache."""
    past = size["past_key_0"][2]
    return np.broadcast_to(past + np.arange(shape[1]), shape)


def sample_rate(shape, *_):
    return np.full(shape, 16000)


def text_image(shape, random, _):
    """Lines of glyphs, dark on light: of noise a text detector says that it is
    none, with probabilities that are nothing but rounding errors."""
    image = np.ones(shape)
    _, _, height, width = shape
    for y in range(12, height - 20, 40):
        for x in range(12, width - 14, 14):
            dark = random.rand(shape[0], 1, 16, 10) < 0.5
            image[:, :, y:y + 16, x:x + 10] = np.where(dark, -1, 1)
    return image


def with_bound(case, *flags):
    """The case, and the same model with its dimensions bound."""
    bound = dataclasses.replace(case, name=case.name + "-bound",
                                sizes=case.sizes[:1], flags=list(flags))
    return [case, bound]


def fixed(name):
    return Case(name, name, [{}])


def sentence_sizes(*pairs):
    return [{"input_ids": pair, "attention_mask": pair} for pair in pairs]


def decoder_sizes(heads, size, *triples):
    """Of batch, sequence and past."""
    return [{"input_ids": (batch, sequence), "position_ids": (batch, sequence),
             **{f"past_{kind}_{layer}": (batch, heads, past, size)
                for layer in range(6) for kind in ("key", "value")}}
            for batch, sequence, past in triples]


def speech_sizes(*sizes):
    return [{"input": size, "state": (2, size[0], 128)} for size in sizes]


def images(*shapes):
    return [{"x": shape} for shape in shapes]


def all_cases():
    cases = [fixed(name) for name in (
        "tiny_autoencoder", "tiny_ds_cnn", "tiny_mobilenet", "tiny_resnet8",
        "lstm_stream", "mobilenet_v2")]
    cases += with_bound(
        Case("resnet50", "resnet50",
             [{"image": (1, 3, 224, 224)}, {"image": (3, 3, 224, 224)}]),
        "--dim", "batch=1")
    cases += with_bound(
        Case("minilm", "minilm", sentence_sizes((1, 128), (3, 17), (1, 1)),
             integers={"input_ids": 30522, "attention_mask": padding_mask}),
        "--dim", "batch=1", "--dim", "sequence=128")
    bind = ("--dim", "batch=1", "--dim", "sequence=1", "--dim", "past=128")
    cases += with_bound(
        Case("gpt2", "gpt2",
             decoder_sizes(12, 64, (1, 1, 128), (2, 16, 0), (2, 5, 7)),
             integers={"input_ids": 8192, "position_ids": positions}), *bind)
    cases += with_bound(
        Case("llama", "llama",
             decoder_sizes(4, 64, (1, 1, 128), (2, 16, 0), (2, 5, 7)),
             integers={"input_ids": 16384, "position_ids": positions}), *bind)
    # The other half of its work: a prompt, nothing before it.
    cases.append(
        Case("llama-prompt", "llama", decoder_sizes(4, 64, (1, 128, 0)),
             flags=["--dim", "batch=1", "--dim", "sequence=128", "--dim",
                    "past=0"],
             integers={"input_ids": 16384, "position_ids": positions}))
    cases += with_bound(
        Case("silero_vad", "silero_vad",
             speech_sizes((1, 576), (4, 576), (2, 512), (1, 700)),
             integers={"sr": sample_rate}),
        "--dim", "batch=1", "--dim", "sequence=576")
    cases += with_bound(
        Case("magika", "magika", [{"bytes": (1, 2048)}, {"bytes": (3, 2048)}],
             integers={"bytes": 256}), "--shape", "bytes=1x2048")
    for name, first, second in (
            ("ppocr_det", (1, 3, 320, 320), (1, 3, 480, 640)),
            ("ppocr_rec", (1, 3, 48, 320), (2, 3, 48, 192)),
            ("ppocr_cls", (1, 3, 48, 192), (3, 3, 48, 192))):
        cases += with_bound(
            Case(name, name, images(first, second),
                 integers={"x": text_image}), "--shape",
            "x=" + "x".join(map(str, first)))
    cases += [fixed(name) for name in package_models.MODELS
              if name.startswith("light_")]
    return cases
